//! An item as it goes into a body.

use std::any::Any;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::entity::{DateTime, Json, Members, Record, RecordId, write_json};
use crate::error::{Error, Result};

/// An item of a batch.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    /// The JSON object; `None` where the id alone is sent.
    pub(crate) json: Option<Box<RawValue>>,
    /// The id, where it is known before the response.
    pub(crate) id: Option<RecordId>,
    /// Whether it has a value in a check field, by which an upsert finds it again.
    pub(crate) findable: bool,
    /// When it was modified last, as far as the item itself tells.
    pub(crate) modified_time: Option<DateTime>,
    /// Hashes of the id and of the values in check fields: rows that share one may be about the same record.
    pub(crate) keys: Box<[u64]>,
}

/// The members of an item, as text: no number passes through a double.
type Texts<'a> = BTreeMap<Cow<'a, str>, &'a RawValue>;

impl Row {
    /// A new item, whole.
    pub(crate) fn new<T: Serialize>(item: &T) -> Result<Self> {
        let row = Self::whole(item)?;
        match row.id {
            Some(id) => Err(Error::invalid(format!("a new record has no id; update or upsert {id} instead"))),
            None => Ok(row),
        }
    }

    /// What an update sends: the id and the changes of a [`Record`]; a type of the caller's own says itself what it
    /// sends.
    pub(crate) fn changed<T: Serialize + 'static>(item: &T) -> Result<Self> {
        let row = match (item as &dyn Any).downcast_ref::<Record>() {
            Some(record) => Self { modified_time: modified_time(record), ..Self::whole(&changes(record))? },
            None => Self::whole(item)?,
        };
        if row.id.is_none() {
            return Err(Error::invalid("a record without an id cannot be updated"));
        }
        Ok(row)
    }

    /// What an update of the one item with this id sends: as [`changed`](Self::changed), without the id.
    pub(crate) fn changed_by_id<T: Serialize + 'static>(item: &T, id: &RecordId) -> Result<Self> {
        let row = match (item as &dyn Any).downcast_ref::<Record>() {
            Some(record) => Self { modified_time: modified_time(record), ..Self::whole(record.changed())? },
            None => Self::whole(item)?,
        };
        Ok(Self { id: Some(id.clone()), ..row.without("id")? })
    }

    /// What an upsert sends: of a [`Record`] with an id its changes and its check fields, of others all.
    pub(crate) fn upserted<T: Serialize + 'static>(item: &T, check_fields: &[String]) -> Result<Self> {
        let whole = Self::whole(item)?;
        let members = whole.members();
        let named = check_fields.iter().filter_map(|name| Some((name, members.get(name.as_str())?)));
        let values: Vec<_> = named.filter(|(_, value)| is_value(value)).collect();
        let findable = !values.is_empty();
        let keys = whole.keys.iter().copied().chain(values.iter().map(|(name, value)| key(name, value.get())));
        let keys = keys.collect();
        let json = match (item as &dyn Any).downcast_ref::<Record>() {
            Some(record) if whole.id.is_some() => {
                let changes = Self::whole(&changes(record))?;
                let mut sent = changes.members();
                for name in check_fields {
                    if let Some(value) = members.get(name.as_str()).filter(|value| value.get() != "null") {
                        sent.entry(Cow::Borrowed(name)).or_insert(value);
                    }
                }
                Some(raw(&sent)?)
            }
            _ => whole.json.clone(),
        };
        Ok(Self { json, id: whole.id.clone(), findable, keys, modified_time: whole.modified_time.clone() })
    }

    /// An item that was put together already.
    pub(crate) fn of_body(body: &Members) -> Result<Self> {
        Self::whole(body)
    }

    /// An item of which the id alone is sent, in a list with commas.
    pub(crate) fn of_id(id: &str) -> Result<Self> {
        if id.trim().is_empty() || id.contains([',', '/', '?', '&']) {
            return Err(Error::invalid(format!("{id:?} is no id")));
        }
        let keys = [key("id", id)].into();
        Ok(Self { json: None, id: Some(id.into()), findable: false, keys, modified_time: None })
    }

    fn whole<T: Serialize + ?Sized>(item: &T) -> Result<Self> {
        let json = raw(item)?;
        let not_an_object = || Error::invalid("a record has to be written as a JSON object");
        if !json.get().starts_with('{') {
            return Err(not_an_object());
        }
        let mut row = Self { json: Some(json), id: None, findable: false, keys: Box::default(), modified_time: None };
        let members = row.members();
        let id = members.get("id").and_then(|id| serde_json::from_str::<Option<RecordId>>(id.get()).ok()?);
        let modified_time = members.get("Modified_Time").and_then(|time| serde_json::from_str(time.get()).ok()?);
        (row.id, row.modified_time) = (id.filter(|id| !id.as_str().is_empty()), modified_time);
        row.keys = row.id.iter().map(|id| key("id", id.as_str())).collect();
        Ok(row)
    }

    /// The same item, of which one member is not sent.
    pub(crate) fn without(mut self, name: &str) -> Result<Self> {
        let mut members = self.members();
        if members.remove(name).is_some() {
            self.json = Some(raw(&members)?);
        }
        Ok(self)
    }

    fn members(&self) -> Texts<'_> {
        self.json.as_deref().and_then(|json| serde_json::from_str(json.get()).ok()).unwrap_or_default()
    }
}

