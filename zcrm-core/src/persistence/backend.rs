//! How a persistence crate offers its store to `Client::from_config`.

use std::fmt;

use super::error::PersistenceError;
use super::handler::PersistenceHandler;
use crate::config::{Config, StoreKind};

type Open = dyn Fn(&Config) -> Result<Box<dyn PersistenceHandler>, PersistenceError> + Send + Sync;

/// A kind of store that a program offers: each persistence crate has a function `backend()` that makes one.
///
/// ```no_run
/// # fn file_backend() -> zcrm_core::persistence::Backend { unimplemented!() }
/// # fn main() -> Result<(), zcrm_core::Error> {
/// use zcrm_core::{Client, Config};
///
/// let config = Config::from_json_file("zcrm.json")?;
/// let client = Client::from_config(config, [file_backend()])?; // zcrm_persist_file::backend()
/// # Ok(())
/// # }
/// ```
pub struct Backend {
    kind: StoreKind,
    open: Box<Open>,
}

impl Backend {
    /// A backend of `kind`; `open` makes the store from the dictionary's keys.
    pub fn new(
        kind: StoreKind,
        open: impl Fn(&Config) -> Result<Box<dyn PersistenceHandler>, PersistenceError> + Send + Sync + 'static,
    ) -> Self {
        Self { kind, open: Box::new(open) }
    }

    /// Which kind of store this is.
    #[must_use]
    pub fn kind(&self) -> StoreKind {
        self.kind
    }

    /// Opens the store that the dictionary describes.
    ///
    /// # Errors
    ///
    /// The store's own, when it cannot be opened.
    pub fn open(&self, config: &Config) -> Result<Box<dyn PersistenceHandler>, PersistenceError> {
        (self.open)(config)
    }
}

impl fmt::Debug for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Backend").field("kind", &self.kind).finish_non_exhaustive()
    }
}
