//! Zoho's clock. Ours is never asked.

use std::time::{Duration, UNIX_EPOCH};

use crate::entity::DateTime;
use crate::rest::Response;

/// Seconds since 1970, by Zoho's clock.
pub(super) type Seconds = i64;

/// When Zoho sent a response: its `Date` header.
pub(super) fn sent_at(response: &Response) -> Option<Seconds> {
    let moment = httpdate::parse_http_date(response.headers().get("date")?.trim()).ok()?;
    i64::try_from(moment.duration_since(UNIX_EPOCH).ok()?.as_secs()).ok()
}

/// The moment as Zoho wants it.
pub(super) fn moment(seconds: Seconds) -> DateTime {
    let distance = Duration::from_secs(seconds.unsigned_abs());
    let moment = if seconds < 0 { UNIX_EPOCH.checked_sub(distance) } else { UNIX_EPOCH.checked_add(distance) };
    DateTime::from(moment.unwrap_or(UNIX_EPOCH))
}
