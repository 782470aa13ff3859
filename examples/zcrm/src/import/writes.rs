//! Sending rows: the one place that knows how the SDK writes records.

use serde::{Serialize, Serializer};
use serde_json::value::RawValue;
use zcrm_core::rest::WriteStream;

use super::columns::{Columns, Writing};
use super::job::Job;

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

/// Sends rows, several calls side by side, as their outcomes are asked for. What the journal says of a call reaches the
/// disk in the thread that sends it.
pub(super) fn send<I: Iterator<Item = Row>>(job: &Job<'_>, rows: I) -> WriteStream<I> {
    let writer = job.module.writer().workers(job.workers);
    let writer = match job.journal.clone() {
        Some(journal) => writer.before_each_request(move || journal.sync()),
        None => writer,
    };
    match job.columns.writing() {
        Writing::Create => writer.create_iter(rows),
        Writing::Update => writer.update_iter(rows),
        // Zoho finds a record by its id without being told so.
        Writing::UpsertBy(by) if by == "id" => writer.upsert_iter(rows, [""; 0]),
        Writing::UpsertBy(by) => writer.upsert_iter(rows, [by]),
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
