//! A mass job that was started, to ask and to wait.

use std::time::Duration;

use super::job::MassJob;
use super::status::{MassState, MassStatus};
use crate::error::{Error, ErrorKind, Result};
use crate::rest::{Pauses, Session};

/// How long [`MassJobHandle::wait`] waits.
const WAIT_LIMIT: Duration = Duration::from_secs(60 * 60);

/// A mass job that was started; made by the `start` of a mass operation, or by
/// [`Client::mass_job`](crate::Client::mass_job) from a [`MassJob`] that was written down.
#[derive(Debug, Clone)]
pub struct MassJobHandle {
    session: Session,
    job: MassJob,
}

impl MassJobHandle {
    pub(crate) fn new(session: Session, job: MassJob) -> Self {
        Self { session, job }
    }

    /// The job as data, to be written down.
    #[must_use]
    pub fn job(&self) -> &MassJob {
        &self.job
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> &str {
        self.job.id()
    }

    /// Asks how far the job is, for one credit.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let job = client.module("Leads").mass_delete().start("3652397000000186010")?;
    /// println!("{}", job.get_status()?);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidRequest`](ErrorKind::InvalidRequest) when there is no such job; otherwise every kind that a request can
    /// fail with.
    pub fn get_status(&self) -> Result<MassStatus> {
        self.session.run(&self.job.question().and_then(|response| MassStatus::of(&response)))
    }

    /// Waits until the job is over, for an hour at most; see [`wait_for`](Self::wait_for).
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let status = client.module("Leads").mass_delete().start("3652397000000186010")?.wait()?;
    /// println!("{:?} of {:?} deleted", status.done, status.total);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`wait_for`](Self::wait_for).
    pub fn wait(&self) -> Result<MassStatus> {
        self.wait_for(WAIT_LIMIT, |_| {})
    }

    /// Waits until the job is over, and calls `progress` with each status before that. The pauses between two questions
    /// grow from 0.2 seconds to a minute; each question costs a credit. [`Client::interrupt`](crate::Client::interrupt)
    /// ends the wait. A job that is completed may have left records out: see
    /// [`is_complete`](MassStatus::is_complete).
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// use std::time::Duration;
    ///
    /// let job = client.module("Leads").mass_delete().start("3652397000000186010")?;
    /// let status = job.wait_for(Duration::from_secs(600), |status| eprintln!("{status}"))?;
    /// println!("{status}");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`JobFailed`](ErrorKind::JobFailed); [`JobPending`](ErrorKind::JobPending) when the job is not over within
    /// `limit`, and goes on at Zoho; [`Interrupted`](ErrorKind::Interrupted); otherwise every kind that a request can
    /// fail with. The job can be waited for again after all but the first of these.
    pub fn wait_for(&self, limit: Duration, mut progress: impl FnMut(&MassStatus)) -> Result<MassStatus> {
        let mut pauses = Pauses::within(limit);
        loop {
            let status = self.get_status()?;
            match status.state {
                MassState::Completed => {
                    if !status.is_complete() {
                        log::warn!("the {} {} did not do all records: {status}", self.job.operation(), self.id());
                    }
                    return Ok(status);
                }
                MassState::Failed => {
                    let text = format!("the {} {} failed: {status}", self.job.operation(), self.id());
                    return Err(Error::new(ErrorKind::JobFailed, text).logged());
                }
                _ => progress(&status),
            }
            if !pauses.pause(&self.session)? {
                let (operation, id, seconds) = (self.job.operation(), self.id(), limit.as_secs_f64());
                let text =
                    format!("the {operation} {id} is {} after {seconds} seconds; wait for it again", status.state);
                return Err(Error::new(ErrorKind::JobPending, text).logged());
            }
        }
    }
}
