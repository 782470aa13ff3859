//! What a query says.

use crate::crm::condition::Operator;

/// A function over many rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Function {
    Sum,
    Min,
    Max,
    Avg,
    Count,
}

impl Function {
    /// Zoho knows them in capitals only.
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "SUM" => Self::Sum,
            "MIN" => Self::Min,
            "MAX" => Self::Max,
            "AVG" => Self::Avg,
            "COUNT" => Self::Count,
            _ => return None,
        })
    }
}

/// What stands in the SELECT or ORDER BY clause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Item {
    pub(super) function: Option<Function>,
    pub(super) name: String,
    pub(super) alias: Option<String>,
}

/// Tests joined by and, or.
#[derive(Clone, Debug)]
pub(super) enum Clause {
    All(Box<[Clause; 2]>),
    Any(Box<[Clause; 2]>),
    Test { name: String, operator: Operator, spelling: String, values: Vec<String> },
}

/// A query.
#[derive(Clone, Debug)]
pub(super) struct Query {
    pub(super) columns: Vec<Item>,
    pub(super) module: String,
    pub(super) view: Option<String>,
    pub(super) condition: Clause,
    pub(super) group_by: Vec<String>,
    /// Columns or aliases, and whether they descend.
    pub(super) order_by: Vec<(Item, bool)>,
    pub(super) limit: u64,
    pub(super) offset: u64,
}
