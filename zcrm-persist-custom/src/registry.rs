//! Handlers by name, and the way from the dictionary to a store.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use zcrm_core::config::{Config, StoreKind};
use zcrm_core::persistence::{Backend, PersistenceError, PersistenceErrorKind, PersistenceHandler};

use crate::inspect;
use crate::program::ExternalProgram;

type Open = dyn Fn(&Config) -> Result<Box<dyn PersistenceHandler>, PersistenceError> + Send + Sync;

/// The custom store for `Client::from_config`, of programs that register no handler: `persistence_handler_class_path`
/// names an [external program](ExternalProgram), `persistence_handler_class` its argument.
///
/// ```no_run
/// # fn main() -> Result<(), zcrm_core::Error> {
/// use zcrm_core::{Client, Config};
///
/// let client = Client::from_config(Config::from_json_file("zcrm.json")?, [zcrm_persist_custom::backend()])?;
/// # let _ = client;
/// # Ok(())
/// # }
/// ```
#[must_use]
pub fn backend() -> Backend {
    Registry::new().backend()
}

/// The handlers that `persistence_handler_class` can name.
///
/// A program cannot load a class from a path, as Zoho's Ruby SDK does; it registers what it offers. With
/// `persistence_handler_class_path` beside it, the class is the argument of an [external program](ExternalProgram) and
/// nothing registered is looked at.
///
/// ```
/// use zcrm_core::persistence::InMemoryPersistence;
/// use zcrm_core::{Client, Config};
/// use zcrm_persist_custom::Registry;
///
/// let config = Config::from_pairs([
///     ("client_id", "1000.FAKE"),
///     ("client_secret", "fake-secret"),
///     ("redirect_uri", "https://www.zoho.com"),
///     ("persistence_handler_class", "TokensInMemory"),
/// ])?;
/// let registry = Registry::new().with("TokensInMemory", |_config| Ok(Box::new(InMemoryPersistence::new())));
/// let client = Client::from_config(config, [registry.backend()])?;
/// # let _ = client;
/// # Ok::<(), zcrm_core::Error>(())
/// ```
#[derive(Default)]
pub struct Registry(BTreeMap<String, Box<Open>>);

impl Registry {
    /// No handlers; external programs are offered nevertheless.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a handler under a name, in place of one that had it; `open` makes it when the dictionary asks for it.
    #[must_use]
    pub fn with(
        mut self,
        name: impl Into<String>,
        open: impl Fn(&Config) -> Result<Box<dyn PersistenceHandler>, PersistenceError> + Send + Sync + 'static,
    ) -> Self {
        self.0.insert(name.into(), Box::new(open));
        self
    }

    /// The custom store for `Client::from_config`.
    #[must_use]
    pub fn backend(self) -> Backend {
        let registry = Arc::new(self);
        let inspected = Arc::clone(&registry);
        Backend::new(StoreKind::Custom, move |config| registry.open(config))
            .with_inspection(move |config| inspect::inspect(config, inspected.open(config)))
    }

    fn open(&self, config: &Config) -> Result<Box<dyn PersistenceHandler>, PersistenceError> {
        let setup = |message| PersistenceError::new(PersistenceErrorKind::Setup, message);
        let Some(settings) = config.custom() else {
            return Err(setup("the dictionary has no key persistence_handler_class".to_owned()));
        };
        if let Some(path) = settings.program() {
            return Ok(Box::new(ExternalProgram::new(path, &settings.class)?));
        }
        match self.0.get(&settings.class) {
            Some(open) => open(config),
            None => Err(setup(format!(
                "persistence_handler_class is {:?}, but {}; register a handler under that name, or give an external \
                 program in persistence_handler_class_path (see zcrm_persist_custom::guide)",
                settings.class,
                self.offered()
            ))),
        }
    }

    fn offered(&self) -> String {
        if self.0.is_empty() {
            return "this program registered no handler".to_owned();
        }
        let names: Vec<_> = self.0.keys().map(String::as_str).collect();
        format!("this program registered only: {}", names.join(", "))
    }
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Registry").field(&self.0.keys()).finish()
    }
}
