//! A response is read whole, and is a success or a failure.

use std::io::{self, Read};

use super::rejection::{excerpt, rejection};
use crate::error::{Error, ErrorKind};
use crate::rest::retry::{Classification, Failure};
use crate::transport::{Headers, HttpResponse};

/// The status, headers and body of a success.
#[derive(Debug)]
pub(crate) struct Received {
    pub(crate) status: u16,
    pub(crate) headers: Headers,
    pub(crate) body: String,
}

impl Received {
    /// Whether the body came as text.
    pub(crate) fn is_utf8(&self) -> bool {
        !self.body.contains(NOT_UTF8)
    }

    /// The failure of an attempt whose response is not text.
    pub(crate) fn damaged(&self) -> Failure {
        let error = invalid("Zoho's response is not UTF-8").with_status(self.status);
        Failure { error, classification: Classification::Ambiguous }
    }
}

/// Stands in a body for bytes that are not UTF-8.
pub(crate) const NOT_UTF8: char = '\u{1a}';

/// Reads a response whole; `Ok` is a success with JSON, or with nothing where nothing is meant (204, 304).
pub(crate) fn receive(response: HttpResponse, limit: u64) -> Result<Received, Failure> {
    if !is_success(response.status) {
        return Err(rejected(response, limit));
    }
    let HttpResponse { status, headers, body, .. } = response;
    let bytes = read_to_end(body, &headers, limit).map_err(|cause| lost(status, cause))?;
    if matches!(status, 204 | 304) {
        return Ok(Received { status, headers, body: String::new() });
    }
    match json_text(bytes) {
        Ok(body) => Ok(Received { status, headers, body }),
        Err(error) => Err(Failure { error: error.with_status(status), classification: Classification::Ambiguous }),
    }
}

/// Reads a response that is no success.
pub(crate) fn rejected(response: HttpResponse, limit: u64) -> Failure {
    let HttpResponse { status, headers, body, .. } = response;
    match read_to_end(body, &headers, limit) {
        Ok(bytes) => Failure::of_response(rejection(status, &headers, &bytes)),
        // The status alone says of what kind it is; only why a token was rejected has to be asked for again.
        Err(cause) => {
            let Failure { error, classification } = Failure::of_response(rejection(status, &headers, b""));
            let classification = if status == 401 { Classification::Retryable } else { classification };
            Failure { error: error.with_source(cause), classification }
        }
    }
}

pub(crate) fn is_success(status: u16) -> bool {
    matches!(status, 200..=299 | 304)
}

/// A success whose body did not arrive.
pub(crate) fn lost(status: u16, cause: io::Error) -> Failure {
    let (kind, classification, message) = match cause.kind() {
        io::ErrorKind::FileTooLarge => (
            ErrorKind::InvalidResponse,
            Classification::AmbiguousFinal,
            "Zoho's response is larger than HttpOptions::max_response_bytes allows",
        ),
        io::ErrorKind::TimedOut => {
            (ErrorKind::Unanswered, Classification::Ambiguous, "Zoho's response did not arrive whole in time")
        }
        _ => (ErrorKind::Unanswered, Classification::Ambiguous, "Zoho's response was cut off"),
    };
    Failure { error: Error::new(kind, message).with_status(status).with_source(cause), classification }
}

fn read_to_end(body: Box<dyn Read + Send>, headers: &Headers, limit: u64) -> io::Result<Vec<u8>> {
    // A length is a hint from outside: it saves copies, which allocators keep the room of, and it does not reserve
    // memory at will. The largest page, 2,000 rows of COQL, is below this.
    const MOST: usize = 16 << 20;
    let length = headers.get("content-length").and_then(|value| value.parse().ok()).unwrap_or(0);
    let mut bytes = Vec::with_capacity(MOST.min(length));
    body.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    Ok(bytes)
}

/// A body that may be JSON: text, not empty, with the brackets of JSON at both ends. What is between them is read once,
/// by the code that knows its shape.
fn json_text(bytes: Vec<u8>) -> Result<String, Error> {
    let mut body = String::from_utf8(bytes).unwrap_or_else(|cause| substituted(cause.as_bytes()));
    if body.starts_with('\u{feff}') {
        body.remove(0);
    }
    match (body.trim_start().bytes().next(), body.trim_end().bytes().next_back()) {
        (None, _) => Err(invalid("Zoho's response is empty")),
        (Some(b'{'), Some(b'}')) | (Some(b'['), Some(b']')) => Ok(body),
        (Some(b'{' | b'['), _) => Err(invalid("Zoho's response is cut off")),
        _ => Err(invalid(format!("Zoho's response is not JSON; it begins with {:?}", excerpt(&body)))),
    }
}

/// A character that no text in JSON may hold stands for what is not UTF-8: where it is can then not be decoded, and all
/// else can.
fn substituted(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        if !chunk.invalid().is_empty() {
            text.push(NOT_UTF8);
        }
    }
    text
}

fn invalid(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidResponse, message)
}
