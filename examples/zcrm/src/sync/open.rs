//! From an address to a connection.

use anyhow::Result;
use zcrm_core::Secret;

use super::database::Database;
use super::sqlite::Sqlite;
use super::target::Target;

/// Opens a database.
///
/// # Errors
///
/// When it cannot be opened.
pub fn open(target: &Target, password: &Secret) -> Result<Box<dyn Database>> {
    match target {
        Target::Sqlite(file) => Ok(Box::new(Sqlite::open(file)?)),
        #[cfg(feature = "mysql")]
        Target::Mysql(server) => Ok(Box::new(super::mysql::Mysql::open(server, password)?)),
        #[cfg(not(feature = "mysql"))]
        Target::Mysql(_) => {
            let _ = password;
            anyhow::bail!("this build has no MySQL; build it with the feature mysql")
        }
    }
}
