//! What became of the rows, in their order.

use std::fmt;
use std::iter::FusedIterator;

use super::run::Run;
use crate::rest::Outcome;

/// What became of each row of a bulk write, in the order of the rows; made by
/// [`BulkWriteRows::start`](super::BulkWriteRows::start). It starts a job when the outcomes of the last one have all
/// come. Dropped before its end, it starts no other.
#[must_use = "nothing is written until the iterator is driven"]
#[derive(Default)]
pub struct BulkWriteOutcomes<'a> {
    run: Option<Run<'a>>,
    ready: std::vec::IntoIter<Outcome>,
}

impl<'a> BulkWriteOutcomes<'a> {
    pub(super) fn new(run: Run<'a>) -> Self {
        Self { run: Some(run), ready: Vec::new().into_iter() }
    }
}

impl Iterator for BulkWriteOutcomes<'_> {
    type Item = Outcome;

    fn next(&mut self) -> Option<Outcome> {
        loop {
            if let Some(outcome) = self.ready.next() {
                return Some(outcome);
            }
            match self.run.as_mut()?.next_job() {
                Some(outcomes) => self.ready = outcomes.into_iter(),
                None => self.run = None,
            }
        }
    }
}

impl FusedIterator for BulkWriteOutcomes<'_> {}

impl fmt::Debug for BulkWriteOutcomes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BulkWriteOutcomes").field("ready", &self.ready.len()).finish_non_exhaustive()
    }
}
