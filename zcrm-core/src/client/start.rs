//! Starting by the dictionary: which store, and what is not acted upon.

use std::path::Path;

use crate::config::{Config, CustomSettings, StoreKind};
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
    if let (StoreKind::Custom, Some(program)) = (kind, config.custom().and_then(CustomSettings::program)) {
        check_program(program)?;
    }
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

/// The program of the custom store, looked at before anything depends on it.
fn check_program(program: &Path) -> Result<()> {
    let fault = if program.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("rb")) {
        "it is a Ruby class, which no Rust program can load"
    } else if !program.is_absolute() {
        "it is relative; write the path from the root on"
    } else if !is_executable(program) {
        "there is no program at this path that can be executed"
    } else {
        return Ok(());
    };
    Err(Error::new(
        ErrorKind::Config,
        format!(
            "persistence_handler_class_path: {}: {fault}. The guide on handlers in the documentation of \
             zcrm-persist-custom tells how to write one",
            program.display()
        ),
    ))
}

#[cfg(unix)]
fn is_executable(program: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    program.metadata().is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(program: &Path) -> bool {
    program.is_file()
}

/// With a store made by hand, the dictionary's keys for stores do nothing.
pub(super) fn warn_of_idle_store_keys(config: &Config) {
    if !config.store_keys().is_empty() {
        log::warn!("not acted upon, as this program makes its token store by hand: {}", config.store_keys().join(", "));
    }
}

/// Only [`Client::from_config`](crate::Client::from_config), with the feature `logging`, sets up logging.
pub(super) fn warn_of_idle_logging_keys(config: &Config) {
    if config.log_file().is_some() || config.log_in_console() {
        log::warn!(
            "application_log_file_path and log_in_console are not acted upon: call zcrm_core::logging::init (feature \
             logging), or start with Client::from_config"
        );
    }
}
