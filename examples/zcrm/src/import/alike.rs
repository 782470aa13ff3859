//! Whether a record in Zoho is the one that a row became.

use serde_json::Value;
use zcrm_core::{DateTime, Record};

/// How a record compares with what was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Likeness {
    /// So many values are there as they were sent.
    equal: usize,
    /// So many are there otherwise, or not there.
    other: usize,
}

impl Likeness {
    /// Compares a record with the values that were sent.
    pub(super) fn of(sent: &Value, record: &Record) -> Self {
        let mut likeness = Self::default();
        for (name, value) in sent.as_object().into_iter().flatten() {
            if name.starts_with('$') {
                continue;
            }
            let found = record.field(name).value().and_then(|found| serde_json::from_str(found.raw()).ok());
            if is_same(value, &found.unwrap_or(Value::Null)) {
                likeness.equal += 1;
            } else {
                likeness.other += 1;
            }
        }
        likeness
    }

    pub(super) fn is_whole(self) -> bool {
        self.equal > 0 && self.other == 0
    }

    /// Whether the record may be the row's, with values that Zoho or somebody else has changed.
    pub(super) fn is_doubtful(self) -> bool {
        self.equal > 0 && self.equal >= self.other
    }
}

/// A value as it can be found again, for an index.
pub(super) fn key(value: &Value) -> String {
    match value {
        Value::String(text) => text.trim().to_lowercase(),
        Value::Object(object) => object.get("id").map(key).unwrap_or_default(),
        value => value.to_string(),
    }
}

/// Whether Zoho keeps the one as the other.
fn is_same(sent: &Value, found: &Value) -> bool {
    match (sent, found) {
        (Value::Null, found) => is_empty(found),
        (Value::String(text), found) if text.trim().is_empty() => is_empty(found),
        (Value::Bool(sent), Value::Bool(found)) => sent == found,
        (Value::Bool(sent), Value::String(found)) => sent.to_string() == found.to_lowercase(),
        (Value::Object(sent), found) => {
            let id = |value: &Value| value.get("id").map_or_else(|| plain(value), plain);
            sent.get("id").is_none_or(|sent| Some(plain(sent)) == Some(id(found)))
        }
        (Value::Array(sent), Value::Array(found)) => {
            let texts = |values: &[Value]| {
                let mut texts: Option<Vec<String>> =
                    values.iter().map(|value| value.as_str().map(str::to_owned)).collect();
                if let Some(texts) = &mut texts {
                    texts.sort();
                }
                texts
            };
            match texts(sent) {
                Some(sent) => texts(found) == Some(sent),
                // Rows of a subform come back with more than was sent.
                None => sent.len() == found.len(),
            }
        }
        (Value::Number(_), Value::Number(_) | Value::String(_)) | (Value::String(_), Value::Number(_)) => {
            is_same_number(&plain(sent), &plain(found))
        }
        (Value::String(sent), Value::String(found)) => {
            let moment = |text: &str| DateTime::from(text).unix_seconds();
            sent.trim().to_lowercase() == found.trim().to_lowercase()
                || moment(sent).is_some_and(|sent| moment(found) == Some(sent))
        }
        _ => false,
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(values) => values.is_empty(),
        _ => false,
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), |text| text.trim().to_owned())
}

/// Zoho rounds to the digits that a field has.
fn is_same_number(sent: &str, found: &str) -> bool {
    if sent == found {
        return true;
    }
    let (Ok(number), Ok(kept)) = (sent.parse::<f64>(), found.parse::<f64>()) else { return false };
    let digits = found.split_once('.').map_or(0, |(_, digits)| digits.len());
    let rounding = 0.5 * 10_f64.powi(-i32::try_from(digits).unwrap_or(0));
    let exact = sent.split_once('.').map_or(0, |(_, digits)| digits.len()) <= digits;
    (number - kept).abs() <= if exact { f64::EPSILON * kept.abs().max(1.0) } else { rounding * 1.000_1 }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::json;

    use super::*;

    #[test]
    fn what_zoho_keeps_is_recognized() {
        let record = r#"{"id":"7","Last_Name":"Berg","Email":"a@xyz.com","Amount":1.13,"Opt":false,"Fax":null,
            "Owner":{"id":"9","name":"Bo"},"Tags":["b","a"],"At":"2026-03-01T10:00:00+02:00","Big":"9007199254740993"}"#;
        let record = Record::from_json(record).unwrap();
        let likeness = |sent| Likeness::of(&sent, &record);
        assert!(
            likeness(json!({ "Last_Name": "Berg ", "Email": "A@xyz.com", "Amount": 1.125, "Opt": false })).is_whole()
        );
        assert!(
            likeness(json!({ "Owner": { "id": "9" }, "Tags": ["a", "b"], "At": "2026-03-01T08:00:00Z" })).is_whole()
        );
        assert!(
            likeness(json!({ "Last_Name": "Berg", "Fax": "", "$se_module": "Leads", "Big": "9007199254740993" }))
                .is_whole()
        );
        for sent in [
            json!({ "Last_Name": "Dahl" }),
            json!({ "Last_Name": "Berg", "Amount": 1.2 }),
            json!({ "Last_Name": "Berg", "Phone": "1" }),
            json!({ "Owner": { "id": "8" } }),
            json!({ "Opt": true }),
            json!({}),
        ] {
            assert!(!likeness(sent.clone()).is_whole(), "{sent}");
        }
        assert!(likeness(json!({ "Last_Name": "Berg", "Email": "b@xyz.com" })).is_doubtful());
        assert!(!likeness(json!({ "Last_Name": "Dahl", "Email": "b@xyz.com", "Opt": false })).is_doubtful());
    }
}
