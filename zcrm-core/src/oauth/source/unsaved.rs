//! Tokens that Zoho gave and the store did not take.

use std::time::{Duration, Instant};

use crate::persistence::{PersistenceError, PersistenceErrorKind};
use crate::token::OAuthTokens;

/// What the store holds of a user.
#[derive(Debug)]
pub(super) enum Row {
    Absent,
    Tokens(OAuthTokens),
    /// This user's row is damaged, or encrypted with another key. A save replaces it.
    Unreadable(PersistenceError),
}

impl Row {
    /// Takes the failures that concern this one row out of those of the store.
    pub(super) fn of(found: Result<Option<OAuthTokens>, PersistenceError>) -> Result<Self, PersistenceError> {
        match found {
            Ok(None) => Ok(Self::Absent),
            Ok(Some(tokens)) => Ok(Self::Tokens(tokens)),
            Err(cause) => match cause.kind() {
                PersistenceErrorKind::CorruptRow | PersistenceErrorKind::WrongKey => Ok(Self::Unreadable(cause)),
                _ => Err(cause),
            },
        }
    }

    pub(super) fn tokens(&self) -> Option<&OAuthTokens> {
        match self {
            Self::Tokens(tokens) => Some(tokens),
            _ => None,
        }
    }
}

/// What the store held before the tokens came.
#[derive(Debug, Clone)]
pub(super) enum Before {
    Absent,
    Tokens(OAuthTokens),
    Unreadable,
    /// The store could not be read.
    Unknown,
}

impl From<&Row> for Before {
    fn from(row: &Row) -> Self {
        match row {
            Row::Absent => Self::Absent,
            Row::Tokens(tokens) => Self::Tokens(tokens.clone()),
            Row::Unreadable(_) => Self::Unreadable,
        }
    }
}

/// Tokens to be saved later.
#[derive(Debug, Clone)]
pub(super) struct Unsaved {
    pub(super) tokens: OAuthTokens,
    pub(super) before: Before,
    pub(super) next_attempt: Instant,
    failures: u32,
}

impl Unsaved {
    pub(super) fn new(tokens: OAuthTokens, before: Before) -> Self {
        Self { tokens, before, next_attempt: Instant::now(), failures: 0 }
    }

    /// The first retry is due at the next call, later ones at growing distances: a store that is down must not slow
    /// every call.
    pub(super) fn put_off(&mut self) {
        let pause = Duration::from_secs(1 << self.failures.min(6));
        self.failures += 1;
        self.next_attempt = Instant::now() + pause;
    }

    /// Whether these tokens may be saved over what the store holds now: only over what is surely older, never over a
    /// newer grant, and not where somebody deleted the user meanwhile.
    pub(super) fn may_replace(&self, now: &Row) -> bool {
        match (&self.before, now) {
            (Before::Absent, Row::Absent) | (Before::Unreadable, Row::Unreadable(_)) => true,
            (Before::Tokens(before), Row::Tokens(now)) => {
                let unchanged = now.access_token().same_as(before.access_token())
                    && now.refresh_token().same_as(before.refresh_token());
                // Another process may have refreshed, under the grant that ours replaces or under the same one.
                let same_grant_as_before = now.refresh_token().same_as(before.refresh_token());
                unchanged
                    || if is_same_grant(now, &self.tokens) {
                        expires_before(now, &self.tokens)
                    } else {
                        same_grant_as_before
                    }
            }
            (Before::Unknown, Row::Tokens(now)) => expires_before(now, &self.tokens),
            _ => false,
        }
    }
}

/// Whether two rows hold the same refresh token.
pub(super) fn is_same_grant(one: &OAuthTokens, other: &OAuthTokens) -> bool {
    one.refresh_token().same_as(other.refresh_token())
}

/// Whether one row's access token was given before the other's, as far as stores tell.
pub(super) fn expires_before(one: &OAuthTokens, other: &OAuthTokens) -> bool {
    one.expiry_millis() < other.expiry_millis()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::UserIdentifier;

    fn tokens(access: &str, refresh: &str, expiry: i64) -> OAuthTokens {
        OAuthTokens::new(UserIdentifier::new("a@x.com").unwrap(), access, refresh, expiry)
    }

    fn unreadable() -> Row {
        Row::Unreadable(PersistenceError::new(PersistenceErrorKind::CorruptRow, "damaged"))
    }

    #[test]
    fn a_delayed_save_replaces_only_what_is_surely_older() {
        let before = || tokens("a1", "r1", 100);
        let (known, unknown) = (|| Before::Tokens(before()), || Before::Unknown);
        for (what, ours, held_before, now, expected) in [
            ("nothing changed", tokens("a2", "r1", 200), known(), Row::Tokens(before()), true),
            ("unchanged, by a clock ahead", tokens("a2", "r1", 50), known(), Row::Tokens(before()), true),
            (
                "refreshed by others since",
                tokens("a2", "r1", 200),
                known(),
                Row::Tokens(tokens("a3", "r1", 300)),
                false,
            ),
            (
                "refreshed by others before",
                tokens("a2", "r1", 200),
                known(),
                Row::Tokens(tokens("a3", "r1", 150)),
                true,
            ),
            (
                "our grant, theirs refreshed",
                tokens("a2", "r2", 200),
                known(),
                Row::Tokens(tokens("a3", "r1", 300)),
                true,
            ),
            ("a third grant", tokens("a2", "r2", 200), known(), Row::Tokens(tokens("a3", "r3", 150)), false),
            ("deleted", tokens("a2", "r2", 200), known(), Row::Absent, false),
            ("damaged meanwhile", tokens("a2", "r2", 200), known(), unreadable(), false),
            ("new and still absent", tokens("a2", "r2", 200), Before::Absent, Row::Absent, true),
            ("new, others were first", tokens("a2", "r2", 200), Before::Absent, Row::Tokens(before()), false),
            ("damaged and still is", tokens("a2", "r2", 200), Before::Unreadable, unreadable(), true),
            ("damaged and mended", tokens("a2", "r2", 200), Before::Unreadable, Row::Tokens(before()), false),
            ("damaged and deleted", tokens("a2", "r2", 200), Before::Unreadable, Row::Absent, false),
            ("unknown, older", tokens("a2", "r2", 200), unknown(), Row::Tokens(before()), true),
            ("unknown, as old", tokens("a2", "r2", 100), unknown(), Row::Tokens(before()), false),
            ("unknown, newer", tokens("a2", "r2", 50), unknown(), Row::Tokens(before()), false),
            ("unknown, absent", tokens("a2", "r2", 200), unknown(), Row::Absent, false),
            ("unknown, damaged", tokens("a2", "r2", 200), unknown(), unreadable(), false),
        ] {
            assert_eq!(Unsaved::new(ours, held_before).may_replace(&now), expected, "{what}");
        }
    }
}
