//! Moments and days as Zoho writes them.

mod date;

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use time::format_description::well_known::Rfc3339;
use time::{OffsetDateTime, UtcOffset};

pub use date::Date;

use super::json::Json;
use super::member::{Member, plain_text};
use crate::error::{Error, ErrorKind, Result};

/// A moment with the offset it came with, such as `2018-03-28T10:32:45+05:30`.
///
/// The text is kept as it came, whatever it is, so writing it back changes nothing; Zoho's offset is that of the user
/// or the organization. [`parse`](str::parse) takes only a text that is a moment, and [`check`](DateTime::check) tells.
///
/// Moments are ordered in time; the same moment in two offsets is two values, ordered by their text. Texts that are no
/// moments come first.
///
/// ```
/// use zcrm_core::DateTime;
///
/// let moment: DateTime = serde_json::from_str("\"1970-01-01T05:30:01+05:30\"")?;
/// assert_eq!(moment.unix_seconds(), Some(1));
/// assert_eq!(moment.as_str(), "1970-01-01T05:30:01+05:30");
/// assert!(moment < "1970-01-01T00:00:02+00:00".parse()?);
/// assert!("2018-03-28".parse::<DateTime>().is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DateTime(Box<str>);

/// The first and the last second that Zoho's format can write, in seconds since 1970: the years 0000 and 9999.
const FIRST: i64 = -62_167_219_200;
const LAST: i64 = 253_402_300_799;

impl DateTime {
    /// Wraps a text without looking at it. Zoho wants ISO 8601 with an offset and without fractions of a second.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into().into_boxed_str())
    }

    /// The text as it came.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the text is a moment.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidInput`] when it is none; the message has the text.
    pub fn check(&self) -> Result<()> {
        if self.moment().is_some() {
            return Ok(());
        }
        let message = format!("{:?} is no moment; write it like 2018-03-28T10:32:45+05:30", self.0);
        Err(Error::new(ErrorKind::InvalidInput, message).logged())
    }

    /// Seconds since 1970-01-01 UTC; `None` when the text is no moment.
    #[must_use]
    pub fn unix_seconds(&self) -> Option<i64> {
        self.moment().map(OffsetDateTime::unix_timestamp)
    }

    /// The moment as the standard library's type; `None` when the text is no moment, or one that the system's clock
    /// does not know.
    #[must_use]
    pub fn system_time(&self) -> Option<SystemTime> {
        let seconds = self.unix_seconds()?;
        let distance = Duration::from_secs(seconds.unsigned_abs());
        if seconds < 0 { UNIX_EPOCH.checked_sub(distance) } else { UNIX_EPOCH.checked_add(distance) }
    }

    fn moment(&self) -> Option<OffsetDateTime> {
        OffsetDateTime::parse(&self.0, &Rfc3339).ok()
    }

    /// The whole second in this offset, whole minutes of it; a moment outside the years 0000 to 9999 is the nearest one
    /// within them.
    fn of(unix_seconds: i64, offset: UtcOffset) -> Self {
        let utc = OffsetDateTime::from_unix_timestamp(unix_seconds.clamp(FIRST, LAST));
        let utc = utc.unwrap_or(OffsetDateTime::UNIX_EPOCH);
        let minutes = UtcOffset::from_whole_seconds(i32::from(offset.whole_minutes()) * 60).unwrap_or(UtcOffset::UTC);
        let local = utc.checked_to_offset(minutes).filter(|local| (0..=9999).contains(&local.year())).unwrap_or(utc);
        let (date, time, offset) = (Date::of(local.date()), local.time(), local.offset());
        let sign = if offset.is_negative() { '-' } else { '+' };
        let (hours, minutes, _) = offset.as_hms();
        let (hours, minutes) = (hours.unsigned_abs(), minutes.unsigned_abs());
        let (hour, minute, second) = time.as_hms();
        Self::new(format!("{date}T{hour:02}:{minute:02}:{second:02}{sign}{hours:02}:{minutes:02}"))
    }
}

impl Ord for DateTime {
    fn cmp(&self, other: &Self) -> Ordering {
        self.moment().cmp(&other.moment()).then_with(|| self.0.cmp(&other.0))
    }
}

impl PartialOrd for DateTime {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Member for DateTime {
    fn read(json: &Json) -> Option<Self> {
        plain_text(json).map(Self::new)
    }
}

impl From<SystemTime> for DateTime {
    /// The moment in UTC, whole seconds. Before the year 0000 and after 9999, which cannot be written, it is the first
    /// or last second between them.
    fn from(moment: SystemTime) -> Self {
        let seconds = |distance: Duration| i64::try_from(distance.as_secs()).unwrap_or(i64::MAX);
        let unix_seconds = match moment.duration_since(UNIX_EPOCH) {
            Ok(after) => seconds(after),
            Err(before) => {
                let before = before.duration();
                -seconds(before) - i64::from(before.subsec_nanos() > 0)
            }
        };
        Self::of(unix_seconds, UtcOffset::UTC)
    }
}

impl FromStr for DateTime {
    type Err = Error;

    /// The text, if it is a moment; see [`check`](DateTime::check).
    fn from_str(text: &str) -> Result<Self> {
        let moment = Self::new(text);
        moment.check().map(|()| moment)
    }
}

impl fmt::Display for DateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&str> for DateTime {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for DateTime {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

/// Conversions for the `time` crate, in both directions.
#[cfg(feature = "time")]
mod conversion {
    use super::{DateTime, OffsetDateTime};

    impl DateTime {
        /// The moment as a type of the `time` crate; `None` when the text is no moment.
        #[must_use]
        pub fn to_offset_date_time(&self) -> Option<OffsetDateTime> {
            self.moment()
        }
    }

    impl From<OffsetDateTime> for DateTime {
        /// The same moment, whole seconds, its offset cut to whole minutes. Before the year 0000 and after 9999, which
        /// cannot be written, it is the first or last second between them.
        fn from(moment: OffsetDateTime) -> Self {
            Self::of(moment.unix_timestamp(), moment.offset())
        }
    }
}
