//! Attachments.

use super::define::entity;
use super::id::AttachmentId;
use super::reference::{ParentRef, UserRef};
use super::time::DateTime;

entity! {
    /// A file or a link that is attached to a record or a note.
    #[doc(alias = "ZCRMAttachment")]
    pub struct Attachment {
        /// The id.
        id: AttachmentId = "id",
        /// The name of the file, or the title of the link (`File_Name`).
        file_name: String = "File_Name",
        /// Id of the file in Zoho's file system (`$file_id`).
        file_id: String = "$file_id",
        /// `Attachment`, `Link URL` and so on (`$type`).
        #[doc(alias = "type")]
        kind: String = "$type",
        /// Where a link leads (`$link_url`); null for files. A link cannot be downloaded.
        link_url: String = "$link_url",
        /// Size in bytes, as text (`Size`).
        size: i64 = "Size",
        /// Number of the kind (`$attachment_type`); later versions tell it.
        attachment_type: i64 = "$attachment_type",
        /// The record it belongs to (`Parent_Id`).
        #[doc(alias = "parent_id")]
        #[doc(alias = "parent_name")]
        parent: ParentRef = "Parent_Id",
        /// The module of that record (`$se_module`).
        parent_module: String = "$se_module",
        /// Whose it is (`Owner`).
        owner: UserRef = "Owner",
        /// Who attached it (`Created_By`).
        created_by: UserRef = "Created_By",
        /// When it was attached (`Created_Time`).
        created_time: DateTime = "Created_Time",
        /// Who changed it last (`Modified_By`).
        modified_by: UserRef = "Modified_By",
        /// When it was changed last (`Modified_Time`).
        modified_time: DateTime = "Modified_Time",
        /// Whether the user may change it (`$editable`).
        #[doc(alias = "is_editable")]
        editable: bool = "$editable",
        /// From later versions on: `save`, `draft` (`$state`).
        state: String = "$state",
        /// From later versions on: what the user may do with it (`$sharing_permission`).
        sharing_permission: String = "$sharing_permission",
    }
}
