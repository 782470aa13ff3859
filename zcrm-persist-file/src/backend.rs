//! How the dictionary gets to the store.

use zcrm_core::config::StoreKind;
use zcrm_core::persistence::{Backend, PersistenceError, PersistenceErrorKind};

use crate::inspect;
use crate::store::FilePersistence;

/// Offers this store to [`Client::from_config`](zcrm_core::Client::from_config), for the key `token_persistence_path`.
#[must_use]
pub fn backend() -> Backend {
    Backend::new(StoreKind::File, |config| {
        let Some(path) = config.token_persistence_path() else {
            return Err(PersistenceError::new(
                PersistenceErrorKind::Setup,
                "the file store needs the key token_persistence_path",
            ));
        };
        Ok(Box::new(FilePersistence::new(path)?))
    })
    .with_inspection(inspect::inspect)
}
