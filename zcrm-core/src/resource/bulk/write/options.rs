//! What to do with the rows, as data.

use std::collections::BTreeMap;

use crate::entity::{Json, LayoutId};

/// What is done with the rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Operation {
    #[default]
    Insert,
    Update,
    Upsert,
}

impl Operation {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Insert => "insert",
            Self::Update => "update",
            Self::Upsert => "upsert",
        }
    }
}

/// Rows that a row lists, and that go to another module.
#[derive(Debug, Clone)]
pub(super) struct Children {
    /// Under which name a row lists them.
    pub(super) member: String,
    pub(super) module: String,
    /// The field by which they belong to their parent.
    pub(super) parent: String,
    /// Of a linking module: the field that leads to the other record.
    pub(super) target: Option<String>,
    pub(super) lookups: BTreeMap<String, String>,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Options {
    pub(super) operation: Operation,
    pub(super) find_by: Option<String>,
    pub(super) fields: Vec<String>,
    pub(super) lookups: BTreeMap<String, String>,
    pub(super) constants: BTreeMap<String, Json>,
    pub(super) layout: Option<LayoutId>,
    pub(super) clear_empty: bool,
    pub(super) time_zone: Option<String>,
    pub(super) callback: Option<String>,
    pub(super) children: Vec<Children>,
}

impl Options {
    /// Whether doing it again changes nothing, where every row has a value by which its record is found.
    pub(super) fn may_repeat(&self, findable: bool) -> bool {
        findable && self.operation != Operation::Insert
    }
}
