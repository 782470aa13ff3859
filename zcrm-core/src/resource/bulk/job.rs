//! A job that was started, as data.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::query::{Position, Query};
use crate::config::ApiVersion;
use crate::error::{Error, Result};

/// A bulk read job that was started: data that can be written down, from which another process
/// [goes on](crate::Client::bulk_read_job).
///
/// Its text is one line of JSON. It holds the criteria and, in later versions, a page token of the user, so keep it
/// where you keep the data.
///
/// ```no_run
/// # fn run(client: zcrm_core::Client) -> Result<(), Box<dyn std::error::Error>> {
/// let job = client.module("Leads").bulk_read().fields(["Last_Name"]).start()?;
/// std::fs::write("leads.job", job.job().to_string())?;
///
/// // Later, in another process:
/// let job = client.bulk_read_job(std::fs::read_to_string("leads.job")?.parse()?);
/// for lead in job.wait()?.rows()? {
///     println!("{}", lead?.raw());
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Job {
    pub(super) id: String,
    #[serde(serialize_with = "version_out", deserialize_with = "version_in")]
    pub(super) version: ApiVersion,
    pub(super) query: Query,
    pub(super) position: Position,
    #[serde(default)]
    pub(super) left_out: Vec<String>,
}

impl Job {
    /// A job of which only this much is known, as when its id comes from a [callback](super::BulkCallback).
    pub fn attach(id: impl Into<String>, module: impl Into<String>, version: ApiVersion) -> Self {
        let query = Query::new(module.into());
        Self { id: id.into(), version, query, position: Position::Page(1), left_out: Vec::new() }
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The module that it exports.
    #[must_use]
    pub fn module(&self) -> &str {
        &self.query.module
    }

    /// The version of the API in which it was started, and in which it is asked for.
    #[must_use]
    pub fn version(&self) -> ApiVersion {
        self.version
    }

    /// Which page of 200,000 rows it exports, from 1.
    #[must_use]
    pub fn page(&self) -> u32 {
        self.position.page()
    }

    /// The fields that were asked for and that Zoho does not export. They are missing in the rows.
    #[must_use]
    pub fn left_out(&self) -> &[String] {
        &self.left_out
    }
}

impl fmt::Display for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(self).map_err(|_| fmt::Error)?)
    }
}

impl FromStr for Job {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        serde_json::from_str(text)
            .map_err(|cause| Error::invalid("this is not the text of a bulk job").with_source(cause).logged())
    }
}

pub(super) fn version_out<S: Serializer>(version: &ApiVersion, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(version.as_str())
}

pub(super) fn version_in<'de, D: Deserializer<'de>>(deserializer: D) -> Result<ApiVersion, D::Error> {
    let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
    text.parse().map_err(serde::de::Error::custom)
}
