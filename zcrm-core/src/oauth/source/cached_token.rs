//! An access token in use.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::super::accounts::Minted;
use crate::secret::Secret;
use crate::token::OAuthTokens;

/// For how long a token that was never accepted counts as fresh, and a refusal of fresh tokens is no reason to ask for
/// another: the window of Zoho's limit.
pub(super) const WINDOW: Duration = Duration::from_secs(600);

/// A stored token that lives no longer than this is taken for dead.
const TOO_SHORT: Duration = Duration::from_secs(1);

/// The documented life of an access token. A stored one that claims more was written by a clock ahead of ours.
const DOCUMENTED_LIFE: Duration = Duration::from_secs(3600);

/// A token in use, timed by the monotonic clock.
#[derive(Debug, Clone)]
pub(super) struct CachedToken {
    pub(super) secret: Arc<Secret>,
    /// When to ask for the next one, while this one still works.
    pub(super) renew_at: Instant,
    /// Whether Zoho accepted it in a call.
    pub(super) accepted: bool,
    dies_at: Instant,
    /// Until when it is not refused for its age.
    fresh_until: Option<Instant>,
    /// Its whole life, where this process asked for it.
    life: Option<Duration>,
}

impl CachedToken {
    /// A token that Zoho gave just now.
    pub(super) fn minted(minted: &Minted, margin: Duration) -> Self {
        let fresh_until = Some(minted.asked_at + WINDOW);
        let token = Self::new(&minted.access_token, minted.asked_at, minted.life, margin);
        Self { fresh_until, life: Some(minted.life), ..token }
    }

    /// A stored token, seen for the first time; `None` when it is dead by this machine's clock. Its whole life is not
    /// known, so the margin is at most half of what is left: a short-lived token is not renewed by each process that
    /// meets it.
    pub(super) fn stored(tokens: &OAuthTokens, margin: Duration) -> Option<Self> {
        let left = tokens.remaining().min(DOCUMENTED_LIFE);
        if left <= TOO_SHORT || tokens.access_token().is_blank() {
            return None;
        }
        let now = Instant::now();
        // One with almost all of an hour left was given to another process a moment ago.
        let fresh_until = (left + WINDOW).checked_sub(DOCUMENTED_LIFE).map(|fresh_for| now + fresh_for);
        Some(Self { fresh_until, ..Self::new(tokens.access_token(), now, left, margin) })
    }

    fn new(secret: &Secret, since: Instant, life: Duration, margin: Duration) -> Self {
        let early = margin.min(life / 2);
        let (dies_at, renew_at) = (since + life, since + life.saturating_sub(early));
        Self { secret: Arc::new(secret.clone()), renew_at, accepted: false, dies_at, fresh_until: None, life: None }
    }

    pub(super) fn is_alive(&self) -> bool {
        Instant::now() < self.dies_at
    }

    /// Whether it lives for `at_least` so long, or for half of the life that Zoho gives its tokens.
    pub(super) fn lasts(&self, at_least: Duration) -> bool {
        let left = self.dies_at.saturating_duration_since(Instant::now());
        !left.is_zero() && (left >= at_least || self.life.is_some_and(|life| left >= life / 2))
    }

    /// Whether Zoho gave it a short while ago and never accepted it since: such a token is not refused for its age.
    pub(super) fn is_fresh(&self) -> bool {
        !self.accepted && self.fresh_until.is_some_and(|until| Instant::now() < until)
    }

    pub(super) fn is_due(&self) -> bool {
        Instant::now() >= self.renew_at
    }
}
