//! What a failed attempt says about another one.

use crate::error::{Error, ErrorKind};
use crate::transport::{TransportError, TransportErrorKind};

/// Codes of a 401 that another token may cure (Zoho's pages *Status codes* and *OAuth*, and Kaizen post 25).
const TOKEN_REJECTED: [&str; 4] =
    ["INVALID_TOKEN", "AUTHENTICATION_FAILURE", "AUTHENTICATION_FAILED", "INVALID_OAUTHTOKEN"];

/// An attempt that failed.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) error: Error,
    pub(crate) classification: Classification,
}

/// What is known of a failed attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Classification {
    /// The request was not done, and another attempt would end the same way.
    Permanent,
    /// Zoho rejected the token, before any work.
    TokenRejected,
    /// The request was not done; another attempt may succeed.
    Retryable,
    /// Whether the request was done is not known; another attempt may succeed.
    Ambiguous,
    /// Whether the request was done is not known; another attempt would end the same way.
    AmbiguousFinal,
}

impl Classification {
    /// Whether the request may have been done.
    pub(crate) fn is_ambiguous(self) -> bool {
        matches!(self, Self::Ambiguous | Self::AmbiguousFinal)
    }
}

impl Failure {
    pub(crate) fn permanent(error: Error) -> Self {
        Self { error, classification: Classification::Permanent }
    }

    /// A response of Zoho's that is no success.
    pub(crate) fn of_response(error: Error) -> Self {
        let token_rejected = error.status() == Some(401) && error.code().is_some_and(is_about_the_token);
        let classification = match (error.kind(), error.status()) {
            _ if token_rejected => Classification::TokenRejected,
            // A day's limit does not clear within any backoff of ours.
            (ErrorKind::RateLimited, _) if error.code() == Some("DAILY_LIMIT_EXCEEDED") => Classification::Permanent,
            (ErrorKind::RateLimited, _) => Classification::Retryable,
            // Results that contradict the status, which all items have.
            (ErrorKind::InvalidResponse, _) if error.response_text().is_some() => Classification::AmbiguousFinal,
            (ErrorKind::Server | ErrorKind::InvalidResponse | ErrorKind::Unanswered, _) => Classification::Ambiguous,
            _ => Classification::Permanent,
        };
        Self { error, classification }
    }
}

/// Gateways spell it in small letters, too.
fn is_about_the_token(code: &str) -> bool {
    TOKEN_REJECTED.iter().any(|rejected| rejected.eq_ignore_ascii_case(code))
}

impl From<Error> for Failure {
    /// An error from before the request was sent.
    fn from(error: Error) -> Self {
        Self::permanent(error)
    }
}

impl From<TransportError> for Failure {
    fn from(cause: TransportError) -> Self {
        let (kind, classification, message) = match cause.kind() {
            TransportErrorKind::NotConnected => (
                ErrorKind::Connect,
                Classification::Retryable,
                "Zoho cannot be reached; nothing was sent. Check the network, the proxy and api_base_url",
            ),
            TransportErrorKind::Tls => (
                ErrorKind::Tls,
                Classification::Permanent,
                "TLS certificate not trusted; nothing was sent. For a private CA, use ca_file or \
                 HttpOptions::extra_ca_file",
            ),
            TransportErrorKind::Timeout => (
                ErrorKind::Unanswered,
                Classification::Ambiguous,
                "Zoho did not respond in time; the request may have been done",
            ),
            TransportErrorKind::Lost => (
                ErrorKind::Unanswered,
                Classification::Ambiguous,
                "the connection broke before the response arrived; the request may have been done",
            ),
            TransportErrorKind::TooLarge => (
                ErrorKind::InvalidResponse,
                Classification::AmbiguousFinal,
                "Zoho's response is larger than HttpOptions::max_response_bytes allows",
            ),
            TransportErrorKind::RequestBody => {
                (ErrorKind::Io, Classification::Permanent, "the data to send could not be read to its end")
            }
            TransportErrorKind::Invalid => {
                (ErrorKind::InvalidInput, Classification::Permanent, "the request cannot be sent")
            }
        };
        Self { error: Error::new(kind, message).with_source(cause), classification }
    }
}
