//! A success, read whole.

use serde::de::DeserializeOwned;

use super::limits::rate_limits;
use super::receive::Received;
use crate::error::{ApiError, Error, ErrorKind, Result};
use crate::rate_limits::RateLimits;
use crate::rest::parts::Parts;
use crate::transport::{Headers, Method};

/// A successful response (2xx or 304), read whole. Every other status is an [`Error`] and never gets here.
#[derive(Debug, Clone)]
pub struct Response {
    status: u16,
    headers: Headers,
    body: String,
    method: Method,
    path: String,
    retried: bool,
}

impl Response {
    /// `retried` says that an attempt before the one that succeeded may have done the request.
    pub(in crate::rest) fn new(parts: &Parts, received: Received, retried: bool) -> Self {
        let Received { status, headers, body } = received;
        let (method, path) = (parts.method, parts.path.clone());
        Self { status, headers, body, method, path, retried }
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

    /// What the headers say of the organization's limits.
    #[must_use]
    pub fn rate_limits(&self) -> RateLimits {
        rate_limits(&self.headers)
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

    /// Whether Zoho says that nothing was modified since the time asked for: 304.
    #[must_use]
    pub fn is_not_modified(&self) -> bool {
        self.status == 304
    }

    /// Whether this is the response to a retry, while the response to an earlier attempt was lost, so that the request
    /// may have been done before. Zoho then says of a deletion, for example, that there is no such id.
    #[must_use]
    pub fn is_retry(&self) -> bool {
        self.retried
    }

    /// The body, decoded.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// use zcrm_core::Method;
    ///
    /// let roles: serde_json::Value = client.call(Method::Get, "settings/roles").send()?.json()?;
    /// # let _ = roles;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidResponse`] when the body is not JSON of this shape; the cause names the place.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_str(&self.body).map_err(|cause| self.unreadable(cause).logged())
    }

    /// The response, if its body came as text.
    pub(crate) fn in_utf8(self) -> Result<Self> {
        if self.body.contains(super::receive::NOT_UTF8) {
            Err(self.undecided("Zoho's response is not UTF-8"))
        } else {
            Ok(self)
        }
    }

    /// An error for a body that could not be decoded.
    pub(crate) fn unreadable(&self, cause: serde_json::Error) -> Error {
        let what =
            if self.body.trim().is_empty() { "Zoho's response is empty" } else { "Zoho's response cannot be read" };
        self.undecided(what).with_source(cause)
    }

    /// An error for a response that does not tell what was done.
    pub(crate) fn undecided(&self, message: impl Into<String>) -> Error {
        self.error(ErrorKind::InvalidResponse, message).with_outcome_unknown(self.method != Method::Get)
    }

    /// The error of one rejected item, or of a rejection that came with the status of a success.
    pub(crate) fn rejection(&self, api: ApiError) -> Error {
        let kind = ErrorKind::of_response(self.status, &api.code);
        let unknown = kind == ErrorKind::Server && self.method != Method::Get;
        let error = self.error(kind, "Zoho rejected the request").with_api(api);
        if unknown { error.with_outcome_unknown(true) } else { error }
    }

    /// The error for a question about one thing to which Zoho answers with nothing.
    pub(crate) fn nothing(&self) -> Error {
        self.error(ErrorKind::NotFound, "there is nothing under this id")
    }

    /// An error about this response.
    pub(crate) fn error(&self, kind: ErrorKind, message: impl Into<String>) -> Error {
        Error::new(kind, message)
            .with_request(self.method.as_str(), &self.path)
            .with_status(self.status)
            .with_rate_limits(self.rate_limits())
            .with_outcome_unknown(self.retried && self.method != Method::Get)
    }

    #[cfg(test)]
    pub(crate) fn for_tests(status: u16, method: Method, body: &str) -> Self {
        Self {
            status,
            headers: Headers::default(),
            body: body.to_owned(),
            method,
            path: "/crm/v2/Leads".to_owned(),
            retried: false,
        }
    }
}
