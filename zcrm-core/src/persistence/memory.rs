//! Tokens in memory.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::{PersistenceError, PersistenceErrorKind, PersistenceHandler, RefreshLock};
use crate::token::{OAuthTokens, UserIdentifier};

/// The reference store: tokens live as long as the process. For tests, and for programs that are given a refresh token
/// at each start. Clones share their content.
///
/// ```
/// use zcrm_core::persistence::{InMemoryPersistence, PersistenceHandler};
/// use zcrm_core::{OAuthTokens, UserIdentifier};
///
/// let store = InMemoryPersistence::new();
/// let user = UserIdentifier::new("abc@xyz.com")?;
/// store.save_oauth_tokens(&OAuthTokens::new(user.clone(), "1000.fake-access", "1000.fake-refresh", 0))?;
/// assert!(store.get_oauth_tokens(&user)?.is_some());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Default)]
pub struct InMemoryPersistence(Arc<Shared>);

/// The longest wait that is taken at its word; more could not be added to a time.
const LONGEST_PATIENCE: Duration = Duration::from_secs(24 * 60 * 60);

#[derive(Default)]
struct Shared {
    rows: Mutex<HashMap<UserIdentifier, OAuthTokens>>,
    refreshing: Mutex<HashSet<UserIdentifier>>,
    freed: Condvar,
}

impl InMemoryPersistence {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn rows(&self) -> MutexGuard<'_, HashMap<UserIdentifier, OAuthTokens>> {
        self.0.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl PersistenceHandler for InMemoryPersistence {
    fn save_oauth_tokens(&self, tokens: &OAuthTokens) -> Result<(), PersistenceError> {
        self.rows().insert(tokens.user().clone(), tokens.clone());
        Ok(())
    }

    fn get_oauth_tokens(&self, user: &UserIdentifier) -> Result<Option<OAuthTokens>, PersistenceError> {
        Ok(self.rows().get(user).cloned())
    }

    fn delete_oauth_tokens(&self, user: &UserIdentifier) -> Result<(), PersistenceError> {
        self.rows().remove(user);
        Ok(())
    }

    fn lock_refresh(&self, user: &UserIdentifier, patience: Duration) -> Result<RefreshLock, PersistenceError> {
        let deadline = Instant::now() + patience.min(LONGEST_PATIENCE);
        let mut refreshing = self.0.refreshing.lock().unwrap_or_else(PoisonError::into_inner);
        while refreshing.contains(user) {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(PersistenceError::new(
                    PersistenceErrorKind::LockTimeout,
                    format!("another thread has been refreshing the tokens of {user} for more than {patience:?}"),
                ));
            }
            refreshing = self.0.freed.wait_timeout(refreshing, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        refreshing.insert(user.clone());
        Ok(RefreshLock::holding(Held { shared: Arc::clone(&self.0), user: user.clone() }))
    }
}

struct Held {
    shared: Arc<Shared>,
    user: UserIdentifier,
}

impl Drop for Held {
    fn drop(&mut self) {
        self.shared.refreshing.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.user);
        self.shared.freed.notify_all();
    }
}

impl fmt::Debug for InMemoryPersistence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InMemoryPersistence").field("users", &self.rows().len()).finish()
    }
}
