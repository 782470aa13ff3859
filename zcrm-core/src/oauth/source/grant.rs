//! Tokens that come and go by the application's own wish: grant exchange, revocation, deletion.

use std::time::Duration;

use super::super::answer::Minted;
use super::super::wire::{Owner, no_refresh_token};
use super::renew::expiry;
use super::slot::{Before, Unsaved};
use super::{TokenSource, busy, diverted, store_failed};
use crate::error::{Error, ErrorKind, Result};
use crate::secret::Secret;
use crate::token::{GrantToken, OAuthTokens, UserIdentifier};

/// The store is read under this name before a grant is exchanged for a user who is not known yet.
const NOBODY: &str = "nobody@store-check.invalid";

/// The name in the error that carries the tokens of a user whose name could not be found out.
const UNNAMED: &str = "user-without-a-name";

/// What came of a grant: whose tokens are now kept, and what there is to know about them.
#[derive(Debug, Clone)]
pub struct Granted {
    user: UserIdentifier,
    expected: Option<UserIdentifier>,
    expires_in: Duration,
    warnings: Vec<String>,
}

impl Granted {
    /// The name under which the tokens are kept: that of `current_user_email` or `for_user` where Zoho's e-mail address
    /// equals it ignoring case, else the one that Zoho gives.
    #[doc(alias = "get_user_email_from_iam")]
    #[must_use]
    pub fn user(&self) -> &UserIdentifier {
        &self.user
    }

    /// Whether the grant was given by somebody else than the configured user. The tokens are kept under
    /// [`user`](Self::user); calls under the configured name do not use them.
    #[must_use]
    pub fn is_somebody_else(&self) -> bool {
        self.expected.as_ref().is_some_and(|expected| *expected != self.user)
    }

    /// How long the access token lives, usually an hour. It is renewed by itself.
    #[must_use]
    pub fn expires_in(&self) -> Duration {
        self.expires_in
    }

    /// What the application's user should know, in sentences; they were logged too.
    #[must_use]
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }
}

impl TokenSource {
    /// Exchanges a grant at `accounts_url` and keeps the tokens under the name that `expected` and Zoho agree upon.
    pub(crate) fn exchange(
        &self,
        expected: Option<&UserIdentifier>,
        grant: &GrantToken,
        accounts_url: &str,
    ) -> Result<Granted> {
        self.check_store(expected)?;
        let minted = self.wire.exchange(accounts_url, grant)?;
        self.endpoints.exchanged_at(accounts_url);
        self.endpoints.learn(&minted);
        let mut warnings = Vec::new();
        let owner = self.wire.owner(accounts_url, &minted.access_token);
        let owner_known = matches!(owner, Owner::Email(_));
        let user = match named(expected, owner, &mut warnings) {
            Ok(user) => user,
            Err(why) => return Err(nameless(&why, &minted)),
        };
        self.keep(&user, &minted, &mut warnings)?;
        if owner_known {
            self.mark_accepted(&user, &minted.access_token);
        }
        if let Some(expected) = expected {
            let other = (*expected != user).then(|| user.clone());
            self.slot(expected).state().kept_under = other;
        }
        log::info!("the tokens of {user} are in the store");
        Ok(Granted { user, expected: expected.cloned(), expires_in: minted.life, warnings })
    }

    /// Keeps a refresh token that the application already has, and the access token that it buys.
    pub(crate) fn adopt(&self, user: &UserIdentifier, refresh_token: &Secret) -> Result<Granted> {
        self.check_store(Some(user))?;
        let mut minted = self.wire.refresh(&self.endpoints.accounts_url(), refresh_token)?;
        minted.refresh_token.get_or_insert_with(|| refresh_token.clone());
        self.endpoints.learn(&minted);
        self.keep(user, &minted, &mut Vec::new())?;
        Ok(Granted { user: user.clone(), expected: None, expires_in: minted.life, warnings: Vec::new() })
    }

    /// Saves tokens, usually those that an error carried.
    pub(crate) fn save(&self, tokens: &OAuthTokens) -> Result<()> {
        let slot = self.slot(tokens.user());
        let _turn = self.turn(tokens.user(), &slot)?;
        let _lock = self.lock(tokens.user())?.ok_or_else(|| busy(tokens.user()))?;
        self.store.save_oauth_tokens(tokens).map_err(|cause| store_failed("the tokens could not be saved", cause))?;
        let mut state = slot.state();
        state.forget_tokens();
        state.kept_under = None;
        Ok(())
    }

    /// Revokes the user's refresh token at Zoho, then forgets the user.
    pub(crate) fn revoke(&self, user: &UserIdentifier) -> Result<()> {
        let slot = self.slot(user);
        let _turn = self.turn(user, &slot)?;
        let mut lock = self.lock(user)?.ok_or_else(|| busy(user))?;
        let Some(stored) = self.settled(user, &slot, &mut lock)? else {
            slot.state().forget_tokens();
            return Err(self.no_tokens(user, &slot));
        };
        self.wire.revoke(&self.endpoints.accounts_url(), stored.refresh_token())?;
        slot.state().forget_tokens();
        log::info!("the tokens of {user} are revoked");
        self.store.delete_oauth_tokens(user).map_err(|cause| {
            store_failed(
                "the tokens are revoked at Zoho, yet could not be deleted from the store; delete them again",
                cause,
            )
        })
    }

