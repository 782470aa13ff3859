//! Records that are shared.

use serde_json::Value;

/// A record, by module and id, and what is told of one whom it is shared with.
#[derive(Debug)]
pub(crate) struct Share {
    pub(crate) of: (&'static str, u64),
    pub(crate) told: Value,
}
