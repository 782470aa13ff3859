//! Rows as records, and which of them may be sent twice.

use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use super::columns::{Columns, Writing};

/// A record as its row says, digit by digit.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) number: u64,
    pub(super) json: Box<RawValue>,
    /// It was sent before, and what became of it is not known: when that was first, by Zoho's clock.
    pub(super) in_doubt: Option<i64>,
}

impl Serialize for Row {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.json.serialize(serializer)
    }
}

/// Whether a row can be sent a second time and means the same record: it is found by an id or a value.
pub(super) fn is_found_again(writing: &Writing, json: &RawValue) -> bool {
    match writing {
        Writing::Create => false,
        Writing::Update => true,
        Writing::UpsertBy(by) => has_value(json, by),
    }
}

/// Whether a row can be sent a second time without a second record: it is found again, or Zoho would refuse it for a
/// value that has to be unique.
pub(super) fn is_repeatable(columns: &Columns, json: &RawValue) -> bool {
    let writing = columns.writing();
    is_found_again(writing, json) || *writing == Writing::Create && columns.unique().any(|name| has_value(json, name))
}

fn has_value(json: &RawValue, field: &str) -> bool {
    let members: serde_json::Value = serde_json::from_str(json.get()).unwrap_or_default();
    match members.get(field) {
        Some(serde_json::Value::String(text)) => !text.trim().is_empty(),
        Some(serde_json::Value::Number(_) | serde_json::Value::Bool(_)) => true,
        _ => false,
    }
}
