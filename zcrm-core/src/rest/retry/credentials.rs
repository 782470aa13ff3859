//! The access token of each attempt.

use std::sync::Arc;

use crate::error::{Error, Result};
use crate::oauth::{AccessToken, TokenSource};
use crate::token::UserIdentifier;

/// How many tokens may be tried in place of a rejected one: the one that another process stored, the one that a refresh
/// brings, and one more where that is rejected on its first use. Which of them are there to be had is for the token
/// source to say.
const MAX_REPLACEMENTS: u32 = 3;

/// The tokens of one request.
#[derive(Debug)]
pub(crate) struct Credentials<'a> {
    source: &'a Arc<TokenSource>,
    user: &'a UserIdentifier,
    replacement: Option<AccessToken>,
    replacements: u32,
}

impl<'a> Credentials<'a> {
    pub(crate) fn new(source: &'a Arc<TokenSource>, user: &'a UserIdentifier) -> Self {
        Self { source, user, replacement: None, replacements: 0 }
    }

    /// The token for the next attempt.
    pub(crate) fn token(&mut self) -> Result<AccessToken> {
        match self.replacement.take() {
            Some(token) => Ok(token),
            None => self.source.access_token(self.user),
        }
    }

    /// Zoho accepted the token, whatever it said of the request.
    pub(crate) fn accepted(&self, token: &AccessToken) {
        self.source.accepted(self.user, token);
    }

    /// Zoho rejected the token: the next attempt uses another one, or the rejection is final.
    pub(crate) fn replace(&mut self, token: &AccessToken, rejection: Error) -> Result<()> {
        if self.replacements < MAX_REPLACEMENTS {
            self.replacements = self.replacements.saturating_add(1);
            self.replacement = self.source.replace_rejected(self.user, token)?;
        }
        if self.replacement.is_some() { Ok(()) } else { Err(rejection) }
    }
}
