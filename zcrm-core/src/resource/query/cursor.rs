//! Where the rows of a query stand, as a value that can be written down.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::coql::Paging;
use crate::error::{Error, ErrorKind, Result};

/// Where the rows of a query stand: a serializable value from which it goes on, in another process if need be.
///
/// It is given by [`QueryRows::cursor`](super::QueryRows::cursor) at any moment, also after an error, and taken by
/// [`QueryHandle::resume`](super::QueryHandle::resume) of the same query with the same values. Where pages go on by id it
/// holds the id of the last row, so no row is missed or comes twice whatever is written meanwhile; where they go on by
/// offset it holds a count of rows.
///
/// Its text is one line of JSON. It holds the text of the query with its values, so keep it where you keep the data.
///
/// ```no_run
/// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
/// let query = client.query("select Last_Name from Leads where City = 'Oslo'");
/// let mut rows = query.iter();
/// let first: Vec<_> = rows.by_ref().take(1_000).collect::<Result<_, _>>()?;
/// let written_down = rows.cursor().map(|cursor| cursor.to_string());
///
/// // Later, in another process:
/// if let Some(cursor) = written_down {
///     for lead in query.resume(&cursor.parse()?) {
///         println!("{}", lead?.raw());
///     }
/// }
/// # let _ = first;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueryCursor {
    pub(super) query: String,
    /// How many rows have come.
    pub(super) rows: u64,
    /// The id of the last of them, where pages go on by id.
    pub(super) last_id: Option<String>,
}

impl QueryCursor {
    /// How many rows have come before.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Refuses to go on where the rows would be wrong.
    pub(super) fn check(&self, query: &str) -> Result<()> {
        if self.query == query {
            return Ok(());
        }
        let message = "the cursor is of another query, or of one with other values; begin the query anew";
        Err(Error::new(ErrorKind::CursorMismatch, message))
    }
}

/// The query in words, to recognize it by.
pub(super) fn identity(paging: &Paging) -> String {
    let texts: Vec<_> = paging.parts().iter().filter_map(|part| part.text(0, None, 1).ok()).collect();
    format!("{} skip={} limit={:?}", texts.join("; "), paging.skip(), paging.limit())
}

impl fmt::Display for QueryCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(self).map_err(|_| fmt::Error)?)
    }
}

impl FromStr for QueryCursor {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        serde_json::from_str(text)
            .map_err(|cause| Error::invalid("this is not the text of a query's cursor").with_source(cause).logged())
    }
}

impl fmt::Debug for QueryCursor {
    /// Does not show the query, which may hold personal data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QueryCursor").field("rows", &self.rows).field("last_id", &self.last_id).finish_non_exhaustive()
    }
}
