//! The one way out: a request is sent with a token, within the limits, retried where that is safe, decoded, and its
//! error logged.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use super::cost::Cost;
use super::governor::{Governor, Permit, Usage};
use super::parts::{Host, Idempotency, Parts};
use super::prices::Prices;
use super::request::Request;
use super::response::{Received, Response, receive};
use super::retry::{Backoff, Classification, Credentials, Failure};
use super::stop::Stop;
use crate::config::{ApiVersion, Config, DataCenter};
use crate::error::{Error, ErrorKind, Result};
use crate::oauth::{AccessToken, TokenSource};
use crate::secret::Secret;
use crate::token::UserIdentifier;
use crate::transport::{Body, HttpRequest, HttpResponse, Method, Pace, Transport};

/// Sends requests as one user. Cheap to clone; clones share connections, tokens and the governor.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    shared: Arc<Shared>,
    user: Option<UserIdentifier>,
}

#[derive(Debug)]
struct Shared {
    config: Arc<Config>,
    transport: Arc<dyn Transport>,
    tokens: Arc<TokenSource>,
    governor: Governor,
    /// As Zoho told them, once it was asked.
    prices: RwLock<Option<Arc<Prices>>>,
}

/// One attempt of a request, with its token.
pub(super) struct Attempt<'a> {
    session: &'a Session,
    parts: &'a Parts,
    token: &'a AccessToken,
    cost: Cost,
}

impl Session {
    /// A session of the configured user.
    pub(crate) fn new(config: Arc<Config>, transport: Arc<dyn Transport>, tokens: Arc<TokenSource>) -> Self {
        let user = config.current_user_email().cloned();
        let governor = Governor::new(config.http());
        Self { shared: Arc::new(Shared { config, transport, tokens, governor, prices: RwLock::default() }), user }
    }

    /// The same connections and tokens, as another user.
    pub(crate) fn for_user(&self, user: UserIdentifier) -> Self {
        Self { shared: Arc::clone(&self.shared), user: Some(user) }
    }

    /// Whose tokens requests use.
    pub(crate) fn user(&self) -> Option<&UserIdentifier> {
        self.user.as_ref()
    }

    /// The configured API version.
    pub(crate) fn version(&self) -> ApiVersion {
        self.shared.config.api_version()
    }

    pub(crate) fn usage(&self) -> Usage {
        self.shared.governor.usage()
    }

    pub(crate) fn interrupt(&self, interrupted: bool) {
        self.shared.governor.interrupt(interrupted);
    }

    /// Sleeps, unless the client is interrupted.
    pub(crate) fn sleep(&self, pause: std::time::Duration) -> Result<()> {
        self.shared.governor.sleep(pause)
    }

    /// How many requests of this cost may be in flight at most.
    pub(crate) fn most_in_flight(&self, cost: Cost) -> usize {
        let http = self.shared.config.http();
        if cost.is_heavy() { http.heavy_concurrency.min(http.concurrency) } else { http.concurrency }
    }

    /// The largest response that is read whole.
    pub(crate) fn max_response_bytes(&self) -> u64 {
        self.shared.config.http().max_response_bytes
    }

    /// How long the response to a transfer may take that is no file itself.
    pub(super) fn call_timeout(&self) -> Duration {
        self.shared.config.http().call_timeout
    }

