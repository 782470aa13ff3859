//! Where a scan stands, as a value that can be written down.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::range::Ranges;
use super::way::Way;
use crate::error::{Error, ErrorKind, Result};
#[cfg(feature = "bulk")]
use crate::resource::bulk::BulkCursor;

/// Where a scan stands: a serializable value from which it goes on, by the same way, in another process if need be.
///
/// It is given by [`ScanRows::cursor`](super::ScanRows::cursor) at any moment, also after an error, and taken by
/// [`Scan::cursor`](super::Scan::cursor) of the same scan; the number of workers may differ. It holds all ranges that
/// workers had under way, each where its rows came out last, and by pages the ids of all rows that came, some 3 to 5
/// bytes each. So no row is missed or comes twice, as far as [the way](Way) promises it, by bulk read while the job is
/// still there.
///
/// Its text is one line of JSON. It holds the criteria, so keep it where you keep the data.
///
/// ```no_run
/// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
/// let scan = client.module("Leads").scan().fields(["Last_Name"]);
/// let mut rows = scan.iter();
/// let first: Vec<_> = rows.by_ref().take(1_000).collect::<Result<_, _>>()?;
/// let written_down = rows.cursor().map(|cursor| cursor.to_string());
///
/// // Later, in another process:
/// if let Some(cursor) = written_down {
///     for lead in scan.cursor(&cursor.parse()?).iter() {
///         println!("{}", lead?.raw());
///     }
/// }
/// # let _ = first;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct ScanCursor {
    pub(super) scan: String,
    pub(super) rows: u64,
    /// Fields that Zoho turned out to refuse.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) left_out: Vec<String>,
    pub(super) state: State,
}

/// How far it is.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum State {
    /// Nothing was read, and no way chosen.
    Begin,
    Ranges(Way, Box<Ranges>),
    #[cfg(feature = "bulk")]
    Bulk(Box<BulkCursor>),
}

impl ScanCursor {
    /// How many rows have come before.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// The way by which the scan goes on; `None` when none was chosen yet.
    #[must_use]
    pub fn way(&self) -> Option<Way> {
        match &self.state {
            State::Begin => None,
            State::Ranges(way, _) => Some(*way),
            #[cfg(feature = "bulk")]
            State::Bulk(_) => Some(Way::Bulk),
        }
    }

    /// Whether a bulk job was about to be started: whether it was is not known.
    #[must_use]
    pub fn is_starting(&self) -> bool {
        match &self.state {
            #[cfg(feature = "bulk")]
            State::Bulk(cursor) => cursor.is_starting(),
            _ => false,
        }
    }

    /// Refuses to go on where the rows would be wrong.
    pub(super) fn check(&self, scan: &str, way: Option<Way>) -> Result<()> {
        let message = match (self.way(), way) {
            _ if self.scan != scan => {
                "the cursor is of another scan: its module, fields, filter, view or version differ; begin the scan anew"
                    .to_owned()
            }
            (Some(before), Some(now)) if before != now => {
                format!("the cursor is of a scan {}, and cannot go on {}", before.told(), now.told())
            }
            _ => return Ok(()),
        };
        Err(Error::new(ErrorKind::CursorMismatch, message))
    }
}

impl fmt::Display for ScanCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(self).map_err(|_| fmt::Error)?)
    }
}

impl FromStr for ScanCursor {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        serde_json::from_str(text)
            .map_err(|cause| Error::invalid("this is not the text of a scan's cursor").with_source(cause).logged())
    }
}

impl fmt::Debug for ScanCursor {
    /// Shows neither the criteria, which may hold personal data, nor page tokens.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScanCursor").field("way", &self.way()).field("rows", &self.rows).finish_non_exhaustive()
    }
}
