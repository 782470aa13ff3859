//! A turn: read the store, ask Zoho, save, all under the store's refresh lock.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::super::answer::Minted;
use super::super::failure::Echo;
use super::slot::{Before, Held, Refused, Slot, Unsaved};
use super::{STORE_TIME, TokenSource, busy, diverted, store_failed};
use crate::error::{Error, ErrorKind, Result};
use crate::persistence::{PersistenceError, PersistenceErrorKind, RefreshLock};
use crate::token::{OAuthTokens, UserIdentifier};

/// How long a wrong client id or secret is not tried again: it can only be put right in Zoho's console.
const CLIENT_REFUSED: Duration = Duration::from_secs(60);

/// How long saving again waits for the refresh lock: the token in use works without it.
const SAVE_AGAIN_TIMEOUT: Duration = Duration::from_millis(100);

/// Which tokens will do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Take {
    /// One that somebody else stored, as well as a new one.
    AnyGood,
    /// Only one that Zoho gives now.
    OnlyNew,
}

impl TokenSource {
    /// Another access token than the present one. The caller has the turn.
    pub(super) fn renew(&self, user: &UserIdentifier, slot: &Slot, take: Take) -> Result<Held> {
        if take == Take::AnyGood
            && slot.state().unsaved.is_none()
            && let Some(held) = self.taken_from_store(user, slot)?
        {
            return Ok(held);
        }
        self.wire.check_throttle()?;
        let Some(mut lock) = self.lock(user)? else {
            return self.taken_from_store(user, slot)?.ok_or_else(|| busy(user));
        };
        let Some(stored) = self.settled(user, slot, &mut lock)? else {
            slot.state().forget_tokens();
            return Err(self.no_tokens(user, slot));
        };
        if take == Take::AnyGood {
            if let Some(held) = self.taken(slot, &stored) {
                log::debug!("took the access token of {user} that somebody else stored");
                return Ok(held);
            }
            self.check_refused(slot, &stored)?;
        }
        self.ask(user, slot, stored, &mut lock)
    }

    /// Asks Zoho for a new access token and saves it. The caller holds the lock.
    fn ask(&self, user: &UserIdentifier, slot: &Slot, stored: OAuthTokens, lock: &mut RefreshLock) -> Result<Held> {
        let minted = self
            .wire
            .refresh(&self.endpoints.accounts_url(), stored.refresh_token())
            .inspect_err(|error| remember_refusal(slot, &stored, error))?;
        self.endpoints.learn(&minted);
        log::info!("refreshed the access token of {user}; it lives for {} s", minted.life.as_secs());
        let refresh_token = minted.refresh_token.clone().unwrap_or_else(|| stored.refresh_token().clone());
        let tokens = OAuthTokens::new(user.clone(), minted.access_token.clone(), refresh_token, expiry(&minted));
        self.store_refreshed(user, slot, tokens, stored, lock)?;
        Ok(self.hold(slot, &minted))
    }

    /// Saves refreshed tokens, unless the store changed meanwhile, as it may where it knows no lock. If saving fails, or the
    /// lock fell because this process stood still, it is done at a later call.
    fn store_refreshed(
        &self,
        user: &UserIdentifier,
        slot: &Slot,
        new: OAuthTokens,
        old: OAuthTokens,
        lock: &mut RefreshLock,
    ) -> Result<()> {
        let since = match slot.state().unsaved.take() {
            Some(unsaved) => unsaved.since,
            None => Before::Known(Some(old)),
        };
        let unsaved = Unsaved::new(new, since);
        let still_held = if lock.is_held() { Ok(()) } else { Err(lock_lost()) };
        let saved = still_held.and_then(|()| self.store.get_oauth_tokens(user)).and_then(|now| match now {
            now if unsaved.is_wanted(now.as_ref()) => self.store.save_oauth_tokens(&unsaved.tokens).map(|()| true),
            now => Ok(now.is_some()),
        });
        match saved {
            Ok(true) => Ok(()),
            Ok(false) => {
                slot.state().forget_tokens();
                Err(self.no_tokens(user, slot))
            }
            Err(cause) => {
                let error = store_failed("the refreshed access token could not be saved", cause);
                log::error!("{}; it is used from memory and saved later", error.with_causes());
                slot.state().unsaved = Some(unsaved);
                Ok(())
            }
        }
    }

    /// From now on the freshly given token is the one in use.
    pub(super) fn hold(&self, slot: &Slot, minted: &Minted) -> Held {
        let held = Held::minted(minted, self.margin());
        let mut state = slot.state();
        state.refused = None;
        state.current = Some(held.clone());
        held
    }

    /// The store's refresh lock; `None` when it was not free within the patience.
    pub(super) fn lock(&self, user: &UserIdentifier) -> Result<Option<RefreshLock>> {
        match self.store.lock_refresh(user, self.lock_timeout(), self.lease()) {
            Ok(lock) => Ok(Some(lock)),
            Err(cause) if cause.kind() == PersistenceErrorKind::LockTimeout => {
                log::warn!("the refresh lock of {user} was not free within {:?}: {cause}", self.lock_timeout());
                Ok(None)
            }
            Err(cause) => Err(store_failed("the refresh lock could not be taken", cause)),
        }
    }

