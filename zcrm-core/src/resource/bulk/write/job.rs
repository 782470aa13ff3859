//! A job that is or was started, as data.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::config::ApiVersion;
use crate::error::{Error, Result};
use crate::resource::bulk::job::{version_in, version_out};

/// A bulk write job: data that can be written down, from which another process
/// [goes on](super::BulkWriteRows::resume) with the same rows. Its text is one line of JSON.
///
/// It is told [twice](super::BulkWriteRows::journal): before Zoho is asked to create it, without an id, and once it is
/// created.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BulkWriteJob {
    #[serde(default)]
    pub(super) id: Option<String>,
    #[serde(serialize_with = "version_out", deserialize_with = "version_in")]
    pub(super) version: ApiVersion,
    pub(super) module: String,
    pub(super) operation: String,
    pub(super) rows: Range<u64>,
    /// The columns that the result gives back.
    pub(super) columns: Vec<String>,
    /// Of what those columns hold.
    pub(super) checksum: u32,
}

impl BulkWriteJob {
    /// Its id; `None` before Zoho is asked to create it.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// The module that it writes to.
    #[must_use]
    pub fn module(&self) -> &str {
        &self.module
    }

    /// Which rows of the input it has, from 0.
    #[must_use]
    pub fn rows(&self) -> Range<u64> {
        self.rows.clone()
    }

    /// Whether another one is about the same file of the same write.
    pub(super) fn is_of(&self, other: &Self) -> bool {
        Self { id: other.id.clone(), ..self.clone() } == *other
    }
}

impl fmt::Display for BulkWriteJob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(self).map_err(|_| fmt::Error)?)
    }
}

impl FromStr for BulkWriteJob {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        serde_json::from_str(text)
            .map_err(|cause| Error::invalid("this is not the text of a bulk write job").with_source(cause).logged())
    }
}
