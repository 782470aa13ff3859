//! Moments and days as Zoho writes them.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// A moment with the offset it came with, such as `2018-03-28T10:32:45+05:30`.
///
/// The text is kept as it came, so writing it back changes nothing; Zoho's offset is that of the user or the
/// organisation.
///
/// ```
/// use zcrm_core::DateTime;
///
/// let moment: DateTime = serde_json::from_str("\"1970-01-01T05:30:01+05:30\"")?;
/// assert_eq!(moment.unix_seconds(), Some(1));
/// assert_eq!(moment.as_str(), "1970-01-01T05:30:01+05:30");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DateTime(Box<str>);

impl DateTime {
    /// Wraps a text. Zoho wants ISO 8601 with an offset and without fractions of a second.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into().into_boxed_str())
    }

    /// The text as it came.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Seconds since 1970-01-01 UTC; `None` when the text is no moment.
    #[must_use]
    pub fn unix_seconds(&self) -> Option<i64> {
        self.parse().map(OffsetDateTime::unix_timestamp)
    }

    /// The moment as the standard library's type; `None` when the text is no moment, or one before 1970.
    #[must_use]
    pub fn system_time(&self) -> Option<SystemTime> {
        let seconds = u64::try_from(self.unix_seconds()?).ok()?;
        UNIX_EPOCH.checked_add(Duration::from_secs(seconds))
    }

    fn parse(&self) -> Option<OffsetDateTime> {
        OffsetDateTime::parse(&self.0, &Rfc3339).ok()
    }
}

impl From<SystemTime> for DateTime {
    /// The moment in UTC, whole seconds.
    fn from(moment: SystemTime) -> Self {
        let moment = OffsetDateTime::from(moment);
        let moment = moment.replace_nanosecond(0).unwrap_or(moment);
        Self::new(moment.format(&Rfc3339).unwrap_or_default().replace('Z', "+00:00"))
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
    use super::{DateTime, OffsetDateTime, Rfc3339};

    impl DateTime {
        /// The moment as a type of the `time` crate; `None` when the text is no moment.
        #[must_use]
        pub fn to_offset_date_time(&self) -> Option<OffsetDateTime> {
            self.parse()
        }
    }

    impl From<OffsetDateTime> for DateTime {
        fn from(moment: OffsetDateTime) -> Self {
            let moment = moment.replace_nanosecond(0).unwrap_or(moment);
            Self::new(moment.format(&Rfc3339).unwrap_or_default().replace('Z', "+00:00"))
        }
    }
}

/// A day, `2018-03-28`, as it came.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Date(Box<str>);

impl Date {
    /// Wraps a text. Zoho wants `YYYY-MM-DD`.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into().into_boxed_str())
    }

    /// The text as it came.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&str> for Date {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}
