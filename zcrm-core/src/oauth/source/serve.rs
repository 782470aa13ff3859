//! A token for a call: from memory where it works, renewed ahead of its end, replaced when Zoho rejects it.

use std::sync::{Arc, MutexGuard};
use std::thread;
use std::time::{Duration, Instant};

use super::cached_token::CachedToken;
use super::entry::{CacheEntry, RefreshGuard, State};
use super::failure::{busy, diverted, store_failed};
use super::refresh::Want;
use super::token_source::TokenSource;
use crate::error::Result;
use crate::secret::Secret;
use crate::token::UserIdentifier;

/// How soon an early renewal that failed is tried again while the token still works.
const EARLY_AGAIN: Duration = Duration::from_secs(10);

/// A token for one attempt of a call.
#[derive(Debug, Clone)]
pub(crate) struct AccessToken {
    secret: Arc<Secret>,
}

impl AccessToken {
    pub(crate) fn secret(&self) -> &Secret {
        &self.secret
    }
}

impl From<CachedToken> for AccessToken {
    fn from(token: CachedToken) -> Self {
        Self { secret: token.secret }
    }
}

impl TokenSource {
    /// A token that works. One that is due is served all the same, and renewed in the background: what is done ahead of
    /// need neither delays nor fails a call.
    pub(crate) fn access_token(self: &Arc<Self>, user: &UserIdentifier) -> Result<AccessToken> {
        let entry = self.entry(user);
        let state = entry.state();
        if let Some(other) = &state.kept_under {
            log::warn!("{}", diverted(user, other));
        }
        self.obtain(user, &entry, state).map(AccessToken::from)
    }

    /// A token that lives for `at_least` so long, or for half of the life that Zoho gives its tokens if that is
    /// shorter.
    pub(in crate::oauth) fn lasting_token(&self, user: &UserIdentifier, at_least: Duration) -> Result<AccessToken> {
        let entry = self.entry(user);
        let lasting = || entry.state().current.clone().filter(|token| token.lasts(at_least)).map(AccessToken::from);
        if let Some(token) = lasting() {
            return Ok(token);
        }
        let guard = self.guard(user, &entry, self.guard_timeout())?;
        // Whoever had the guard before may have renewed it.
        if let Some(token) = lasting() {
            return Ok(token);
        }
        let outcome = self.renew(user, &entry, Want::Lasting(at_least));
        guard.end(outcome).map(AccessToken::from)
    }

    /// Zoho rejected `token` (401 INVALID_TOKEN or the like): another one, where there is hope that another one is
    /// accepted; else `None`, and the call fails with the rejection.
    ///
    /// `None` means that a fresh token was rejected on its first use, and so was its successor: the data center, the
    /// environment (production or sandbox) or the client is wrong. For ten minutes a rejection is then no reason for a
    /// token request; a token that another process stores meanwhile is taken at once.
    pub(crate) fn replace_rejected(
        self: &Arc<Self>,
        user: &UserIdentifier,
        token: &AccessToken,
    ) -> Result<Option<AccessToken>> {
        let entry = self.entry(user);
        let mut state = entry.state();
        state.mark_bad(token.secret());
        match state.current.clone() {
            Some(held) if held.secret.same_as(token.secret()) => {
                if !state.is_worth_a_request(&held) {
                    drop(state);
                    return Ok(self.taken_from_store(user, &entry)?.map(AccessToken::from));
                }
                state.current = None;
            }
            Some(held) if state.is_bad(&held.secret) => return Ok(None),
            _ => {}
        }
        let other = AccessToken::from(self.obtain(user, &entry, state)?);
        Ok((!other.secret.same_as(token.secret())).then_some(other))
    }

    /// Zoho accepted `token`: from now on a rejection of it is a reason to refresh.
    pub(crate) fn accepted(&self, user: &UserIdentifier, token: &AccessToken) {
        self.entry(user).state().mark_accepted(token.secret());
    }

    /// A new access token, whatever is left of the present one.
    pub(in crate::oauth) fn refresh(&self, user: &UserIdentifier) -> Result<()> {
        let entry = self.entry(user);
        let guard = self.guard(user, &entry, self.guard_timeout())?;
        let outcome = self.renew(user, &entry, Want::New);
        guard.end(outcome).map(drop)
    }

    /// Whether there are tokens of the user.
    pub(in crate::oauth) fn is_known(&self, user: &UserIdentifier) -> Result<bool> {
        match self.look_up(user) {
            Ok(Some(_)) => Ok(true),
            Ok(None) => Ok(self.entry(user).state().unsaved.is_some()),
            Err(cause) => Err(store_failed("the tokens could not be read", cause)),
        }
    }

    /// The cached token while it works, or the outcome of a refresh: one's own, or that of another thread.
    fn obtain(
        self: &Arc<Self>,
        user: &UserIdentifier,
        entry: &Arc<CacheEntry>,
        mut state: MutexGuard<'_, State>,
    ) -> Result<CachedToken> {
        loop {
            if let Some(token) = state.living().cloned() {
                if !state.is_busy() && state.is_save_due() {
                    let guard = entry.begin(state);
                    let outcome = self.save_again(user, entry, token);
                    return guard.end(outcome);
                }
                if !state.is_busy() && token.is_due() {
                    if let Some(current) = &mut state.current {
                        current.renew_at = Instant::now() + EARLY_AGAIN;
                    }
                    self.renew_in_background(user, entry.begin(state));
                }
                return Ok(token);
            }
            if !state.is_busy() {
                break;
            }
            let rounds = state.rounds();
            let over;
            (state, over) = entry.wait(state, self.guard_timeout());
            if !over {
                return Err(busy(user));
            }
            if let Some(error) = state.failure_since(rounds) {
                return Err(error);
            }
        }
        let guard = entry.begin(state);
        let outcome = self.renew(user, entry, Want::ANY);
        guard.end(outcome)
    }

    /// Renews a token that still works. When that fails, it is tried again at a later call.
    fn renew_in_background(self: &Arc<Self>, user: &UserIdentifier, guard: RefreshGuard) {
        let (source, user) = (Arc::clone(self), user.clone());
        let work = move || {
            let outcome = source.renew(&user, guard.entry(), Want::ANY);
            if let Err(error) = guard.end(outcome) {
                log::warn!(
                    "the access token of {user} could not be renewed early and is used until its end: {}",
                    error.with_causes()
                );
            }
        };
        // Without a thread the guard goes with the closure, and the token is renewed when it is dead.
        if let Err(cause) = thread::Builder::new().name("zcrm token renewal".to_owned()).spawn(work) {
            log::warn!("no thread could be started to renew an access token early: {cause}");
        }
    }
}
