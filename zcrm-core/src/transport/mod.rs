//! How bytes travel: a trait of one method, and the one implementation over HTTP.

mod connection;
mod early;
mod http;
mod message;
mod outgoing;
mod resolver;
mod tcp;

use std::error::Error as StdError;
use std::fmt;

#[cfg(feature = "logging")]
pub(crate) use http::SHOW_THE_WIRE;
pub(crate) use http::default_transport;
pub use message::{Body, Headers, HttpRequest, HttpResponse, Method, Pace};

/// Sends one request and gives back whatever was answered. Any status is a response; redirects are not followed; the
/// body of the response is a reader that has not been read.
///
/// Implement it to test without a server, or to send calls another way.
pub trait Transport: fmt::Debug + Send + Sync {
    /// Sends the request.
    ///
    /// # Errors
    ///
    /// When no response came; the kind says what is known of the request.
    fn send(&self, request: HttpRequest<'_>) -> Result<HttpResponse, TransportError>;
}

/// Why no response came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// No connection was made, so nothing was sent: unknown name, refused, unreachable, time-out while resolving or
    /// connecting, refusal by the proxy.
    NotConnected,
    /// The server's certificate was not accepted, so nothing was sent.
    Tls,
    /// A time limit ran out. Whether the request was done is not known.
    Timeout,
    /// The connection broke. Whether the request was done is not known.
    Lost,
    /// The response is larger than allowed.
    TooLarge,
    /// The request's own body could not be read.
    RequestBody,
    /// The request could not be put together.
    Invalid,
}

/// What exactly kept a connection from being made, as far as it is known; for the doctor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Obstacle {
    /// The host's name leads nowhere.
    Name,
    /// The proxy made no connection.
    Proxy,
    /// The certificate has ended.
    CertificateExpired,
    /// The certificate has not begun yet.
    CertificateNotYetValid,
    /// The certificate is another host's.
    CertificateName,
    /// The certificate's authority is not trusted.
    CertificateIssuer,
    /// The certificate is an authority's own, as self-signed ones often are, and no server's.
    CertificateOfAuthority,
    #[default]
    Unknown,
}

/// No response came. The cause is in [`source`](StdError::source).
#[derive(Debug)]
pub struct TransportError {
    kind: TransportErrorKind,
    message: String,
    obstacle: Obstacle,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl TransportError {
    /// An error of `kind`; `message` holds no secret and no query string.
    pub fn new(kind: TransportErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), obstacle: Obstacle::Unknown, source: None }
    }

    /// Adds the cause.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    pub(crate) fn with_obstacle(mut self, obstacle: Obstacle) -> Self {
        self.obstacle = obstacle;
        self
    }

    pub(crate) fn obstacle(&self) -> Obstacle {
        self.obstacle
    }

    /// Why no response came.
    #[must_use]
    pub fn kind(&self) -> TransportErrorKind {
        self.kind
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl StdError for TransportError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
