//! Notifications as they come in.

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use crate::entity::RecordId;
use crate::error::{Error, ErrorKind, Result};
use crate::resource::notifications::Notification;
use crate::secret::Secret;

/// More records than these need not be told apart: a pass is due anyway.
const COUNTED: usize = 10_000;

/// Where a web server puts the notifications of a [`Subscription`](super::Subscription); it can be cloned into threads.
#[derive(Clone)]
pub struct Hints(Arc<Shared>);

struct Shared {
    inner: Mutex<Inner>,
    changed: Condvar,
}

#[derive(Default)]
struct Inner {
    token: Option<Secret>,
    waiting: BTreeMap<String, Waiting>,
    stopped: bool,
}

/// What was told of a module since its last pass began.
#[derive(Debug, Clone)]
pub(super) struct Waiting {
    pub(super) since: Instant,
    pub(super) records: HashSet<RecordId>,
}

impl Hints {
    pub(super) fn new() -> Self {
        Self(Arc::new(Shared { inner: Mutex::default(), changed: Condvar::new() }))
    }

    /// Takes the body of a request that came to the URL of the channel. It sends nothing and does not wait.
    ///
    /// ```
    /// # use zcrm_core::{ErrorKind, resource::Hints};
    /// fn status(hints: &Hints, body: &[u8]) -> u16 {
    ///     match hints.receive(body) {
    ///         Ok(_) => 200,
    ///         Err(error) if error.kind() == ErrorKind::WrongToken => 403,
    ///         Err(_) => 400,
    ///     }
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Notification::parse`].
    pub fn receive(&self, body: impl AsRef<[u8]>) -> Result<Notification> {
        let token = self.lock().token.clone();
        let no_channel = || {
            let message = "a notification came, and there is no channel that it could be from";
            Error::new(ErrorKind::WrongToken, message).logged()
        };
        let notification = Notification::parse(body, &token.ok_or_else(no_channel)?)?;
        let mut inner = self.lock();
        let fresh = || Waiting { since: Instant::now(), records: HashSet::new() };
        let waiting = inner.waiting.entry(notification.module.clone()).or_insert_with(fresh);
        let room = COUNTED.saturating_sub(waiting.records.len());
        waiting.records.extend(notification.ids.iter().take(room).cloned());
        drop(inner);
        self.0.changed.notify_all();
        Ok(notification)
    }

    /// Lets [`read`](super::Subscription::read) tell [`Stopped`](super::Told::Stopped), now and from now on. A request
    /// in flight is not cut off; [`Client::interrupt`](crate::Client::interrupt) ends waits between requests.
    pub fn stop(&self) {
        self.lock().stopped = true;
        self.0.changed.notify_all();
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.lock().stopped
    }

    pub(super) fn set_token(&self, token: Option<Secret>) {
        self.lock().token = token;
    }

    /// What waits for a module.
    pub(super) fn waiting(&self, module: &str) -> Option<(Instant, usize)> {
        let inner = self.lock();
        inner.waiting.get(module).map(|waiting| (waiting.since, waiting.records.len()))
    }

    /// A pass over a module begins, and will see what waits for it.
    pub(super) fn take(&self, module: &str) -> Option<Waiting> {
        self.lock().waiting.remove(module)
    }

    /// Waits until the moment, unless a notification comes, or the end, which another look is needed for.
    pub(super) fn wait(&self, until: Instant, seen: usize) {
        let mut inner = self.lock();
        while !inner.stopped && inner.count() == seen {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            inner = self.0.changed.wait_timeout(inner, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// How much waits for all modules; see [`wait`](Self::wait).
    pub(super) fn count(&self) -> usize {
        self.lock().count()
    }

    /// Nothing is half done when a holder panics.
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn count(&self) -> usize {
        self.waiting.values().map(|waiting| waiting.records.len().saturating_add(1)).sum()
    }
}

impl fmt::Debug for Hints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = self.lock();
        f.debug_struct("Hints").field("waiting", &inner.waiting.keys()).finish_non_exhaustive()
    }
}
