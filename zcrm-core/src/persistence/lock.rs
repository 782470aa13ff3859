//! The guard that a store's refresh lock hands out.

use std::any::Any;
use std::fmt;

/// Held while one process refreshes; dropping it frees the lock.
#[must_use = "the lock is free as soon as this is dropped"]
pub struct RefreshLock(Option<Box<dyn Guard>>);

impl RefreshLock {
    /// The guard of a store that offers no lock.
    pub fn none() -> Self {
        Self(None)
    }

    /// A guard around whatever frees the lock when it is dropped: a locked file, a database connection.
    pub fn holding(guard: impl Any + Send) -> Self {
        Self::leased(guard, |_| true)
    }

    /// A guard that can be lost: a store may give the lock to another process when its holder stands still for too
    /// long. `is_held` tells whether it still is the holder's; the library asks before it saves.
    pub fn leased<G: Any + Send>(guard: G, is_held: fn(&mut G) -> bool) -> Self {
        Self(Some(Box::new(Leased { guard, is_held })))
    }

    /// Whether other processes are really kept out.
    #[must_use]
    pub fn excludes_others(&self) -> bool {
        self.0.is_some()
    }

    /// Whether the lock is still held; see [`leased`](Self::leased). A store without a lock answers yes.
    #[must_use]
    pub fn is_held(&mut self) -> bool {
        self.0.as_mut().is_none_or(|guard| guard.is_held())
    }
}

trait Guard: Send {
    fn is_held(&mut self) -> bool;
}

struct Leased<G> {
    guard: G,
    is_held: fn(&mut G) -> bool,
}

impl<G: Send> Guard for Leased<G> {
    fn is_held(&mut self) -> bool {
        (self.is_held)(&mut self.guard)
    }
}

impl fmt::Debug for RefreshLock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RefreshLock").field(&self.excludes_others()).finish()
    }
}
