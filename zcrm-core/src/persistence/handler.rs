//! The trait of token stores, and what a store promises.

use std::fmt::Debug;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::error::{PersistenceError, PersistenceErrorKind};
use super::limits::StoreLimits;
use super::listing::StoredTokens;
use super::lock::RefreshLock;
use crate::token::{OAuthTokens, UserIdentifier};

/// The longest time that [`lock_refresh`](PersistenceHandler::lock_refresh) waits for a lock, and the longest lease
/// that it grants. Longer durations are accepted and count as this one.
pub const MAX_LOCK_TIMEOUT: Duration = Duration::from_secs(24 * 60 * 60);

/// The shortest lease that [`lock_refresh`](PersistenceHandler::lock_refresh) grants, enough to read and to save tokens
/// on a slow store. Shorter durations are accepted and count as this one.
pub const MIN_LOCK_LEASE: Duration = Duration::from_secs(5);

/// A store of tokens, one row a user.
///
/// Applications hand a handler to [`Client::new`](crate::Client::new); the library calls it. Those who write one read
/// the contract; the suite in `persistence::conformance` (feature `conformance`) proves it.
///
/// # Contract
///
/// - **Save is all or nothing.** When it returns `Ok`, the tokens survive a crash of the process; when it returns
///   `Err`, what was there before is still there. One user has one row: saving replaces.
/// - **`Ok(None)` means "unknown user"**, and only that. A store that could not look returns `Err`.
/// - **Deleting the absent is fine.**
/// - **Identifiers compare byte by byte**; no trimming, no collation. A store that is shared with a program which
///   ignores case, such as the Ruby SDK with MySQL, may differ in one way: where no row matches exactly and only one
///   differs in case alone, reading, saving, deleting and locking all mean that row. An exact match always wins. Such a
///   store says so in its [`limits`](PersistenceHandler::limits).
/// - **A row that cannot be read never stands in the way of a save.** Reading it fails with
///   [`CorruptRow`](PersistenceErrorKind::CorruptRow) or [`WrongKey`](PersistenceErrorKind::WrongKey), saving replaces
///   it and deleting removes it. A store that cannot be read as a whole is [`Corrupt`](PersistenceErrorKind::Corrupt),
///   and is left as it is.
/// - **A row without a refresh token**, as other programs may leave it, is read with an empty one: its access token
///   still works. The library never saves an empty token.
/// - **The data center belongs to the tokens** ([`OAuthTokens::data_center`]). A store that has a place for it gives it
///   back with the tokens that it came with, and never with others; a store that has none always gives `None`.
/// - **Any thread at any time**: all calls take `&self`, and no call waits for another user's refresh.
/// - **What does not fit is refused** with [`PersistenceErrorKind::DoesNotFit`], never cut. A store that has narrow
///   limits tells them in [`limits`](PersistenceHandler::limits).
/// - **`Debug` says where the tokens lie and shows no secret.** Programs print it.
///
/// # Sharing between processes
///
/// A store that several processes use should offer [`lock_refresh`](PersistenceHandler::lock_refresh). Zoho gives at
/// most ten access tokens per refresh token in ten minutes and keeps fifteen alive, so processes that refresh each for
/// itself log each other out.
///
/// A handler that wraps another one forwards **every** method, and the arguments unchanged.
///
/// In the Ruby SDK: `ZohoPersistenceHandler`, `save_oauth_tokens`, `get_oauth_tokens`, `delete_oauth_tokens`.
#[doc(alias = "ZohoPersistenceHandler")]
#[doc(alias = "ZohoOAuthPersistenceHandler")]
pub trait PersistenceHandler: Debug + Send + Sync {
    /// Keeps the tokens under `tokens.user()`, in place of what was there.
    ///
    /// # Errors
    ///
    /// [`PersistenceErrorKind::DoesNotFit`] when the store has no room for such a token or name, any other kind when it
    /// could not be written. The former tokens are then unchanged.
    #[doc(alias = "saveOAuthTokens")]
    fn save_oauth_tokens(&self, tokens: &OAuthTokens) -> Result<(), PersistenceError>;

    /// The tokens of a user; `None` when the store knows of none.
    ///
    /// # Errors
    ///
    /// When the store could not be read or what it holds cannot be understood.
    #[doc(alias = "getOAuthTokens")]
    fn get_oauth_tokens(&self, user: &UserIdentifier) -> Result<Option<OAuthTokens>, PersistenceError>;

    /// Forgets a user. A user who is not there is no error.
    ///
    /// # Errors
    ///
    /// When the store could not be written; the tokens are then still there.
    #[doc(alias = "deleteOAuthTokens")]
    fn delete_oauth_tokens(&self, user: &UserIdentifier) -> Result<(), PersistenceError>;

