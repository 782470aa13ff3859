//! How a persistence crate offers its store to `Client::from_config`.

use std::fmt;

use super::error::PersistenceError;
use super::handler::PersistenceHandler;
use crate::config::{Config, StoreKind};
use crate::finding::Finding;

type Open = dyn Fn(&Config) -> Result<Box<dyn PersistenceHandler>, PersistenceError> + Send + Sync;
type Inspect = dyn Fn(&Config) -> Inspection + Send + Sync;

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
    inspect: Option<Box<Inspect>>,
}

impl Backend {
    /// A backend of `kind`; `open` makes the store from the dictionary's keys.
    pub fn new(
        kind: StoreKind,
        open: impl Fn(&Config) -> Result<Box<dyn PersistenceHandler>, PersistenceError> + Send + Sync + 'static,
    ) -> Self {
        Self { kind, open: Box::new(open), inspect: None }
    }

    /// Adds how the store is looked at for the [doctor](crate::doctor): nothing is created or changed, and what is
    /// wrong with it is told, all of it.
    #[must_use]
    pub fn with_inspection(mut self, inspect: impl Fn(&Config) -> Inspection + Send + Sync + 'static) -> Self {
        self.inspect = Some(Box::new(inspect));
        self
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

impl Backend {
    /// Looks at the store that the dictionary describes. A backend without an
    /// [inspection](Self::with_inspection) opens it.
    #[must_use]
    pub fn inspect(&self, config: &Config) -> Inspection {
        match (&self.inspect, &self.open) {
            (Some(inspect), _) => inspect(config),
            (None, open) => Inspection::of(open(config)),
        }
    }
}

/// What a look at a store brought; see [`Backend::with_inspection`].
#[derive(Debug)]
#[non_exhaustive]
pub struct Inspection {
    /// What was found, one entry a check.
    pub findings: Vec<Finding>,
    /// The store, where it can be read.
    pub store: Option<Box<dyn PersistenceHandler>>,
}

impl Inspection {
    /// These findings, and the store where it can be read.
    #[must_use]
    pub fn new(findings: Vec<Finding>, store: Option<Box<dyn PersistenceHandler>>) -> Self {
        Self { findings, store }
    }

    /// What opening the store alone tells.
    #[must_use]
    pub fn of(opened: Result<Box<dyn PersistenceHandler>, PersistenceError>) -> Self {
        match opened {
            Ok(store) => Self { findings: vec![Finding::ok("store", format!("opens: {store:?}"))], store: Some(store) },
            Err(error) => Self { findings: vec![error.to_finding("store")], store: None },
        }
    }
}

impl fmt::Debug for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Backend").field("kind", &self.kind).finish_non_exhaustive()
    }
}
