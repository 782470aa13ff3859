//! A piece of a module that one worker reads.

use serde::{Deserialize, Serialize};

use super::chain::Chain;
use super::ids::Ids;
use crate::error::Result;
use crate::resource::row::Raw;

/// A piece of a module, and how far it was read: data that can be written down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Range {
    /// Where its next page begins.
    pub(super) from: Place,
    /// The last that belongs to it; none where it has no end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) upto: Option<Edge>,
    /// How many pages were read.
    #[serde(default)]
    pub(super) pages: usize,
    /// How many rows are thought to be left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) left: Option<u64>,
}

/// Where a page begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Place {
    /// With the lowest id.
    Start,
    /// Behind this id.
    Behind(String),
    /// Behind this id, where there is no room to ask for it: about so many rows were read.
    Row { read: u64, behind: String },
    /// In a listing in another order than that of times.
    Listed(Chain),
    /// In a listing by time.
    Time(Chain),
}

/// The last that belongs to a range.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Edge {
    Id(String),
    Time(i64),
}

/// What was read of a range.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) rows: Vec<Raw>,
    /// Where the range goes on; none at its end.
    pub(super) next: Option<Place>,
    /// Where to look once more when all other ranges are read, should this be the last page of one without an end.
    pub(super) again: Option<Place>,
}

impl Page {
    pub(super) fn new(rows: Vec<Raw>, next: Option<Place>) -> Self {
        Self { rows, next, again: None }
    }
}

/// How many rows a range has left, about, and how many of them it keeps when it is divided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Share {
    pub(super) left: u64,
    pub(super) kept: u64,
}

/// Where a range is divided.
#[derive(Debug)]
pub(super) enum Division {
    At(Box<Cut>),
    /// It has fewer rows than this.
    Fewer(u64),
    /// It cannot be divided.
    Never,
}

/// Up to the edge a range goes on as before; behind it another one begins.
#[derive(Debug)]
pub(super) struct Cut {
    pub(super) edge: Edge,
    pub(super) place: Place,
    /// How many rows are left up to the edge, where that is known.
    pub(super) kept: Option<u64>,
    /// The first page behind it, where it was read already.
    pub(super) page: Option<Page>,
}

impl From<Cut> for Division {
    fn from(cut: Cut) -> Self {
        Self::At(Box::new(cut))
    }
}

impl Range {
    pub(super) fn from(place: Place) -> Self {
        Self { from: place, upto: None, pages: 0, left: None }
    }

    pub(super) fn upto(self, edge: Option<Edge>) -> Self {
        Self { upto: edge, ..self }
    }

    pub(super) fn with_left(self, left: Option<u64>) -> Self {
        Self { left, ..self }
    }
}

/// The ranges of a scan: data that can be written down.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Ranges {
    /// In any order.
    pub(super) open: Vec<Range>,
    /// What is to be read when all others are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) last: Option<Range>,
    /// The records that came, where places do not tell.
    #[serde(default, skip_serializing_if = "Ids::is_empty")]
    pub(super) came: Ids,
}

impl From<Range> for Ranges {
    fn from(range: Range) -> Self {
        Self { open: vec![range], ..Self::default() }
    }
}

/// How ranges are read.
pub(super) trait Source: Send + Sync {
    /// The ranges with which so many workers begin.
    ///
    /// # Errors
    ///
    /// Those of requests, logged.
    fn ranges(&self, workers: usize) -> Result<Ranges>;

    /// The next page of a range.
    ///
    /// # Errors
    ///
    /// Those of requests, logged.
    fn read(&self, range: &Range) -> Result<Page>;

    /// Takes out of a page what lies beyond the edge.
    fn trim(&self, page: &mut Page, edge: &Edge);

    /// What is still missing in rows that belong to the range, or too much.
    ///
    /// # Errors
    ///
    /// Those of requests, logged.
    fn finish(&self, rows: Vec<Raw>) -> Result<Vec<Raw>> {
        Ok(rows)
    }

    /// Whether an edge lies behind all that was read, and before the end of the range.
    fn is_within(&self, edge: &Edge, range: &Range) -> bool;

    /// How a range would be divided; none where it is not worth dividing.
    fn share(&self, range: &Range) -> Option<Share>;

    /// Where to divide a range.
    ///
    /// # Errors
    ///
    /// Those of requests, logged.
    fn divide(&self, range: &Range) -> Result<Division>;

    /// Where to go on behind a row, where that can be told by the row itself. Otherwise its page is read again, and
    /// the source admits no row a second time.
    fn place_behind(&self, row: &Raw) -> Option<Place>;

    /// Whether a row has not come before.
    fn admits(&self, _row: &Raw) -> bool {
        true
    }

    /// What turned out while it was read: that it may not give all rows.
    fn gap(&self) -> Option<String> {
        None
    }

    /// The rows that were admitted, where places do not tell.
    fn came(&self) -> Ids {
        Ids::default()
    }
}
