//! What is remembered of one user, and the guard that makes that user's refreshes single-flight.

use std::fmt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::super::servers::Servers;
use super::cached_token::{CachedToken, WINDOW};
use super::unsaved::Unsaved;
use crate::error::Error;
use crate::secret::Secret;
use crate::token::{OAuthTokens, UserIdentifier};

/// How many refused tokens are remembered: Zoho itself keeps 15 alive.
const REMEMBERED: usize = 16;

/// A refusal that sending the same again would only repeat.
#[derive(Debug, Clone)]
pub(super) struct Refused {
    pub(super) refresh_token: Secret,
    pub(super) error: Error,
    /// For ever when `None`: until the store holds another refresh token.
    pub(super) until: Option<Instant>,
}

#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) current: Option<CachedToken>,
    pub(super) unsaved: Option<Unsaved>,
    pub(super) refused: Option<Refused>,
    /// What the last token response told beside the tokens.
    pub(super) told: Option<Told>,
    /// Where this user's tokens come from, if it is known to be another place than the configured one.
    pub(super) servers: Option<Servers>,
    /// The user whose tokens the last grant brought, where Zoho named somebody else.
    pub(super) kept_under: Option<UserIdentifier>,
    rejections: Rejections,
    bad: Vec<Secret>,
    busy: bool,
    rounds: u64,
    failure: Option<(u64, Error)>,
}

/// What a token response tells beside the tokens; both are optional there.
#[derive(Clone, Default)]
pub(crate) struct Told {
    /// The API host of the tokens' data center and environment.
    pub(crate) api_domain: Option<String>,
    /// The scopes, separated by blanks or commas.
    pub(crate) scope: Option<String>,
}

impl fmt::Debug for Told {
    /// A response may echo what was sent.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Told").finish_non_exhaustive()
    }
}

/// How Zoho's rejections of this user's access tokens follow upon each other.
#[derive(Debug, Default)]
struct Rejections {
    /// When a fresh token was rejected, with none accepted since.
    fresh_rejected_at: Option<Instant>,
    /// Whether Zoho gave another one since then.
    has_successor: bool,
    /// Until when a rejection is no reason to send a token request.
    pause_until: Option<Instant>,
}

impl State {
    pub(super) fn is_bad(&self, token: &Secret) -> bool {
        self.bad.iter().any(|bad| bad.same_as(token))
    }

    pub(super) fn mark_bad(&mut self, token: &Secret) {
        if !self.is_bad(token) {
            if self.bad.len() == REMEMBERED {
                self.bad.remove(0);
            }
            self.bad.push(token.clone());
        }
    }

    /// Zoho accepted the token.
    pub(super) fn mark_accepted(&mut self, token: &Secret) {
        if let Some(held) = self.current.as_mut().filter(|held| !held.accepted && held.secret.same_as(token)) {
            held.accepted = true;
            self.rejections = Rejections::default();
            self.bad.retain(|bad| !bad.same_as(token));
        }
    }

    /// Whether the rejection of `token`, the one in use, is a reason to send a token request.
    ///
    /// That of an aged token is. That of a fresh one is too, once: it may have been revoked in that moment. If the
    /// successor that Zoho gives is rejected as well, the server rejects whatever it gives, and is not asked for ten
    /// minutes.
    pub(super) fn is_worth_a_request(&mut self, token: &CachedToken) -> bool {
        let now = Instant::now();
        let rejections = &mut self.rejections;
        match rejections.pause_until {
            Some(until) if now < until => return false,
            Some(_) => *rejections = Rejections::default(),
            None => {}
        }
        match rejections.fresh_rejected_at {
            Some(at) if now < at + WINDOW && rejections.has_successor => {
                rejections.pause_until = Some(now + WINDOW);
                return false;
            }
            Some(at) if now < at + WINDOW => {}
            _ => {
                let fresh_rejected_at = token.is_fresh().then_some(now);
                *rejections = Rejections { fresh_rejected_at, ..Rejections::default() };
            }
        }
        true
    }

    /// From now on the token that Zoho just gave is the one in use.
    pub(super) fn install(&mut self, token: CachedToken) {
        self.refused = None;
        self.current = Some(token);
        self.rejections.has_successor = self.rejections.fresh_rejected_at.is_some();
    }

    pub(super) fn holds(&self, token: &Secret) -> bool {
        self.current.as_ref().is_some_and(|held| held.secret.same_as(token))
    }

    /// The cached token, if it still works.
    pub(super) fn living(&self) -> Option<&CachedToken> {
        self.current.as_ref().filter(|held| held.is_alive())
    }

    pub(super) fn is_save_due(&self) -> bool {
        self.unsaved.as_ref().is_some_and(|unsaved| Instant::now() >= unsaved.next_attempt)
    }

