//! A job that was started, to ask and to wait.

use std::time::Duration;

use super::job::Job;
use super::query::bulk_request;
use super::result::BulkResult;
use super::status::{JobState, JobStatus};
use crate::error::{Error, ErrorKind, Result};
use crate::rest::{Pauses, Request, Session};
use crate::transport::Method;

/// How long [`BulkReadJob::wait`] waits.
pub(super) const WAIT_LIMIT: Duration = Duration::from_secs(60 * 60);

/// A bulk read job that was started; made by [`BulkRead::start`](super::BulkRead::start), or by
/// [`Client::bulk_read_job`](crate::Client::bulk_read_job) from a [`Job`] that was written down.
///
/// Jobs of an organization run one after another, so one that is slow mostly waits for others.
#[derive(Debug, Clone)]
pub struct BulkReadJob {
    session: Session,
    job: Job,
}

impl BulkReadJob {
    pub(crate) fn new(session: Session, job: Job) -> Self {
        Self { session, job }
    }

    /// The job as data, to be written down.
    #[must_use]
    pub fn job(&self) -> &Job {
        &self.job
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> &str {
        self.job.id()
    }

    /// The fields that were asked for and that Zoho does not export. They are missing in the rows.
    #[must_use]
    pub fn left_out(&self) -> &[String] {
        self.job.left_out()
    }

    /// Asks how far the job is, for one credit.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let job = client.module("Leads").bulk_read().fields(["Last_Name"]).start()?;
    /// println!("{}", job.get_status()?.state);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`NotFound`](ErrorKind::NotFound) when there is no such job; otherwise every kind that a request can fail with.
    pub fn get_status(&self) -> Result<JobStatus> {
        let request = bulk_request(Method::Get, self.job.version, &["read", &self.job.id]);
        let request: Request<JobStatus> = request.one("data");
        self.session.run(&request)
    }

    /// Waits until the job is over, for an hour at most; see [`wait_for`](Self::wait_for).
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let job = client.module("Leads").bulk_read().fields(["Last_Name"]).start()?;
    /// for lead in job.wait()?.read()? {
    ///     println!("{}", lead?.raw());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`wait_for`](Self::wait_for).
    pub fn wait(&self) -> Result<BulkResult> {
        self.wait_for(WAIT_LIMIT, |_| {})
    }

    /// Waits until the job is over, and calls `progress` with each status before that. The pauses between two questions
    /// grow from 0.2 seconds to a minute; each question costs a credit. [`Client::interrupt`](crate::Client::interrupt)
    /// ends the wait.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// use std::time::Duration;
    ///
    /// let job = client.module("Leads").bulk_read().fields(["Last_Name"]).start()?;
    /// let result = job.wait_for(Duration::from_secs(600), |status| eprintln!("{}", status.state))?;
    /// println!("{:?} rows", result.count());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`JobFailed`](ErrorKind::JobFailed), with Zoho's reason in [`Error::api`]; [`JobPending`](ErrorKind::JobPending)
    /// when the job is not over within `limit`, and goes on at Zoho; [`Interrupted`](ErrorKind::Interrupted);
    /// [`NotFound`](ErrorKind::NotFound) when there is no such job; otherwise every kind that a request can fail with.
    /// The job can be waited for again after all but the first and the last of these.
    pub fn wait_for(&self, limit: Duration, mut progress: impl FnMut(&JobStatus)) -> Result<BulkResult> {
        let mut pauses = Pauses::within(limit);
        loop {
            let status = self.get_status()?;
            match (&status.state, &status.result) {
                (JobState::Completed, Some(result)) => {
                    return Ok(BulkResult::new(self.session.clone(), self.job.clone(), result.clone()));
                }
                (JobState::Failed, _) => return Err(self.failed(status).logged()),
                _ => progress(&status),
            }
            if !pauses.pause(&self.session)? {
                return Err(self.pending(&status.state, limit).logged());
            }
        }
    }

    fn failed(&self, status: JobStatus) -> Error {
        let error = Error::new(ErrorKind::JobFailed, format!("the bulk read job {} failed", self.job.id));
        match status.failure {
            Some(reason) => error.with_api(reason),
            None => error,
        }
    }

    fn pending(&self, state: &JobState, limit: Duration) -> Error {
        let (id, seconds) = (&self.job.id, limit.as_secs_f64());
        let message = format!("the bulk read job {id} is {state} after {seconds} seconds; wait for it again");
        Error::new(ErrorKind::JobPending, message)
    }
}
