//! Files in fields of a record.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::entity::RecordId;

/// A file of a file-upload field. v2 and the later versions spell its members differently; both are read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RecordFile {
    /// The id of the file's row in the record.
    #[serde(default, alias = "attachment_Id", skip_serializing_if = "Option::is_none")]
    pub id: Option<RecordId>,
    /// The id of the file in Zoho's file system (`File_Id__s`, in v2 `file_Id`).
    #[serde(rename = "File_Id__s", alias = "file_Id", default, skip_serializing_if = "Option::is_none")]
    pub file_id: Option<String>,
    /// The name (`File_Name__s`, in v2 `file_Name`).
    #[serde(rename = "File_Name__s", alias = "file_Name", default, skip_serializing_if = "Option::is_none")]
    pub file_name: Option<String>,
    /// The size: a number of bytes, or a text such as `53.7 KB` (`Size__s`, in v2 `file_Size`).
    #[serde(rename = "Size__s", alias = "file_Size", default, skip_serializing_if = "Option::is_none")]
    pub size: Option<Value>,
    /// All other members, kept as they came.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl RecordFile {
    /// A file that was uploaded to Zoho's file system, as later versions write it; v2 takes a list of bare ids.
    pub fn new(file_id: impl Into<String>) -> Self {
        Self { id: None, file_id: Some(file_id.into()), file_name: None, size: None, other: Map::new() }
    }
}
