//! Waiting for Zoho with growing pauses.

use std::time::{Duration, Instant};

use super::session::Session;
use crate::error::Result;

/// The first pause, and the longest.
const PAUSES: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(60));

/// Pauses that grow from 0.2 seconds to a minute, within a limit for all of them together.
#[derive(Debug)]
pub(crate) struct Pauses {
    started: Instant,
    limit: Duration,
    next: Duration,
}

impl Pauses {
    pub(crate) fn within(limit: Duration) -> Self {
        Self { started: Instant::now(), limit, next: PAUSES.0 }
    }

    /// Makes the next pause; `false` without one when the limit is reached.
    ///
    /// # Errors
    ///
    /// That the client was interrupted; logged.
    pub(crate) fn pause(&mut self, session: &Session) -> Result<bool> {
        let left = self.limit.saturating_sub(self.started.elapsed());
        if left.is_zero() {
            return Ok(false);
        }
        session.sleep(self.next.min(left)).map_err(|error| error.logged())?;
        self.next = self.next.saturating_mul(2).min(PAUSES.1);
        Ok(true)
    }
}
