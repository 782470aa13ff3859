//! Grant exchange, and tokens that the application brings itself.
//!
//! A spent grant must not cost the refresh token. So guard, lock and store come first; then the exchange; then the
//! save, at once and under the configured name; and only then the question whose tokens they are, and the move to
//! another name.

use std::time::Duration;

use super::super::accounts::{Minted, Owner, no_refresh_token};
use super::super::servers::Servers;
use super::entry::CacheEntry;
use super::failure::{diverted, empty, lock_lost, not_saved, store_failed};
use super::granted::Granted;
use super::token_source::{STORE_TIME, TokenSource};
use super::unsaved::{Before, Row, Unsaved, expires_before, is_same_grant};
use crate::config::DataCenter;
use crate::error::{Error, ErrorKind, Result};
use crate::persistence::{PersistenceError, RefreshLock};
use crate::secret::Secret;
use crate::token::{GrantToken, OAuthTokens, UserIdentifier};

/// The store is read under this name before a grant is exchanged for a user who is not known yet.
const NOBODY: &str = "nobody@store-check.invalid";

/// The name in the error that carries the tokens of a user whose name could not be found out.
const UNNAMED: &str = "user-without-a-name";

impl TokenSource {
    /// Exchanges a grant and keeps the tokens under the name that `expected` and Zoho agree upon. `named` is the
    /// accounts server that a redirect names, a known one.
    pub(in crate::oauth) fn exchange(
        &self,
        expected: Option<&UserIdentifier>,
        grant: &GrantToken,
        named: Option<&str>,
    ) -> Result<Granted> {
        if grant.expose().is_empty() {
            return Err(empty("the grant token"));
        }
        let named = named.map(|named| self.servers.named(named));
        match expected {
            Some(user) => self.exchange_for(user, grant, named),
            None => self.exchange_for_whoever_it_is(grant, named.unwrap_or_else(|| self.servers.configured())),
        }
    }

    fn exchange_for(&self, user: &UserIdentifier, grant: &GrantToken, redirected: Option<Servers>) -> Result<Granted> {
        let entry = self.entry(user);
        let guard = self.guard(user, &entry, self.guard_timeout())?;
        let mut lock = self.lock(user, self.lock_timeout(), self.lease())?;
        let before = self.row(user).map_err(untouched)?;
        self.check_writable(user)?;
        let asked = redirected.unwrap_or_else(|| self.servers_before(user, &entry, &before));
        let minted = self.accounts.exchange(&asked.accounts_url, grant)?;
        let servers = self.servers.learned(&minted, asked);
        let mut warnings = Vec::new();
        if minted.refresh_token.is_none() {
            // There is nothing to lose, and whose stored refresh token goes with it depends on the owner.
            let owner =
                named(Some(user), self.owner(&minted, &servers), &mut warnings).map_err(|_| no_refresh_token())?;
            if owner != *user {
                drop((lock, guard));
                self.keep(&owner, &minted, &servers, self.guard_timeout(), &mut warnings)?;
                return Ok(self.granted_to_other(user, owner, &minted, &servers, warnings));
            }
        }
        let refresh_token = refresh_token(user, &minted, &entry, &before, &mut warnings)?;
        let tokens = self.tokens(user, &minted, refresh_token, &servers);
        let saved = self.save_grant(&tokens, &before, &mut lock);
        // Other processes need not wait for the owner's name.
        drop(lock);
        if minted.refresh_token.is_some() {
            // Until it is known whose they are, other threads go on with what they have.
            let owner =
                named(Some(user), self.owner(&minted, &servers), &mut warnings).unwrap_or_else(|_| user.clone());
            if owner != *user {
                let kept = self.keep(&owner, &minted, &servers, STORE_TIME, &mut warnings);
                if saved.is_ok() {
                    self.put_back(&tokens, &before, &mut warnings);
                }
                return kept.map(|()| self.granted_to_other(user, owner, &minted, &servers, warnings));
            }
        }
        self.install(
            &entry,
            &minted,
            &servers,
            saved.as_ref().err().map(|_| Unsaved::new(tokens.clone(), (&before).into())),
        );
        saved.map_err(|cause| not_saved(tokens, cause))?;
        log::info!("the tokens of {user} are in the store");
        Ok(granted(user.clone(), Some(user.clone()), &minted, &servers, warnings))
    }

    /// Without a configured user the owner has to be known before anything can be saved.
    fn exchange_for_whoever_it_is(&self, grant: &GrantToken, asked: Servers) -> Result<Granted> {
        let nobody = UserIdentifier::new(NOBODY)?;
        self.row(&nobody).map_err(untouched)?;
        self.check_writable(&nobody)?;
        let minted = self.accounts.exchange(&asked.accounts_url, grant)?;
        let servers = self.servers.learned(&minted, asked);
        let mut warnings = Vec::new();
        let user = named(None, self.owner(&minted, &servers), &mut warnings)
            .map_err(|why| self.nameless(&why, &minted, &servers))?;
        self.keep(&user, &minted, &servers, self.guard_timeout(), &mut warnings)?;
        Ok(granted(user, None, &minted, &servers, warnings))
    }

