//! Silence towards an accounts server that has had enough.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::error::{Error, ErrorKind, Result};

/// How long nothing is asked when Zoho does not say: its limits count in windows of ten minutes (Zoho's page *Token
/// validity*).
const SILENCE: Duration = Duration::from_secs(600);

/// Remembers until when the accounts server wants no token requests. One per client.
#[derive(Debug, Default)]
pub(super) struct Throttle(Mutex<Option<Instant>>);

impl Throttle {
    /// Begins the silence and gives its error.
    pub(super) fn begin(&self, wait: Option<Duration>) -> Error {
        let wait = wait.unwrap_or(SILENCE);
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now() + wait);
        log::warn!("Zoho limits token requests; this client asks for none during the next {} s", wait.as_secs());
        throttled(wait)
    }

    /// Whether token requests may be sent.
    pub(super) fn check(&self) -> Result<()> {
        let mut until = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let left = until.map_or(Duration::ZERO, |until| until.saturating_duration_since(Instant::now()));
        if left.is_zero() {
            *until = None;
            return Ok(());
        }
        Err(throttled(left))
    }
}

fn throttled(wait: Duration) -> Error {
    // Rounded up: a caller who sleeps for just this long must not come too early.
    let wait = Duration::from_secs(wait.as_secs() + u64::from(wait.subsec_nanos() > 0));
    Error::new(
        ErrorKind::TokenThrottled,
        format!(
            "Zoho limits token requests at the moment (10 new access tokens per refresh token in 10 minutes); none will \
             be sent for {} s. Programs that share a user should share a store",
            wait.as_secs()
        ),
    )
    .with_retry_after(Some(wait))
}
