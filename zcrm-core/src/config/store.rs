//! The three kinds of store, and the settings of each.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::secret::Secret;

/// The three kinds of store that the configuration dictionary can ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StoreKind {
    /// A store of the application's own: `persistence_handler_class` and `persistence_handler_class_path`.
    Custom,
    /// A file: `token_persistence_path`.
    File,
    /// MySQL or MariaDB, the default.
    Mysql,
}

impl StoreKind {
    /// The crate that offers this kind.
    #[must_use]
    pub fn crate_name(self) -> &'static str {
        match self {
            Self::Custom => "zcrm-persist-custom",
            Self::File => "zcrm-persist-file",
            Self::Mysql => "zcrm-persist-mysql",
        }
    }
}

impl fmt::Display for StoreKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Custom => "custom",
            Self::File => "file",
            Self::Mysql => "MySQL",
        })
    }
}

/// The keys of the MySQL store, with the defaults of the Ruby SDK.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct MysqlSettings {
    /// `db_address`, default `localhost`.
    pub address: String,
    /// `db_port`, default 3306.
    pub port: u16,
    /// `db_username`, default `root`.
    pub username: String,
    /// `db_password`, default empty.
    pub password: Secret,
    /// `db_name`, default `zohooauth`.
    pub database: String,
    /// `db_socket`: a Unix socket in place of address and port.
    pub socket: Option<PathBuf>,
    /// `db_tls`, default false: encrypt, and verify the server's certificate.
    pub tls: bool,
    /// `db_tls_ca`: a PEM file of further certificate authorities.
    pub tls_ca: Option<PathBuf>,
}

/// The keys of the custom store.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct CustomSettings {
    /// `persistence_handler_class`: the name of a registered handler, or the argument of the external program.
    pub class: String,
    /// `persistence_handler_class_path`: the external program.
    pub path: Option<PathBuf>,
}

impl CustomSettings {
    /// The external program, where one is configured.
    #[must_use]
    pub fn program(&self) -> Option<&Path> {
        self.path.as_deref()
    }
}
