//! Starting a job.

use super::job::Job;
use super::query::{Answer, Position, Query};
use crate::error::Result;
use crate::rest::Session;

/// Starts the jobs of one bulk read.
#[derive(Debug, Clone)]
pub(super) struct Starter {
    pub(super) session: Session,
    pub(super) query: Query,
    pub(super) callback: Option<String>,
}

impl Starter {
    /// Starts the job of a page, without the fields that are known to be refused, and without those that turn out to
    /// be.
    pub(super) fn start(&self, position: &Position, mut left_out: Vec<String>) -> Result<Job> {
        let mut query = self.query.clone();
        for name in &left_out {
            query.leave_out(name);
        }
        loop {
            match self.session.run(&query.request(&self.session, position, self.callback.as_deref()))? {
                Answer::Started(id) => {
                    let (query, position) = (self.query.clone(), position.clone());
                    return Ok(Job { id, version: self.session.version(), query, position, left_out });
                }
                Answer::Refused(name, _) if query.leave_out(&name) => {
                    log::warn!("bulk read of {}: Zoho does not export {name}; it is left out", query.module);
                    left_out.push(name);
                }
                Answer::Refused(_, error) => return Err(error.logged()),
            }
        }
    }
}
