//! The lines of the file.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::outcome::RowOutcome;
use super::rows::RowSet;

/// The version of the format.
pub(super) const VERSION: u32 = 2;

/// How every journal begins, by which a file that is none is told.
pub(super) const BEGINNING: &[u8] = br#"[0,{"begin":"#;

/// A line: how much of the file had reached the disk when it was written, and what it says.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Line<'a>(pub(super) u64, pub(super) Entry<'a>);

/// What a line says.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Entry<'a> {
    /// The first line: what the journal is about.
    Begin { version: u32, subject: BTreeMap<String, String> },
    /// A call goes out.
    Sending { call: u64, rows: RowSet, context: Value },
    /// It is known what became of rows of a call.
    Outcomes { call: u64, outcomes: Cow<'a, [RowOutcome]> },
    /// Something about a call.
    Note { call: u64, note: Value },
    /// All is done.
    Finish { summary: String },
}
