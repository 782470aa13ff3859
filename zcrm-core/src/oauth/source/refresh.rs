//! A refresh: read the store, send the token request, save, all under the store's refresh lock.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::super::accounts::Minted;
use super::super::servers::Servers;
use super::cached_token::CachedToken;
use super::entry::{CacheEntry, Refused, Told};
use super::failure::{lock_lost, no_stored_refresh_token, no_tokens, store_failed};
use super::token_source::{STORE_TIME, TokenSource};
use super::unsaved::{Before, Row, Unsaved};
use crate::error::{Error, ErrorKind, Result};
use crate::persistence::RefreshLock;
use crate::secret::Secret;
use crate::token::{OAuthTokens, UserIdentifier};

/// How long a wrong client id or secret is not tried again: it can only be put right in Zoho's console.
const CLIENT_REFUSED: Duration = Duration::from_secs(60);

/// How long saving again waits for the refresh lock: the token in use works without it.
const SAVE_AGAIN_TIMEOUT: Duration = Duration::from_millis(100);

/// Which tokens will do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Want {
    /// One that another process stored, if it lives for so long, as well as a new one.
    Lasting(Duration),
    /// Only one that Zoho gives now.
    New,
}

impl Want {
    /// Any that works.
    pub(super) const ANY: Self = Self::Lasting(Duration::ZERO);
}

impl TokenSource {
    /// Another access token than the present one. The caller has the guard.
    pub(super) fn renew(&self, user: &UserIdentifier, entry: &CacheEntry, want: Want) -> Result<CachedToken> {
        // Without the lock at first: what another process stored costs neither lock nor request.
        if want != Want::New && entry.state().unsaved.is_none() {
            let stored = self.stored(user, entry)?;
            if let Some(token) = self.taken(entry, &stored, want) {
                return Ok(token);
            }
            self.check_refused(entry, &stored)?;
        }
        let mut lock = match self.lock(user, self.lock_timeout(), self.lease()) {
            Ok(lock) => lock,
            Err(busy) if busy.kind() == ErrorKind::RefreshBusy => {
                return self.taken_from_store(user, entry)?.ok_or(busy);
            }
            Err(error) => return Err(error),
        };
        let stored = self.settled(user, entry, &mut lock)?.ok_or_else(|| self.gone(user, entry))?;
        if want != Want::New {
            if let Some(token) = self.taken(entry, &stored, want) {
                log::debug!("took the access token of {user} that another process stored");
                return Ok(token);
            }
            self.check_refused(entry, &stored)?;
        }
        self.request(user, entry, stored, &mut lock)
    }

    /// Asks Zoho for a new access token and saves it. The caller holds the lock.
    fn request(
        &self,
        user: &UserIdentifier,
        entry: &CacheEntry,
        stored: OAuthTokens,
        lock: &mut RefreshLock,
    ) -> Result<CachedToken> {
        if stored.refresh_token().is_blank() {
            return Err(no_stored_refresh_token(user));
        }
        self.learn_rate_limit(user, &stored);
        self.learn_servers(entry, &stored);
        let known = entry.state().servers.clone();
        let servers = known.clone().unwrap_or_else(|| self.servers.configured());
        let minted = self.accounts.refresh(&servers.accounts_url, stored.refresh_token()).map_err(|error| {
            let doubt = self.servers.doubt(user);
            let doubt = doubt.filter(|_| error.kind() == ErrorKind::InvalidRefreshToken && known.is_none());
            let error = doubt.into_iter().fold(error, |error, doubt| error.with_hint(&doubt));
            remember_refusal(entry, &stored, &error);
            self.share_rate_limit(user, &error);
            error
        })?;
        entry.state().told = Some(Told { api_domain: minted.api_domain.clone(), scope: minted.scope.clone() });
        let servers = self.servers.learned(&minted, servers);
        entry.state().servers = Some(servers.clone());
        log::info!("refreshed the access token of {user}; it lives for {} s", minted.life.as_secs());
        if entry.state().has_unsaved_grant_beside(&stored) {
            log::info!("a new grant of {user} arrived during the refresh and counts from now on");
            return Ok(CachedToken::minted(&minted, self.margin()));
        }
        let refresh_token = minted.refresh_token.clone().unwrap_or_else(|| stored.refresh_token().clone());
        let tokens = self.tokens(user, &minted, refresh_token, &servers);
        let data_center = tokens.data_center().or(stored.data_center());
        let tokens = tokens.with_data_center(data_center);
        self.save_refreshed(user, entry, tokens, stored, lock)?;
        Ok(self.hold(entry, &minted))
    }

