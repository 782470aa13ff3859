//! What a backend tells of its store.

use crate::config::Config;
use crate::finding::{Finding, State};
use crate::persistence::{Backend, PersistenceHandler};

/// Asks the backend of the store that the configuration selects; the store, where it can be read.
pub(super) fn check(config: &Config, backends: &[Backend]) -> (Vec<Finding>, Option<Box<dyn PersistenceHandler>>) {
    let kind = config.store_kind();
    let Some(backend) = backends.iter().find(|backend| backend.kind() == kind) else {
        let asked = match config.store_decided_by() {
            Some(key) => format!("the key {key} asks for the {kind} store"),
            None => format!("no key asks for another store than {kind}, the default"),
        };
        let found = format!("{asked}, which this program does not offer");
        let remedy = format!(
            "set token_persistence_path to keep the tokens in a file, or use a program that offers it (crate {})",
            kind.crate_name()
        );
        return (vec![Finding::fail("store", found, remedy)], None);
    };
    let mut inspection = backend.inspect(config);
    if config.store_decided_by().is_none() && config.store_keys().is_empty() {
        // A program that wants another store has often just lost its key.
        for finding in inspection.findings.iter_mut().filter(|finding| finding.state == State::Fail) {
            let remedy = finding.remedy.take().unwrap_or_default();
            finding.remedy = Some(format!(
                "no key selects a store, so {kind} is taken: set token_persistence_path to keep the tokens in a file, else {remedy}"
            ));
        }
    }
    (inspection.findings, inspection.store)
}
