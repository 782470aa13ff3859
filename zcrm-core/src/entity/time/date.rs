//! Days.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use time::Month;

use crate::entity::json::Json;
use crate::entity::member::{Member, plain_text};
use crate::error::{Error, ErrorKind, Result};

/// A day, `2018-03-28`.
///
/// The text is kept as it came, whatever it is. [`parse`](str::parse) takes only a text that is a day, and
/// [`check`](Date::check) tells. Days are ordered in time; texts that are no days come first.
///
/// ```
/// use zcrm_core::Date;
///
/// let day: Date = "2024-02-29".parse()?;
/// assert!(day < "2024-03-01".parse()?);
/// assert!("2023-02-29".parse::<Date>().is_err());
/// # Ok::<(), zcrm_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Date(Box<str>);

impl Date {
    /// Wraps a text without looking at it. Zoho wants `YYYY-MM-DD`.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into().into_boxed_str())
    }

    /// The text as it came.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the text is a day of the calendar.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidInput`] when it is none; the message has the text.
    pub fn check(&self) -> Result<()> {
        if self.day().is_some() {
            return Ok(());
        }
        Err(Error::new(ErrorKind::InvalidInput, format!("{:?} is no day; write it like 2018-03-28", self.0)).logged())
    }

    pub(crate) fn day(&self) -> Option<time::Date> {
        let (year, rest) = self.0.split_once('-')?;
        let (month, day) = rest.split_once('-')?;
        let digits = |text: &str, length: usize| text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit());
        if !(digits(year, 4) && digits(month, 2) && digits(day, 2)) {
            return None;
        }
        let month = Month::try_from(month.parse::<u8>().ok()?).ok()?;
        time::Date::from_calendar_date(year.parse().ok()?, month, day.parse().ok()?).ok()
    }

    /// A day; one before the year 0000 or after 9999 is the nearest that can be written.
    pub(super) fn of(day: time::Date) -> Self {
        let (year, month, day) = match day.to_calendar_date() {
            (year, ..) if year < 0 => (0, Month::January, 1),
            (year, ..) if year > 9999 => (9999, Month::December, 31),
            day => day,
        };
        Self::new(format!("{year:04}-{:02}-{day:02}", u8::from(month)))
    }
}

impl Ord for Date {
    fn cmp(&self, other: &Self) -> Ordering {
        self.day().cmp(&other.day()).then_with(|| self.0.cmp(&other.0))
    }
}

impl PartialOrd for Date {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Member for Date {
    fn read(json: &Json) -> Option<Self> {
        plain_text(json).map(Self::new)
    }
}

impl FromStr for Date {
    type Err = Error;

    /// The text, if it is a day; see [`check`](Date::check).
    fn from_str(text: &str) -> Result<Self> {
        let day = Self::new(text);
        day.check().map(|()| day)
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

impl From<String> for Date {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

/// Conversions for the `time` crate, in both directions.
#[cfg(feature = "time")]
mod conversion {
    use super::Date;

    impl Date {
        /// The day as a type of the `time` crate; `None` when the text is no day.
        #[must_use]
        pub fn to_time_date(&self) -> Option<time::Date> {
            self.day()
        }
    }

    impl From<time::Date> for Date {
        /// The day. Before the year 0000 and after 9999, which cannot be written, it is the first or last day between
        /// them.
        fn from(day: time::Date) -> Self {
            Self::of(day)
        }
    }
}
