//! What lies in a store, without the tokens.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::token::OAuthTokens;

/// One user's row in a store, as [`list_tokens`](super::PersistenceHandler::list_tokens) tells it: never a token.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct StoredTokens {
    /// Whose tokens they are, as the store has the name.
    pub user: String,
    /// When the access token ends, in milliseconds since 1970-01-01 UTC.
    pub expiry_millis: Option<i64>,
    /// Whether there is an access token.
    pub has_access_token: bool,
    /// Whether there is a refresh token, without which the user has to sign in again when the access token ends.
    pub has_refresh_token: bool,
    /// When the row was saved last, where the store keeps that.
    pub saved_at: Option<SystemTime>,
    /// By which program: host and process, where the store keeps that.
    pub saved_by: Option<String>,
    /// Why the row cannot be used, without its content.
    pub fault: Option<String>,
}

impl StoredTokens {
    /// The row of these tokens.
    #[must_use]
    pub fn of(tokens: &OAuthTokens) -> Self {
        Self {
            expiry_millis: Some(tokens.expiry_millis()),
            has_access_token: !tokens.access_token().is_blank(),
            has_refresh_token: !tokens.refresh_token().is_blank(),
            ..Self::named(tokens.user().as_str())
        }
    }

    /// A row of which nothing but the name is known.
    #[must_use]
    pub fn named(user: impl Into<String>) -> Self {
        Self {
            user: user.into(),
            expiry_millis: None,
            has_access_token: false,
            has_refresh_token: false,
            saved_at: None,
            saved_by: None,
            fault: None,
        }
    }

    /// When, and by which program, the row was saved.
    #[must_use]
    pub fn saved(mut self, at: Option<SystemTime>, by: Option<String>) -> Self {
        (self.saved_at, self.saved_by) = (at, by);
        self
    }

    /// Why the row cannot be used.
    #[must_use]
    pub fn unusable(mut self, fault: impl Into<String>) -> Self {
        self.fault = Some(fault.into());
        self
    }

    /// How long the access token still lives by this machine's clock; zero when it is dead, `None` when the row does
    /// not tell.
    #[must_use]
    pub fn remaining(&self) -> Option<Duration> {
        let millis = Duration::from_millis(u64::try_from(self.expiry_millis?).unwrap_or(0));
        let end = UNIX_EPOCH.checked_add(millis)?;
        Some(end.duration_since(SystemTime::now()).unwrap_or_default())
    }
}
