//! One access token a user, shared by all threads and kept fresh.
//!
//! Threads meet in a [`Slot`] a user: the first who finds the token dead takes the *turn*, the others wait for it, or go
//! on with a token that still works. Whoever has the turn takes the store's refresh lock, so processes and hosts meet
//! there in the same way.

mod grant;
mod renew;
mod slot;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

pub use grant::Granted;
use slot::{Slot, State, Turn};

use super::endpoints::Endpoints;
use super::wire::Wire;
use crate::config::Config;
use crate::error::{Error, ErrorKind, Result};
use crate::persistence::{PersistenceError, PersistenceHandler};
use crate::secret::Secret;
use crate::token::UserIdentifier;
use crate::transport::Transport;

/// How long a refusal of a fresh token is no reason to ask for another: the window of Zoho's limit.
const COOL_DOWN: Duration = Duration::from_secs(600);

/// What reading and saving take at most, beside the request for tokens.
const STORE_TIME: Duration = Duration::from_secs(15);

/// How much longer than a lease one waits for the lock.
const OVER_THE_LEASE: Duration = Duration::from_secs(5);

/// How soon an early refresh that failed is tried again while the token still works.
const EARLY_AGAIN: Duration = Duration::from_secs(10);

/// Hands out access tokens: from memory, else from the store, else from Zoho, one request whoever asks.
#[derive(Debug)]
pub(crate) struct TokenSource {
    config: Arc<Config>,
    store: Arc<dyn PersistenceHandler>,
    wire: Wire,
    endpoints: Endpoints,
    slots: Mutex<HashMap<UserIdentifier, Arc<Slot>>>,
}

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

impl TokenSource {
    pub(crate) fn new(config: Arc<Config>, transport: Arc<dyn Transport>, store: Arc<dyn PersistenceHandler>) -> Self {
        let endpoints = Endpoints::new(Arc::clone(&config));
        let wire = Wire::new(Arc::clone(&config), transport);
        Self { config, store, wire, endpoints, slots: Mutex::default() }
    }

    /// Where API calls go at the moment: the configured host, or that of the data centre the tokens turned out to be of.
    pub(crate) fn api_base_url(&self) -> String {
        self.endpoints.api_base_url()
    }

    pub(super) fn config(&self) -> &Config {
        &self.config
    }

    /// Where tokens are asked for at the moment.
    pub(super) fn accounts_url(&self) -> String {
        self.endpoints.accounts_url()
    }

    /// Where a grant is exchanged whose redirect names this accounts server.
    pub(super) fn accounts_url_of(&self, named: Option<&str>) -> String {
        self.endpoints.accounts_url_of(named)
    }

    /// A token that is good for some time yet. When it cannot be renewed early, it is served as long as it lives.
    pub(crate) fn access_token(&self, user: &UserIdentifier) -> Result<AccessToken> {
        let slot = self.slot(user);
        let state = slot.state();
        if let Some(other) = &state.kept_under {
            log::warn!("{}", diverted(user, other));
        }
        self.obtain(user, &slot, state)
    }

    /// Zoho refused `token` (401 INVALID_TOKEN or AUTHENTICATION_FAILURE): another one, where there is hope that another
    /// one is accepted; else `None`, and the call fails with the refusal.
    ///
    /// `None` means that Zoho gave `token` in the last ten minutes and yet refused it on its first use, so a further one would fare no
    /// better: the data centre, the environment (production or sandbox) or the client is wrong. For ten minutes a refusal
    /// is then no reason to ask Zoho again; a token that somebody else stores meanwhile is taken at once.
    pub(crate) fn replace_rejected(&self, user: &UserIdentifier, token: &AccessToken) -> Result<Option<AccessToken>> {
        let slot = self.slot(user);
        let mut state = slot.state();
        state.mark_bad(token.secret());
        match state.current.clone() {
            Some(held) if held.secret.same_as(token.secret()) => {
                if held.is_fresh(COOL_DOWN) && is_cooling_down(&mut state) {
                    drop(state);
                    return Ok(self.taken_from_store(user, &slot)?.map(|held| AccessToken { secret: held.secret }));
                }
                state.current = None;
            }
            Some(held) if state.is_bad(&held.secret) => return Ok(None),
            _ => {}
        }
        let other = self.obtain(user, &slot, state)?;
        Ok((!other.secret.same_as(token.secret())).then_some(other))
    }

    /// Zoho accepted `token`: from now on a refusal of it is a reason to refresh.
    pub(crate) fn accepted(&self, user: &UserIdentifier, token: &AccessToken) {
        self.mark_accepted(user, token.secret());
    }

    fn mark_accepted(&self, user: &UserIdentifier, token: &Secret) {
        let slot = self.slot(user);
        let mut state = slot.state();
        if let Some(held) = state.current.as_mut().filter(|held| !held.accepted && held.secret.same_as(token)) {
            held.accepted = true;
            state.fresh_refused_until = None;
            state.mark_good(token);
        }
    }

