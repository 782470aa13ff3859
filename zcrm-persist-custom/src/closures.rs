//! Three closures as a store.

use std::fmt;
use std::time::Duration;

use zcrm_core::persistence::{PersistenceError, PersistenceErrorKind, PersistenceHandler, RefreshLock, StoredTokens};
use zcrm_core::{OAuthTokens, UserIdentifier};

type Save = dyn Fn(&OAuthTokens) -> Result<(), PersistenceError> + Send + Sync;
type Get = dyn Fn(&UserIdentifier) -> Result<Option<OAuthTokens>, PersistenceError> + Send + Sync;
type Delete = dyn Fn(&UserIdentifier) -> Result<(), PersistenceError> + Send + Sync;
type List = dyn Fn() -> Result<Vec<StoredTokens>, PersistenceError> + Send + Sync;
type Check = dyn Fn(&UserIdentifier) -> Result<(), PersistenceError> + Send + Sync;
type Lock = dyn Fn(&UserIdentifier, Duration, Duration) -> Result<RefreshLock, PersistenceError> + Send + Sync;

/// A store made of three closures, for applications that have a place for tokens already. The contract of each is that
/// of the method of the same name of [`PersistenceHandler`].
///
/// ```
/// use std::collections::HashMap;
/// use std::sync::{Arc, Mutex, PoisonError};
///
/// use zcrm_core::persistence::{PersistenceError, PersistenceErrorKind, PersistenceHandler};
/// use zcrm_core::{OAuthTokens, UserIdentifier};
/// use zcrm_persist_custom::Closures;
///
/// type Rows = HashMap<UserIdentifier, OAuthTokens>;
/// let rows = Arc::new(Mutex::new(Rows::new()));
/// fn poisoned<T>(_: PoisonError<T>) -> PersistenceError {
///     PersistenceError::new(PersistenceErrorKind::Other, "a thread panicked while it saved")
/// }
///
/// let (save, get, delete) = (Arc::clone(&rows), Arc::clone(&rows), rows);
/// let store = Closures::new(
///     move |tokens| {
///         let saved = save.lock().map(|mut rows| rows.insert(tokens.user().clone(), tokens.clone()));
///         saved.map(drop).map_err(poisoned)
///     },
///     move |user| get.lock().map(|rows| rows.get(user).cloned()).map_err(poisoned),
///     move |user| delete.lock().map(|mut rows| drop(rows.remove(user))).map_err(poisoned),
/// )
/// .named("the rows of this example");
///
/// let user = UserIdentifier::new("abc@xyz.com")?;
/// store.save_oauth_tokens(&OAuthTokens::new(user.clone(), "1000.fake-access", "1000.fake-refresh", 0))?;
/// assert!(store.get_oauth_tokens(&user)?.is_some());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Closures {
    name: String,
    save: Box<Save>,
    get: Box<Get>,
    delete: Box<Delete>,
    check: Option<Box<Check>>,
    list: Option<Box<List>>,
    lock: Option<Box<Lock>>,
}

impl Closures {
    /// A store of these three calls, without a refresh lock.
    pub fn new(
        save: impl Fn(&OAuthTokens) -> Result<(), PersistenceError> + Send + Sync + 'static,
        get: impl Fn(&UserIdentifier) -> Result<Option<OAuthTokens>, PersistenceError> + Send + Sync + 'static,
        delete: impl Fn(&UserIdentifier) -> Result<(), PersistenceError> + Send + Sync + 'static,
    ) -> Self {
        Self {
            name: "unnamed".to_owned(),
            save: Box::new(save),
            get: Box::new(get),
            delete: Box::new(delete),
            check: None,
            list: None,
            lock: None,
        }
    }

    /// What `Debug` shows, for logs: say where the tokens lie.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// Adds the question whether tokens of a user could be saved now, as
    /// [`check_writable`](PersistenceHandler::check_writable) asks it before a grant is spent.
    #[must_use]
    pub fn check(
        mut self,
        check: impl Fn(&UserIdentifier) -> Result<(), PersistenceError> + Send + Sync + 'static,
    ) -> Self {
        self.check = Some(Box::new(check));
        self
    }

    /// Adds the list of whose tokens there are, as [`list_tokens`](PersistenceHandler::list_tokens) gives it.
    #[must_use]
    pub fn list(
        mut self,
        list: impl Fn() -> Result<Vec<StoredTokens>, PersistenceError> + Send + Sync + 'static,
    ) -> Self {
        self.list = Some(Box::new(list));
        self
    }

    /// Adds the refresh lock, needed when several processes share the store: a closure of the user, the timeout and the
    /// lease, as [`lock_refresh`](PersistenceHandler::lock_refresh) has them.
    #[must_use]
    pub fn lock(
        mut self,
        lock: impl Fn(&UserIdentifier, Duration, Duration) -> Result<RefreshLock, PersistenceError> + Send + Sync + 'static,
    ) -> Self {
        self.lock = Some(Box::new(lock));
        self
    }
}

impl PersistenceHandler for Closures {
    fn save_oauth_tokens(&self, tokens: &OAuthTokens) -> Result<(), PersistenceError> {
        (self.save)(tokens)
    }

    fn get_oauth_tokens(&self, user: &UserIdentifier) -> Result<Option<OAuthTokens>, PersistenceError> {
        (self.get)(user)
    }

    fn delete_oauth_tokens(&self, user: &UserIdentifier) -> Result<(), PersistenceError> {
        (self.delete)(user)
    }

    fn lock_refresh(
        &self,
        user: &UserIdentifier,
        timeout: Duration,
        lease: Duration,
    ) -> Result<RefreshLock, PersistenceError> {
        self.lock.as_ref().map_or_else(|| Ok(RefreshLock::none()), |lock| lock(user, timeout, lease))
    }

    fn list_tokens(&self) -> Result<Vec<StoredTokens>, PersistenceError> {
        self.list.as_ref().map_or_else(
            || {
                let text = format!("the store {:?} has no closure that lists; add one with Closures::list", self.name);
                Err(PersistenceError::new(PersistenceErrorKind::Unsupported, text))
            },
            |list| list(),
        )
    }

    fn check_writable(&self, user: &UserIdentifier) -> Result<(), PersistenceError> {
        self.check.as_ref().map_or(Ok(()), |check| check(user))
    }
}

impl fmt::Debug for Closures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Closures").field(&self.name).finish()
    }
}
