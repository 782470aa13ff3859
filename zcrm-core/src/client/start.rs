//! Starting by the dictionary: which store, and what is not acted upon.

use crate::config::{Config, StoreKind};
use crate::error::{Error, ErrorKind, Result};
use crate::persistence::{Backend, PersistenceHandler};

/// Opens the store that the dictionary asks for.
pub(super) fn open_store(
    config: &Config,
    backends: impl IntoIterator<Item = Backend>,
) -> Result<Box<dyn PersistenceHandler>> {
    let kind = config.store_kind();
    match config.store_decided_by() {
        Some(key) => log::info!("tokens are kept in the {kind} store, because {key} is set"),
        None => log::info!("tokens are kept in the {kind} store, the default"),
    }
    if let (StoreKind::File, Some(folder)) = (kind, config.token_persistence_path()) {
        log::info!("the token file lies in {}", folder.display());
    }
    let Some(backend) = backends.into_iter().find(|backend| backend.kind() == kind) else {
        return Err(not_offered(config));
    };
    let store = backend.open(config)?;
    log::debug!("the store is {store:?}");
    Ok(store)
}

fn not_offered(config: &Config) -> Error {
    let kind = config.store_kind();
    let asked = match config.store_decided_by() {
        Some(key) => format!("the key {key} asks for the {kind} store"),
        None => "no key asks for another store (token_persistence_path or persistence_handler_class), so the default, \
             MySQL, is asked for"
            .to_owned(),
    };
    let backend = kind.crate_name().replace('-', "_");
    Error::new(
        ErrorKind::Config,
        format!(
            "{asked}, which this program does not offer; add the crate {} and pass {backend}::backend() to \
             Client::from_config",
            kind.crate_name()
        ),
    )
}

/// With a store made by hand, the dictionary's keys for stores and logging do nothing.
pub(super) fn warn_of_idle_keys(config: &Config) {
    if let Some(key) = config.store_decided_by() {
        log::warn!("{key} is not acted upon: this program chose its token store by hand");
    }
    if config.log_file().is_some() || config.log_in_console() {
        log::warn!(
            "application_log_file_path and log_in_console are not acted upon: call zcrm_core::logging::init, or start \
             with Client::from_config"
        );
    }
}