    /// Waits until more of a response that is under way may be read.
    pub(super) fn resume(&self, cost: Cost) -> Result<Permit<'_>> {
        self.shared.governor.resume(cost)
    }

    /// A request to the configured version of the API.
    pub(crate) fn request<S: AsRef<str>>(
        &self,
        method: Method,
        segments: impl IntoIterator<Item = S>,
    ) -> Request<Response> {
        self.priced(Request::new(method, self.version(), segments))
    }

    /// The same request at Zoho's own price, where that is known.
    pub(crate) fn priced<T>(&self, request: Request<T>) -> Request<T> {
        let bounds = self.bounds(request.parts());
        request.with_bounds(bounds)
    }

    fn bounds(&self, parts: &Parts) -> Option<(u32, u32)> {
        self.prices()?.bounds(parts.method, &parts.path)
    }

    /// The credits of a request that is not there yet: the built-in ones, at Zoho's own price where that is known.
    pub(crate) fn credits(&self, method: Method, path: &str, cost: Cost) -> u64 {
        let bounds = self.prices().and_then(|prices| prices.bounds(method, path));
        cost.within(bounds).credits().into()
    }

    /// What requests cost, as Zoho told it.
    pub(crate) fn prices(&self) -> Option<Arc<Prices>> {
        self.shared.prices.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// From now on these are the prices, for all clones of the client.
    pub(crate) fn keep_prices(&self, prices: Prices) -> Arc<Prices> {
        let prices = Arc::new(prices);
        *self.shared.prices.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&prices));
        prices
    }

    /// Sends a request and decodes its response.
    pub(crate) fn run<T>(&self, request: &Request<T>) -> Result<T> {
        let parts = request.parts();
        let limit = self.max_response_bytes();
        let mut damaged = false;
        self.exit(request, |attempt, _permit| {
            let body = match &parts.body {
                Some(bytes) => Body::Bytes { content_type: &parts.content_type, bytes },
                None => Body::Empty,
            };
            let received = receive(attempt.send(body, Pace::Call)?, limit)?;
            // Damaged on the way, or for good: then what can be read of it is.
            let again = !received.is_utf8() && !std::mem::replace(&mut damaged, true);
            if again && self.may_retry(parts, Classification::Ambiguous) {
                Err(received.damaged())
            } else {
                Ok(received)
            }
        })
    }

    /// As [`run`](Self::run), where each attempt is made by `attempt`. Every error of every request leaves here, and is
    /// logged here.
    pub(super) fn exit<T>(
        &self,
        request: &Request<T>,
        attempt: impl FnMut(&Attempt<'_>, &mut Permit<'_>) -> Result<Received, Failure>,
    ) -> Result<T> {
        let parts = request.parts();
        let received = self.attempts(parts, attempt);
        let response = received.map(|(received, retried)| Response::new(parts, received, retried));
        let decoded = request.decode(response);
        decoded.map_err(|error| error.with_request(parts.method.as_str(), &parts.path).logged())
    }

    /// As [`exit`](Self::exit), for responses that are not read whole.
    pub(super) fn transfer<R>(
        &self,
        request: &Request<Response>,
        attempt: impl FnMut(&Attempt<'_>, &mut Permit<'_>) -> Result<R, Failure>,
    ) -> Result<R> {
        let parts = request.parts();
        let received = self.attempts(parts, attempt).map(|(received, _)| received);
        received.map_err(|error| error.with_request(parts.method.as_str(), &parts.path).logged())
    }

    /// Attempts a request until it succeeds, is rejected, or must not or need not be retried. Says besides whether an
    /// attempt before the last one may have done it already.
    fn attempts<R>(
        &self,
        parts: &Parts,
        attempt: impl FnMut(&Attempt<'_>, &mut Permit<'_>) -> Result<R, Failure>,
    ) -> Result<(R, bool)> {
        let mut maybe_done = false;
        match self.retry(parts, attempt, &mut maybe_done) {
            Ok(received) => Ok((received, maybe_done)),
            Err(error) => {
                let unknown = (maybe_done || error.outcome_unknown()) && parts.method != Method::Get;
                Err(error.with_outcome_unknown(unknown))
            }
        }
    }

    fn retry<R>(
        &self,
        parts: &Parts,
        mut attempt: impl FnMut(&Attempt<'_>, &mut Permit<'_>) -> Result<R, Failure>,
        maybe_done: &mut bool,
    ) -> Result<R> {
        if let Some(fault) = &parts.fault {
            return Err(fault.clone());
        }
        let user = self.user.as_ref().ok_or_else(no_user)?;
        let Shared { config, tokens, governor, .. } = &*self.shared;
        let mut credentials = Credentials::new(tokens, user);
        let mut backoff = Backoff::new(config.http());
        let cost = parts.cost.within(parts.bounds.or_else(|| self.bounds(parts)));
        loop {
            let token = credentials.token()?;
            let mut permit = governor.acquire(cost)?;
            if let Some(cause) = parts.stop.as_ref().and_then(Stop::cause) {
                permit.cancel();
                return Err(cause.clone());
            }
            let started = Instant::now();
            let failure = match attempt(&Attempt { session: self, parts, token: &token, cost }, &mut permit) {
                Ok(received) => {
                    drop(permit);
                    credentials.accepted(&token);
                    return Ok(received);
                }
                Err(failure) => failure,
            };
            let Failure { error, classification } = failure;
            if classification == Classification::TokenRejected {
                drop(permit);
                credentials.replace(&token, self.unauthenticated(error))?;
                continue;
            }
            if classification == Classification::Permanent && error.api().is_some() && error.status() != Some(401) {
                credentials.accepted(&token);
            }
            let ambiguous = classification.is_ambiguous();
            let wait =
                self.may_retry(parts, classification).then(|| backoff.next(error.retry_after(), started.elapsed()));
            let Some(wait) = wait.flatten() else {
                return Err(error.with_outcome_unknown(ambiguous));
            };
            *maybe_done |= ambiguous;
            if error.kind() == ErrorKind::RateLimited {
                // Before the place is free for another request.
                governor.pace(wait);
            }
            drop(permit);
            log::warn!("{} {}: {error}; retrying in {} ms", parts.method, parts.path, wait.as_millis());
            governor.sleep(wait)?;
        }
    }

    fn may_retry(&self, parts: &Parts, classification: Classification) -> bool {
        match classification {
            Classification::Retryable => true,
            Classification::Ambiguous => match parts.idempotency {
                Idempotency::Idempotent => true,
                Idempotency::Update => self.shared.config.http().retry_updates,
                Idempotency::NotIdempotent => false,
            },
            Classification::Permanent | Classification::TokenRejected | Classification::AmbiguousFinal => false,
        }
    }

    pub(super) fn base_url(&self, host: Host) -> String {
        let api = self.shared.tokens.api_base_url_of(self.user.as_ref());
        let config = &self.shared.config;
        match (host, DataCenter::from_api_url(&api)) {
            (Host::Api, _) => api,
            (Host::Upload, Some(center)) => config.file_upload_url_in(center),
            (Host::Upload, None) => config.file_upload_url().to_owned(),
            (Host::Download, Some(center)) => config.download_url_in(center),
            (Host::Download, None) => config.download_url().to_owned(),
        }
    }

    /// A token that was rejected although it was fresh, or that another one could not replace.
    fn unauthenticated(&self, rejection: Error) -> Error {
        let environment = if self.shared.config.sandbox() { "the sandbox" } else { "production" };
        rejection.with_hint(&format!(
            "most likely the tokens belong to another data center than {}, to another environment than {environment}, \
             or to another client_id",
            self.base_url(Host::Api)
        ))
    }
}

