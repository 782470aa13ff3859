//! Rows on their way to a call: read, looked up, and put down in the journal before they go out.

use std::collections::VecDeque;

use anyhow::Result;
use zcrm_core::journal::{RowFate, RowOutcome, RowSet};

use super::clock::Sent;
use super::job::{Block, Job, lock};
use super::lookup::Lookups;
use super::past::{self, STILL_UNANSWERED};
use super::writes::{Row, is_repeatable};
use crate::csv::SheetRow;

/// How many records Zoho takes in one request.
const ROWS_PER_REQUEST: usize = 100;

/// So many rows are read ahead where something has to be looked up for them: 50 values go into one request.
const ROWS_TO_LOOK_UP: usize = 1_000;

/// Rows that become calls.
pub(super) struct Feed<'a> {
    job: &'a Job<'a>,
    lookups: Lookups,
    /// Records that wait for their call; the tally has them as gathered.
    ready: VecDeque<Row>,
    /// The rows of the call that goes out now.
    leaving: VecDeque<Row>,
    at_end: bool,
}

impl<'a> Feed<'a> {
    pub(super) fn new(job: &'a Job<'a>) -> Self {
        Self { job, lookups: Lookups::default(), ready: VecDeque::new(), leaving: VecDeque::new(), at_end: false }
    }

    /// Whether there are no more rows.
    pub(super) fn is_at_end(&self) -> bool {
        self.at_end && self.ready.is_empty()
    }

    /// The next rows, at most so many; none when no more is to be sent. The values that they overwrite are kept.
    ///
    /// # Errors
    ///
    /// When something cannot be looked up or kept: nothing more can be sent.
    pub(super) fn take(&mut self, most: usize) -> Result<Vec<Row>> {
        while self.ready.len() < most && !self.at_end && !self.job.is_over() {
            let wanted = if self.job.columns.has_references() { ROWS_TO_LOOK_UP } else { most - self.ready.len() };
            let rows = self.read(wanted);
            self.make_ready(rows)?;
        }
        if self.job.is_over() {
            return Ok(Vec::new());
        }
        let rows: Vec<Row> = self.ready.drain(..most.min(self.ready.len())).collect();
        if let Some(keep) = self.job.keep {
            keep.before(&rows)?;
        }
        Ok(rows)
    }

    /// The rows of the next call.
    ///
    /// # Errors
    ///
    /// As [`take`](Self::take), and when they cannot be put down.
    fn next_call(&mut self) -> Result<Vec<Row>> {
        let rows = self.take(ROWS_PER_REQUEST)?;
        let Some(last) = rows.last().map(|row| row.number) else { return Ok(rows) };
        let numbers = RowSet::from_iter(rows.iter().map(|row| row.number));
        let since = rows.iter().filter_map(|row| row.in_doubt).min();
        let sent = Sent { since, ..self.job.clock.sent(false) };
        let call = self.job.journal().map(|journal| journal.note_sending(numbers, &sent)).transpose()?;
        lock(self.job.tally).send(last);
        lock(&self.job.blocks.0).push_back(Block::new(call, rows.len(), sent.at));
        Ok(rows)
    }

    /// Reads rows and accounts for them; those that may be sent come back.
    fn read(&mut self, wanted: usize) -> Vec<SheetRow> {
        let mut rows = Vec::new();
        while rows.len() < wanted && !self.job.is_over() {
            let more = self.job.account_for_next(|row, tally| match past::done(self.job.journal(), row.number) {
                Ok(Some(outcome)) => tally.know(row, outcome),
                Ok(None) if row.fault.is_some() => {
                    let fault = row.fault.clone().unwrap_or_default();
                    tally.refuse(row, &fault);
                }
                Ok(None) => {
                    rows.push(row.clone());
                    tally.gather(row);
                }
                Err(failure) => {
                    tally.gather(row);
                    tally.break_off(failure);
                }
            });
            if !more {
                self.at_end = true;
                break;
            }
            (self.job.progress)(lock(self.job.sheet).position());
        }
        rows
    }

    fn make_ready(&mut self, rows: Vec<SheetRow>) -> Result<()> {
        let values = rows.iter().flat_map(|row| self.job.columns.references(row));
        self.lookups.look_up(self.job.client, values)?;
        let mut known = Vec::new();
        for row in rows {
            let number = row.number;
            match self.job.columns.record(&row, &self.lookups) {
                Ok(json) => match past::unanswered(self.job.journal(), number)? {
                    Some(_) if self.job.held.contains(&number) || !is_repeatable(self.job.columns, &json) => {
                        known.push(RowOutcome::because(number, RowFate::Unanswered, STILL_UNANSWERED));
                    }
                    call => {
                        // Of a call that nobody knows, nothing is taken for its doing.
                        let since = |call| self.job.first_sent.get(&call).copied().unwrap_or(i64::MAX);
                        self.ready.push_back(Row { number, json, in_doubt: call.map(since) });
                    }
                },
                Err(reason) => known.push(RowOutcome::because(number, RowFate::Refused, reason)),
            }
        }
        lock(self.job.tally).settle(known);
        Ok(())
    }
}

impl Iterator for Feed<'_> {
    type Item = Row;

    fn next(&mut self) -> Option<Row> {
        if self.leaving.is_empty() {
            match self.next_call() {
                Ok(rows) => self.leaving = rows.into(),
                Err(failure) => lock(self.job.tally).break_off(failure),
            }
        }
        self.leaving.pop_front()
    }
}
