//! What the accounts server answers, taken apart. Nothing of a body ever gets into an error but a known code.

use std::io::Read;
use std::time::{Duration, Instant, SystemTime};

use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;
use zeroize::Zeroizing;

use crate::secret::Secret;
use crate::transport::{Headers, HttpResponse};

/// Answers of the accounts server have a few hundred bytes.
const LARGEST: u64 = 1024 * 1024;

/// The life of an access token when the answer does not tell it (Zoho's page *Token validity*).
const DOCUMENTED_LIFE: Duration = Duration::from_secs(3600);

/// Longer lives are not believed: a wrong unit would keep a dead token for weeks.
const LONGEST_LIFE: Duration = Duration::from_secs(24 * 3600);

/// Longer waits are not believed: a client that took a wild `Retry-After` at its word would be dead for days.
const LONGEST_WAIT: Duration = Duration::from_secs(3600);

/// An answer, read whole.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) retry_after: Option<Duration>,
    pub(super) empty: bool,
    json: Option<Value>,
}

/// Fresh tokens.
#[derive(Debug)]
pub(super) struct Minted {
    pub(super) access_token: Secret,
    /// Zoho repeats it neither in a refresh nor in a second consent without `prompt=consent`.
    pub(super) refresh_token: Option<Secret>,
    pub(super) life: Duration,
    /// The moment before the request went out, by which the token's age is counted.
    pub(super) asked_at: Instant,
    pub(super) api_domain: Option<String>,
}

impl Answer {
    pub(super) fn read(response: HttpResponse) -> std::io::Result<Self> {
        let mut bytes = Zeroizing::new(Vec::new());
        response.body.take(LARGEST).read_to_end(&mut bytes)?;
        Ok(Self {
            status: response.status,
            retry_after: retry_after(&response.headers),
            empty: bytes.iter().all(u8::is_ascii_whitespace),
            json: serde_json::from_slice(&bytes).ok().filter(Value::is_object),
        })
    }

    pub(super) fn is_json(&self) -> bool {
        self.json.is_some()
    }

    pub(super) fn text(&self, key: &str) -> Option<&str> {
        self.json.as_ref()?.get(key)?.as_str().filter(|text| !text.is_empty())
    }

    /// The code under `error`, when it looks like one: an answer may echo what was sent.
    pub(super) fn code(&self) -> Option<&str> {
        self.text("error")
            .filter(|code| code.len() <= 40 && code.bytes().all(|b| b.is_ascii_alphabetic() || b"_ ".contains(&b)))
    }

    pub(super) fn has_error(&self) -> bool {
        self.json.as_ref().is_some_and(|json| json.get("error").is_some())
    }

    /// The throttle's text is translated, so it is told by status and shape. Codes with a meaning of their own have to be
    /// ruled out first.
    pub(super) fn is_throttled(&self) -> bool {
        let described = self.text("error_description").is_some();
        let failure = self.text("status") == Some("failure");
        self.status == 429 || (self.has_error() && (failure || (self.status == 400 && described)))
    }

    pub(super) fn minted(&self, asked_at: Instant) -> Option<Minted> {
        Some(Minted {
            access_token: Secret::new(self.text("access_token")?),
            refresh_token: self.text("refresh_token").map(Secret::new),
            life: self.life(),
            asked_at,
            api_domain: self.text("api_domain").map(str::to_owned),
        })
    }

    /// `expires_in` counts seconds, but milliseconds when `expires_in_sec` stands beside it; each is a number or a text.
    fn life(&self) -> Duration {
        let number = |key| match self.json.as_ref()?.get(key)? {
            Value::String(text) => text.trim().parse::<f64>().ok(),
            value => value.as_f64(),
        };
        let seconds = match (number("expires_in"), number("expires_in_sec")) {
            (Some(millis), Some(_)) => Some(millis / 1000.0),
            (seconds, None) | (None, seconds) => seconds,
        };
        match seconds {
            Some(seconds) if seconds > 0.0 => {
                Duration::try_from_secs_f64(seconds).unwrap_or(LONGEST_LIFE).min(LONGEST_LIFE)
            }
            _ => DOCUMENTED_LIFE,
        }
    }
}

/// `Retry-After`, in seconds or as a date.
fn retry_after(headers: &Headers) -> Option<Duration> {
    let value = headers.get("Retry-After")?.trim();
    let wait = match value.parse() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => {
            let moment = SystemTime::from(OffsetDateTime::parse(value, &Rfc2822).ok()?);
            moment.duration_since(SystemTime::now()).ok()?
        }
    };
    Some(wait.min(LONGEST_WAIT))
}

impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Answer").field("status", &self.status).field("json", &self.is_json()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Answer {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let body = Box::new(std::io::Cursor::new(body.as_bytes().to_vec()));
        Answer::read(HttpResponse { status, headers: Headers::new(headers), body }).unwrap()
    }

    #[test]
    fn life_in_both_units_and_both_types() {
        for (body, seconds) in [
            (r#"{"expires_in":3600}"#, 3600.0),
            (r#"{"expires_in":"1800"}"#, 1800.0),
            (r#"{"expires_in":3600000,"expires_in_sec":3600}"#, 3600.0),
            (r#"{"expires_in":"5000","expires_in_sec":"5"}"#, 5.0),
            (r#"{"expires_in_sec":7}"#, 7.0),
            (r#"{}"#, 3600.0),
            (r#"{"expires_in":0}"#, 3600.0),
            (r#"{"expires_in":-5}"#, 3600.0),
            (r#"{"expires_in":"soon"}"#, 3600.0),
            (r#"{"expires_in":1e300}"#, 86_400.0),
            (r#"{"expires_in":3600000}"#, 86_400.0),
        ] {
            assert!((answer(200, &[], body).life().as_secs_f64() - seconds).abs() < 0.01, "{body}");
        }
    }

    #[test]
    fn throttling_is_told_by_status_and_shape_in_any_language() {
        assert!(answer(429, &[], "").is_throttled());
        assert!(
            answer(200, &[], r#"{"error":"Access Denied","error_description":"x","status":"failure"}"#).is_throttled()
        );
        assert!(answer(400, &[], r#"{"error":"访问被拒绝","error_description":"请求过多"}"#).is_throttled());
        assert!(!answer(200, &[], r#"{"error":"invalid_code"}"#).is_throttled());
    }

    #[test]
    fn retry_after_as_seconds_and_as_date() {
        assert_eq!(answer(429, &[("retry-after", "30")], "").retry_after, Some(Duration::from_secs(30)));
        let year_2100 = answer(429, &[("Retry-After", "Fri, 01 Jan 2100 00:00:00 GMT")], "");
        assert_eq!(year_2100.retry_after, Some(LONGEST_WAIT));
        assert_eq!(answer(429, &[("Retry-After", "18446744073709551615")], "").retry_after, Some(LONGEST_WAIT));
        assert_eq!(answer(429, &[("Retry-After", "later")], "").retry_after, None);
    }

    #[test]
    fn an_echo_is_no_code() {
        assert_eq!(answer(200, &[], r#"{"error":"client_secret=1000.canary"}"#).code(), None);
        assert_eq!(answer(200, &[], r#"{"error":"invalid_code"}"#).code(), Some("invalid_code"));
    }
}
