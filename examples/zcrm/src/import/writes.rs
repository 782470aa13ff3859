//! Sending rows: the one place that knows how the SDK writes records.

use serde::{Serialize, Serializer};
use serde_json::value::RawValue;
use zcrm_core::resource::ModuleHandle;
use zcrm_core::rest::WriteStream;

use super::columns::Writing;

/// A record as its row says, digit by digit.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) number: u64,
    pub(super) json: Box<RawValue>,
    /// It was sent before, and what became of it is not known.
    pub(super) in_doubt: bool,
}

impl Serialize for Row {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.json.serialize(serializer)
    }
}

/// Sends rows, so many calls side by side, as their outcomes are asked for.
pub(super) fn send<I: Iterator<Item = Row>>(
    module: &ModuleHandle,
    writing: &Writing,
    workers: usize,
    rows: I,
) -> WriteStream<I> {
    let writer = module.writer().workers(workers);
    match writing {
        Writing::Create => writer.create_iter(rows),
        Writing::Update => writer.update_iter(rows),
        // Zoho finds a record by its id without being told so.
        Writing::UpsertBy(by) if by == "id" => writer.upsert_iter(rows, [""; 0]),
        Writing::UpsertBy(by) => writer.upsert_iter(rows, [by]),
    }
}

/// Whether a row can be sent a second time without a second record: it is found by an id or a value.
pub(super) fn is_repeatable(writing: &Writing, json: &RawValue) -> bool {
    let by = match writing {
        Writing::Create => return false,
        Writing::Update => return true,
        Writing::UpsertBy(by) => by,
    };
    let members: serde_json::Value = serde_json::from_str(json.get()).unwrap_or_default();
    match members.get(by) {
        Some(serde_json::Value::String(text)) => !text.trim().is_empty(),
        Some(serde_json::Value::Number(_) | serde_json::Value::Bool(_)) => true,
        _ => false,
    }
}
