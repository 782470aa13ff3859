//! The governor: how many requests may be in flight, how fast, and for how many credits, for all clones of a client.
//!
//! * [`permits`]: slots of the concurrency, and the heavy requests among them.
//! * [`limits`]: the limits in force, which shrink when Zoho answers 429 and grow again.
//! * [`credits`]: what was spent, what is left, and the program's own budget.

mod credits;
mod limits;
mod permits;

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use credits::Credits;
use limits::Limits;
pub(crate) use permits::Permit;

use super::cost::Cost;
use crate::config::HttpOptions;
use crate::error::{Error, ErrorKind, Result};
use crate::rate_limits::RateLimits;

/// Lets requests through within the limits. A permit is held from sending until the response is read, and never while
/// the caller's code runs, during backoff, or while waiting for a token or a lock.
#[derive(Debug)]
pub(crate) struct Governor {
    state: Mutex<State>,
    changed: Condvar,
    queue_timeout: Duration,
}

#[derive(Debug)]
struct State {
    limits: Limits,
    credits: Credits,
    slots_taken: usize,
    heavy_taken: usize,
    /// Requests under way that wait to go on.
    resuming: usize,
    /// After a 429: nothing starts before.
    not_before: Option<Instant>,
    interrupted: bool,
}

impl Governor {
    pub(crate) fn new(options: &HttpOptions) -> Self {
        let state = State {
            limits: Limits::new(options.concurrency, options.heavy_concurrency),
            credits: Credits::new(options.max_credits),
            slots_taken: 0,
            heavy_taken: 0,
            resuming: 0,
            not_before: None,
            interrupted: false,
        };
        Self { state: Mutex::new(state), changed: Condvar::new(), queue_timeout: options.queue_timeout }
    }

    /// What was sent and spent so far.
    pub(crate) fn usage(&self) -> Usage {
        let state = self.lock();
        Usage {
            requests: state.credits.requests(),
            credits_spent: state.credits.spent(),
            credits_remaining: state.credits.remaining(),
            in_flight: state.slots_taken,
        }
    }

    /// A response told how many credits are left.
    pub(crate) fn observe(&self, limits: &RateLimits) {
        if let Some(remaining) = limits.credits_remaining {
            self.lock().credits.observe(remaining);
        }
    }

    /// Sleeps through a backoff, unless the client is interrupted.
    pub(crate) fn sleep(&self, pause: Duration) -> Result<()> {
        let until = Instant::now().checked_add(pause);
        let mut state = self.lock();
        loop {
            if state.interrupted {
                return Err(interrupted());
            }
            let left = until.map_or(pause, |until| until.saturating_duration_since(Instant::now()));
            if left.is_zero() {
                return Ok(());
            }
            state = self.wait(state, left);
        }
    }

    /// Ends all waits, present and future, with an error; with `false`, lets requests through again.
    pub(crate) fn interrupt(&self, interrupted: bool) {
        self.lock().interrupted = interrupted;
        self.changed.notify_all();
    }

    fn wait<'a>(&self, state: MutexGuard<'a, State>, limit: Duration) -> MutexGuard<'a, State> {
        self.changed.wait_timeout(state, limit).unwrap_or_else(PoisonError::into_inner).0
    }

    /// The counts stay right when a holder panics: its permit is dropped while the stack unwinds.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn has_room(&self, slots: usize, heavy: bool) -> bool {
        let room = self.slots_taken == 0 || self.slots_taken.saturating_add(slots) <= self.limits.slots();
        room && (!heavy || self.heavy_taken < self.limits.heavy())
    }
}

/// What a client and its clones have sent and spent; given by [`Client::usage`](crate::Client::usage).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Usage {
    /// Requests that were sent, retries included, requests for tokens not.
    pub requests: u64,
    /// Credits by the estimate of [`Cost`]; what Zoho did not do (429, no connection) is not counted.
    pub credits_spent: u64,
    /// Credits left for the organization, as of the last response that told. Zoho tells once half of them are used.
    pub credits_remaining: Option<u64>,
    /// Slots of the concurrency that are taken at the moment.
    pub in_flight: usize,
}

fn interrupted() -> Error {
    Error::new(ErrorKind::Interrupted, "the client was interrupted; nothing was sent since")
}
