//! Old values: whether a record holds them again, and how they are sent.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Map, Value, json};
use zcrm_core::Record;

use super::touched::Touched;

/// What Zoho itself puts into the rows of subforms.
const OF_ZOHO: [&str; 7] =
    ["Created_Time", "Modified_Time", "Created_By", "Modified_By", "Owner", "Parent_Id", "Layout"];

/// Whether a record holds what it held before the import.
pub(super) fn is_back(record: &Touched, now: &Record, subforms: &BTreeSet<&str>) -> bool {
    record.old.iter().flatten().all(|(name, old)| {
        let (old, now) = (parse(old), value_of(now, name));
        if !subforms.contains(name.as_str()) {
            return plain(&old) == plain(&now);
        }
        let rows = |value: &Value| rows(value).map(|row| Value::Object(without_id(row))).collect::<Vec<_>>();
        rows(&old) == rows(&now)
    })
}

/// The old values, as they are sent.
pub(super) fn as_sent(
    old: &BTreeMap<String, Box<RawValue>>,
    now: Option<&Record>,
    subforms: &BTreeSet<&str>,
) -> serde_json::Result<BTreeMap<String, Box<RawValue>>> {
    let values = old.iter().map(|(name, old)| {
        let value = match subforms.contains(name.as_str()) {
            true => to_raw_value(&rows_back(&parse(old), &now.map_or(Value::Null, |now| value_of(now, name))))?,
            false => reference(old)?.unwrap_or_else(|| old.clone()),
        };
        Ok((name.clone(), value))
    });
    values.collect()
}

/// A reference is sent by its id alone.
fn reference(value: &RawValue) -> serde_json::Result<Option<Box<RawValue>>> {
    let object = serde_json::from_str::<BTreeMap<String, Value>>(value.get()).unwrap_or_default();
    object.get("id").map(|id| to_raw_value(&json!({ "id": id }))).transpose()
}

/// The rows of a subform, so that it holds the old ones again: those that are still there are changed by their id,
/// others are added, and newer ones taken away.
fn rows_back(old: &Value, now: &Value) -> Vec<Value> {
    let there: BTreeSet<String> = rows(now).filter_map(id_of).collect();
    let kept: BTreeSet<String> = rows(old).filter_map(id_of).collect();
    let back = rows(old).map(|row| {
        let mut sent = without_id(row);
        if let Some(id) = id_of(row).filter(|id| there.contains(id)) {
            sent.insert("id".to_owned(), id.into());
        }
        Value::Object(sent)
    });
    let gone = there.difference(&kept).map(|id| json!({ "id": id, "_delete": null }));
    back.chain(gone).collect()
}

fn rows(value: &Value) -> impl Iterator<Item = &Map<String, Value>> {
    value.as_array().into_iter().flatten().filter_map(Value::as_object)
}

fn id_of(row: &Map<String, Value>) -> Option<String> {
    match row.get("id")? {
        Value::String(id) => Some(id.clone()),
        Value::Number(id) => Some(id.to_string()),
        _ => None,
    }
}

/// What a row says by itself.
fn without_id(row: &Map<String, Value>) -> Map<String, Value> {
    let own =
        row.iter().filter(|(name, _)| *name != "id" && !name.starts_with('$') && !OF_ZOHO.contains(&name.as_str()));
    own.map(|(name, value)| (name.clone(), plain(value))).collect()
}

/// A value without what Zoho tells beside the id of a reference.
fn plain(value: &Value) -> Value {
    match value.as_object().and_then(|object| object.get("id")) {
        Some(id) => json!({ "id": id }),
        None => value.clone(),
    }
}

fn value_of(record: &Record, name: &str) -> Value {
    record.field(name).value().and_then(|value| serde_json::from_str(value.raw()).ok()).unwrap_or(Value::Null)
}

fn parse(value: &RawValue) -> Value {
    serde_json::from_str(value.get()).unwrap_or(Value::Null)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_a_subform_come_back_by_id_anew_or_are_taken_away() {
        let old = json!([{ "id": "1", "Item": "A", "$in": 1, "Owner": { "id": "9" } }, { "id": "2", "Item": "B" }]);
        let now = json!([{ "id": "1", "Item": "changed" }, { "id": "3", "Item": "Z" }]);
        let back = rows_back(&old, &now);
        let wanted = json!([{ "Item": "A", "id": "1" }, { "Item": "B" }, { "id": "3", "_delete": null }]);
        assert_eq!(Value::Array(back), wanted);
        assert_eq!(rows_back(&json!([]), &Value::Null), Vec::<Value>::new());
        assert_eq!(rows_back(&Value::Null, &json!([{ "id": 3 }])), [json!({ "id": "3", "_delete": null })]);
    }
}
