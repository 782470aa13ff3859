//! The one error type of this library.

mod api;
mod kind;

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

pub use api::ApiError;
pub use kind::ErrorKind;

use crate::rate_limits::RateLimits;
use crate::token::{InvalidUserIdentifier, OAuthTokens};

/// What the library's fallible calls return.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong, and what to do about it.
///
/// [`kind`](Error::kind) is for programs, the text is for people: one line that says what failed and, where one is
/// known, the remedy. The causes below it are in [`source`](StdError::source) and are not repeated in the text. `Debug`
/// gives the text and its causes, each on a line of its own, so a `main` that returns the error prints something
/// readable.
///
/// Cloning is cheap: clones share their content.
///
/// Every error is logged once, at `error`, by the public method that returns it.
#[derive(Clone)]
pub struct Error(Arc<Inner>);

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    message: String,
    status: Option<u16>,
    api: Option<ApiError>,
    request: Option<(String, String)>,
    retry_after: Option<Duration>,
    rate_limits: RateLimits,
    tokens: Option<OAuthTokens>,
    outcome_unknown: bool,
    response_text: Option<Arc<str>>,
    source: Option<Arc<dyn StdError + Send + Sync>>,
    logged: bool,
}

const _: () = assert!(size_of::<Error>() == size_of::<usize>());

