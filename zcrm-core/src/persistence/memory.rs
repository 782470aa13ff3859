//! Tokens in memory.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use super::error::{PersistenceError, PersistenceErrorKind};
use super::handler::{MAX_LOCK_TIMEOUT, MIN_LOCK_LEASE, PersistenceHandler};
use super::listing::StoredTokens;
use super::lock::RefreshLock;
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

#[derive(Default)]
struct Shared {
    rows: Mutex<HashMap<UserIdentifier, OAuthTokens>>,
    rate_limited_until: Mutex<HashMap<UserIdentifier, SystemTime>>,
    locks: Mutex<Locks>,
    freed: Condvar,
}

#[derive(Default)]
struct Locks {
    held: HashMap<UserIdentifier, Lease>,
    taken: u64,
}

/// The lock of one user: the how many-th taking of a lock it was, and when the holder loses it.
#[derive(Clone, Copy)]
struct Lease {
    number: u64,
    ends_at: Instant,
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

    fn lock_refresh(
        &self,
        user: &UserIdentifier,
        timeout: Duration,
        lease: Duration,
    ) -> Result<RefreshLock, PersistenceError> {
        let deadline = Instant::now() + timeout.min(MAX_LOCK_TIMEOUT);
        let mut locks = self.0.locks();
        while let Some(holder) = locks.held.get(user) {
            let now = Instant::now();
            if now >= holder.ends_at {
                break;
            }
            if now >= deadline {
                return Err(PersistenceError::new(
                    PersistenceErrorKind::LockTimeout,
                    format!("another thread has been refreshing the tokens of {user} for more than {timeout:?}"),
                ));
            }
            let next = deadline.min(holder.ends_at) - now;
            locks = self.0.freed.wait_timeout(locks, next).unwrap_or_else(PoisonError::into_inner).0;
        }
        locks.taken += 1;
        let ends_at = Instant::now() + lease.clamp(MIN_LOCK_LEASE, MAX_LOCK_TIMEOUT);
        let number = locks.taken;
        locks.held.insert(user.clone(), Lease { number, ends_at });
        Ok(RefreshLock::leased(Held { shared: Arc::clone(&self.0), user: user.clone(), number }, |held| held.is_held()))
    }

    fn list_tokens(&self) -> Result<Vec<StoredTokens>, PersistenceError> {
        Ok(self.rows().values().map(StoredTokens::of).collect())
    }

    fn rate_limited_until(&self, user: &UserIdentifier) -> Result<Option<SystemTime>, PersistenceError> {
        Ok(self.0.rate_limited_until.lock().unwrap_or_else(PoisonError::into_inner).get(user).copied())
    }

    fn set_rate_limited_until(&self, user: &UserIdentifier, until: Option<SystemTime>) -> Result<(), PersistenceError> {
        let mut limits = self.0.rate_limited_until.lock().unwrap_or_else(PoisonError::into_inner);
        match until {
            Some(until) => limits.insert(user.clone(), until),
            None => limits.remove(user),
        };
        Ok(())
    }
}

impl Shared {
    fn locks(&self) -> MutexGuard<'_, Locks> {
        self.locks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Held {
    shared: Arc<Shared>,
    user: UserIdentifier,
    number: u64,
}

impl Held {
    fn is_held(&self) -> bool {
        let lease = self.shared.locks().held.get(&self.user).copied();
        lease.is_some_and(|lease| lease.number == self.number && Instant::now() < lease.ends_at)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let mut locks = self.shared.locks();
        if locks.held.get(&self.user).is_some_and(|lease| lease.number == self.number) {
            locks.held.remove(&self.user);
        }
        drop(locks);
        self.shared.freed.notify_all();
    }
}

impl fmt::Debug for InMemoryPersistence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InMemoryPersistence").field("users", &self.rows().len()).finish()
    }
}