    /// The unsaved tokens of another grant than the one of `tokens`.
    pub(super) fn has_unsaved_grant_beside(&self, tokens: &OAuthTokens) -> bool {
        self.unsaved.as_ref().is_some_and(|unsaved| !unsaved.tokens.refresh_token().same_as(tokens.refresh_token()))
    }

    pub(super) fn is_busy(&self) -> bool {
        self.busy
    }

    pub(super) fn rounds(&self) -> u64 {
        self.rounds
    }

    /// How the refresh after so many `rounds` ended, if it failed.
    pub(super) fn failure_since(&self, rounds: u64) -> Option<Error> {
        self.failure.as_ref().filter(|(round, _)| *round > rounds).map(|(_, error)| error.clone())
    }

    /// Forgets all that was known of tokens.
    pub(super) fn forget_tokens(&mut self) {
        self.current = None;
        self.unsaved = None;
        self.refused = None;
        self.rejections = Rejections::default();
    }
}

/// One user's state. Its mutex is never held across I/O.
#[derive(Debug, Default)]
pub(super) struct CacheEntry {
    state: Mutex<State>,
    round_over: Condvar,
}

impl CacheEntry {
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until whoever has the guard drops it, or for `timeout`; `false` when it still has it.
    pub(super) fn wait<'a>(&self, state: MutexGuard<'a, State>, timeout: Duration) -> (MutexGuard<'a, State>, bool) {
        let rounds = state.rounds;
        let (state, _) = self
            .round_over
            .wait_timeout_while(state, timeout, |state| state.busy && state.rounds == rounds)
            .unwrap_or_else(PoisonError::into_inner);
        let over = !state.busy || state.rounds != rounds;
        (state, over)
    }

    /// Takes the guard, which has to be free.
    pub(super) fn begin(self: &Arc<Self>, mut state: MutexGuard<'_, State>) -> RefreshGuard {
        state.busy = true;
        RefreshGuard { entry: Arc::clone(self), failure: None }
    }
}

/// The right of one thread to change a user's tokens; it ends when this is dropped, also by a panic.
#[derive(Debug)]
pub(super) struct RefreshGuard {
    entry: Arc<CacheEntry>,
    failure: Option<Error>,
}

impl RefreshGuard {
    pub(super) fn entry(&self) -> &CacheEntry {
        &self.entry
    }

    /// Ends it and tells those who waited how it ended.
    pub(super) fn end<T>(mut self, outcome: Result<T, Error>) -> Result<T, Error> {
        self.failure = outcome.as_ref().err().cloned();
        outcome
    }
}

impl Drop for RefreshGuard {
    fn drop(&mut self) {
        let mut state = self.entry.state();
        state.busy = false;
        state.rounds += 1;
        state.failure = self.failure.take().map(|error| (state.rounds, error));
        drop(state);
        self.entry.round_over.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(fresh: bool) -> CachedToken {
        let left = if fresh { 3600 } else { 1800 };
        let user = UserIdentifier::new("a@x.com").unwrap();
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis();
        let expiry = i64::try_from(now).unwrap() + left * 1000;
        CachedToken::stored(&OAuthTokens::new(user, "1000.a", "1000.r", expiry), Duration::ZERO).unwrap()
    }

    #[test]
    fn the_second_fresh_token_that_is_rejected_begins_the_pause() {
        let mut state = State::default();
        assert!(state.is_worth_a_request(&token(false)), "an aged token");
        state.install(token(true));
        assert!(state.is_worth_a_request(&token(true)), "the first fresh one");
        state.install(token(true));
        assert!(!state.is_worth_a_request(&token(true)), "its successor");
        assert!(!state.is_worth_a_request(&token(false)), "within ten minutes nothing is");
        state.rejections.pause_until = Some(Instant::now());
        assert!(state.is_worth_a_request(&token(true)), "the pause is over");
        state.install(token(true));
        assert!(!state.is_worth_a_request(&token(true)));
    }

    /// As when all access tokens of a user were revoked at once: the one that another process stored is dead too.
    #[test]
    fn a_successor_from_the_store_is_none_that_zoho_gave_since() {
        let mut state = State::default();
        assert!(state.is_worth_a_request(&token(true)));
        state.current = Some(token(true));
        assert!(state.is_worth_a_request(&token(true)));
        state.install(token(true));
        assert!(!state.is_worth_a_request(&token(true)));
    }

    #[test]
    fn an_accepted_token_ends_all_suspicion() {
        let mut state = State::default();
        assert!(state.is_worth_a_request(&token(true)));
        state.install(token(true));
        state.mark_accepted(&Secret::new("1000.a"));
        assert!(state.is_worth_a_request(&token(true)));
        state.install(token(true));
        assert!(!state.is_worth_a_request(&token(true)));
    }
}
