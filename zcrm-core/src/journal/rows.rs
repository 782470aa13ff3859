//! Sets of row numbers.

use serde::{Deserialize, Serialize};

/// A set of row numbers; in the file, ranges with both ends: `[[1,57],[59,101]]`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RowSet(Vec<(u64, u64)>);

impl RowSet {
    /// The rows, in ascending order.
    pub fn iter(&self) -> impl Iterator<Item = u64> + '_ {
        self.0.iter().flat_map(|(first, last)| *first..=*last)
    }

    /// The ranges, from the first row to the last one of each.
    pub(super) fn ranges(&self) -> impl Iterator<Item = (u64, u64)> + '_ {
        self.0.iter().copied()
    }

    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> u64 {
        let count = |(first, last): &(u64, u64)| last.saturating_sub(*first).saturating_add(1);
        self.0.iter().fold(0, |sum, range| sum.saturating_add(count(range)))
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the ranges are ascending, apart, and together not longer than any input.
    pub(super) fn is_sound(&self) -> bool {
        let ordered = self.0.iter().all(|(first, last)| first <= last);
        let apart = self.0.windows(2).all(|two| matches!(two, [(_, last), (first, _)] if last < first));
        ordered && apart && self.len() <= u64::from(u32::MAX)
    }
}

impl FromIterator<u64> for RowSet {
    fn from_iter<I: IntoIterator<Item = u64>>(rows: I) -> Self {
        let mut rows: Vec<u64> = rows.into_iter().collect();
        rows.sort_unstable();
        let mut ranges: Vec<(u64, u64)> = Vec::new();
        for row in rows {
            match ranges.last_mut() {
                Some((_, last)) if row <= last.saturating_add(1) => *last = row,
                _ => ranges.push((row, row)),
            }
        }
        Self(ranges)
    }
}

#[cfg(test)]
mod tests {
    use super::RowSet;

    #[test]
    fn rows_become_ranges_and_come_back() {
        let rows = RowSet::from_iter([3, 1, 2, 2, 7, 9, 8]);
        assert_eq!(rows, RowSet(vec![(1, 3), (7, 9)]));
        assert_eq!((rows.iter().collect::<Vec<_>>(), rows.len()), (vec![1, 2, 3, 7, 8, 9], 6));
        assert!(rows.is_sound() && RowSet::default().is_empty());
        for unsound in [vec![(2, 1)], vec![(1, 3), (3, 4)], vec![(5, 6), (1, 2)], vec![(0, u64::MAX)]] {
            assert!(!RowSet(unsound).is_sound());
        }
    }
}
