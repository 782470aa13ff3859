//! What is remembered of one user: the token in use, the ones known to be bad, what could not be saved.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::super::answer::Minted;
use super::super::failure::Echo;
use crate::error::Error;
use crate::secret::Secret;
use crate::token::{OAuthTokens, UserIdentifier};

/// A stored token that lives no longer than this is taken for dead.
const TOO_SHORT: Duration = Duration::from_secs(1);

/// The documented life of an access token. A stored one that claims more was written by a clock ahead of ours.
const LONGEST_LEFT: Duration = Duration::from_secs(3600);

/// How many refused tokens are remembered: Zoho itself keeps 15 alive.
const REMEMBERED: usize = 16;

/// A token in use, timed by the monotonic clock.
#[derive(Debug, Clone)]
pub(super) struct Held {
    pub(super) secret: Arc<Secret>,
    /// When to ask for the next one, while this one still works.
    pub(super) renew_at: Instant,
    pub(super) dies_at: Instant,
    /// Whether Zoho accepted it in a call.
    pub(super) accepted: bool,
    /// When Zoho gave it to this process; `None` for one out of the store.
    minted_at: Option<Instant>,
}

impl Held {
    /// A token that Zoho gave just now.
    pub(super) fn minted(minted: &Minted, margin: Duration) -> Self {
        Self {
            minted_at: Some(minted.asked_at),
            ..Self::new(&minted.access_token, minted.asked_at, minted.life, margin)
        }
    }

    /// A stored token, seen for the first time; `None` when it is dead by this machine's clock. Its whole life is not
    /// known, so the margin is at most half of what is left: a short-lived token is not renewed by each process that
    /// meets it.
    pub(super) fn stored(tokens: &OAuthTokens, margin: Duration) -> Option<Self> {
        let left = tokens.remaining().min(LONGEST_LEFT);
        (left > TOO_SHORT).then(|| Self::new(tokens.access_token(), Instant::now(), left, margin))
    }

    fn new(secret: &Secret, since: Instant, life: Duration, margin: Duration) -> Self {
        let early = margin.min(life / 2);
        let (dies_at, renew_at) = (since + life, since + life.saturating_sub(early));
        Self { secret: Arc::new(secret.clone()), renew_at, dies_at, accepted: false, minted_at: None }
    }

    pub(super) fn is_alive(&self) -> bool {
        Instant::now() < self.dies_at
    }

    /// Whether Zoho gave it a while ago at most and never accepted it since: such a token is not refused for its age.
    pub(super) fn is_fresh(&self, a_while: Duration) -> bool {
        !self.accepted && self.minted_at.is_some_and(|minted_at| minted_at.elapsed() < a_while)
    }

    pub(super) fn is_due(&self) -> bool {
        Instant::now() >= self.renew_at
    }
}

/// Tokens that Zoho gave and the store did not take.
#[derive(Debug, Clone)]
pub(super) struct Unsaved {
    pub(super) tokens: OAuthTokens,
    pub(super) since: Before,
    pub(super) next_attempt: Instant,
    pub(super) failures: u32,
}

/// What the store held before the tokens came.
#[derive(Debug, Clone)]
pub(super) enum Before {
    Known(Option<OAuthTokens>),
    /// The store could not be read.
    Unknown,
}

impl Unsaved {
    pub(super) fn new(tokens: OAuthTokens, since: Before) -> Self {
        Self { tokens, since, next_attempt: Instant::now(), failures: 0 }
    }

    /// The first repetition is due at the next call, later ones at growing distances: a store that is down must not
    /// slow every call.
    pub(super) fn put_off(&mut self) {
        let pause = Duration::from_secs(1 << self.failures.min(6));
        self.failures += 1;
        self.next_attempt = Instant::now() + pause;
    }

    /// Whether saving still is right: not if somebody deleted the user or stored a newer grant meanwhile.
    pub(super) fn is_wanted(&self, stored: Option<&OAuthTokens>) -> bool {
        match (&self.since, stored) {
            (Before::Unknown, _) | (Before::Known(None), None) => true,
            (Before::Known(Some(before)), Some(now)) => {
                let new_grant = !self.tokens.refresh_token().same_as(before.refresh_token());
                before.refresh_token().same_as(now.refresh_token())
                    && (new_grant || before.access_token().same_as(now.access_token()))
            }
            (Before::Known(_), _) => false,
        }
    }
}