    /// Lets one process at a time refresh the tokens of a user, until the returned lock is dropped or its lease is
    /// over.
    ///
    /// The library holds the lock while it reads the tokens, sends the token request and saves; saving and reading must
    /// therefore work while it is held. The lock of one user must not make another wait, must be free again when its
    /// holder dies, and excludes threads as well as processes. The default is no lock: then only the threads of one
    /// [`Client`](crate::Client) are coordinated.
    ///
    /// - `timeout`: how long to wait for the lock. Zero is one attempt; more than [`MAX_LOCK_TIMEOUT`] counts as that.
    /// - `lease`: how long it may be kept. A holder that stands still for longer (a frozen process, a machine that
    ///   slept) loses it to whoever waits, and is told so by [`RefreshLock::is_held`]. Less than [`MIN_LOCK_LEASE`]
    ///   counts as that, more than [`MAX_LOCK_TIMEOUT`] too. A store that cannot take a lock away ignores it.
    ///
    /// Every `Duration` is allowed, up to [`Duration::MAX`], and neither is derived from the other: a holder that was
    /// not willing to wait keeps the lock for as long as any other. Waiters that must get the lock of a frozen holder
    /// wait for longer than its lease.
    ///
    /// # Errors
    ///
    /// [`PersistenceErrorKind::LockTimeout`] when the lock was not free within `timeout`.
    fn lock_refresh(
        &self,
        user: &UserIdentifier,
        timeout: Duration,
        lease: Duration,
    ) -> Result<RefreshLock, PersistenceError> {
        let _ = (user, timeout, lease);
        Ok(RefreshLock::none())
    }

    /// Whether tokens of this user could be saved now, as far as that shows without saving them: a missing right, a
    /// disk that is full, a table of another shape. The library asks before it spends what a failed save would cost,
    /// which is a grant token, and spends nothing when the answer is an error. It asks while it holds the refresh lock,
    /// if the user is known then, and otherwise about a user who is not there.
    ///
    /// It may take as long as a save, and what the store holds stays as it is. `Ok` is no promise: the save may fail
    /// all the same. The default is `Ok`.
    ///
    /// # Errors
    ///
    /// The one with which a save would fail.
    fn check_writable(&self, user: &UserIdentifier) -> Result<(), PersistenceError> {
        let _ = user;
        Ok(())
    }

    /// Until when Zoho wants no token requests for this user, as another process told by
    /// [`set_rate_limited_until`](Self::set_rate_limited_until); `None` when nobody did. The default is `None`.
    ///
    /// # Errors
    ///
    /// When it could not be looked up. The library then goes on as if nothing were known.
    fn rate_limited_until(&self, user: &UserIdentifier) -> Result<Option<SystemTime>, PersistenceError> {
        let _ = user;
        Ok(None)
    }

    /// Tells the other processes until when Zoho wants no token requests for this user; `None` when that is over,
    /// because a new grant brought another refresh token. The library calls it while it holds the refresh lock.
    ///
    /// This is an optimisation that a store with room for it beside the tokens may offer; it must not change how tokens
    /// are kept. It need not survive a restart. The default keeps nothing, and each process finds out for itself.
    ///
    /// # Errors
    ///
    /// When it could not be kept. The library then goes on without.
    fn set_rate_limited_until(&self, user: &UserIdentifier, until: Option<SystemTime>) -> Result<(), PersistenceError> {
        let _ = (user, until);
        Ok(())
    }

    /// Whose tokens the store holds, in any order, without the tokens. A row that cannot be used is among them, with
    /// the reason.
    ///
    /// It is for people who look after a fleet; the library itself never asks. The default is an error that says that
    /// this store cannot list.
    ///
    /// # Errors
    ///
    /// [`PersistenceErrorKind::Unsupported`] from a store that cannot list; any other kind when it could not be read.
    fn list_tokens(&self) -> Result<Vec<StoredTokens>, PersistenceError> {
        Err(PersistenceError::new(
            PersistenceErrorKind::Unsupported,
            format!("this store cannot list whose tokens it holds ({self:?}); ask for one user at a time"),
        ))
    }

    /// What the store cannot hold. The default is no limit.
    fn limits(&self) -> StoreLimits {
        StoreLimits::default()
    }
}

macro_rules! forward {
    ($($pointer:ident),*) => {$(
        impl<H: PersistenceHandler + ?Sized> PersistenceHandler for $pointer<H> {
            fn save_oauth_tokens(&self, tokens: &OAuthTokens) -> Result<(), PersistenceError> {
                (**self).save_oauth_tokens(tokens)
            }

            fn get_oauth_tokens(&self, user: &UserIdentifier) -> Result<Option<OAuthTokens>, PersistenceError> {
                (**self).get_oauth_tokens(user)
            }

            fn delete_oauth_tokens(&self, user: &UserIdentifier) -> Result<(), PersistenceError> {
                (**self).delete_oauth_tokens(user)
            }

            fn lock_refresh(
                &self,
                user: &UserIdentifier,
                timeout: Duration,
                lease: Duration,
            ) -> Result<RefreshLock, PersistenceError> {
                (**self).lock_refresh(user, timeout, lease)
            }

            fn check_writable(&self, user: &UserIdentifier) -> Result<(), PersistenceError> {
                (**self).check_writable(user)
            }

            fn rate_limited_until(&self, user: &UserIdentifier) -> Result<Option<SystemTime>, PersistenceError> {
                (**self).rate_limited_until(user)
            }

            fn set_rate_limited_until(
                &self,
                user: &UserIdentifier,
                until: Option<SystemTime>,
            ) -> Result<(), PersistenceError> {
                (**self).set_rate_limited_until(user, until)
            }

            fn list_tokens(&self) -> Result<Vec<StoredTokens>, PersistenceError> {
                (**self).list_tokens()
            }

            fn limits(&self) -> StoreLimits {
                (**self).limits()
            }
        }
    )*};
}

forward!(Arc, Box);

const _: Option<&dyn PersistenceHandler> = None;