    /// Saves refreshed tokens, unless the store changed meanwhile, as it may where it knows no lock. If saving fails,
    /// or the lock was lost because this process stood still, it is done at a later call.
    fn save_refreshed(
        &self,
        user: &UserIdentifier,
        entry: &CacheEntry,
        new: OAuthTokens,
        old: OAuthTokens,
        lock: &mut RefreshLock,
    ) -> Result<()> {
        let before = entry.state().unsaved.take().map_or(Before::Tokens(old), |unsaved| unsaved.before);
        let unsaved = Unsaved::new(new, before);
        let still_held = if lock.is_held() { Ok(()) } else { Err(lock_lost()) };
        let saved = still_held.and_then(|()| self.row(user)).and_then(|now| match now {
            now if unsaved.may_replace(&now) => self.store.save_oauth_tokens(&unsaved.tokens).map(|()| true),
            now => Ok(!matches!(now, Row::Absent)),
        });
        match saved {
            Ok(true) => Ok(()),
            Ok(false) => Err(self.gone(user, entry)),
            Err(cause) => {
                let error = store_failed("the refreshed access token could not be saved", cause);
                log::error!("{}; it is used from memory and saved later", error.with_causes());
                entry.state().unsaved = Some(unsaved);
                Ok(())
            }
        }
    }

    /// What Zoho gave a user, as stores keep it.
    pub(super) fn tokens(
        &self,
        user: &UserIdentifier,
        minted: &Minted,
        refresh_token: Secret,
        servers: &Servers,
    ) -> OAuthTokens {
        OAuthTokens::new(user.clone(), minted.access_token.clone(), refresh_token, expiry(minted))
            .with_data_center(self.servers.to_keep(servers))
    }

    /// From now on the freshly given token is the one in use.
    pub(super) fn hold(&self, entry: &CacheEntry, minted: &Minted) -> CachedToken {
        let token = CachedToken::minted(minted, self.margin());
        entry.state().install(token.clone());
        token
    }

    /// A token that another process stored, if it is another than ours and none known to be bad.
    pub(super) fn taken_from_store(&self, user: &UserIdentifier, entry: &CacheEntry) -> Result<Option<CachedToken>> {
        if entry.state().unsaved.is_some() {
            let found = self.look_up(user).map_err(|cause| store_failed("the tokens could not be read", cause))?;
            return Ok(found.and_then(|stored| self.taken(entry, &stored, Want::ANY)));
        }
        let stored = self.stored(user, entry)?;
        Ok(self.taken(entry, &stored, Want::ANY))
    }

    /// What the store holds. When there is nothing, memory forgets its tokens too.
    fn stored(&self, user: &UserIdentifier, entry: &CacheEntry) -> Result<OAuthTokens> {
        match self.look_up(user) {
            Ok(Some(stored)) => Ok(stored),
            Ok(None) => Err(self.gone(user, entry)),
            Err(cause) => Err(store_failed("the tokens could not be read", cause)),
        }
    }

    fn taken(&self, entry: &CacheEntry, stored: &OAuthTokens, want: Want) -> Option<CachedToken> {
        let mut state = entry.state();
        if state.is_bad(stored.access_token()) || state.holds(stored.access_token()) {
            return None;
        }
        let token = CachedToken::stored(stored, self.margin())?;
        match want {
            Want::Lasting(at_least) if token.lasts(at_least) => {}
            _ => return None,
        }
        state.current = Some(token.clone());
        drop(state);
        self.learn_servers(entry, stored);
        Some(token)
    }

