//! Records of an iterator, written as their outcomes are asked for.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;

use super::batch::{Action, Batch, MAX_PER_CALL};
use super::outcome::{BatchReport, Outcome};
use super::row::Row;
use crate::error::Result;

/// How a record of the input becomes what is sent.
pub(super) type RowOf<T> = fn(&Action, &T) -> Result<Row>;

/// A record of a [`Writes`] with what became of it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Written<T> {
    /// Its place in the input, from 0.
    pub index: usize,
    /// The record, as it was given.
    pub record: T,
    /// What became of it.
    pub outcome: Outcome,
}

/// Writes the records of an iterator, and gives each back with its outcome, in order.
///
/// It sends a call of up to 100 records when the next outcome is asked for, so at most one call is in memory, whatever
/// the length of the input. Dropping it before its end leaves the rest of the input unsent. A record that cannot be sent
/// as it is has the outcome [`Outcome::NotSent`] and does not disturb the others.
///
/// ```no_run
/// use zcrm_core::entity::Record;
/// use zcrm_core::resource::records::Counts;
///
/// # fn run(client: zcrm_core::Client, lines: impl Iterator<Item = String>) {
/// let leads = lines.map(|name| Record::new().with("Last_Name", name));
/// let mut counts = Counts::default();
/// for written in client.module("Leads").create_iter(leads) {
///     counts.add(&written.outcome);
///     if let Some(error) = written.outcome.error() {
///         eprintln!("{}: {error}", written.record.raw());
///     }
/// }
/// println!("{counts}");
/// # }
/// ```
#[must_use = "nothing is sent until the iterator is driven"]
pub struct Writes<I: Iterator> {
    batch: Batch,
    action: Action,
    records: I,
    row: RowOf<I::Item>,
    next_index: usize,
    ready: VecDeque<Written<I::Item>>,
}

impl<I: Iterator> Writes<I> {
    pub(super) fn new(batch: Batch, action: Action, records: I, row: RowOf<I::Item>) -> Self {
        Self { batch, action, records, row, next_index: 0, ready: VecDeque::new() }
    }

    /// Writes all that is left, and keeps the outcomes only.
    pub fn report(self) -> BatchReport {
        self.map(|written| written.outcome).collect()
    }

    fn send_next(&mut self) {
        let records: Vec<I::Item> = self.records.by_ref().take(MAX_PER_CALL).collect();
        let mut rows = Vec::with_capacity(records.len());
        let mut faults = VecDeque::new();
        for (place, record) in records.iter().enumerate() {
            match (self.row)(&self.action, record) {
                Ok(row) => rows.push(row),
                Err(error) => faults.push_back((place, Outcome::NotSent(Arc::new(error)))),
            }
        }
        let mut sent = if rows.is_empty() { Vec::new() } else { self.batch.send(&rows) }.into_iter();
        for (place, record) in records.into_iter().enumerate() {
            let outcome = match faults.front() {
                Some((fault, _)) if *fault == place => faults.pop_front().map(|(_, outcome)| outcome),
                _ => sent.next(),
            };
            if let Some(outcome) = outcome {
                self.ready.push_back(Written { index: self.next_index, record, outcome });
            }
            self.next_index = self.next_index.saturating_add(1);
        }
    }
}

impl<I: Iterator> Iterator for Writes<I> {
    type Item = Written<I::Item>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ready.is_empty() {
            self.send_next();
        }
        self.ready.pop_front()
    }
}

impl<I: Iterator> fmt::Debug for Writes<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writes")
            .field("batch", &self.batch)
            .field("next_index", &self.next_index)
            .finish_non_exhaustive()
    }
}
