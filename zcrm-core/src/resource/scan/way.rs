//! How a module can be read, and what counts.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// How a module is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// Pages of 200 records, in the order in which they were modified: whatever others write, a record that is there
    /// throughout comes exactly once, unless more than 1,000 were modified in one second. Pages of a custom view, or of
    /// a module without `Modified_Time`, have another order: a record may be missed there while others write.
    Pages,
    /// Queries in COQL that go on by id: whatever others write, a record that is there throughout comes exactly once.
    Query,
    /// Bulk read: jobs that export 200,000 records each into a file. Feature `bulk`.
    Bulk,
}

/// What counts when a way is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Prefer {
    /// Few API credits.
    #[default]
    Credits,
    /// Little time.
    Time,
}

impl Way {
    pub(super) const ALL: [Self; 3] = [Self::Query, Self::Bulk, Self::Pages];

    /// The word for it: `pages`, `query` or `bulk`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pages => "pages",
            Self::Query => "query",
            Self::Bulk => "bulk",
        }
    }

    /// As it stands in a sentence.
    pub(super) fn told(self) -> &'static str {
        match self {
            Self::Pages => "by pages",
            Self::Query => "by COQL",
            Self::Bulk => "by bulk read",
        }
    }
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Way {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let way = Self::ALL.into_iter().find(|way| way.as_str() == text);
        way.ok_or_else(|| Error::invalid(format!("{text:?} is no way to read a module; use pages, query or bulk")))
    }
}
