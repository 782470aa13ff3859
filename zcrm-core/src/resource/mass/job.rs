//! A mass job that was started, as data.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::config::ApiVersion;
use crate::entity::RecordId;
use crate::error::{Error, Result};
use crate::rest::{Request, Response};
use crate::transport::Method;

/// A mass job that was started: data that can be written down, from which another process
/// [goes on](crate::Client::mass_job). Its text is one line of JSON.
///
/// ```no_run
/// # fn run(client: zcrm_core::Client) -> Result<(), Box<dyn std::error::Error>> {
/// let job = client.module("Leads").mass_delete().start("3652397000000186010")?;
/// std::fs::write("leads.job", job.job().to_string())?;
///
/// // Later, in another process:
/// let job = client.mass_job(std::fs::read_to_string("leads.job")?.parse()?);
/// println!("{}", job.wait()?);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MassJob {
    id: String,
    module: String,
    #[serde(flatten)]
    operation: MassOperation,
    #[serde(serialize_with = "version_out", deserialize_with = "version_in")]
    version: ApiVersion,
}

/// What a mass job does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "operation", rename_all = "snake_case")]
#[non_exhaustive]
pub enum MassOperation {
    /// Sets fields of records.
    Update,
    /// Deletes records.
    Delete,
    /// Gives records to another owner.
    ChangeOwner,
    /// Converts leads.
    Convert,
    /// Merges records into one.
    Merge {
        /// The record that stays.
        master: RecordId,
    },
    /// Deletes tags.
    DeleteTags,
}

impl MassJob {
    /// A job of which the id is known.
    pub fn attach(
        id: impl Into<String>,
        module: impl Into<String>,
        operation: MassOperation,
        version: ApiVersion,
    ) -> Self {
        Self { id: id.into(), module: module.into(), operation, version }
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The module.
    #[must_use]
    pub fn module(&self) -> &str {
        &self.module
    }

    /// What it does.
    #[must_use]
    pub fn operation(&self) -> &MassOperation {
        &self.operation
    }

    /// The version of the API in which it was started, and in which it is asked for.
    #[must_use]
    pub fn version(&self) -> ApiVersion {
        self.version
    }

    /// The question how far it is.
    pub(super) fn question(&self) -> Request<Response> {
        let module = self.module.as_str();
        let path: Vec<&str> = match &self.operation {
            MassOperation::Update => vec![module, "actions", "mass_update"],
            MassOperation::Delete => vec![module, "actions", "mass_delete"],
            MassOperation::ChangeOwner => vec![module, "actions", "mass_change_owner"],
            MassOperation::Convert => vec![module, "actions", "mass_convert"],
            MassOperation::Merge { master } => vec![module, master.as_str(), "actions", "merge"],
            MassOperation::DeleteTags => vec!["settings", "tags", "actions", "mass_delete"],
        };
        Request::new(Method::Get, self.version, path).query("job_id", &self.id)
    }
}

impl fmt::Display for MassJob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(self).map_err(|_| fmt::Error)?)
    }
}

impl FromStr for MassJob {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        serde_json::from_str(text)
            .map_err(|cause| Error::invalid("this is not the text of a mass job").with_source(cause).logged())
    }
}

impl fmt::Display for MassOperation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Update => "mass update",
            Self::Delete => "mass delete",
            Self::ChangeOwner => "mass change of owner",
            Self::Convert => "mass conversion",
            Self::Merge { .. } => "merge",
            Self::DeleteTags => "deletion of tags",
        })
    }
}

fn version_out<S: Serializer>(version: &ApiVersion, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(version.as_str())
}

fn version_in<'de, D: Deserializer<'de>>(deserializer: D) -> Result<ApiVersion, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().map_err(serde::de::Error::custom)
}
