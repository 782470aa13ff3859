//! How many different values a column has, by an estimate in little memory.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};

/// How many of the smallest hashes are kept. The estimate is a few percent off, and exact up to this number.
const KEPT: usize = 512;

/// Counts different values by the smallest of their hashes: the closer together they are, the more values there were.
#[derive(Debug, Default)]
pub(super) struct Distinct(BTreeSet<u64>);

impl Distinct {
    pub(super) fn add(&mut self, value: &str) {
        let mut hasher = DefaultHasher::new();
        value.hash(&mut hasher);
        let hash = hasher.finish();
        if self.0.len() < KEPT || self.0.last().is_some_and(|greatest| hash < *greatest) {
            self.0.insert(hash);
            if self.0.len() > KEPT {
                self.0.pop_last();
            }
        }
    }

    pub(super) fn estimate(&self) -> u64 {
        let count = self.0.len() as u64;
        match self.0.last() {
            Some(greatest) if self.0.len() == KEPT => {
                let estimate = u128::from(count).saturating_mul(u128::from(u64::MAX)) / u128::from((*greatest).max(1));
                u64::try_from(estimate).unwrap_or(u64::MAX)
            }
            _ => count,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_are_counted_and_many_are_estimated() {
        for (count, off_by) in [(0, 0), (1, 0), (500, 0), (25_000, 3_500)] {
            let mut distinct = Distinct::default();
            for value in (0..count).chain(0..count) {
                distinct.add(&value.to_string());
            }
            assert!(distinct.estimate().abs_diff(count) <= off_by, "{count}: {}", distinct.estimate());
        }
    }
}
