//! What of a record is sent.

use std::any::Any;

use serde::Serialize;
use serde_json::value::RawValue;

use crate::entity::{Json, Nullable, Record, RecordId, write_json};
use crate::error::{Error, Result};

/// A record as it goes into a body.
#[derive(Debug)]
pub(super) struct Row {
    /// The JSON object; none for a deletion.
    pub(super) json: Option<Box<RawValue>>,
    /// The id, where it is known before the answer.
    pub(super) id: Option<RecordId>,
    /// Whether it has a value in a field by which an upsert finds it again.
    pub(super) found_again: bool,
}

impl Row {
    /// A whole new record.
    pub(super) fn new<T: Serialize>(record: &T) -> Result<Self> {
        let record = whole(record)?;
        match record.id() {
            Some(id) => Err(invalid(format!("a new record has no id; update or upsert {id} instead"))),
            None => Self::of(&record, None),
        }
    }

    /// What an update sends of a record that knows its id.
    pub(super) fn changed<T: Serialize + 'static>(record: &T) -> Result<Self> {
        let record = changes(record)?;
        match record.id() {
            Some(id) => Self::of(&record, Some(id)),
            None => Err(invalid("a record without an id cannot be updated")),
        }
    }

    /// What an update sends to the path of a record: the changes without the id.
    pub(super) fn body_of_update<T: Serialize + 'static>(record: &T) -> Result<Box<RawValue>> {
        let record = changes(record)?;
        if record.id().is_none() {
            return raw(&record);
        }
        let fields: Record = record.names().filter(|name| *name != "id").map(|name| entry(&record, name)).collect();
        raw(&fields)
    }

    /// What an upsert sends: of a record with an id its changes and its check fields, of others all.
    pub(super) fn upserted<T: Serialize + 'static>(record: &T, check_fields: &[String]) -> Result<Self> {
        let whole = whole(record)?;
        let has_value = |name: &String| !matches!(whole.field(name), Nullable::Absent | Nullable::Null);
        let found_again = check_fields.iter().any(has_value);
        let id = whole.id();
        let mut sent = if id.is_some() { changes(record)? } else { whole.clone() };
        for name in check_fields.iter().filter(|name| has_value(name)) {
            let (name, value) = entry(&whole, name);
            sent.set(name, value);
        }
        Ok(Self { found_again, ..Self::of(&sent, id)? })
    }

    /// A deletion.
    pub(super) fn deleted(id: RecordId) -> Result<Self> {
        if id.as_str().is_empty() || id.as_str().contains(',') {
            return Err(invalid(format!("{:?} is no id", id.as_str())));
        }
        Ok(Self { json: None, id: Some(id), found_again: false })
    }

    fn of(record: &Record, id: Option<RecordId>) -> Result<Self> {
        Ok(Self { json: Some(raw(record)?), id, found_again: false })
    }
}

/// A record of one's own type, or a [`Record`], as it is written whole.
fn whole<T: Serialize>(record: &T) -> Result<Record> {
    Record::from_raw(raw(record)?).ok_or_else(|| invalid("a record has to be written as a JSON object"))
}

/// Only the id and the changes of a [`Record`]; a type of one's own says itself what it writes.
fn changes<T: Serialize + 'static>(record: &T) -> Result<Record> {
    let Some(record) = (record as &dyn Any).downcast_ref::<Record>() else { return whole(record) };
    let id = record.id().map(|id| ("id".to_owned(), id.as_str().into()));
    Ok(id.into_iter().chain(record.changed().clone()).collect())
}

fn entry(record: &Record, name: &str) -> (String, Json) {
    (name.to_owned(), record.field(name).value().unwrap_or_default())
}

fn raw<T: Serialize>(record: &T) -> Result<Box<RawValue>> {
    write_json(record).map_err(|cause| invalid(format!("a record cannot be written as JSON: {cause}")))
}

fn invalid(message: impl Into<String>) -> Error {
    Error::invalid(message)
}
