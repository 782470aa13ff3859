//! Rows within records: subforms, line items, files of a file field.
//!
//! A row that is sent with the id of one that is there changes it, one with `_delete` takes it away, one without an id
//! is added. What is not sent stays. A line item of v2 is taken away by `delete`, as Zoho's iOS SDK for v2 does it.

use serde_json::{Value, json};

use super::check::Refused;
use crate::crm::metadata::{Field, Kind, Module};
use crate::crm::org::Org;
use crate::crm::row::{Row, id_of};
use crate::verdict::{failure, mandatory};

/// Turns the rows that were sent into those that are to be kept.
pub(super) fn settle(org: &mut Org, module: &Module, known: Option<&Row>, sent: &mut Row) -> Result<(), Refused> {
    for field in module.fields().filter(|field| has_rows(field)) {
        match sent.get_mut(field.api_name) {
            Some(Value::Array(rows)) => {
                let known = known.and_then(|known| known.get(field.api_name)).and_then(Value::as_array);
                *rows = merge(org, field, known.cloned().unwrap_or_default(), std::mem::take(rows))?;
            }
            Some(Value::Null) => {
                sent.insert(field.api_name.to_owned(), json!([]));
            }
            _ => {}
        }
    }
    Ok(())
}

fn has_rows(field: &Field) -> bool {
    matches!(field.kind, Kind::Subform | Kind::FileUpload)
        || matches!(field.api_name, "Product_Details" | "Pricing_Details")
}

fn is_removal(row: &Row) -> bool {
    row.contains_key("_delete") || row.get("delete") == Some(&Value::Bool(true))
}

fn merge(org: &mut Org, field: &Field, mut rows: Vec<Value>, sent: Vec<Value>) -> Result<Vec<Value>, Refused> {
    let is_new = rows.is_empty();
    for row in sent {
        let row = file(org, row);
        let Value::Object(mut row) = row else {
            let details = json!({ "expected_data_type": "jsonobject", "api_name": field.api_name });
            return Err(failure("INVALID_DATA", "invalid data", details));
        };
        let id = row.get("id").and_then(id_of).map(|id| id.to_string());
        let at = id.as_ref().and_then(|id| rows.iter().position(|known| known["id"] == id.as_str()));
        match (id, at) {
            (Some(_), Some(at)) if is_removal(&row) => {
                rows.remove(at);
            }
            (Some(id), Some(at)) => {
                row.insert("id".to_owned(), json!(id));
                if let Some(Value::Object(known)) = rows.get_mut(at) {
                    known.append(&mut row);
                }
            }
            (Some(id), None) if !is_new || is_removal(&row) => {
                let details = json!({ "id": id, "api_name": field.api_name });
                return Err(failure("INVALID_DATA", "the id given seems to be invalid", details));
            }
            (None, _) if is_removal(&row) => return Err(mandatory("id")),
            (_, None) | (None, _) => {
                row.insert("id".to_owned(), json!(org.records.new_id().to_string()));
                rows.push(Value::Object(row));
            }
        }
    }
    Ok(rows)
}

/// A file is written by its id alone in v2, by an object from later versions on.
fn file(org: &Org, sent: Value) -> Value {
    let id = sent.as_str().or_else(|| sent["File_Id__s"].as_str());
    id.and_then(|id| org.files.describe(id)).unwrap_or(sent)
}
