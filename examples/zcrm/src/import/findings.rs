//! What a dry run has found, and what it may ask.

use std::collections::{BTreeMap, BTreeSet};

/// How many requests may still be sent.
#[derive(Debug)]
pub(super) struct Budget(usize);

impl Budget {
    pub(super) fn new(requests: usize) -> Self {
        Self(requests)
    }

    pub(super) fn left(&self) -> usize {
        self.0
    }

    /// Takes one; false when none is left.
    pub(super) fn spend(&mut self) -> bool {
        let some = self.0 > 0;
        self.0 = self.0.saturating_sub(1);
        some
    }
}

/// What a dry run has found.
#[derive(Debug, Default)]
pub struct Findings {
    /// By row: what is wrong with it.
    pub problems: BTreeMap<u64, Vec<String>>,
    /// What could not be checked.
    pub unchecked: Vec<String>,
    /// How many rows there are.
    pub rows: u64,
}

impl Findings {
    /// How many rows could be sent.
    #[must_use]
    pub fn sendable(&self) -> u64 {
        self.rows.saturating_sub(self.problems.len() as u64)
    }

    /// Ids that nothing has.
    pub(super) fn not_there(
        &mut self,
        field: &str,
        what: &str,
        ids: &[(String, BTreeSet<u64>)],
        there: &BTreeSet<String>,
    ) {
        for (id, rows) in ids.iter().filter(|(id, _)| !there.contains(id)) {
            for row in rows {
                let problem = format!("{field} is {id}, and no {what} has that id; correct the cell");
                self.problems.entry(*row).or_default().push(problem);
            }
        }
    }
}
