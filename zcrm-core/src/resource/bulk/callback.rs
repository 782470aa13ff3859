//! What Zoho sends when a job is over.

use serde::Deserialize;

use super::job::Job;
use super::status::{JobState, JobStatus, Told, plain};
use crate::config::ApiVersion;
use crate::entity::Json;
use crate::error::{Error, ErrorKind, Result};

/// The body of a request that Zoho sends to a [`callback`](super::BulkRead::callback) when a job is over.
///
/// Zoho's documentation has the job in a list, `{"data": [{"id", "state", ...}]}`; its own receivers read it without
/// one, `{"job_id", "state", ...}`. Both are read. Nothing in it is signed: put a secret into the URL, and take what it
/// says as a hint to ask for the [status](super::BulkReadJob::status).
///
/// ```
/// use zcrm_core::config::ApiVersion;
/// use zcrm_core::resource::{BulkCallback, JobState};
///
/// let callback = BulkCallback::parse(r#"{"job_id": "4150868000000415001", "state": "COMPLETED", "operation":
/// "read"}"#)?; assert_eq!((callback.id(), callback.state()), ("4150868000000415001", &JobState::Completed));
/// let job = callback.job("Leads", ApiVersion::V8);
/// # assert_eq!(job.module(), "Leads");
/// # Ok::<(), zcrm_core::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct BulkCallback {
    id: String,
    status: JobStatus,
}

impl BulkCallback {
    /// Reads the body.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidResponse`] when it tells of no job.
    pub fn parse(body: &str) -> Result<Self> {
        #[derive(Deserialize)]
        struct Listed {
            data: Vec<Json>,
        }
        let unreadable = || Error::new(ErrorKind::InvalidResponse, "this is not what Zoho sends when a job is over");
        let listed = serde_json::from_str::<Listed>(body).ok().and_then(|listed| listed.data.into_iter().next());
        let told = serde_json::from_str::<Told>(listed.as_ref().map_or(body, Json::raw));
        let told = told.map_err(|cause| unreadable().with_source(cause).logged())?;
        let id = plain(&told.id).ok_or_else(|| unreadable().logged())?;
        let status = told.try_into().map_err(|cause: &str| unreadable().with_source(cause).logged())?;
        Ok(Self { id, status })
    }

    /// The id of the job.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// How far the job is said to be.
    #[must_use]
    pub fn state(&self) -> &JobState {
        &self.status.state
    }

    /// The job, to be asked for by [`Client::bulk_read_job`](crate::Client::bulk_read_job).
    #[must_use]
    pub fn job(&self, module: impl Into<String>, version: ApiVersion) -> Job {
        Job::attach(self.id.clone(), module, version)
    }
}
