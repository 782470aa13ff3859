//! What the headers of a response say of limits.

use std::time::{Duration, SystemTime};

use crate::rate_limits::RateLimits;
use crate::transport::Headers;

/// The figures that are there and are figures.
pub(crate) fn rate_limits(headers: &Headers) -> RateLimits {
    let number = |name| headers.get(name).and_then(|value| value.trim().parse().ok());
    let text = |name| headers.get(name).map(|value| value.trim().to_owned());
    RateLimits {
        credits_remaining: number("x-api-credits-remaining"),
        limit: number("x-ratelimit-limit"),
        remaining: number("x-ratelimit-remaining"),
        reset: text("x-ratelimit-reset"),
        day_limit: number("x-ratelimit-day-limit"),
        day_remaining: number("x-ratelimit-day-remaining"),
        access_token_reset: text("x-accesstoken-reset"),
        retry_after_seconds: retry_after(headers).map(|wait| wait.as_secs()),
    }
}

/// How long the server asks to wait.
pub(crate) fn retry_after(headers: &Headers) -> Option<Duration> {
    crate::retry_after::parse(headers.get("retry-after")?, SystemTime::now())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&str, &str)]) -> Headers {
        Headers::new(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
    }

    #[test]
    fn reads_what_is_there() {
        let limits = rate_limits(&headers(&[
            ("X-API-CREDITS-REMAINING", "4711"),
            ("X-RATELIMIT-LIMIT", "100"),
            ("X-RATELIMIT-REMAINING", "99"),
            ("X-RATELIMIT-RESET", "1531828205416"),
            ("X-RATELIMIT-DAY-LIMIT", "5000"),
            ("X-RATELIMIT-DAY-REMAINING", "many"),
            ("X-ACCESSTOKEN-RESET", "2024-08-01T19:21:19+08:00"),
            ("Retry-After", "3"),
        ]));
        assert_eq!(limits.credits_remaining, Some(4711));
        assert_eq!((limits.limit, limits.remaining), (Some(100), Some(99)));
        assert_eq!(limits.reset.as_deref(), Some("1531828205416"));
        assert_eq!((limits.day_limit, limits.day_remaining), (Some(5000), None));
        assert_eq!(limits.access_token_reset.as_deref(), Some("2024-08-01T19:21:19+08:00"));
        assert_eq!(limits.retry_after_seconds, Some(3));
        assert_eq!(rate_limits(&Headers::default()), RateLimits::default());
    }
}