/// A refusal that asking again would only repeat.
#[derive(Debug, Clone)]
pub(super) struct Refused {
    pub(super) refresh_token: Secret,
    pub(super) echo: Echo,
    /// For ever when `None`: until the store holds another refresh token.
    pub(super) until: Option<Instant>,
}

#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) current: Option<Held>,
    pub(super) unsaved: Option<Unsaved>,
    pub(super) refused: Option<Refused>,
    /// Until when a refusal of a token that Zoho gave just now is no reason to ask for another.
    pub(super) fresh_refused_until: Option<Instant>,
    /// The user whose tokens the last grant brought, where Zoho named somebody else.
    pub(super) kept_under: Option<UserIdentifier>,
    bad: Vec<Secret>,
    busy: bool,
    turns: u64,
    failure: Option<(u64, Echo)>,
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

    pub(super) fn mark_good(&mut self, token: &Secret) {
        self.bad.retain(|bad| !bad.same_as(token));
    }

    pub(super) fn holds(&self, token: &Secret) -> Option<&Held> {
        self.current.as_ref().filter(|held| held.secret.same_as(token))
    }

    /// The token in use, when nothing has to be done first, or when somebody is at it and the token still works.
    pub(super) fn servable(&self) -> Option<&Held> {
        let held = self.current.as_ref().filter(|held| held.is_alive())?;
        let to_be_saved = self.unsaved.as_ref().is_some_and(|unsaved| Instant::now() >= unsaved.next_attempt);
        (self.busy || !(held.is_due() || to_be_saved)).then_some(held)
    }

    pub(super) fn is_busy(&self) -> bool {
        self.busy
    }

    pub(super) fn turns(&self) -> u64 {
        self.turns
    }

    /// How the turn after `turns` ended, if it failed.
    pub(super) fn failure_since(&self, turns: u64) -> Option<Error> {
        self.failure.as_ref().filter(|(turn, _)| *turn > turns).map(|(_, echo)| echo.error())
    }

    /// Forgets all that was known of tokens.
    pub(super) fn forget_tokens(&mut self) {
        self.current = None;
        self.unsaved = None;
        self.refused = None;
        self.fresh_refused_until = None;
    }
}

/// One user's state, and the turn to change it together with the store. The mutex is never held across I/O.
#[derive(Debug, Default)]
pub(super) struct Slot {
    state: Mutex<State>,
    turn_over: Condvar,
}

impl Slot {
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until the turn is over, or for `limit`; `false` when it still is not.
    pub(super) fn wait<'a>(&self, state: MutexGuard<'a, State>, limit: Duration) -> (MutexGuard<'a, State>, bool) {
        let turns = state.turns;
        let (state, _) = self
            .turn_over
            .wait_timeout_while(state, limit, |state| state.busy && state.turns == turns)
            .unwrap_or_else(PoisonError::into_inner);
        let over = !state.busy || state.turns != turns;
        (state, over)
    }

    /// Takes the turn, which has to be free.
    pub(super) fn begin(&self, mut state: MutexGuard<'_, State>) -> Turn<'_> {
        state.busy = true;
        Turn { slot: self, failure: None }
    }
}

/// The turn of one thread; it ends when this is dropped, also by a panic.
#[derive(Debug)]
pub(super) struct Turn<'a> {
    slot: &'a Slot,
    failure: Option<Echo>,
}

impl Turn<'_> {
    /// Ends the turn and tells those who waited for it how it ended.
    pub(super) fn end<T>(mut self, outcome: Result<T, Error>) -> Result<T, Error> {
        self.failure = outcome.as_ref().err().map(Echo::of);
        outcome
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut state = self.slot.state();
        state.busy = false;
        state.turns += 1;
        state.failure = self.failure.take().map(|echo| (state.turns, echo));
        drop(state);
        self.slot.turn_over.notify_all();
    }
}
