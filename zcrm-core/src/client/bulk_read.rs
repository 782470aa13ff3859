//! Bulk read jobs that were started before.

use super::Client;
use crate::resource::{BulkReadJob, Job};

impl Client {
    /// Takes up a bulk read job that was started before, here or in another process. Sends nothing.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let job = client.bulk_read_job(std::fs::read_to_string("leads.job")?.parse()?);
    /// println!("{}", job.status()?.state);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn bulk_read_job(&self, job: Job) -> BulkReadJob {
        BulkReadJob::new(self.session.clone(), job)
    }
}