    /// A new access token, whatever is left of the present one.
    pub(super) fn refresh(&self, user: &UserIdentifier) -> Result<AccessToken> {
        let slot = self.slot(user);
        let turn = self.turn(user, &slot)?;
        let outcome = self.renew(user, &slot, renew::Take::OnlyNew);
        turn.end(outcome).map(|held| AccessToken { secret: held.secret })
    }

    /// The token in use, or the outcome of a turn: one's own, or that of whoever has it.
    fn obtain(&self, user: &UserIdentifier, slot: &Slot, mut state: MutexGuard<'_, State>) -> Result<AccessToken> {
        loop {
            if let Some(held) = state.servable() {
                return Ok(AccessToken { secret: Arc::clone(&held.secret) });
            }
            if !state.is_busy() {
                break;
            }
            let turns = state.turns();
            let over;
            (state, over) = slot.wait(state, self.lock_timeout() * 2);
            if !over {
                return Err(busy(user));
            }
            if let Some(error) = state.failure_since(turns) {
                return Err(error);
            }
        }
        let turn = slot.begin(state);
        let outcome = self.tend(user, slot);
        turn.end(outcome).map(|held| AccessToken { secret: held.secret })
    }

    /// Does what is due: saves what could not be saved, renews what is at its end.
    fn tend(&self, user: &UserIdentifier, slot: &Slot) -> Result<slot::Held> {
        let working = slot.state().current.clone().filter(slot::Held::is_alive);
        let outcome = match &working {
            Some(held) if !held.is_due() => return self.save_again(user, slot, held.clone()),
            _ => self.renew(user, slot, renew::Take::AnyGood),
        };
        match (outcome, working) {
            (Err(error), Some(mut held)) if held.is_alive() && slot.state().holds(&held.secret).is_some() => {
                log::warn!(
                    "the access token of {user} could not be renewed early and is used until its end: {}",
                    error.with_causes()
                );
                let pause = error.retry_after().unwrap_or(EARLY_AGAIN).max(EARLY_AGAIN);
                held.renew_at = (Instant::now() + pause).min(held.dies_at);
                slot.state().current = Some(held.clone());
                Ok(held)
            }
            (outcome, _) => outcome,
        }
    }

    /// The turn of one user, as soon as whoever has it is done.
    fn turn<'a>(&self, user: &UserIdentifier, slot: &'a Slot) -> Result<Turn<'a>> {
        let mut state = slot.state();
        let deadline = Instant::now() + self.lock_timeout() * 2;
        while state.is_busy() {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(busy(user));
            }
            (state, _) = slot.wait(state, left);
        }
        Ok(slot.begin(state))
    }

    fn slot(&self, user: &UserIdentifier) -> Arc<Slot> {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        match slots.get(user) {
            Some(slot) => Arc::clone(slot),
            None => Arc::clone(slots.entry(user.clone()).or_default()),
        }
    }

    fn margin(&self) -> Duration {
        self.config.http().refresh_margin
    }

    /// How long the refresh lock may be held: the slowest request for tokens, repetition included (12 s and the time limit
    /// of a call), and 15 s for the store.
    fn lease(&self) -> Duration {
        self.wire.slowest() + STORE_TIME
    }

    /// How long to wait for the refresh lock: long enough to get it from a holder that stands still.
    fn lock_timeout(&self) -> Duration {
        self.lease() + OVER_THE_LEASE
    }
}

/// Whether the last fresh token was refused only a while ago; the first refusal begins the while.
fn is_cooling_down(state: &mut State) -> bool {
    let now = Instant::now();
    match state.fresh_refused_until {
        Some(until) if now >= until => {
            state.fresh_refused_until = None;
            false
        }
        Some(_) => true,
        None => {
            state.fresh_refused_until = Some(now + COOL_DOWN);
            true
        }
    }
}

fn busy(user: &UserIdentifier) -> Error {
    Error::new(
        ErrorKind::RefreshBusy,
        format!(
            "somebody else has been refreshing the tokens of {user} for longer than the slowest refresh takes, and has \
             stored none; nothing was sent, and trying again is safe"
        ),
    )
}

fn store_failed(what: &str, cause: PersistenceError) -> Error {
    Error::new(ErrorKind::Persistence, format!("the token store failed: {what}")).with_source(cause)
}

fn diverted(user: &UserIdentifier, other: &UserIdentifier) -> String {
    format!(
        "the last grant that was exchanged for {user} was given by {other}, as Zoho says, and its tokens are kept under \
         that name; set current_user_email to {other} or use for_user"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_fresh_token_is_a_reason_to_ask_again_only_after_the_cool_down() {
        let mut state = State::default();
        assert!(is_cooling_down(&mut state), "the first refusal begins it");
        assert!(is_cooling_down(&mut state));
        state.fresh_refused_until = Some(Instant::now());
        assert!(!is_cooling_down(&mut state), "over: one request is allowed");
        assert!(is_cooling_down(&mut state), "and its token's refusal begins the next");
    }
}
