//! The guard that a store's refresh lock hands out.

use std::any::Any;
use std::fmt;

/// Held while one process refreshes; dropping it frees the lock.
#[must_use = "the lock is free as soon as this is dropped"]
pub struct RefreshLock(Option<Box<dyn Any + Send>>);

impl RefreshLock {
    /// The guard of a store that offers no lock.
    pub fn none() -> Self {
        Self(None)
    }

    /// A guard around whatever frees the lock when it is dropped: a locked file, a database connection.
    pub fn holding(guard: impl Any + Send) -> Self {
        Self(Some(Box::new(guard)))
    }

    /// Whether other processes are really kept out.
    #[must_use]
    pub fn excludes_others(&self) -> bool {
        self.0.is_some()
    }
}

impl fmt::Debug for RefreshLock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RefreshLock").field(&self.excludes_others()).finish()
    }
}
