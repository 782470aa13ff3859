//! How a call becomes an answer: token, gate, attempts, errors.

use std::sync::Arc;

use super::attempt::{Failed, Verdict, read};
use super::backoff::Backoff;
use super::call::{Call, Repeat};
use super::gate::{Gate, Permit};
use super::reply::Reply;
use crate::config::{ApiVersion, Config};
use crate::error::{Error, ErrorKind, Result};
use crate::oauth::{AccessToken, TokenSource};
use crate::secret::Secret;
use crate::token::UserIdentifier;
use crate::transport::{Body, Method, Pace, Request, Response, Transport, TransportError};

/// How many tokens may be tried in place of a refused one: the one that another process stored, which may be refused as
/// well, and the one that a refresh then brings.
const MOST_REPLACEMENTS: u32 = 2;

/// Sends calls as one user. Cheap to clone; clones share connections, tokens and the gate.
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
    gate: Gate,
}

/// What came of a call, and whether an earlier attempt may have done it already.
pub(crate) struct Done<T> {
    pub(crate) value: T,
    pub(crate) repeated: bool,
}

impl Session {
    /// A session of the configured user.
    pub(crate) fn new(config: Arc<Config>, transport: Arc<dyn Transport>, tokens: Arc<TokenSource>) -> Self {
        let user = config.current_user_email().cloned();
        let gate = Gate::new(config.http().max_in_flight);
        Self { shared: Arc::new(Shared { config, transport, tokens, gate }), user }
    }

    /// The same connections and tokens, as another user.
    pub(crate) fn for_user(&self, user: UserIdentifier) -> Self {
        Self { shared: Arc::clone(&self.shared), user: Some(user) }
    }

    /// Whose tokens calls use.
    pub(crate) fn user(&self) -> Option<&UserIdentifier> {
        self.user.as_ref()
    }

    /// The configured API version.
    pub(crate) fn version(&self) -> ApiVersion {
        self.shared.config.api_version()
    }

    /// Sends a call and reads its answer whole: with a fresh token, through the gate, repeated where that is safe.
    ///
    /// `Ok` is any 2xx and 304; every other status is an `Err` with Zoho's account of it.
    pub(crate) fn send(&self, call: &Call) -> Result<Reply> {
        let body = || match &call.body {
            Some(bytes) => Body::Bytes { content_type: &call.content_type, bytes },
            None => Body::Empty,
        };
        let done = self.attempts(call, |token| {
            let _permit = self.shared.gate.enter();
            read(self.exchange(call, token, body(), Pace::Call)?, self.max_answer_bytes())
        })?;
        Ok(Reply::new(call, done))
    }

    /// The largest answer that is read whole.
    pub(super) fn max_answer_bytes(&self) -> u64 {
        self.shared.config.http().max_answer_bytes
    }

    /// Waits until a call may be under way.
    pub(super) fn enter(&self) -> Permit<'_> {
        self.shared.gate.enter()
    }

    /// Sends a call once.
    pub(super) fn exchange(
        &self,
        call: &Call,
        token: &AccessToken,
        mut body: Body<'_>,
        pace: Pace,
    ) -> Result<Response, TransportError> {
        let url = format!("{}{}{}", self.shared.tokens.api_base_url_of(self.user.as_ref()), call.path, call.query);
        let headers: Vec<_> = call.headers.iter().map(|(name, value)| (name.as_ref(), value.clone())).collect();
        // Zoho's own scheme, though its token answers say "Bearer".
        let authorization = Secret::new(format!("Zoho-oauthtoken {}", token.secret().expose()));
        self.shared.transport.send(Request {
            method: call.method,
            url: &url,
            headers: &headers,
            authorization: Some(&authorization),
            body: body.by_ref(),
            pace,
            expect_continue: call.expect_continue,
        })
    }

    /// Attempts a call until it succeeds, is refused, or must not or need not be tried again. The error that leaves is
    /// logged here, once.
    pub(super) fn attempts<T>(
        &self,
        call: &Call,
        attempt: impl FnMut(&AccessToken) -> Result<T, Failed>,
    ) -> Result<Done<T>> {
        self.attempts_unlogged(call, attempt)
            .map_err(|error| error.with_request(call.method.as_str(), &call.path))
            .map_err(Error::logged)
    }

    fn attempts_unlogged<T>(
        &self,
        call: &Call,
        mut attempt: impl FnMut(&AccessToken) -> Result<T, Failed>,
    ) -> Result<Done<T>> {
        let Shared { config, tokens, .. } = &*self.shared;
        let user = self.user.as_ref().ok_or_else(no_user)?;
        let mut backoff = Backoff::new(config.http());
        let mut replacement = None;
        let mut replacements = 0;
        // Whether an attempt so far may have been done.
        let mut repeated = false;
        let doubt = |error: Error, unknown: bool| error.with_outcome_unknown(unknown && call.method != Method::Get);
        loop {
            let token = match replacement.take() {
                Some(token) => token,
                None => tokens.access_token(user).map_err(|error| doubt(error, repeated))?,
            };
            let Failed { error, verdict } = match attempt(&token) {
                Ok(value) => {
                    tokens.accepted(user, &token);
                    return Ok(Done { value, repeated });
                }
                Err(failed) => failed,
            };
            if verdict == Verdict::TokenRefused {
                if replacements < MOST_REPLACEMENTS {
                    replacements += 1;
                    replacement = tokens.replace_rejected(user, &token).map_err(|error| doubt(error, repeated))?;
                }
                if replacement.is_none() {
                    return Err(doubt(self.unauthenticated(error), repeated));
                }
                continue;
            }
            if verdict == Verdict::Refused && error.api().is_some() && error.status() != Some(401) {
                tokens.accepted(user, &token);
            }
            let unknown = matches!(verdict, Verdict::Unknown | Verdict::UnknownForGood);
            let may_repeat = match verdict {
                Verdict::NotDone => true,
                Verdict::Unknown => match call.repeat {
                    Repeat::Safe => true,
                    Repeat::Update => config.http().repeat_updates,
                    Repeat::Never => false,
                },
                _ => false,
            };
            let pause = may_repeat.then(|| backoff.pause(error.retry_after())).flatten();
            let Some(pause) = pause else {
                return Err(doubt(error, unknown || repeated));
            };
            repeated |= unknown;
            log::warn!("{} {}: {error}; trying again in {} ms", call.method, call.path, pause.as_millis());
            std::thread::sleep(pause);
        }
    }

    /// A token that was refused although it was fresh, or that another one could not replace.
    fn unauthenticated(&self, refused: Error) -> Error {
        let environment = if self.shared.config.sandbox() { "the sandbox" } else { "production" };
        let host = self.shared.tokens.api_base_url_of(self.user.as_ref());
        refused.with_hint(&format!(
            "most likely the tokens belong to another data centre than {host}, to another environment than {environment}, \
             or to another client_id"
        ))
    }
}

fn no_user() -> Error {
    let text = "no user is set: name one in current_user_email, or take a client of one with for_user";
    Error::new(ErrorKind::NoUser, text)
}
