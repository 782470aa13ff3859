//! Moments in the time zone in which Zoho reads those of a bulk file, which carry no offset.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::entity::DateTime;
use crate::error::{Error, ErrorKind, Result};

/// In which time zone moments are written.
#[derive(Debug, Clone)]
pub(super) enum Zone {
    /// That of the user.
    Of(TimeZone),
    /// The offset that each moment has.
    AsWritten,
}

impl Zone {
    /// The time zone of this name, by the database that comes with the program.
    pub(super) fn named(name: &str) -> Result<Self> {
        let unknown = |cause| {
            Error::new(ErrorKind::InvalidInput, format!("{name:?} is no time zone; use a name such as Europe/Oslo"))
                .with_source(cause)
        };
        TimeZone::get(name).map(Self::Of).map_err(unknown)
    }

    /// The time of day at a moment, `yyyy-MM-ddTHH:mm:ss`; `None` for a text that is no moment. A text without an
    /// offset is the time of day already.
    pub(super) fn local(&self, text: &str) -> Option<String> {
        const LENGTH: usize = "yyyy-MM-ddTHH:mm:ss".len();
        let text = text.trim();
        let is_local = text.len() == LENGTH && text.is_ascii();
        let text = if is_local { format!("{}Z", text.replacen(' ', "T", 1)) } else { text.to_owned() };
        let seconds = DateTime::new(text.as_str()).unix_seconds()?;
        match self {
            Self::Of(zone) if !is_local => {
                let moment = Timestamp::from_second(seconds).ok()?.to_zoned(zone.clone());
                Some(moment.strftime("%Y-%m-%dT%H:%M:%S").to_string())
            }
            _ => text.get(..LENGTH).map(|text| text.replacen([' ', 't'], "T", 1)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_told_in_the_users_time_of_day() {
        let oslo = Zone::named("Europe/Oslo").unwrap();
        let local = |text| oslo.local(text);
        assert_eq!(local("2026-01-05T10:00:00+01:00").as_deref(), Some("2026-01-05T10:00:00"));
        assert_eq!(local("2026-07-05T10:00:00+00:00").as_deref(), Some("2026-07-05T12:00:00"), "in summer");
        assert_eq!(local("2026-07-05T23:30:00.25Z").as_deref(), Some("2026-07-06T01:30:00"));
        assert_eq!(local("2026-07-05T10:00:00").as_deref(), Some("2026-07-05T10:00:00"), "without an offset");
        assert_eq!(Zone::AsWritten.local("2026-07-05 10:00:00").as_deref(), Some("2026-07-05T10:00:00"));
        assert_eq!(Zone::AsWritten.local("2026-07-05T10:00:00.5-05:00").as_deref(), Some("2026-07-05T10:00:00"));
        for text in ["", "2026-07-05", "yesterday", "2026-13-05T10:00:00Z"] {
            assert_eq!(local(text), None, "{text}");
        }
        assert!(Zone::named("Oslo").is_err());
    }
}
