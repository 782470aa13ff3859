//! How the dictionary gets to the store.

use zcrm_core::config::StoreKind;
use zcrm_core::persistence::Backend;

use crate::inspect;
use crate::store::MysqlPersistence;

/// The MySQL store for `Client::from_config`. It is opened with the keys `db_*`, and creates database and table when
/// they are absent.
///
/// ```no_run
/// # fn main() -> Result<(), zcrm_core::Error> {
/// use zcrm_core::{Client, Config};
///
/// let client = Client::from_config(Config::from_json_file("zcrm.json")?, [zcrm_persist_mysql::backend()])?;
/// # let _ = client;
/// # Ok(())
/// # }
/// ```
#[must_use]
pub fn backend() -> Backend {
    Backend::new(StoreKind::Mysql, |config| {
        let store = MysqlPersistence::from_config(config)?;
        store.ensure_schema()?;
        Ok(Box::new(store))
    })
    .with_inspection(inspect::inspect)
}