    /// Keeps a refresh token that the application already has, and the access token that it buys.
    pub(in crate::oauth) fn adopt(&self, user: &UserIdentifier, refresh_token: &Secret) -> Result<Granted> {
        if refresh_token.is_blank() {
            return Err(empty("the refresh token"));
        }
        let entry = self.entry(user);
        let _guard = self.guard(user, &entry, self.guard_timeout())?;
        let mut lock = self.lock(user, self.lock_timeout(), self.lease())?;
        let before = self.row(user).map_err(untouched)?;
        let asked = self.servers_before(user, &entry, &before);
        let minted = self.accounts.refresh(&asked.accounts_url, refresh_token)?;
        let servers = self.servers.learned(&minted, asked);
        let refresh_token = minted.refresh_token.clone().unwrap_or_else(|| refresh_token.clone());
        let tokens = self.tokens(user, &minted, refresh_token, &servers);
        let saved = self.save_grant(&tokens, &before, &mut lock);
        self.install(
            &entry,
            &minted,
            &servers,
            saved.as_ref().err().map(|_| Unsaved::new(tokens.clone(), (&before).into())),
        );
        saved.map_err(|cause| not_saved(tokens, cause))?;
        Ok(granted(user.clone(), None, &minted, &servers, Vec::new()))
    }

    /// Saves tokens, usually those that an error carried, unless the store holds newer ones.
    pub(in crate::oauth) fn save(&self, tokens: &OAuthTokens) -> Result<()> {
        let user = tokens.user();
        for (token, what) in
            [(tokens.access_token(), "the access token"), (tokens.refresh_token(), "the refresh token")]
        {
            if token.is_blank() {
                return Err(empty(what));
            }
        }
        let entry = self.entry(user);
        let _guard = self.guard(user, &entry, self.guard_timeout())?;
        let _lock = self.lock(user, self.lock_timeout(), self.lease())?;
        let row = self.row(user).map_err(|cause| store_failed("the tokens could not be saved", cause))?;
        match row.tokens() {
            Some(stored) if expires_before(tokens, stored) && is_same_grant(tokens, stored) => {
                log::warn!(
                    "the tokens of {user} are not saved: the store holds a newer access token of the same grant"
                );
            }
            Some(stored) if expires_before(tokens, stored) => {
                return Err(Error::new(
                    ErrorKind::InvalidInput,
                    format!(
                        "the store holds tokens of {user} that are newer, of another sign-in; they are kept. To replace \
                         them all the same, delete the user first (client.oauth().delete)"
                    ),
                ));
            }
            _ => self
                .store
                .save_oauth_tokens(tokens)
                .map_err(|cause| store_failed("the tokens could not be saved", cause))?,
        }
        let mut state = entry.state();
        state.forget_tokens();
        state.kept_under = None;
        Ok(())
    }

    /// Where new tokens of a user are asked for: as a rule those that are stored come from there too.
    fn servers_before(&self, user: &UserIdentifier, entry: &CacheEntry, before: &Row) -> Servers {
        if let Some(stored) = before.tokens() {
            self.learn_servers(entry, stored);
        }
        self.servers_of(Some(user))
    }

    fn check_writable(&self, user: &UserIdentifier) -> Result<()> {
        self.store.check_writable(user).map_err(|cause| {
            store_failed("no tokens can be saved at the moment; Zoho was not asked, so nothing is lost", cause)
        })
    }

    fn owner(&self, minted: &Minted, servers: &Servers) -> Owner {
        self.accounts.owner(&servers.accounts_url, &minted.access_token)
    }

    /// Saves the tokens of a grant. A holder that lost its lock does so only if nobody stored anything since.
    fn save_grant(&self, tokens: &OAuthTokens, before: &Row, lock: &mut RefreshLock) -> Result<(), PersistenceError> {
        if !lock.is_held() {
            let now = self.row(tokens.user())?;
            if !Unsaved::new(tokens.clone(), before.into()).may_replace(&now) {
                return Err(lock_lost());
            }
        }
        self.store.save_oauth_tokens(tokens)?;
        // Another refresh token has a limit of its own.
        if let Err(cause) = self.store.set_rate_limited_until(tokens.user(), None) {
            log::debug!("that {} is not rate-limited any more could not be kept: {cause}", tokens.user());
        }
        Ok(())
    }

    /// From now on the tokens of a grant are in use.
    fn install(&self, entry: &CacheEntry, minted: &Minted, servers: &Servers, unsaved: Option<Unsaved>) {
        let mut state = entry.state();
        state.forget_tokens();
        state.kept_under = None;
        state.servers = Some(servers.clone());
        state.unsaved = unsaved;
        drop(state);
        self.hold(entry, minted);
    }

