//! What is left of a record that was deleted.

use crate::entity::define::entity;
use crate::entity::{DateTime, RecordId, UserRef};

entity! {
    /// A deleted record: in the recycle bin, or gone for good.
    #[doc(alias = "ZCRMTrashRecord")]
    pub struct DeletedRecord {
        /// The id.
        id: RecordId = "id",
        /// What the record was called.
        display_name: String = "display_name",
        /// `recycle` or `permanent` (`type`).
        #[doc(alias = "type")]
        kind: String = "type",
        /// When it was deleted.
        deleted_time: DateTime = "deleted_time",
        /// Who deleted it; Zoho may not tell for records that are gone for good.
        deleted_by: UserRef = "deleted_by",
        /// Who created it; Zoho may not tell for records that are gone for good.
        created_by: UserRef = "created_by",
    }
}