    /// What the store holds, after what could not be saved before is saved, if the caller's lock still is held.
    pub(super) fn settled(
        &self,
        user: &UserIdentifier,
        entry: &CacheEntry,
        lock: &mut RefreshLock,
    ) -> Result<Option<OAuthTokens>> {
        let row = self.row(user).map_err(|cause| store_failed("the tokens could not be read", cause))?;
        let Some(mut unsaved) = entry.state().unsaved.clone().filter(|unsaved| unsaved.may_replace(&row)) else {
            if entry.state().unsaved.take().is_some() {
                log::warn!(
                    "the tokens of {user} that could not be saved are dropped: the store holds newer ones, or the user \
                     was deleted"
                );
            }
            return match row {
                Row::Absent => Ok(None),
                Row::Tokens(stored) => Ok(Some(stored)),
                Row::Unreadable(cause) => Err(store_failed("the tokens could not be read", cause)),
            };
        };
        let still_held = if lock.is_held() { Ok(()) } else { Err(lock_lost()) };
        match still_held.and_then(|()| self.store.save_oauth_tokens(&unsaved.tokens)) {
            Ok(()) => {
                log::info!("the tokens of {user} that could not be saved before are saved now");
                entry.state().unsaved = None;
            }
            Err(cause) => {
                log::warn!("the tokens of {user} could not be saved again: {cause}");
                unsaved.put_off();
                entry.state().unsaved = Some(unsaved.clone());
            }
        }
        Ok(Some(unsaved.tokens))
    }

    /// Saves what could not be saved before, while the token in use still works. The caller has the guard.
    pub(super) fn save_again(
        &self,
        user: &UserIdentifier,
        entry: &CacheEntry,
        token: CachedToken,
    ) -> Result<CachedToken> {
        let settled =
            self.lock(user, SAVE_AGAIN_TIMEOUT, STORE_TIME).and_then(|mut lock| self.settled(user, entry, &mut lock));
        match settled {
            Ok(Some(_)) => Ok(token),
            Ok(None) => Err(self.gone(user, entry)),
            Err(error) => {
                log::warn!("the tokens of {user} are not saved yet: {}", error.with_causes());
                if let Some(unsaved) = &mut entry.state().unsaved {
                    unsaved.put_off();
                }
                Ok(token)
            }
        }
    }

    /// The store knows nothing of the user: memory forgets its tokens too.
    pub(super) fn gone(&self, user: &UserIdentifier, entry: &CacheEntry) -> Error {
        let mut state = entry.state();
        state.forget_tokens();
        no_tokens(user, state.kept_under.as_ref())
    }

    fn check_refused(&self, entry: &CacheEntry, stored: &OAuthTokens) -> Result<()> {
        let state = entry.state();
        match &state.refused {
            Some(refused)
                if refused.refresh_token.same_as(stored.refresh_token())
                    && refused.until.is_none_or(|until| Instant::now() < until) =>
            {
                Err(refused.error.clone())
            }
            _ => self.accounts.check_rate_limit(stored.refresh_token()),
        }
    }

    /// Whether another process found out that Zoho rate-limits this user's token requests.
    fn learn_rate_limit(&self, user: &UserIdentifier, stored: &OAuthTokens) {
        match self.store.rate_limited_until(user) {
            Ok(None) => {}
            Ok(Some(until)) => {
                if let Ok(wait) = until.duration_since(SystemTime::now()) {
                    self.accounts.rate_limited(stored.refresh_token(), wait);
                }
            }
            Err(cause) => log::debug!("whether Zoho rate-limits {user} could not be looked up: {cause}"),
        }
    }

    fn share_rate_limit(&self, user: &UserIdentifier, error: &Error) {
        let Some(wait) = error.retry_after().filter(|_| error.kind() == ErrorKind::TokenThrottled) else { return };
        if let Err(cause) = self.store.set_rate_limited_until(user, SystemTime::now().checked_add(wait)) {
            log::debug!("other processes could not be told that Zoho rate-limits {user}: {cause}");
        }
    }
}

/// When the token dies by this machine's clock, as stores keep it.
fn expiry(minted: &Minted) -> i64 {
    let left = minted.life.saturating_sub(minted.asked_at.elapsed());
    let moment = SystemTime::now() + left;
    moment.duration_since(UNIX_EPOCH).map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

fn remember_refusal(entry: &CacheEntry, stored: &OAuthTokens, error: &Error) {
    let until = match error.kind() {
        ErrorKind::InvalidRefreshToken => None,
        ErrorKind::InvalidClient | ErrorKind::InvalidClientSecret => Some(Instant::now() + CLIENT_REFUSED),
        _ => return,
    };
    entry.state().refused =
        Some(Refused { refresh_token: stored.refresh_token().clone(), error: error.clone(), until });
}
