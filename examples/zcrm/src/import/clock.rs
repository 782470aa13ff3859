//! Zoho's clock, and how long its answers take.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use zcrm_core::transport::Headers;

/// Zoho's clock, read from the `Date` of a response and carried on by a clock that nobody sets.
#[derive(Debug)]
pub struct Clock {
    read: i64,
    at: Instant,
    slowest: AtomicU64,
}

/// What a later run should know of a call that went out.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Sent {
    /// When it went out, by Zoho's clock, in seconds since 1970.
    pub(super) at: i64,
    /// How long the slowest answer took until then.
    pub(super) slowest_ms: u64,
    /// Whether it starts a bulk job, which Zoho may carry out any time later.
    #[serde(default)]
    pub(super) bulk: bool,
    /// When one of its rows was sent first, where that was by an earlier call.
    #[serde(default)]
    pub(super) since: Option<i64>,
}

impl Sent {
    /// When one of its rows was sent first.
    pub(super) fn first(&self) -> i64 {
        self.since.map_or(self.at, |since| since.min(self.at))
    }
}

impl Clock {
    /// By a response that took so long; without a `Date` in it, this machine's clock stands in for Zoho's.
    #[must_use]
    pub fn of(headers: &Headers, took: Duration) -> Self {
        let date = headers.get("Date").and_then(|date| httpdate::parse_http_date(date).ok());
        let seconds = date.unwrap_or_else(SystemTime::now).duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let clock =
            Self { read: i64::try_from(seconds).unwrap_or(i64::MAX), at: Instant::now(), slowest: AtomicU64::new(0) };
        clock.observe(took);
        clock
    }

    /// An answer took so long.
    pub(super) fn observe(&self, took: Duration) {
        self.slowest.fetch_max(u64::try_from(took.as_millis()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// How long the slowest answer took.
    #[must_use]
    pub fn slowest(&self) -> Duration {
        Duration::from_millis(self.slowest.load(Ordering::Relaxed))
    }

    /// What it shows now.
    pub(super) fn now(&self) -> i64 {
        self.read.saturating_add(i64::try_from(self.at.elapsed().as_secs()).unwrap_or(i64::MAX))
    }

    pub(super) fn sent(&self, bulk: bool) -> Sent {
        Sent { at: self.now(), slowest_ms: self.slowest.load(Ordering::Relaxed), bulk, since: None }
    }
}
