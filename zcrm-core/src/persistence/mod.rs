//! Where tokens rest: the [`PersistenceHandler`] trait, its contract, and the store in memory.

mod backend;
#[cfg(feature = "conformance")]
pub mod conformance;
mod error;
mod limits;
mod lock;
mod memory;

use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

pub use backend::Backend;
pub use error::{PersistenceError, PersistenceErrorKind};
pub use limits::StoreLimits;
pub use lock::RefreshLock;
pub use memory::InMemoryPersistence;

use crate::token::{OAuthTokens, UserIdentifier};

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
/// - **Identifiers compare byte by byte**; no case folding, no trimming, no collation.
/// - **Any thread at any time**: all calls take `&self`, and no call waits for another user's refresh.
/// - **What does not fit is refused** with [`PersistenceErrorKind::DoesNotFit`], never cut. A store that has narrow
///   limits tells them in [`limits`](PersistenceHandler::limits).
/// - **`Debug` says where the tokens lie and shows no secret.** Programs print it.
///
/// # Sharing between processes
///
/// A store that several processes use should offer [`lock_refresh`](PersistenceHandler::lock_refresh). Zoho gives at most
/// ten access tokens per refresh token in ten minutes and keeps fifteen alive, so processes that refresh each for
/// itself log each other out.
///
/// The seed's names: `ZohoPersistenceHandler`, `save_oauth_tokens`, `get_oauth_tokens`, `delete_oauth_tokens`.
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

    /// Lets one process at a time refresh the tokens of a user, until the answer is dropped.
    ///
    /// The library holds the lock while it reads the tokens, asks Zoho and saves; saving and reading must therefore
    /// work while it is held. The lock of one user must not make another wait, must be free again when its holder dies, and
    /// excludes threads as well as processes. The default is no lock: then only the threads of one
    /// [`Client`](crate::Client) are coordinated.
    ///
    /// # Errors
    ///
    /// [`PersistenceErrorKind::LockTimeout`] when the lock was not free within `patience`.
    fn lock_refresh(&self, user: &UserIdentifier, patience: Duration) -> Result<RefreshLock, PersistenceError> {
        let _ = (user, patience);
        Ok(RefreshLock::none())
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

            fn lock_refresh(&self, user: &UserIdentifier, patience: Duration) -> Result<RefreshLock, PersistenceError> {
                (**self).lock_refresh(user, patience)
            }

            fn limits(&self) -> StoreLimits {
                (**self).limits()
            }
        }
    )*};
}

forward!(Arc, Box);

const _: Option<&dyn PersistenceHandler> = None;
