//! One attempt of a call: what came of it, and what that says about another one.

use std::io::{self, Read};

use super::refusal::{excerpt, is_token_refused, refusal};
use crate::error::{Error, ErrorKind};
use crate::transport::{Headers, Response, TransportError, TransportErrorKind};

/// An attempt that failed.
#[derive(Debug)]
pub(crate) struct Failed {
    pub(crate) error: Error,
    pub(crate) verdict: Verdict,
}

/// What is known of a failed attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Zoho did not do it, or we could not ask; another attempt would end the same way.
    Refused,
    /// Zoho refused the token, before any work.
    TokenRefused,
    /// Nothing was done; another attempt may succeed.
    NotDone,
    /// Whether it was done is not known; another attempt may succeed.
    Unknown,
    /// Whether it was done is not known; another attempt would end the same way.
    UnknownForGood,
}

/// The status, headers and body of a success.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Headers,
    pub(crate) body: String,
}

impl From<TransportError> for Failed {
    fn from(cause: TransportError) -> Self {
        let (kind, verdict, message) = match cause.kind() {
            TransportErrorKind::NotConnected => (
                ErrorKind::Connect,
                Verdict::NotDone,
                "Zoho cannot be reached, nothing was sent; check the network, the proxy and api_base_url",
            ),
            TransportErrorKind::Tls => (
                ErrorKind::Tls,
                Verdict::Refused,
                "the server is not trusted, nothing was sent; an own certificate authority has to be named",
            ),
            TransportErrorKind::Timeout => {
                (ErrorKind::Unanswered, Verdict::Unknown, "Zoho did not answer in time; the request may have been done")
            }
            TransportErrorKind::Lost => (
                ErrorKind::Unanswered,
                Verdict::Unknown,
                "the connection broke before the answer came; the request may have been done",
            ),
            TransportErrorKind::TooLarge => {
                (ErrorKind::InvalidAnswer, Verdict::UnknownForGood, "Zoho's answer is larger than allowed")
            }
            TransportErrorKind::RequestBody => {
                (ErrorKind::Io, Verdict::Refused, "the data to send could not be read to its end")
            }
            TransportErrorKind::Invalid => (ErrorKind::InvalidInput, Verdict::Refused, "the request cannot be sent"),
        };
        Self { error: Error::new(kind, message).with_source(cause), verdict }
    }
}

/// Reads an answer whole; `Ok` is a success with JSON, or with nothing where nothing is meant (204, 304).
pub(crate) fn read(response: Response, limit: u64) -> Result<Answer, Failed> {
    if !is_success(response.status) {
        return Err(refused(response, limit));
    }
    let Response { status, headers, body } = response;
    let bytes = read_to_end(body, &headers, limit).map_err(|cause| lost(status, cause))?;
    if matches!(status, 204 | 304) {
        return Ok(Answer { status, headers, body: String::new() });
    }
    match readable(bytes) {
        Ok(body) => Ok(Answer { status, headers, body }),
        Err(error) => Err(Failed { error: error.with_status(status), verdict: Verdict::Unknown }),
    }
}

/// Reads an answer that is no success.
pub(crate) fn refused(response: Response, limit: u64) -> Failed {
    let Response { status, headers, body } = response;
    match read_to_end(body, &headers, limit) {
        Ok(bytes) => judge(refusal(status, &headers, &bytes)),
        // The status alone says of what kind it is; only why a token was refused has to be asked for again.
        Err(cause) => {
            let Failed { error, verdict } = judge(refusal(status, &headers, b""));
            let verdict = if status == 401 { Verdict::NotDone } else { verdict };
            Failed { error: error.with_source(cause), verdict }
        }
    }
}

pub(crate) fn is_success(status: u16) -> bool {
    matches!(status, 200..=299 | 304)
}

/// What a refusal says about another attempt.
fn judge(error: Error) -> Failed {
    let verdict = match error.kind() {
        _ if is_token_refused(&error) => Verdict::TokenRefused,
        // A day's limit does not clear within any pause of ours.
        ErrorKind::RateLimited if error.code() != Some("DAILY_LIMIT_EXCEEDED") => Verdict::NotDone,
        ErrorKind::Server => Verdict::Unknown,
        ErrorKind::InvalidAnswer if !matches!(error.status(), Some(300..=399)) => Verdict::Unknown,
        _ => Verdict::Refused,
    };
    Failed { error, verdict }
}

/// A success whose body did not arrive.
pub(crate) fn lost(status: u16, cause: io::Error) -> Failed {
    let (kind, verdict, message) = match cause.kind() {
        io::ErrorKind::FileTooLarge => {
            (ErrorKind::InvalidAnswer, Verdict::UnknownForGood, "Zoho's answer is larger than allowed")
        }
        io::ErrorKind::TimedOut => {
            (ErrorKind::Unanswered, Verdict::Unknown, "Zoho's answer did not arrive whole in time")
        }
        _ => (ErrorKind::Unanswered, Verdict::Unknown, "Zoho's answer was cut off"),
    };
    Failed { error: Error::new(kind, message).with_status(status).with_source(cause), verdict }
}

fn read_to_end(body: Box<dyn Read + Send>, headers: &Headers, limit: u64) -> io::Result<Vec<u8>> {
    // A length is a hint from outside: it saves copies, it does not reserve memory at will.
    const MOST: usize = 1 << 20;
    let length = headers.get("content-length").and_then(|value| value.parse().ok()).unwrap_or(0);
    let mut bytes = Vec::with_capacity(MOST.min(length));
    body.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    Ok(bytes)
}

/// A body that may be JSON: text, not empty, with the brackets of JSON at both ends. What is between them is read once,
/// by whoever knows its shape.
fn readable(bytes: Vec<u8>) -> Result<String, Error> {
    let mut body = String::from_utf8(bytes).map_err(|cause| {
        let said = excerpt(&String::from_utf8_lossy(cause.as_bytes()));
        unreadable(format!("Zoho's answer is not UTF-8; it begins with {said:?}")).with_source(cause.utf8_error())
    })?;
    if body.starts_with('\u{feff}') {
        body.remove(0);
    }
    match (body.trim_start().bytes().next(), body.trim_end().bytes().next_back()) {
        (None, _) => Err(unreadable("Zoho's answer is empty")),
        (Some(b'{'), Some(b'}')) | (Some(b'['), Some(b']')) => Ok(body),
        (Some(b'{' | b'['), _) => Err(unreadable("Zoho's answer is cut off")),
        _ => Err(unreadable(format!("Zoho's answer is not JSON; it begins with {:?}", excerpt(&body)))),
    }
}

fn unreadable(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidAnswer, message)
}