    /// Saves the tokens of a grant under the name that Zoho gave, and uses them from now on.
    fn keep(
        &self,
        user: &UserIdentifier,
        minted: &Minted,
        servers: &Servers,
        timeout: Duration,
        warnings: &mut Vec<String>,
    ) -> Result<()> {
        let entry = self.entry(user);
        let guard = self.guard(user, &entry, timeout);
        let lock = match &guard {
            Ok(_) => self.store.lock_refresh(user, timeout, self.lease()),
            // A refresh that has the guard finds the new grant among the unsaved tokens.
            Err(_) => Err(lock_lost()),
        };
        let before = self.row(user);
        let refresh_token = match &before {
            Ok(row) => refresh_token(user, minted, &entry, row, warnings)?,
            Err(_) => minted.refresh_token.clone().ok_or_else(no_refresh_token)?,
        };
        let tokens = self.tokens(user, minted, refresh_token, servers);
        let saved = match (&before, lock) {
            (Ok(before), Ok(mut lock)) => self.save_grant(&tokens, before, &mut lock),
            (_, Ok(_lock)) => self.store.save_oauth_tokens(&tokens),
            (_, Err(cause)) => Err(cause),
        };
        let before = before.as_ref().map_or(Before::Unknown, Before::from);
        self.install(&entry, minted, servers, saved.as_ref().err().map(|_| Unsaved::new(tokens.clone(), before)));
        saved.map_err(|cause| not_saved(tokens, cause))?;
        log::info!("the tokens of {user} are in the store");
        Ok(())
    }

    /// Restores the row of a user under whose name the tokens of somebody else were saved.
    fn put_back(&self, foreign: &OAuthTokens, before: &Row, warnings: &mut Vec<String>) {
        let user = foreign.user();
        let lock = self.store.lock_refresh(user, self.lock_timeout(), STORE_TIME);
        let restored = lock.and_then(|_lock| match (self.row(user)?.tokens(), before.tokens()) {
            (Some(now), Some(before)) if is_same_grant(now, foreign) => self.store.save_oauth_tokens(before),
            (Some(now), None) if is_same_grant(now, foreign) => self.store.delete_oauth_tokens(user),
            _ => Ok(()),
        });
        if let Err(cause) = restored {
            let text = format!(
                "the tokens were saved under {user} first, and could not be removed from there ({cause}): delete that user \
                 (client.oauth().delete), for calls under that name would be made as somebody else"
            );
            warn(warnings, text);
        }
    }

    /// The grant is spent and nobody knows whose tokens these are.
    fn nameless(&self, why: &str, minted: &Minted, servers: &Servers) -> Error {
        let Some(refresh_token) = minted.refresh_token.clone() else { return no_refresh_token() };
        let text = format!(
            "Zoho exchanged the grant, yet there is no name to keep the tokens under: Zoho did not say who gave it \
             ({why}) and no user is configured. The tokens are in Error::tokens under a stand-in name: save them with \
             client.oauth().save_tokens(tokens.for_user(name)). Set current_user_email, or consent with the scope \
             AaaServer.profile.READ too"
        );
        let error = Error::new(ErrorKind::TokensNotSaved, text);
        match UserIdentifier::new(UNNAMED) {
            Ok(user) => error.with_tokens(self.tokens(&user, minted, refresh_token, servers)),
            Err(_) => error,
        }
    }

    fn granted_to_other(
        &self,
        user: &UserIdentifier,
        other: UserIdentifier,
        minted: &Minted,
        servers: &Servers,
        warnings: Vec<String>,
    ) -> Granted {
        self.entry(user).state().kept_under = Some(other.clone());
        granted(other, Some(user.clone()), minted, servers, warnings)
    }
}

fn granted(
    user: UserIdentifier,
    expected: Option<UserIdentifier>,
    minted: &Minted,
    servers: &Servers,
    warnings: Vec<String>,
) -> Granted {
    let data_center = DataCenter::from_accounts_url(&servers.accounts_url);
    Granted { user, expected, expires_in: minted.life, data_center, warnings }
}

/// The refresh token of a grant: Zoho's, or the one that is known of the user already.
fn refresh_token(
    user: &UserIdentifier,
    minted: &Minted,
    entry: &CacheEntry,
    before: &Row,
    warnings: &mut Vec<String>,
) -> Result<Secret> {
    if let Some(refresh_token) = &minted.refresh_token {
        return Ok(refresh_token.clone());
    }
    let unsaved = entry.state().unsaved.as_ref().map(|unsaved| unsaved.tokens.refresh_token().clone());
    let known = unsaved.or_else(|| before.tokens().map(|tokens| tokens.refresh_token().clone()));
    let known = known.filter(|token| !token.is_blank()).ok_or_else(no_refresh_token)?;
    warn(
        warnings,
        format!(
            "Zoho gave no refresh token; the one that the store holds of {user} is kept with the new access token. Ask for \
             consents with access_type=offline and prompt=consent to get a new one"
        ),
    );
    Ok(known)
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
        (Some(_), Some(expected)) => Ok(expected.clone()),
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
        (Some(email), None) => Ok(email),
        (None, None) => Err(why),
    }
}

fn warn(warnings: &mut Vec<String>, text: String) {
    log::warn!("{text}");
    warnings.push(text);
}

fn untouched(cause: PersistenceError) -> Error {
    store_failed("the tokens could not be read; Zoho was not asked, so nothing is lost", cause)
}
