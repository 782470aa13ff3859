//! Files in fields of a record.

use crate::entity::define::entity;
use crate::entity::{Json, RecordId};

entity! {
    /// A file of a file-upload field. v2 and the later versions spell its members differently; both are read.
    ///
    /// ```
    /// use zcrm_core::entity::{Record, RecordFile};
    ///
    /// let mut contact = Record::new().with("Last_Name", "Berg");
    /// contact.set_as("Contracts", &[RecordFile::new("c72r3d1a2b")])?;
    /// assert_eq!(contact.files("Contracts")?[0].file_id.as_deref(), Some("c72r3d1a2b"));
    /// # Ok::<(), zcrm_core::Error>(())
    /// ```
    pub struct RecordFile {
        /// The id of the file's row in the record (`id`, in v2 `attachment_Id`).
        id: RecordId = "id" | "attachment_Id",
        /// The id of the file in Zoho's file system (`File_Id__s`, in v2 `file_Id`).
        file_id: String = "File_Id__s" | "file_Id",
        /// The name (`File_Name__s`, in v2 `file_Name`).
        file_name: String = "File_Name__s" | "file_Name",
        /// The size: a number of bytes, or a text such as `53.7 KB` (`Size__s`, in v2 `file_Size`).
        size: Json = "Size__s" | "file_Size",
    }
}

impl RecordFile {
    /// A file that was uploaded to Zoho's file system, as later versions write it; v2 takes a list of bare ids.
    pub fn new(file_id: impl Into<String>) -> Self {
        Self { file_id: Some(file_id.into()), ..Self::default() }
    }
}
