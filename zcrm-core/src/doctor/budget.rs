//! A transport that lets a limited number of requests through, whatever those who use it do.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use url::Url;

use crate::transport::{HttpRequest, HttpResponse, Transport, TransportError, TransportErrorKind};

/// The most calls of one examination, requests for tokens not counted.
pub(super) const CALLS: u32 = 12;

/// The most requests for tokens.
const TOKEN_REQUESTS: u32 = 1;

#[derive(Debug, Clone)]
pub(super) struct Budget {
    inner: Arc<dyn Transport>,
    spent: Arc<Spent>,
}

#[derive(Debug, Default)]
struct Spent {
    calls: AtomicU32,
    token_requests: AtomicU32,
}

impl Budget {
    pub(super) fn new(inner: Arc<dyn Transport>) -> Self {
        Self { inner, spent: Arc::default() }
    }

    /// How many calls may still be sent.
    pub(super) fn calls_left(&self) -> u32 {
        CALLS.saturating_sub(self.spent.calls.load(Ordering::Relaxed))
    }

    /// Whether a request for a token was sent or wanted.
    pub(super) fn token_was_requested(&self) -> bool {
        self.spent.token_requests.load(Ordering::Relaxed) > 0
    }
}

impl Transport for Budget {
    fn send(&self, request: HttpRequest<'_>) -> Result<HttpResponse, TransportError> {
        let is_token_request = Url::parse(request.url).is_ok_and(|url| url.path() == "/oauth/v2/token");
        let (spent, most) = match is_token_request {
            true => (&self.spent.token_requests, TOKEN_REQUESTS),
            false => (&self.spent.calls, CALLS),
        };
        if spent.fetch_add(1, Ordering::Relaxed) >= most {
            let text =
                format!("not sent: an examination sends {CALLS} calls and {TOKEN_REQUESTS} token request at most");
            return Err(TransportError::new(TransportErrorKind::NotConnected, text));
        }
        self.inner.send(request)
    }
}