impl Attempt<'_> {
    /// Sends the request once.
    pub(super) fn send(&self, mut body: Body<'_>, pace: Pace) -> Result<HttpResponse, Failure> {
        let Self { session, parts, token, cost } = self;
        let governor = &session.shared.governor;
        let origin = parts.origin.clone().unwrap_or_else(|| session.base_url(parts.host));
        let url = format!("{origin}{}{}", parts.path, parts.query);
        let headers: Vec<_> = parts.headers.iter().map(|(name, value)| (name.as_ref(), value.as_str())).collect();
        // Zoho's own scheme, though its token responses say "Bearer".
        let authorization = Secret::new(format!("Zoho-oauthtoken {}", token.secret().expose()));
        let sent = session.shared.transport.send(HttpRequest {
            method: parts.method,
            url: &url,
            headers: &headers,
            authorization: Some(&authorization),
            body: body.by_ref(),
            pace,
        });
        let response = sent.map_err(Failure::from);
        match &response {
            Ok(response) if response.status == 429 => {
                governor.refund(*cost);
                governor.rejected(*cost, super::response::retry_after(&response.headers));
            }
            // Rejected before any work.
            Ok(response) if response.status == 401 => governor.refund(*cost),
            Ok(response) => {
                governor.succeeded(*cost);
                governor.observe(&super::response::rate_limits(&response.headers));
            }
            Err(failure) if failure.classification == Classification::Retryable => governor.refund(*cost),
            Err(_) => {}
        }
        response
    }
}

fn no_user() -> Error {
    let text = "no user is set: set current_user_email, or take a client of one user with for_user";
    Error::new(ErrorKind::NoUser, text)
}
