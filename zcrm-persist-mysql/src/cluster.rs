//! Servers whose named locks bind only those who use the same node.

use mysql::prelude::Queryable;

use crate::connect::Connector;

/// Warns when the server is one of several that all take writes.
pub(crate) fn warn(connector: &Connector) {
    if let Some(fault) = fault(connector) {
        log::warn!("{fault}");
    }
}

/// Whether the server is one of several that all take writes, and what to do, in one line. Named locks are not
/// replicated.
pub(crate) fn fault(connector: &Connector) -> Option<String> {
    let settings = connector.once(|connection| {
        Ok(connection.query::<(String, String), _>(
            "SHOW GLOBAL VARIABLES WHERE Variable_name IN ('wsrep_on', 'group_replication_single_primary_mode')",
        )?)
    });
    let is_one_of_several = |(name, value): &(String, String)| match name.as_str() {
        "wsrep_on" => value == "ON",
        _ => value == "OFF",
    };
    match settings {
        Ok(settings) => settings.iter().any(is_one_of_several).then(|| {
            format!(
                "MySQL at {}: the server is a node of a cluster, whose nodes do not share locks; let all programs use one \
                 node, or they refresh the same tokens at once",
                connector.place()
            )
        }),
        Err(cause) => {
            log::debug!("whether the server is a node of a cluster is not known: {cause}");
            None
        }
    }
}
