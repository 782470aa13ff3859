//! All items of a batch at once.

use super::outcomes::Outcome;
use super::pipeline::Pipeline;
use super::report::BatchReport;
use super::rows::Row;
use super::send::{Batch, of_record};
use crate::error::{Error, Result};

impl Batch {
    /// Sends all items.
    ///
    /// # Errors
    ///
    /// When an item cannot be sent, before any is; when nothing was done, because nothing can be sent: no user, no
    /// tokens, no scope, no connection, a wrong host. All errors are logged.
    pub(crate) fn send_all(self, rows: impl IntoIterator<Item = Result<Row>>) -> Result<BatchReport> {
        let admitted =
            |(index, row): (usize, Result<Row>)| self.admit(row).map_err(|error| of_record(index, error).logged());
        let rows: Vec<Row> = rows.into_iter().enumerate().map(admitted).collect::<Result<_>>()?;
        let mut outcomes = Vec::with_capacity(rows.len());
        let mut rows = rows.into_iter();
        let mut pipeline = Pipeline::new(self);
        loop {
            while pipeline.has_room() {
                let request: Vec<Row> = rows.by_ref().take(pipeline.per_request()).collect();
                if request.is_empty() {
                    break;
                }
                while pipeline.holds_any_of(&request) {
                    outcomes.extend(pipeline.finish_first().unwrap_or_default());
                }
                pipeline.send(request);
            }
            match pipeline.finish_first() {
                Some(done) => outcomes.extend(done),
                None => break,
            }
        }
        match pipeline.stopped() {
            Some(cause) if outcomes.iter().all(|outcome| matches!(outcome, Outcome::NotSent(_))) => Err(cause.clone()),
            _ => Ok(outcomes.into_iter().collect()),
        }
    }

    /// Sends one item, whose failure is an error.
    pub(crate) fn send_one(self, row: Result<Row>) -> Result<Outcome> {
        let row = self.admit(row).map_err(Error::logged)?;
        match self.send(std::slice::from_ref(&row)).pop() {
            Some(Outcome::Rejected(error) | Outcome::Unanswered(error) | Outcome::NotSent(error)) => {
                Err(error.logged())
            }
            Some(outcome) => Ok(outcome),
            None => Err(Error::invalid("there is nothing to send").logged()),
        }
    }
}
