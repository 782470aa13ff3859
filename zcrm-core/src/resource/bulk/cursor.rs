//! Where the rows of several jobs stand, as a value that can be written down.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::job::{Job, version_in, version_out};
use super::query::{Position, Query};
use crate::config::ApiVersion;
use crate::error::{Error, ErrorKind, Result};
use crate::rest::Session;
use crate::token::UserIdentifier;

/// Where the rows of a bulk read stand: a serializable value from which it goes on, in another process if need be.
///
/// It is given by [`BulkRows::cursor`](super::BulkRows::cursor) at any moment, handed to
/// [`BulkRows::journal`](super::BulkRows::journal) before and after each job is started, and taken by
/// [`BulkRead::cursor`](super::BulkRead::cursor) of the same bulk read. A job that was started is taken up and not
/// started again; its rows that have come already are passed over.
///
/// From v7 on a cursor between two jobs holds a page token of Zoho's, which belongs to the user and lives for 24 hours;
/// a result is kept for a day. (Zoho's page *Create Bulk Read Job*.)
///
/// Its text is one line of JSON. It holds the criteria, so keep it where you keep the data.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct BulkCursor {
    pub(super) query: Query,
    #[serde(serialize_with = "version_out", deserialize_with = "version_in")]
    pub(super) version: ApiVersion,
    pub(super) user: Option<String>,
    pub(super) step: Step,
    /// How many rows of the current job have come already.
    pub(super) skip: u64,
    /// How many rows have come in all.
    pub(super) rows: u64,
    pub(super) left_out: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Step {
    /// The job for this page is to be started.
    Start(Position),
    /// It was about to be started; whether it was is not known.
    Starting(Position),
    /// It was started.
    Started(Job),
    /// There is nothing more.
    End,
}

impl BulkCursor {
    /// How many rows have come before.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// The job whose rows come at the moment, when one was started.
    #[must_use]
    pub fn job(&self) -> Option<&Job> {
        match &self.step {
            Step::Started(job) => Some(job),
            Step::Start(_) | Step::Starting(_) | Step::End => None,
        }
    }

    /// Whether a job was about to be started: whether it was is not known.
    #[must_use]
    pub fn is_starting(&self) -> bool {
        matches!(self.step, Step::Starting(_))
    }

    /// Whether all rows have come.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.step == Step::End
    }

    /// Refuses to go on where the rows would be wrong, or Zoho would refuse it.
    pub(super) fn check(&self, query: &Query, session: &Session) -> Result<()> {
        if self.query != *query || self.version != session.version() {
            let text = "the cursor is of another bulk read: its module, fields, filter, view or version differ";
            return Err(Error::new(ErrorKind::CursorMismatch, text));
        }
        let by_token =
            matches!(&self.step, Step::Start(Position::Token { .. }) | Step::Starting(Position::Token { .. }));
        if by_token && self.user.as_deref() != session.user().map(UserIdentifier::as_str) {
            let owner = self.user.as_deref().unwrap_or("another user");
            let message = format!("the cursor holds a page token of {owner}; go on as that user, or begin anew");
            return Err(Error::new(ErrorKind::CursorUser, message));
        }
        Ok(())
    }
}

impl fmt::Display for BulkCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(self).map_err(|_| fmt::Error)?)
    }
}

impl FromStr for BulkCursor {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        serde_json::from_str(text)
            .map_err(|cause| Error::invalid("this is not the text of a bulk cursor").with_source(cause).logged())
    }
}

impl fmt::Debug for BulkCursor {
    /// Shows neither the criteria, which may hold personal data, nor the page token.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BulkCursor")
            .field("module", &self.query.module)
            .field("step", &self.step)
            .field("rows", &self.rows)
            .finish_non_exhaustive()
    }
}
