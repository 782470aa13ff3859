//! What a record that is written must look like, and what becomes of it.

use serde_json::{Value, json};

use crate::crm::metadata::{self, Field, Kind, Module};
use crate::crm::row::{Row, id_of};
use crate::crm::store::Store;
use crate::crm::users::Users;
use crate::moment;
use crate::verdict::{failure, mandatory, unknown_in};

/// The refusal of one record.
pub(crate) type Refused = Value;

/// Checks what was sent and turns it into what is kept. Fields that nobody knows are passed over, as Zoho does;
/// read-only ones too.
pub(super) fn check(users: &Users, store: &Store, module: &Module, sent: &Row, new: bool) -> Result<Row, Refused> {
    let mut kept = Row::new();
    for field in module.fields() {
        match sent.get(field.api_name) {
            Some(value) if field.mandatory && is_nothing(value) => return Err(mandatory(field.api_name)),
            Some(_) if field.read_only => {}
            Some(value) => {
                kept.insert(field.api_name.to_owned(), convert(users, store, field, value, about(sent))?);
            }
            None if new && field.mandatory => return Err(mandatory(field.api_name)),
            None => {}
        }
    }
    for (name, value) in sent.iter().filter(|(name, _)| name.starts_with('$')) {
        kept.entry(name).or_insert_with(|| value.clone());
    }
    Ok(kept)
}

/// Null or empty text.
fn is_nothing(value: &Value) -> bool {
    value.is_null() || value.as_str().is_some_and(str::is_empty)
}

/// The module that an activity is about.
pub(super) fn about(row: &Row) -> &str {
    row.get("$se_module").and_then(Value::as_str).unwrap_or("Accounts")
}

fn expected(field: &Field, kind: &str) -> Refused {
    let details = json!({ "expected_data_type": kind, "api_name": field.api_name });
    failure("INVALID_DATA", "invalid data", details)
}

fn convert(users: &Users, store: &Store, field: &Field, value: &Value, about: &str) -> Result<Value, Refused> {
    if is_nothing(value) {
        return Ok(Value::Null);
    }
    let text = value.as_str();
    if let (Some(text), Some(most)) = (text, field.max_length())
        && text.chars().count() > most
    {
        let details = json!({ "maximum_length": most, "api_name": field.api_name });
        return Err(failure("INVALID_DATA", "invalid data", details));
    }
    let (fits, kind) = match field.kind {
        Kind::Text | Kind::TextArea | Kind::Phone | Kind::Website | Kind::AutoNumber | Kind::ProfileImage => {
            (text.is_some(), "string")
        }
        Kind::Picklist(_) if text == Some("-None-") => return Ok(Value::Null),
        Kind::Picklist(_) => (text.is_some(), "string"),
        Kind::Email => (text.is_some_and(is_email), "email"),
        Kind::Integer => (value.as_i64().is_some_and(|number| i32::try_from(number).is_ok()), "integer"),
        Kind::Bigint | Kind::Id => return bigint(value).ok_or_else(|| expected(field, "bigint")),
        Kind::Double | Kind::Percent => (value.is_number(), "double"),
        // `Discount` of an inventory record may be an amount or a text such as "5%".
        Kind::Currency => (value.is_number() || text.is_some_and(|text| text.ends_with('%')), "double"),
        Kind::Boolean => (value.is_boolean(), "boolean"),
        Kind::Date => (text.is_some_and(moment::is_date), "date"),
        Kind::DateTime => (text.is_some_and(|text| moment::parse(text).is_some()), "datetime"),
        Kind::MultiPicklist(_) | Kind::Subform | Kind::FileUpload => (value.is_array(), "jsonarray"),
        Kind::Lookup(module) => {
            return lookup(store, module, value).ok_or_else(|| invalid_lookup(field));
        }
        Kind::Anything => return lookup(store, about, value).ok_or_else(|| invalid_lookup(field)),
        Kind::User => return user(users, value).ok_or_else(|| invalid_lookup(field)),
        Kind::Json => (true, "json"),
    };
    if fits { Ok(value.clone()) } else { Err(expected(field, kind)) }
}

fn invalid_lookup(field: &Field) -> Refused {
    unknown_in(field.api_name)
}

fn is_email(text: &str) -> bool {
    text.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.') && !text.contains(' '))
}

/// Zoho answers a big number as text, whichever way it was sent.
fn bigint(value: &Value) -> Option<Value> {
    let number = value.as_i64().or_else(|| value.as_str()?.parse().ok())?;
    Some(json!(number.to_string()))
}

fn lookup(store: &Store, module: &str, value: &Value) -> Option<Value> {
    let module = metadata::find(module)?;
    let id = id_of(value)?;
    let row = store.shelf(module).row(id)?;
    let name = row.get(module.display_field).cloned().unwrap_or_default();
    Some(json!({ "name": name, "id": id.to_string() }))
}

fn user(users: &Users, value: &Value) -> Option<Value> {
    Some(users.by_id(&id_of(value)?.to_string())?.reference())
}
