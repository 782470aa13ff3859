//! The store in memory keeps the contract, bare and behind pointers.

use std::sync::Arc;

use zcrm_core::persistence::conformance::Suite;
use zcrm_core::persistence::{InMemoryPersistence, PersistenceHandler};

#[test]
fn bare() {
    Suite::new(InMemoryPersistence::new)
        .reopen(InMemoryPersistence::clone)
        .requires_lock()
        .lists()
        .ends_leases()
        .shares_rate_limits()
        .keeps_data_centers()
        .run();
}

#[test]
fn boxed() {
    Suite::new(|| Box::new(InMemoryPersistence::new()) as Box<dyn PersistenceHandler>)
        .requires_lock()
        .lists()
        .shares_rate_limits()
        .keeps_data_centers()
        .run();
}

#[test]
fn in_arc() {
    Suite::new(|| Arc::new(InMemoryPersistence::new()))
        .reopen(Arc::clone)
        .requires_lock()
        .lists()
        .shares_rate_limits()
        .keeps_data_centers()
        .run();
}
