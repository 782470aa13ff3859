//! This machine's clock against another one.

use std::time::{Duration, SystemTime};

use crate::finding::Finding;

/// Less than this is no skew: the times that are compared have whole seconds and were on the way.
const TOLERATED: Duration = Duration::from_secs(60);
/// More than this spoils what stores say of the end of tokens.
const HARMFUL: Duration = Duration::from_secs(300);

/// So that an hour less a second on the way is an hour.
const HALF_A_MINUTE: Duration = Duration::from_secs(30);

const REMEDY: &str = "set this machine's clock by NTP (timedatectl set-ntp true)";

/// Compares the clock with a time that Zoho's server told.
pub(super) fn check(told: SystemTime) -> Finding {
    let now = SystemTime::now();
    let (skew, direction) = match now.duration_since(told) {
        Ok(ahead) => (ahead, "ahead of"),
        Err(behind) => (behind.duration(), "behind"),
    };
    let found = format!("this machine's clock is {} {direction} Zoho's", in_words(skew + HALF_A_MINUTE));
    match skew {
        _ if skew < TOLERATED => Finding::ok("clock", "this machine's clock agrees with Zoho's"),
        _ if skew < HARMFUL => Finding::warn("clock", found, REMEDY),
        _ => Finding::fail("clock", found, REMEDY),
    }
}

/// A duration for people, in its two largest units.
pub(super) fn in_words(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, minutes) => format!("{minutes} min"),
        (0, hours, 0) => format!("{hours} h"),
        (0, hours, minutes) => format!("{hours} h {minutes} min"),
        (days, 0, _) => format!("{days} d"),
        (days, hours, _) => format!("{days} d {hours} h"),
    }
}
