//! Mass jobs that were started before.

use super::Client;
use crate::resource::{MassJob, MassJobHandle};

impl Client {
    /// Takes up a mass job that was started before, here or in another process. Sends nothing.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let job = client.mass_job(std::fs::read_to_string("leads.job")?.parse()?);
    /// println!("{}", job.get_status()?);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn mass_job(&self, job: MassJob) -> MassJobHandle {
        MassJobHandle::new(self.session.clone(), job)
    }
}
