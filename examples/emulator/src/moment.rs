//! Times as Zoho writes them: ISO 8601 with the organization's offset and no fraction of a second.

use std::time::{Duration, SystemTime};

use time::format_description::BorrowedFormatItem;
use time::format_description::well_known::Rfc3339;
use time::macros::{format_description, offset};
use time::{Date, OffsetDateTime, UtcOffset};

const ISO: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second][offset_hour sign:mandatory]:[offset_minute]");

const ORGANIZATION: UtcOffset = offset!(+2);

/// The present time in the zone of the organization.
pub(crate) fn now() -> String {
    write(OffsetDateTime::now_utc())
}

/// A time a while ahead of now.
pub(crate) fn ahead(by: Duration) -> String {
    write(OffsetDateTime::from(SystemTime::now() + by))
}

/// The present time, so many seconds ahead, as HTTP writes it.
pub(crate) fn http_date(ahead: i64) -> Option<String> {
    const HTTP: &[BorrowedFormatItem<'_>] =
        format_description!("[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT");
    (OffsetDateTime::now_utc() + time::Duration::seconds(ahead)).format(HTTP).ok()
}

/// The time of so many seconds since 1970.
pub(crate) fn at(seconds: i64) -> String {
    write(OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH))
}

/// Whether a text is a date as Zoho writes it.
pub(crate) fn is_date(text: &str) -> bool {
    Date::parse(text, format_description!("[year]-[month]-[day]")).is_ok()
}

/// Reads a time of any offset.
pub(crate) fn parse(text: &str) -> Option<OffsetDateTime> {
    OffsetDateTime::parse(text, &Rfc3339).ok()
}

fn write(time: OffsetDateTime) -> String {
    time.to_offset(ORGANIZATION).format(ISO).unwrap_or_default()
}
