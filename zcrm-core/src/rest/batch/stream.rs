//! Items of an iterator, written as their outcomes are asked for.

use std::collections::VecDeque;
use std::fmt;

use super::outcomes::Outcome;
use super::pipeline::Pipeline;
use super::report::BatchReport;
use super::rows::Row;
use super::send::{Batch, of_record};
use crate::error::{Error, Result};

/// An item of a [`WriteStream`] with what became of it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Written<T> {
    /// Its place in the input, from 0.
    pub index: usize,
    /// The item, as it was given.
    pub record: T,
    /// What became of it.
    pub outcome: Outcome,
}

/// How a record, and the check fields of an upsert, become what is sent.
type MakeRow<T> = fn(&T, &[String]) -> Result<Row>;

/// Writes the records of an iterator, and gives each back with its outcome, in order.
///
/// It sends a request of up to 100 records when the next outcome is asked for, so at most one request is in memory,
/// whatever the length of the input. With [`workers`](crate::resource::Writer::workers), it keeps that many requests
/// in flight: it takes the records of one request for each of them from the input ahead of the outcomes, and no more.
/// Dropping it before its end waits for what is in flight, whose outcomes are then lost, and leaves the rest of the
/// input unsent. A record that cannot be sent as it is has the outcome [`Outcome::NotSent`] and does not disturb the
/// others.
///
/// ```no_run
/// use zcrm_core::entity::Record;
/// use zcrm_core::rest::Counts;
///
/// # fn run(client: zcrm_core::Client, lines: impl Iterator<Item = String>) {
/// let leads = lines.map(|name| Record::new().with("Last_Name", name));
/// let mut counts = Counts::default();
/// for written in client.module("Leads").writer().create_iter(leads) {
///     counts.add(&written.outcome);
///     if let Some(error) = written.outcome.error() {
///         eprintln!("{}: {error}", written.record.raw());
///     }
/// }
/// println!("{counts}");
/// # }
/// ```
#[must_use = "nothing is sent until the iterator is driven"]
pub struct WriteStream<I: Iterator> {
    pipeline: Pipeline,
    records: I,
    row: MakeRow<I::Item>,
    check_fields: Vec<String>,
    next_index: usize,
    /// The records of the requests in flight, each with the reason why it was not sent.
    in_flight: VecDeque<Vec<(I::Item, Option<Error>)>>,
    ready: VecDeque<Written<I::Item>>,
}

impl<I: Iterator> WriteStream<I> {
    pub(crate) fn new(batch: Batch, records: I, row: MakeRow<I::Item>) -> Self {
        Self {
            pipeline: Pipeline::new(batch),
            records,
            row,
            check_fields: Vec::new(),
            next_index: 0,
            in_flight: VecDeque::new(),
            ready: VecDeque::new(),
        }
    }

    /// The check fields of an upsert.
    pub(crate) fn with_check_fields(self, check_fields: Vec<String>) -> Self {
        Self { check_fields, ..self }
    }

    /// Writes all that is left, and keeps the outcomes only.
    pub fn report(self) -> BatchReport {
        self.map(|written| written.outcome).collect()
    }

    /// Sends as many requests as may be in flight.
    fn send_some(&mut self) {
        while self.pipeline.has_room() {
            let records: Vec<I::Item> = self.records.by_ref().take(self.pipeline.per_request()).collect();
            if records.is_empty() {
                break;
            }
            let mut rows = Vec::with_capacity(records.len());
            let unfit =
                records.iter().map(|record| match self.pipeline.admit((self.row)(record, &self.check_fields)) {
                    Ok(row) => {
                        rows.push(row);
                        None
                    }
                    Err(error) => Some(error),
                });
            let unfit: Vec<Option<Error>> = unfit.collect();
            while self.pipeline.holds_any_of(&rows) {
                self.finish_first();
            }
            self.pipeline.send(rows);
            self.in_flight.push_back(records.into_iter().zip(unfit).collect());
        }
    }

    /// Waits for the request that was sent first.
    fn finish_first(&mut self) {
        let (Some(outcomes), Some(records)) = (self.pipeline.finish_first(), self.in_flight.pop_front()) else {
            return;
        };
        let mut outcomes = outcomes.into_iter();
        for (record, unfit) in records {
            let index = self.next_index;
            let outcome = match unfit {
                Some(error) => Some(Outcome::NotSent(of_record(index, error))),
                None => outcomes.next(),
            };
            let missing = || Outcome::NotSent(Error::invalid("the record was not sent"));
            self.ready.push_back(Written { index, record, outcome: outcome.unwrap_or_else(missing) });
            self.next_index = index.saturating_add(1);
        }
    }
}

impl<I: Iterator> Iterator for WriteStream<I> {
    type Item = Written<I::Item>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ready.is_empty() {
            self.send_some();
            self.finish_first();
            if self.pipeline.is_parallel() {
                // While the outcomes are used.
                self.send_some();
            }
        }
        self.ready.pop_front()
    }
}

impl<I: Iterator> fmt::Debug for WriteStream<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WriteStream")
            .field("pipeline", &self.pipeline)
            .field("next_index", &self.next_index)
            .finish_non_exhaustive()
    }
}
