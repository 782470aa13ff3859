//! What the accounts server responds, taken apart. Nothing of a body ever gets into an error but a known code.

use std::io::Read;
use std::time::{Duration, Instant, SystemTime};

use serde_json::Value;
use zeroize::Zeroizing;

use crate::retry_after;
use crate::secret::Secret;
use crate::transport::HttpResponse;

/// Responses of the accounts server have a few hundred bytes.
const LARGEST: u64 = 1024 * 1024;

/// The life of an access token when the response does not tell it (Zoho's page *Token validity*).
const DOCUMENTED_LIFE: Duration = Duration::from_secs(3600);

/// Longer lives are not believed: a wrong unit would keep a dead token for weeks.
const LONGEST_LIFE: Duration = Duration::from_secs(24 * 3600);

/// A response, read whole.
pub(super) struct AccountsResponse {
    pub(super) status: u16,
    pub(super) retry_after: Option<Duration>,
    pub(super) empty: bool,
    json: Option<Value>,
}

/// Fresh tokens.
#[derive(Debug)]
pub(in crate::oauth) struct Minted {
    pub(in crate::oauth) access_token: Secret,
    /// Zoho repeats it neither in a refresh nor in a second consent without `prompt=consent`.
    pub(in crate::oauth) refresh_token: Option<Secret>,
    pub(in crate::oauth) life: Duration,
    /// The moment before the request went out, by which the token's age is counted.
    pub(in crate::oauth) asked_at: Instant,
    pub(in crate::oauth) api_domain: Option<String>,
    /// What the tokens allow, separated by blanks; Zoho does not always tell.
    pub(in crate::oauth) scope: Option<String>,
}

/// Some gateways put a byte order mark in front.
fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes)
}

impl AccountsResponse {
    pub(super) fn read(response: HttpResponse) -> std::io::Result<Self> {
        let mut bytes = Zeroizing::new(Vec::new());
        response.body.take(LARGEST).read_to_end(&mut bytes)?;
        Ok(Self {
            status: response.status,
            retry_after: response
                .headers
                .get("Retry-After")
                .and_then(|value| retry_after::parse(value, SystemTime::now())),
            empty: bytes.iter().all(u8::is_ascii_whitespace),
            json: serde_json::from_slice(without_mark(&bytes)).ok().filter(Value::is_object),
        })
    }

    pub(super) fn is_json(&self) -> bool {
        self.json.is_some()
    }

    pub(super) fn text(&self, key: &str) -> Option<&str> {
        self.json.as_ref()?.get(key)?.as_str().filter(|text| !text.trim().is_empty())
    }

    /// The code under `error`, when it looks like one: a response may echo what was sent.
    pub(super) fn code(&self) -> Option<&str> {
        self.text("error")
            .filter(|code| code.len() <= 40 && code.bytes().all(|b| b.is_ascii_alphabetic() || b"_ ".contains(&b)))
    }

    pub(super) fn has_error(&self) -> bool {
        self.json.as_ref().is_some_and(|json| json.get("error").is_some())
    }

    /// Whether Zoho has rate-limited the request. Its account of that is prose, and translated, so it is told by status
    /// and shape; an error code, as OAuth has them (RFC 6749, 5.2), is none.
    pub(super) fn is_throttled(&self) -> bool {
        let described = self.text("error_description").is_some();
        let failure = self.text("status") == Some("failure");
        let prose = self.has_error() && !self.text("error").is_some_and(is_error_code);
        self.status == 429 || (prose && (failure || (self.status == 400 && described)))
    }

    pub(super) fn minted(&self, asked_at: Instant) -> Option<Minted> {
        Some(Minted {
            access_token: Secret::new(self.text("access_token")?),
            refresh_token: self.text("refresh_token").map(Secret::new),
            life: self.life(),
            asked_at,
            api_domain: self.text("api_domain").map(str::to_owned),
            scope: self.text("scope").map(str::to_owned),
        })
    }

    /// `expires_in` counts seconds, but milliseconds when `expires_in_sec` stands beside it; each is a number or a
    /// text.
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

/// Whether a text is a code such as `invalid_grant` or `INVALID_CODE`, and not prose.
fn is_error_code(text: &str) -> bool {
    let made_of =
        |letter: fn(&u8) -> bool| text.bytes().all(|byte| letter(&byte) || byte == b'_' || byte.is_ascii_digit());
    made_of(u8::is_ascii_lowercase) || made_of(u8::is_ascii_uppercase)
}

impl std::fmt::Debug for AccountsResponse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AccountsResponse")
            .field("status", &self.status)
            .field("json", &self.is_json())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::Headers;

    fn response(status: u16, headers: &[(&str, &str)], body: &str) -> AccountsResponse {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let body = Box::new(std::io::Cursor::new(body.as_bytes().to_vec()));
        AccountsResponse::read(HttpResponse::new(status, Headers::new(headers), body)).unwrap()
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
            assert!((response(200, &[], body).life().as_secs_f64() - seconds).abs() < 0.01, "{body}");
        }
    }

    #[test]
    fn throttling_is_told_by_status_and_shape_in_any_language() {
        assert!(response(429, &[], "").is_throttled());
        assert!(
            response(200, &[], r#"{"error":"Access Denied","error_description":"x","status":"failure"}"#)
                .is_throttled()
        );
        assert!(response(400, &[], r#"{"error":"访问被拒绝","error_description":"请求过多"}"#).is_throttled());
        assert!(!response(200, &[], r#"{"error":"invalid_code"}"#).is_throttled());
    }

    #[test]
    fn an_error_code_is_no_throttle_whatever_stands_beside_it() {
        for code in ["unsupported_grant_type", "invalid_request", "invalid_token", "INVALID_CODE", "something_new2"] {
            for (status, rest) in [
                (400, r#""error_description":"x""#),
                (400, r#""status":"failure""#),
                (200, r#""error_description":"x","status":"failure""#),
            ] {
                let body = format!(r#"{{"error":"{code}",{rest}}}"#);
                assert!(!response(status, &[], &body).is_throttled(), "{body}");
                assert!(response(429, &[], &body).is_throttled(), "the status says it: {body}");
            }
        }
    }

    #[test]
    fn a_date_that_has_passed_is_no_wait() {
        let past = response(429, &[("Retry-After", "Fri, 01 Jan 2010 00:00:00 GMT")], "");
        assert_eq!(past.retry_after, Some(Duration::ZERO));
    }

    #[test]
    fn an_echo_is_no_code() {
        assert_eq!(response(200, &[], r#"{"error":"client_secret=1000.canary"}"#).code(), None);
        assert_eq!(response(200, &[], r#"{"error":"invalid_code"}"#).code(), Some("invalid_code"));
    }
}
