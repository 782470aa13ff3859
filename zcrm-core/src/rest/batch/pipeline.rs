//! Several requests of a batch in flight, whose outcomes come in the order in which the requests were given.

use std::collections::{HashSet, VecDeque};
use std::fmt;
use std::sync::Arc;
use std::thread::{Builder, JoinHandle};

use super::outcomes::Outcome;
use super::rows::Row;
use super::send::Batch;
use crate::error::{Error, ErrorKind, Result};

/// Requests in flight, each in a thread of its own; with one worker, each is sent in the caller's thread.
pub(super) struct Pipeline {
    batch: Batch,
    in_flight: VecDeque<InFlight>,
}

struct InFlight {
    rows: Arc<[Row]>,
    outcomes: Outcomes,
}

enum Outcomes {
    Known(Vec<Outcome>),
    Pending(JoinHandle<Vec<Outcome>>),
}

impl Pipeline {
    pub(super) fn new(batch: Batch) -> Self {
        Self { batch, in_flight: VecDeque::new() }
    }

    /// How many items a request may have.
    pub(super) fn per_request(&self) -> usize {
        self.batch.per_request()
    }

    /// The item as it is sent.
    pub(super) fn admit(&self, row: Result<Row>) -> Result<Row> {
        self.batch.admit(row)
    }

    /// Whether requests go out while the outcomes of others are used.
    pub(super) fn is_parallel(&self) -> bool {
        self.batch.in_flight() > 1
    }

    /// Whether another request may be given.
    pub(super) fn has_room(&self) -> bool {
        self.in_flight.len() < self.batch.in_flight()
    }

    /// Why the rest is not sent.
    pub(super) fn stopped(&self) -> Option<&Error> {
        self.batch.stopped()
    }

    /// Whether a request that is in flight is about a record that one of these rows is about as well: which of them
    /// Zoho does first would be chance.
    pub(super) fn holds_any_of(&self, rows: &[Row]) -> bool {
        if !self.is_parallel() || self.in_flight.is_empty() {
            return false;
        }
        let wanted: HashSet<u64> = rows.iter().flat_map(|row| row.keys.iter().copied()).collect();
        let mut held = self.in_flight.iter().flat_map(|request| request.rows.iter()).flat_map(|row| &*row.keys);
        !wanted.is_empty() && held.any(|key| wanted.contains(key))
    }

    /// Sends some items in one request.
    pub(super) fn send(&mut self, rows: Vec<Row>) {
        let rows: Arc<[Row]> = rows.into();
        let outcomes = if self.is_parallel() && !rows.is_empty() { self.spawn(&rows) } else { None };
        let outcomes = outcomes.unwrap_or_else(|| Outcomes::Known(self.send_here(&rows)));
        self.in_flight.push_back(InFlight { rows, outcomes });
    }

    fn send_here(&self, rows: &[Row]) -> Vec<Outcome> {
        if rows.is_empty() { Vec::new() } else { self.batch.send(rows) }
    }

    /// `None` when the system has no thread to give.
    fn spawn(&self, rows: &Arc<[Row]>) -> Option<Outcomes> {
        let (batch, rows) = (self.batch.clone(), Arc::clone(rows));
        let thread = Builder::new().name("zcrm-writer".to_owned()).spawn(move || batch.send(&rows));
        thread.ok().map(Outcomes::Pending)
    }

    /// The outcomes of the request that was given first; waits for them. `None` when there is none.
    pub(super) fn finish_first(&mut self) -> Option<Vec<Outcome>> {
        let InFlight { rows, outcomes } = self.in_flight.pop_front()?;
        let thread = match outcomes {
            Outcomes::Known(outcomes) => return Some(outcomes),
            Outcomes::Pending(thread) => thread,
        };
        let broken = || {
            let error = Error::new(ErrorKind::Unanswered, "the thread that sent the request panicked");
            Outcome::Unanswered(error.with_outcome_unknown(true).logged())
        };
        Some(thread.join().unwrap_or_else(|_| rows.iter().map(|_| broken()).collect()))
    }
}

impl Drop for Pipeline {
    /// What is in flight is awaited, so that nothing is being written once this is gone; nothing else is begun.
    fn drop(&mut self) {
        let items: usize = self.in_flight.iter().map(|request| request.rows.len()).sum();
        if items > 0 {
            self.batch.stop(Error::new(ErrorKind::Interrupted, "the outcomes are no longer wanted; nothing was sent"));
            while self.finish_first().is_some() {}
            log::warn!("{items} items were in flight when their outcomes were no longer wanted; they may be written");
        }
    }
}

impl fmt::Debug for Pipeline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pipeline")
            .field("batch", &self.batch)
            .field("in_flight", &self.in_flight.len())
            .finish_non_exhaustive()
    }
}