/// The id and the changes of a record.
fn changes(record: &Record) -> Members {
    let mut changes = record.changed().clone();
    if let Some(id) = record.id() {
        changes.insert("id".to_owned(), Json::from(id.as_str()));
    }
    changes
}

fn modified_time(record: &Record) -> Option<DateTime> {
    record.modified_time().ok().flatten()
}

fn raw<T: Serialize + ?Sized>(item: &T) -> Result<Box<RawValue>> {
    write_json(item).map_err(|cause| Error::invalid(format!("a record cannot be written as JSON: {cause}")))
}

/// Whether Zoho finds a record by this value of a check field: a scalar that is not blank.
fn is_value(value: &RawValue) -> bool {
    match serde_json::from_str(value.get()) {
        Ok(Value::String(text)) => !text.trim().is_empty(),
        Ok(Value::Number(_) | Value::Bool(_)) => true,
        _ => false,
    }
}

/// What stands for a value of a field, which Zoho compares without regard to case.
fn key(name: &str, value: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    (name, value.to_lowercase()).hash(&mut hasher);
    hasher.finish()
}

/// A list as Zoho wants it in a query.
pub(crate) fn comma_list<T: AsRef<str>>(items: impl IntoIterator<Item = T>) -> String {
    let mut list = String::new();
    for item in items {
        if !list.is_empty() {
            list.push(',');
        }
        list.push_str(item.as_ref());
    }
    list
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn json_of(row: &Row) -> &str {
        row.json.as_deref().map_or("", RawValue::get)
    }

    #[test]
    fn only_a_scalar_that_is_not_blank_is_found_again() {
        for (value, findable) in [
            (json!("a@xyz.com"), true),
            (json!(0), true),
            (json!(false), true),
            (json!(""), false),
            (json!(" \t\u{a0}"), false),
            (json!(null), false),
            (json!([]), false),
            (json!(["a"]), false),
            (json!({}), false),
        ] {
            let row = Row::upserted(&json!({ "Email": value }), &["Email".to_owned()]).unwrap();
            assert_eq!(row.findable, findable, "{value}");
        }
        assert!(!Row::upserted(&json!({}), &["Email".to_owned()]).unwrap().findable);
    }

    #[test]
    fn numbers_keep_their_digits() {
        let text = r#"{"id":"1","Amount":1234567890123456.780,"Rate":0.10}"#;
        let own = RawValue::from_string(text.to_owned()).unwrap();
        assert_eq!(json_of(&Row::changed(&own).unwrap()), text);
        let by_id = Row::changed_by_id(&own, &"1".into()).unwrap();
        assert_eq!(json_of(&by_id), r#"{"Amount":1234567890123456.780,"Rate":0.10}"#);
        let record = Record::from_json(text).unwrap().with("City", "Oslo");
        let upserted = Row::upserted(&record, &["Amount".to_owned()]).unwrap();
        assert_eq!(json_of(&upserted), r#"{"Amount":1234567890123456.780,"City":"Oslo","id":"1"}"#);
    }

    #[test]
    fn what_cannot_be_sent_is_refused() {
        assert!(Row::new(&json!({ "id": "1" })).is_err());
        assert!(Row::new(&json!([1])).is_err());
        assert!(Row::changed(&json!({ "City": "Oslo" })).is_err());
        assert!(Row::new(&BTreeMap::from([("Score", f64::NAN)])).is_err());
        for id in ["", " ", "1,2", "../x"] {
            assert!(Row::of_id(id).is_err(), "{id:?}");
        }
    }
}