impl Error {
    /// An error of `kind` with a text that says what failed and what to do. Handlers, transports and test doubles make
    /// them too.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Arc::new(Inner {
            kind,
            message: message.into(),
            status: None,
            api: None,
            request: None,
            retry_after: None,
            rate_limits: RateLimits::default(),
            tokens: None,
            outcome_unknown: false,
            response_text: None,
            source: None,
            logged: false,
        }))
    }

    /// Adds the cause.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.inner().source = Some(source.into().into());
        self
    }

    fn inner(&mut self) -> &mut Inner {
        Arc::make_mut(&mut self.0)
    }

    /// Adds a remedy to the text.
    pub(crate) fn with_hint(mut self, hint: &str) -> Self {
        self.inner().message.push_str("; ");
        self.inner().message.push_str(hint);
        self
    }

    pub(crate) fn with_status(mut self, status: u16) -> Self {
        self.inner().status = Some(status);
        self
    }

    pub(crate) fn with_api(mut self, api: ApiError) -> Self {
        self.inner().api = Some(api);
        self
    }

    pub(crate) fn with_request(mut self, method: &str, path: &str) -> Self {
        self.inner().request.get_or_insert_with(|| (method.to_owned(), path.to_owned()));
        self
    }

    pub(crate) fn with_retry_after(mut self, wait: Option<Duration>) -> Self {
        self.inner().retry_after = wait;
        self
    }

    pub(crate) fn with_rate_limits(mut self, limits: RateLimits) -> Self {
        self.inner().rate_limits = limits;
        self
    }

    pub(crate) fn with_tokens(mut self, tokens: OAuthTokens) -> Self {
        self.inner().tokens = Some(tokens);
        self
    }

    /// Keeps the body of a rejection, which may hold one result for each item of the request.
    pub(crate) fn with_response_text(mut self, text: &str) -> Self {
        self.inner().response_text = Some(text.into());
        self
    }

    /// The body of a rejection by Zoho, as it came: its JSON byte for byte, with all results where it has several.
    #[must_use]
    pub fn response_text(&self) -> Option<&str> {
        self.0.response_text.as_deref()
    }

    /// The rejection of one item, in the rejection of a whole request.
    pub(crate) fn of_item(&self, api: ApiError) -> Self {
        let mut error = self.clone().understood_as(self.kind(), "Zoho rejected the record");
        error.inner().api = Some(api);
        error.inner().response_text = None;
        error
    }

    /// Adds to Zoho's details what was found out besides.
    pub(crate) fn with_details(mut self, more: impl IntoIterator<Item = (String, Value)>) -> Self {
        let inner = self.inner();
        inner.api = inner.api.take().map(|api| api.with_details(more));
        self
    }

    /// The same failure with another kind and text, for a caller that knows more about it.
    pub(crate) fn understood_as(mut self, kind: ErrorKind, message: impl Into<String>) -> Self {
        let inner = self.inner();
        inner.kind = kind;
        inner.message = message.into();
        self
    }

    pub(crate) fn with_outcome_unknown(mut self, unknown: bool) -> Self {
        self.inner().outcome_unknown = unknown;
        self
    }

    /// The error and its causes in one line.
    pub(crate) fn with_causes(&self) -> String {
        let mut line = self.to_string();
        let mut cause = self.source();
        while let Some(current) = cause {
            line.push_str(": ");
            line.push_str(&current.to_string());
            cause = current.source();
        }
        line
    }

    /// Logs the error and its causes, unless that was done. Called by every public method that returns an error, so one
    /// that passes through two of them (a decoder of the caller's that reads a [`Record`](crate::Record)) is logged
    /// once.
    pub(crate) fn logged(mut self) -> Self {
        if !self.0.logged {
            log::error!("{}", self.with_causes());
            self.inner().logged = true;
        }
        self
    }

    /// The text alone, without what Zoho said and without the causes.
    pub(crate) fn message(&self) -> &str {
        &self.0.message
    }

    /// An argument that cannot be sent.
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::InvalidInput, message)
    }

    /// What kind of failure this is.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The HTTP status of the response, where there was one.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// What Zoho said: code, message, details.
    #[must_use]
    pub fn api(&self) -> Option<&ApiError> {
        self.0.api.as_ref()
    }

    /// Zoho's code, such as `INVALID_DATA`.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.0.api.as_ref().map(|api| api.code.as_str())
    }

    /// The HTTP method of the call that failed.
    #[must_use]
    pub fn method(&self) -> Option<&str> {
        self.0.request.as_ref().map(|(method, _)| method.as_str())
    }

    /// The path of the call that failed, without its query, which may hold personal data.
    #[must_use]
    pub fn path(&self) -> Option<&str> {
        self.0.request.as_ref().map(|(_, path)| path.as_str())
    }

    /// How long to wait before trying again, where that is known.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// The limits that the failing answer told.
    #[must_use]
    pub fn rate_limits(&self) -> &RateLimits {
        &self.0.rate_limits
    }

    /// The tokens that Zoho gave but the store did not take ([`ErrorKind::TokensNotSaved`]). Save them with
    /// [`PersistenceHandler::save_oauth_tokens`](crate::persistence::PersistenceHandler::save_oauth_tokens): the grant
    /// is spent.
    #[must_use]
    pub fn tokens(&self) -> Option<&OAuthTokens> {
        self.0.tokens.as_ref()
    }

    /// Whether the request may have been done although it failed: its response, or that of an earlier attempt, was
    /// lost, could not be understood, or was a failure of the server (5xx). Find out before you repeat it. Never so for
    /// reads.
    #[must_use]
    pub fn outcome_unknown(&self) -> bool {
        self.0.outcome_unknown
    }

    /// Whether the same call may succeed later without any change, and may be repeated without doing a thing twice.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        let kinds = [
            ErrorKind::RateLimited,
            ErrorKind::Connect,
            ErrorKind::RefreshBusy,
            ErrorKind::TokenThrottled,
            ErrorKind::AccountsServer,
        ];
        kinds.contains(&self.0.kind) && !self.0.outcome_unknown
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)?;
        if let Some((method, path)) = &self.0.request {
            write!(f, " ({method} {path}")?;
            match self.0.status {
                Some(status) => write!(f, ", HTTP status {status})")?,
                None => f.write_str(")")?,
            }
        }
        if let Some(api) = &self.0.api {
            write!(f, ": {api}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")?;
        let mut cause = self.source();
        while let Some(current) = cause {
            write!(f, "\n  caused by: {current}")?;
            cause = current.source();
        }
        Ok(())
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

impl From<InvalidUserIdentifier> for Error {
    fn from(cause: InvalidUserIdentifier) -> Self {
        Self::new(ErrorKind::InvalidInput, cause.to_string())
    }
}

/// Turns "nothing is there" into `None`.
///
/// ```
/// use zcrm_core::{Error, ErrorKind, OptionalExt};
///
/// let absent: Result<u8, Error> = Err(Error::new(ErrorKind::NotFound, "no such user"));
/// assert_eq!(absent.optional()?, None);
/// # Ok::<(), Error>(())
/// ```
pub trait OptionalExt<T>: sealed::Sealed {
    /// `Ok(None)` for [`ErrorKind::NotFound`], the rest unchanged.
    ///
    /// # Errors
    ///
    /// Every error but [`ErrorKind::NotFound`].
    fn optional(self) -> Result<Option<T>>;
}

/// [`OptionalExt`] cannot be implemented outside of this crate, so that it can grow.
mod sealed {
    pub trait Sealed {}
    impl<T> Sealed for super::Result<T> {}
}

impl<T> OptionalExt<T> for Result<T> {
    fn optional(self) -> Result<Option<T>> {
        match self {
            Ok(value) => Ok(Some(value)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}
