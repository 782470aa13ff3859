//! From a configuration to a client, with every store that this build has.

use std::path::Path;

use anyhow::{Context, Result};
use url::{Host, Url};
use zcrm_core::config::StoreKind;
use zcrm_core::persistence::Backend;
use zcrm_core::{Client, Config};

/// The configuration in a JSON file with the environment variables `ZCRM_*` taking precedence, or in them alone.
///
/// # Errors
///
/// When a key is missing, unknown or wrong.
pub fn config(file: Option<&Path>) -> Result<Config> {
    match file {
        Some(file) => Ok(Config::from_json_file_and_env(file)?),
        None => Config::from_env().context("no --config FILE was given, so the environment variables ZCRM_* are used"),
    }
}

/// The stores of this build; the features `file`, `mysql` and `custom` choose them.
#[must_use]
pub fn backends() -> Vec<Backend> {
    vec![
        #[cfg(feature = "custom")]
        zcrm_persist_custom::backend(),
        #[cfg(feature = "file")]
        zcrm_persist_file::backend(),
        #[cfg(feature = "mysql")]
        zcrm_persist_mysql::backend(),
    ]
}

/// A client by the dictionary.
///
/// # Errors
///
/// When the store that the dictionary asks for is not in this build, or cannot be opened.
pub fn connect(config: Config) -> Result<Client> {
    Ok(Client::from_config(config, backends())?)
}

/// Whether calls stay on this machine, as they do towards the emulator.
#[must_use]
pub fn is_local(config: &Config) -> bool {
    let host = Url::parse(config.api_base_url()).ok().and_then(|url| url.host().map(|host| host.to_owned()));
    match host {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// What a program that shows things off may do: write to this machine, and elsewhere only when told to.
#[must_use]
pub fn may_write(config: &Config, told_to_write: bool, told_only_to_read: bool) -> bool {
    !told_only_to_read && (told_to_write || is_local(config))
}

/// Where the tokens lie, for people.
#[must_use]
pub fn token_place(config: &Config) -> String {
    match (config.store_kind(), config.token_persistence_path(), config.custom()) {
        (StoreKind::File, Some(folder), _) => format!("the file {}", folder.join("zcrm_oauthtokens.txt").display()),
        (StoreKind::Custom, _, Some(custom)) => match custom.program() {
            Some(program) => format!("the store of the program {}", program.display()),
            None => format!("the store {}", custom.class),
        },
        _ => {
            let mysql = config.mysql();
            match &mysql.socket {
                Some(socket) => format!("MySQL at {}, table {}.oauthtokens", socket.display(), mysql.database),
                None => format!("MySQL at {}:{}, table {}.oauthtokens", mysql.address, mysql.port, mysql.database),
            }
        }
    }
}
