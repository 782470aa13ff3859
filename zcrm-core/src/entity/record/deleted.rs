//! What is left of a record that was deleted.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::UserRef;
use crate::entity::{DateTime, RecordId};

/// A deleted record: in the recycle bin, or gone for good.
#[doc(alias = "ZCRMTrashRecord")]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DeletedRecord {
    /// The id.
    pub id: RecordId,
    /// What the record was called.
    #[serde(default)]
    pub display_name: Option<String>,
    /// `recycle` or `permanent`.
    #[serde(rename = "type", default)]
    pub kind: Option<String>,
    /// When it was deleted.
    #[serde(default)]
    pub deleted_time: Option<DateTime>,
    /// Who deleted it; Zoho may not tell for records that are gone for good.
    #[serde(default)]
    pub deleted_by: Option<UserRef>,
    /// Who created it; Zoho may not tell for records that are gone for good.
    #[serde(default)]
    pub created_by: Option<UserRef>,
    /// All other members, kept as they came.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}
