//! Requests and responses as a [`Transport`](super::Transport) sees them.

use std::fmt;
use std::io::{self, Read};
use std::time::{Duration, Instant};

use crate::secret::Secret;

/// An HTTP method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Method {
    /// GET
    Get,
    /// POST
    Post,
    /// PUT
    Put,
    /// PATCH
    Patch,
    /// DELETE
    Delete,
}

impl Method {
    /// The method's name, in capitals.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Which timeouts apply; see [`HttpOptions`](crate::config::HttpOptions).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Pace {
    /// An API request: timeouts for connecting, for the response, and for the whole.
    Call,
    /// A file transfer: timeouts for connecting, for the response, and for standing still.
    Transfer,
}

/// A body on its way out.
#[non_exhaustive]
pub enum Body<'a> {
    /// None.
    Empty,
    /// Bytes that can be sent again.
    Bytes {
        /// The `Content-Type`.
        content_type: &'a str,
        /// The bytes.
        bytes: &'a [u8],
    },
    /// A stream.
    Stream {
        /// The `Content-Type`.
        content_type: &'a str,
        /// How many bytes it has; unknown ones are sent chunked.
        length: Option<u64>,
        /// Where the bytes come from.
        reader: &'a mut dyn Read,
    },
}

impl Body<'_> {
    /// The same body for a shorter time, as a request needs it that borrows more than the body.
    pub fn by_ref(&mut self) -> Body<'_> {
        match self {
            Self::Empty => Body::Empty,
            Self::Bytes { content_type, bytes } => Body::Bytes { content_type, bytes },
            Self::Stream { content_type, length, reader } => {
                Body::Stream { content_type, length: *length, reader: *reader }
            }
        }
    }
}

impl fmt::Debug for Body<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("Empty"),
            Self::Bytes { content_type, bytes } => write!(f, "Bytes({content_type}, {} bytes)", bytes.len()),
            Self::Stream { content_type, length, .. } => write!(f, "Stream({content_type}, {length:?} bytes)"),
        }
    }
}

/// A request on its way out. `Debug` shows neither the query nor the body nor the token.
#[non_exhaustive]
pub struct HttpRequest<'a> {
    /// The method.
    pub method: Method,
    /// The whole URL, escaped.
    pub url: &'a str,
    /// Headers without a secret.
    pub headers: &'a [(&'a str, &'a str)],
    /// The value of the `Authorization` header.
    pub authorization: Option<&'a Secret>,
    /// The body.
    pub body: Body<'a>,
    /// Which timeouts apply.
    pub pace: Pace,
}

impl fmt::Debug for HttpRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpRequest")
            .field("method", &self.method)
            .field("url", &self.url.split('?').next())
            .field("body", &self.body)
            .field("pace", &self.pace)
            .finish_non_exhaustive()
    }
}

/// The headers of a response.
#[derive(Clone, Default)]
pub struct Headers(Vec<(String, String)>);

impl Headers {
    /// Headers from names and values. Values that are not text are left out by transports.
    #[must_use]
    pub fn new(headers: impl IntoIterator<Item = (String, String)>) -> Self {
        Self(headers.into_iter().collect())
    }

    /// The first value under a name, whatever its case.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// All names and values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

/// A response whose body has not been read.
///
/// Transports turn failures while the body is read into [`std::io::Error`]s: of kind `TimedOut` for a timeout,
/// `FileTooLarge` past the limit on responses, any other for a connection that broke or a body that was cut off.
#[non_exhaustive]
pub struct HttpResponse {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: Headers,
    /// The body, decompressed.
    pub body: Box<dyn Read + Send>,
}

impl HttpResponse {
    /// A response.
    #[must_use]
    pub fn new(status: u16, headers: Headers, body: impl Read + Send + 'static) -> Self {
        Self { status, headers, body: Box::new(body) }
    }

    /// The same with a limit for the whole body, for one that is no file: a server that sends a byte now and then would
    /// never exceed the limit of a single read.
    pub(crate) fn within(self, limit: Duration) -> Self {
        let deadline = Instant::now().checked_add(limit);
        Self { body: Box::new(Limited { body: self.body, deadline }), ..self }
    }
}

struct Limited {
    body: Box<dyn Read + Send>,
    deadline: Option<Instant>,
}

impl Read for Limited {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.deadline {
            Some(deadline) if Instant::now() >= deadline => Err(io::ErrorKind::TimedOut.into()),
            _ => self.body.read(buffer),
        }
    }
}

impl fmt::Debug for HttpResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpResponse")
            .field("status", &self.status)
            .field("headers", &self.headers)
            .finish_non_exhaustive()
    }
}
