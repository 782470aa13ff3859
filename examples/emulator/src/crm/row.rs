//! The fields of one record, and how their values compare.

use std::borrow::Cow;
use std::cmp::Ordering;

use serde_json::{Map, Value, json};

use crate::moment;

/// The fields of one record.
pub(crate) type Row = Map<String, Value>;

/// What has fields that can be read one by one.
pub(crate) trait Fields {
    /// The value of a field, null where there is none.
    fn value(&self, field: &str) -> Cow<'_, Value>;
}

impl Fields for Row {
    fn value(&self, field: &str) -> Cow<'_, Value> {
        self.get(field).map_or(Cow::Owned(Value::Null), Cow::Borrowed)
    }
}

/// All of a record, or its id and the fields asked for.
pub(crate) fn pick(row: &Row, fields: &[&str]) -> Value {
    if fields.is_empty() {
        return Value::Object(row.clone());
    }
    let wanted = fields.iter().copied().chain(["id"]);
    Value::Object(wanted.filter_map(|name| Some((name.to_owned(), row.get(name)?.clone()))).collect())
}

/// What Zoho says of a record that was written.
pub(crate) fn details(row: &Row) -> Value {
    let get = |name: &str| row.get(name).cloned().unwrap_or_default();
    let person = |name: &str| {
        let person = get(name);
        json!({ "name": person["name"], "id": person["id"] })
    };
    json!({
        "id": get("id"),
        "Created_Time": get("Created_Time"),
        "Modified_Time": get("Modified_Time"),
        "Created_By": person("Created_By"),
        "Modified_By": person("Modified_By"),
    })
}

/// Numbers by size, times by the moment, all else by its text; null comes first.
pub(crate) fn compare(one: &Value, other: &Value) -> Ordering {
    match (one, other) {
        (Value::Null, Value::Null) => Ordering::Equal,
        (Value::Null, _) => Ordering::Less,
        (_, Value::Null) => Ordering::Greater,
        (Value::Number(one), Value::Number(other)) => {
            one.as_f64().partial_cmp(&other.as_f64()).unwrap_or(Ordering::Equal)
        }
        _ => {
            let (one, other) = (text(one), text(other));
            let moment = |text: &str| text.get(10..11).filter(|mark| *mark == "T").and_then(|_| moment::parse(text));
            match (moment(&one), moment(&other)) {
                (Some(one), Some(other)) => one.cmp(&other),
                _ => one.to_lowercase().cmp(&other.to_lowercase()),
            }
        }
    }
}

/// A value as search and sorting see it: a lookup by its name.
pub(crate) fn text(value: &Value) -> Cow<'_, str> {
    match value {
        Value::String(text) => Cow::Borrowed(text),
        Value::Object(object) => object.get("name").and_then(Value::as_str).unwrap_or_default().into(),
        Value::Null => Cow::Borrowed(""),
        other => Cow::Owned(other.to_string()),
    }
}

/// The id that a reference names: as bare text, as a number, or as an object.
pub(crate) fn id_of(value: &Value) -> Option<u64> {
    let id = value.get("id").unwrap_or(value);
    id.as_u64().or_else(|| id.as_str()?.parse().ok())
}

/// [`id_of`] as text, as Zoho answers ids; empty where there is none.
pub(crate) fn id_text(value: &Value) -> String {
    id_of(value).map(|id| id.to_string()).unwrap_or_default()
}
