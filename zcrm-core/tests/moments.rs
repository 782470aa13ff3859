//! Moments and days: checked, ordered, converted, and never a panic.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use zcrm_core::{Date, DateTime, ErrorKind};

#[test]
fn moments_that_zoho_cannot_write_are_bounded() {
    use std::time::{Duration, UNIX_EPOCH};
    assert_eq!(DateTime::from(UNIX_EPOCH + Duration::from_secs(400_000_000_000)).as_str(), "9999-12-31T23:59:59+00:00");
    // The clock of Windows has no times before 1601.
    if let Some(early) = UNIX_EPOCH.checked_sub(Duration::from_secs(90_000_000_000)) {
        assert_eq!(DateTime::from(early).as_str(), "0000-01-01T00:00:00+00:00");
    }
    let ancient = DateTime::new("0000-01-01T00:00:00+00:00").system_time();
    assert_eq!(ancient.is_none(), cfg!(windows), "{ancient:?}");
    assert_eq!(DateTime::from(UNIX_EPOCH - Duration::from_millis(500)).as_str(), "1969-12-31T23:59:59+00:00");
    let before = DateTime::new("1969-12-31T23:59:59+00:00");
    assert_eq!(before.system_time(), Some(UNIX_EPOCH - Duration::from_secs(1)));
    let mut moments = ["2018-03-28T12:00:00+05:30", "2018-03-28T06:31:00+00:00", "soon"].map(DateTime::new);
    moments.sort();
    assert_eq!(
        moments.each_ref().map(DateTime::as_str),
        ["soon", "2018-03-28T12:00:00+05:30", "2018-03-28T06:31:00+00:00"]
    );
    for (text, right) in [("2024-02-29", true), ("2023-02-29", false), ("2018-3-28", false), ("+018-03-28", false)] {
        assert_eq!(text.parse::<Date>().is_ok(), right, "{text}");
    }
    assert_eq!("soon".parse::<DateTime>().unwrap_err().kind(), ErrorKind::InvalidInput);
}

/// With the feature `time`.
#[test]
fn moments_and_days_of_the_time_crate() {
    use time::{Month, OffsetDateTime, UtcOffset};
    let moment = OffsetDateTime::from_unix_timestamp(0).unwrap();
    let odd = moment.to_offset(UtcOffset::from_hms(0, 53, 28).unwrap());
    let written = DateTime::from(odd);
    assert_eq!(written.as_str(), "1970-01-01T00:53:00+00:53");
    assert_eq!(written.to_offset_date_time(), Some(moment), "the same moment");
    let west = moment.to_offset(UtcOffset::from_hms(-3, -30, -59).unwrap());
    assert_eq!(DateTime::from(west).as_str(), "1969-12-31T20:30:00-03:30");
    let day = time::Date::from_calendar_date(2024, Month::February, 29).unwrap();
    assert_eq!(Date::from(day).as_str(), "2024-02-29");
    assert_eq!(Date::new("2024-02-29").to_time_date(), Some(day));
    assert_eq!(Date::from(time::Date::MIN).as_str(), "0000-01-01");
}
