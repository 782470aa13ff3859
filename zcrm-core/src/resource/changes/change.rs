//! What happened to a record.

use serde::{Deserialize, Serialize};

use crate::entity::{DateTime, RecordId};

/// What happened to a record since the cursor.
#[derive(Debug, Clone, PartialEq)]
pub enum Change<T> {
    /// It was created, modified or restored: the record as it is now.
    Upserted(T),
    /// It is gone from the module. The id may be one that was never told before.
    Deleted {
        /// The id.
        id: RecordId,
        /// When, as far as Zoho tells.
        time: Option<DateTime>,
        /// Where to.
        kind: DeletionKind,
    },
}

impl<T> Change<T> {
    /// The record, unless it is gone.
    pub fn upserted(self) -> Option<T> {
        match self {
            Self::Upserted(row) => Some(row),
            Self::Deleted { .. } => None,
        }
    }
}

/// Where a record went that is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DeletionKind {
    /// Into the recycle bin, where Zoho keeps it for 60 days.
    Recycled,
    /// It is gone for good.
    Permanent,
    /// The lead was converted, and the changes are those of leads that are not.
    Converted,
}

impl DeletionKind {
    /// As Zoho's list of deleted records says it.
    pub(super) fn of_type(word: Option<&str>) -> Self {
        match word {
            Some(word) if word.eq_ignore_ascii_case("permanent") => Self::Permanent,
            _ => Self::Recycled,
        }
    }
}