    /// A token that somebody else stored, if it is another than ours and none known to be bad.
    pub(super) fn taken_from_store(&self, user: &UserIdentifier, slot: &Slot) -> Result<Option<Held>> {
        match self.store.get_oauth_tokens(user) {
            Ok(Some(stored)) => Ok(self.taken(slot, &stored)),
            Ok(None) if slot.state().unsaved.is_some() => Ok(None),
            Ok(None) => {
                slot.state().forget_tokens();
                Err(self.no_tokens(user, slot))
            }
            Err(cause) => Err(store_failed("the tokens could not be read", cause)),
        }
    }

    fn taken(&self, slot: &Slot, stored: &OAuthTokens) -> Option<Held> {
        let mut state = slot.state();
        if state.is_bad(stored.access_token()) || state.holds(stored.access_token()).is_some() {
            return None;
        }
        let held = Held::stored(stored, self.margin())?;
        state.fresh_refused_until = None;
        state.current = Some(held.clone());
        Some(held)
    }

    /// What the store holds, after what could not be saved before is saved, if the caller's lock still is held.
    pub(super) fn settled(
        &self,
        user: &UserIdentifier,
        slot: &Slot,
        lock: &mut RefreshLock,
    ) -> Result<Option<OAuthTokens>> {
        let stored =
            self.store.get_oauth_tokens(user).map_err(|cause| store_failed("the tokens could not be read", cause))?;
        let Some(mut unsaved) = slot.state().unsaved.clone() else { return Ok(stored) };
        if !unsaved.is_wanted(stored.as_ref()) {
            log::info!("the tokens of {user} that could not be saved are out of date; the store holds what counts");
            slot.state().unsaved = None;
            return Ok(stored);
        }
        let still_held = if lock.is_held() { Ok(()) } else { Err(lock_lost()) };
        match still_held.and_then(|()| self.store.save_oauth_tokens(&unsaved.tokens)) {
            Ok(()) => {
                log::info!("the tokens of {user} that could not be saved before are saved now");
                slot.state().unsaved = None;
            }
            Err(cause) => {
                log::warn!("the tokens of {user} could not be saved again: {cause}");
                unsaved.put_off();
                slot.state().unsaved = Some(unsaved.clone());
            }
        }
        Ok(Some(unsaved.tokens))
    }

    /// Saves what could not be saved before, while the token in use still works.
    pub(super) fn save_again(&self, user: &UserIdentifier, slot: &Slot, held: Held) -> Result<Held> {
        let settled = match self.store.lock_refresh(user, SAVE_AGAIN_TIMEOUT, STORE_TIME) {
            Ok(mut lock) => self.settled(user, slot, &mut lock),
            Err(cause) => Err(store_failed("the refresh lock could not be taken", cause)),
        };
        match settled {
            Ok(Some(_)) => Ok(held),
            Ok(None) => {
                slot.state().forget_tokens();
                Err(self.no_tokens(user, slot))
            }
            Err(error) => {
                log::warn!("the tokens of {user} are not saved yet: {}", error.with_causes());
                if let Some(unsaved) = &mut slot.state().unsaved {
                    unsaved.put_off();
                }
                Ok(held)
            }
        }
    }

    fn check_refused(&self, slot: &Slot, stored: &OAuthTokens) -> Result<()> {
        let state = slot.state();
        match &state.refused {
            Some(refused)
                if refused.refresh_token.same_as(stored.refresh_token())
                    && refused.until.is_none_or(|until| Instant::now() < until) =>
            {
                Err(refused.echo.error())
            }
            _ => Ok(()),
        }
    }

    pub(super) fn no_tokens(&self, user: &UserIdentifier, slot: &Slot) -> Error {
        let why = match &slot.state().kept_under {
            Some(other) => diverted(user, other),
            None => {
                "exchange a grant token first (client.oauth().generate_access_token). If a grant was exchanged, its \
                     user may bear another e-mail address: the tokens are kept under the one that Zoho names"
                    .to_owned()
            }
        };
        Error::new(ErrorKind::NoTokens, format!("the store holds no tokens of {user}: {why}"))
    }
}

/// When the token dies by this machine's clock, as stores keep it.
pub(super) fn expiry(minted: &Minted) -> i64 {
    let left = minted.life.saturating_sub(minted.asked_at.elapsed());
    let moment = SystemTime::now() + left;
    moment.duration_since(UNIX_EPOCH).map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

fn lock_lost() -> PersistenceError {
    PersistenceError::new(
        PersistenceErrorKind::LockTimeout,
        "this process stood still for so long that the refresh lock went to another one",
    )
}

fn remember_refusal(slot: &Slot, stored: &OAuthTokens, error: &Error) {
    let until = match error.kind() {
        ErrorKind::InvalidRefreshToken => None,
        ErrorKind::InvalidClient | ErrorKind::InvalidClientSecret => Some(Instant::now() + CLIENT_REFUSED),
        _ => return,
    };
    let echo = Echo::of(error);
    slot.state().refused = Some(Refused { refresh_token: stored.refresh_token().clone(), echo, until });
}
