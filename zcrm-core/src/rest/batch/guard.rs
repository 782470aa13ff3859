//! What holds for each item of a batch beyond its request.

use super::outcomes::Outcome;
use super::rows::Row;
use crate::error::Result;

/// The condition under which items are written, for example.
pub(crate) trait Guard: Send + Sync {
    /// The item as it is sent, or why it cannot be.
    fn admit(&self, row: Row) -> Result<Row>;

    /// What became of the item, looked at more closely.
    fn settle(&self, row: &Row, outcome: Outcome) -> Outcome;
}
