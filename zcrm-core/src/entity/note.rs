//! Notes.

use super::attachment::Attachment;
use super::define::entity;
use super::id::NoteId;
use super::reference::{ParentRef, UserRef};
use super::time::DateTime;

entity! {
    /// A note on a record.
    ///
    /// ```
    /// use zcrm_core::entity::Note;
    ///
    /// let note = Note::new("Called; wants a quote by Friday.").title("Call");
    /// assert_eq!(note.title.as_deref(), Some("Call"));
    /// ```
    #[doc(alias = "ZCRMNote")]
    pub struct Note {
        /// The id.
        id: NoteId = "id",
        /// The title (`Note_Title`), at most 120 characters.
        title: String = "Note_Title" set,
        /// The text (`Note_Content`), at most 65,535 characters.
        content: String = "Note_Content" set,
        /// The record it is on (`Parent_Id`).
        #[doc(alias = "parent_id")]
        #[doc(alias = "parent_name")]
        parent: ParentRef = "Parent_Id" set,
        /// The module of that record (`$se_module`; written as `se_module`).
        parent_module: String = "$se_module" set,
        /// Whose it is (`Owner`).
        owner: UserRef = "Owner",
        /// Who made it (`Created_By`).
        created_by: UserRef = "Created_By",
        /// When it was made (`Created_Time`).
        created_time: DateTime = "Created_Time",
        /// Who changed it last (`Modified_By`).
        modified_by: UserRef = "Modified_By",
        /// When it was changed last (`Modified_Time`).
        modified_time: DateTime = "Modified_Time",
        /// Size of a voice note, in bytes (`$size`).
        size: i64 = "$size",
        /// Whether it is a voice note (`$voice_note`).
        #[doc(alias = "is_voice_note")]
        voice_note: bool = "$voice_note",
        /// Whether the user may change it (`$editable`).
        #[doc(alias = "is_editable")]
        editable: bool = "$editable",
        /// Its attachments (`$attachments`); null when it has none.
        attachments: Vec<Attachment> = "$attachments",
        /// From later versions on: `save`, `draft` (`$state`).
        state: String = "$state",
        /// From later versions on: what the user may do with it (`$sharing_permission`).
        sharing_permission: String = "$sharing_permission",
    }
}

impl Note {
    /// The note with this id, for changes: set what is to be changed.
    pub fn with_id(id: impl Into<NoteId>) -> Self {
        Self { id: Some(id.into()), ..Self::default() }
    }

    /// A note with this text.
    pub fn new(content: impl Into<String>) -> Self {
        Self::default().content(content)
    }
}
