//! Client-side throttling after the accounts server has rate-limited token requests.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::error::{Error, ErrorKind, Result};
use crate::secret::Secret;

/// How long a refresh token is not sent when Zoho does not say: its limits count in windows of ten minutes (Zoho's page
/// *Token validity*).
pub(super) const WINDOW: Duration = Duration::from_secs(600);

/// Longer waits are not believed: a client that took a wild `Retry-After` at its word would be dead for days.
const LONGEST_WAIT: Duration = Duration::from_secs(3600);

/// Which refresh tokens are rate-limited, and until when. Zoho counts per refresh token, so nobody else is held up.
#[derive(Debug, Default)]
pub(super) struct Throttle(Mutex<Vec<(Secret, Instant)>>);

impl Throttle {
    /// From now on, and for so long, the refresh token is not sent.
    pub(super) fn begin(&self, refresh_token: &Secret, wait: Duration) {
        let mut limited = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        limited.retain(|(token, _)| !token.same_as(refresh_token));
        limited.push((refresh_token.clone(), Instant::now() + wait.min(LONGEST_WAIT)));
    }

    /// Whether the refresh token may be sent.
    pub(super) fn check(&self, refresh_token: &Secret) -> Result<()> {
        let now = Instant::now();
        let mut limited = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        limited.retain(|(_, until)| *until > now);
        match limited.iter().find(|(token, _)| token.same_as(refresh_token)) {
            Some((_, until)) => Err(throttled(*until - now)),
            None => Ok(()),
        }
    }
}

pub(super) fn throttled(wait: Duration) -> Error {
    // Rounded up: a caller who sleeps for just this long must not come too early.
    let wait = Duration::from_secs(wait.as_secs() + u64::from(wait.subsec_nanos() > 0)).min(LONGEST_WAIT);
    Error::new(
        ErrorKind::TokenThrottled,
        format!(
            "Zoho limits token requests at the moment (10 new access tokens per refresh token in 10 minutes); no further \
             one is sent for {} s. Programs that share a user should share a store",
            wait.as_secs()
        ),
    )
    .with_retry_after(Some(wait))
}