    /// Forgets the user; Zoho is not told.
    pub(crate) fn delete(&self, user: &UserIdentifier) -> Result<()> {
        let slot = self.slot(user);
        let _turn = self.turn(user, &slot)?;
        let _lock = self.lock(user)?.ok_or_else(|| busy(user))?;
        self.store
            .delete_oauth_tokens(user)
            .map_err(|cause| store_failed("the tokens could not be deleted; they are still there", cause))?;
        slot.state().forget_tokens();
        Ok(())
    }

    /// Whether there are tokens of the user.
    pub(crate) fn is_known(&self, user: &UserIdentifier) -> Result<bool> {
        match self.store.get_oauth_tokens(user) {
            Ok(Some(_)) => Ok(true),
            Ok(None) => Ok(self.slot(user).state().unsaved.is_some()),
            Err(cause) => Err(store_failed("the tokens could not be read", cause)),
        }
    }

    /// A store that is down must not cost a grant.
    fn check_store(&self, user: Option<&UserIdentifier>) -> Result<()> {
        let user = match user {
            Some(user) => user.clone(),
            None => UserIdentifier::new(NOBODY)?,
        };
        self.store.get_oauth_tokens(&user).map(drop).map_err(|cause| {
            store_failed("the tokens could not be read; Zoho was not asked, so nothing is lost", cause)
        })
    }

    /// Saves the tokens of a grant under the refresh lock and uses them from now on.
    fn keep(&self, user: &UserIdentifier, minted: &Minted, warnings: &mut Vec<String>) -> Result<()> {
        let slot = self.slot(user);
        let turn = self.turn(user, &slot);
        let lock = match &turn {
            Ok(_) => self.lock(user).and_then(|lock| lock.ok_or_else(|| busy(user))),
            Err(_) => Err(busy(user)),
        };
        let before = self.store.get_oauth_tokens(user);
        let refresh_token = match (&minted.refresh_token, &before) {
            (Some(refresh_token), _) => refresh_token.clone(),
            (None, Ok(Some(before))) => {
                warn(
                    warnings,
                    format!(
                        "Zoho gave no refresh token; the one that the store holds of {user} is kept with the new access \
                         token. Ask for consents with access_type=offline and prompt=consent to get a new one"
                    ),
                );
                before.refresh_token().clone()
            }
            (None, Ok(None)) => return Err(no_refresh_token()),
            (None, Err(_)) => {
                return Err(no_refresh_token().with_source("the store could not be read either".to_owned()));
            }
        };
        let tokens = OAuthTokens::new(user.clone(), minted.access_token.clone(), refresh_token, expiry(minted));
        let saved = lock.and_then(|lock| {
            let saved = self.store.save_oauth_tokens(&tokens);
            saved.map(|()| lock).map_err(|cause| store_failed("saving failed", cause))
        });
        let mut state = slot.state();
        state.forget_tokens();
        state.kept_under = None;
        if saved.is_err() {
            let since = before.map_or(Before::Unknown, Before::Known);
            state.unsaved = Some(Unsaved::new(tokens.clone(), since));
        }
        drop(state);
        self.hold(&slot, minted);
        match saved {
            Ok(_lock) => Ok(()),
            Err(cause) => Err(Error::new(
                ErrorKind::TokensNotSaved,
                format!(
                    "Zoho gave tokens of {user}, yet they could not be saved. This process goes on using \
                     them and saves them at a later call; they are in Error::tokens, and client.oauth().save_tokens saves \
                     them at once when the store works again"
                ),
            )
            .with_tokens(tokens)
            .with_source(cause)),
        }
    }
}

/// Under which name tokens are kept; `Err` says why there is none.
fn named(
    expected: Option<&UserIdentifier>,
    owner: Owner,
    warnings: &mut Vec<String>,
) -> Result<UserIdentifier, String> {
    let (email, why) = match owner {
        Owner::Email(email) => match UserIdentifier::new(email.trim()) {
            Ok(email) => (Some(email), String::new()),
            Err(cause) => (None, format!("the e-mail address that Zoho gives is {cause}")),
        },
        Owner::Unknown(why) => (None, why),
    };
    match (email, expected) {
        (Some(email), Some(expected)) if email.as_str().to_lowercase() != expected.as_str().to_lowercase() => {
            warn(warnings, diverted(expected, &email));
            Ok(email)
        }
        (_, Some(expected)) if why.is_empty() => Ok(expected.clone()),
        (None, Some(expected)) => {
            warn(
                warnings,
                format!(
                    "Zoho did not say who gave the grant ({why}); the tokens are kept under {expected}, unchecked. With \
                     the scope AaaServer.profile.READ the name is checked"
                ),
            );
            Ok(expected.clone())
        }
        (Some(email), _) => Ok(email),
        (None, None) => Err(why),
    }
}

fn warn(warnings: &mut Vec<String>, text: String) {
    log::warn!("{text}");
    warnings.push(text);
}

/// The grant is spent and nobody knows whose tokens these are.
fn nameless(why: &str, minted: &Minted) -> Error {
    let Some(refresh_token) = minted.refresh_token.clone() else { return no_refresh_token() };
    let text = format!(
        "Zoho exchanged the grant, yet there is no name to keep the tokens under: Zoho did not say who gave it ({why}) and \
         no user is configured. The tokens are in Error::tokens under a stand-in name: save them with \
         client.oauth().save_tokens(tokens.for_user(name)). Set current_user_email, or consent with the scope \
         AaaServer.profile.READ too"
    );
    let error = Error::new(ErrorKind::TokensNotSaved, text);
    match UserIdentifier::new(UNNAMED) {
        Ok(user) => {
            let tokens = OAuthTokens::new(user, minted.access_token.clone(), refresh_token, expiry(minted));
            error.with_tokens(tokens)
        }
        Err(_) => error,
    }
}
