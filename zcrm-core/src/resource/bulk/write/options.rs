//! What to do with the rows, as data.

use std::collections::BTreeMap;

use crate::entity::{Json, LayoutId};

/// What is done with the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operation {
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

impl Options {
    /// Whether doing it again changes nothing, where every row has a value by which its record is found.
    pub(super) fn may_repeat(&self, findable: bool) -> bool {
        findable && self.operation != Operation::Insert
    }
}

#[derive(Debug, Clone)]
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
}
