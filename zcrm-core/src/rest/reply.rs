//! A successful answer, read whole.

use serde::de::DeserializeOwned;

use super::attempt::Answer;
use super::call::Call;
use super::limits::rate_limits;
use super::session::Done;
use crate::error::{Error, ErrorKind, Result};
use crate::rate_limits::RateLimits;
use crate::transport::Headers;

/// A successful answer (2xx or 304), read whole. Failures are [`Error`]s and never get here.
#[derive(Debug, Clone)]
pub struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Headers,
    pub(crate) body: String,
    pub(crate) rate_limits: RateLimits,
    pub(crate) method: &'static str,
    pub(crate) path: String,
    pub(crate) repeated: bool,
}

impl Reply {
    pub(crate) fn new(call: &Call, done: Done<Answer>) -> Self {
        let Answer { status, headers, body } = done.value;
        Self {
            status,
            rate_limits: rate_limits(&headers),
            headers,
            body,
            method: call.method.as_str(),
            path: call.path.clone(),
            repeated: done.repeated,
        }
    }

    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The headers.
    #[must_use]
    pub fn headers(&self) -> &Headers {
        &self.headers
    }

    /// What the headers say of the organisation's limits.
    #[must_use]
    pub fn rate_limits(&self) -> &RateLimits {
        &self.rate_limits
    }

    /// The body as text; empty for 204 and 304.
    #[must_use]
    pub fn body(&self) -> &str {
        &self.body
    }

    /// Whether Zoho says that there is nothing: 204.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.status == 204
    }

    /// Whether Zoho says that nothing changed since the time asked for: 304.
    #[must_use]
    pub fn is_not_modified(&self) -> bool {
        self.status == 304
    }

    /// Whether this answers a repetition: an earlier attempt's answer was lost, so that it may have been done before.
    /// Zoho then says of a deletion, for example, that there is no such id.
    #[must_use]
    pub fn is_repetition(&self) -> bool {
        self.repeated
    }

    /// The body, decoded.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidAnswer`] when the body is not JSON of this shape; the cause names the place.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_str(&self.body).map_err(|cause| self.unreadable(cause))
    }

    /// An error for a body that could not be decoded.
    pub(crate) fn unreadable(&self, cause: serde_json::Error) -> Error {
        let what = if self.body.trim().is_empty() { "Zoho's answer is empty" } else { "Zoho's answer cannot be read" };
        self.error(ErrorKind::InvalidAnswer, what).with_source(cause).with_outcome_unknown(self.method != "GET")
    }

    /// An error for an answer that can be read and does not tell what was done.
    pub(crate) fn undecided(&self, message: impl Into<String>) -> Error {
        self.error(ErrorKind::InvalidAnswer, message).with_outcome_unknown(self.method != "GET")
    }

    /// An error about this answer.
    pub(crate) fn error(&self, kind: ErrorKind, message: impl Into<String>) -> Error {
        Error::new(kind, message)
            .with_request(self.method, &self.path)
            .with_status(self.status)
            .with_rate_limits(self.rate_limits.clone())
            .with_outcome_unknown(self.repeated && self.method != "GET")
    }

    #[cfg(test)]
    pub(crate) fn for_tests(status: u16, method: &'static str, path: &str) -> Self {
        Self {
            status,
            headers: Headers::default(),
            body: String::new(),
            rate_limits: RateLimits::default(),
            method,
            path: path.to_owned(),
            repeated: false,
        }
    }
}
