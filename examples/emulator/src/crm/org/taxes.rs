//! The taxes of the organization: a list with all operations in v2, one object with two operations from v3 on.

use serde_json::{Value, json};

use super::state::Org;
use crate::answer::{Answer, Outcome};
use crate::crm::batch;
use crate::crm::row::Row;
use crate::crm::visit::Visit;
use crate::verdict::{expected_type, failure, invalid_id, mandatory, missing_member, success, unknown, unknown_id};
use crate::version::Version;

/// Paths below `/org/taxes`.
pub(super) fn route(org: &mut Org, visit: &Visit<'_>, method: &str, path: &[&str]) -> Outcome {
    if visit.version >= Version::V3 {
        return match (method, path) {
            ("GET", []) => Ok(Answer::json(
                200,
                &json!({ "org_taxes": {
                "taxes": org.taxes,
                "preference": { "auto_populate_tax": false, "modify_tax_rates": false },
            } }),
            )),
            ("GET", [id]) => {
                let tax = org.taxes.iter().find(|tax| tax["id"] == *id).ok_or_else(invalid_id)?;
                Ok(Answer::json(200, &json!({ "org_taxes": { "taxes": [tax] } })))
            }
            ("PUT", []) => update_all(org, visit),
            _ => unknown(path.len() <= 1),
        };
    }
    match (method, path) {
        ("GET", []) if org.taxes.is_empty() => Ok(Answer::empty(204)),
        ("GET", []) => Ok(Answer::json(200, &json!({ "taxes": org.taxes }))),
        ("GET", [id]) => {
            let tax = org.taxes.iter().find(|tax| tax["id"] == *id).ok_or_else(invalid_id)?;
            Ok(Answer::json(200, &json!({ "taxes": [tax] })))
        }
        ("POST", []) => {
            let items = batch::items(visit, "taxes", 100)?.iter().map(|tax| either(create(org, tax))).collect();
            Ok(batch::answer(visit, "taxes", 201, items))
        }
        ("PUT", []) => {
            let items = batch::items(visit, "taxes", 100)?.iter().map(|tax| either(update(org, tax))).collect();
            Ok(batch::answer(visit, "taxes", 200, items))
        }
        ("DELETE", []) => {
            let items = batch::ids(visit)?.into_iter().map(|id| delete(org, id)).collect();
            Ok(batch::answer(visit, "taxes", 200, items))
        }
        ("DELETE", [id]) => Ok(batch::answer(visit, "taxes", 200, vec![delete(org, id)])),
        _ => unknown(path.len() <= 1),
    }
}

/// A percentage, which may be sent as text and is kept as a number.
fn percentage(value: &Value) -> Result<Value, Value> {
    let number = value.as_str().map_or_else(|| Some(value.clone()), |text| serde_json::from_str(text.trim()).ok());
    let is_percentage = |number: &Value| number.as_f64().is_some_and(|number| (0.0..=100.0).contains(&number));
    number.filter(is_percentage).ok_or_else(|| expected_type("value", "double"))
}

fn create(org: &mut Org, sent: &Row) -> Result<Value, Value> {
    for name in ["name", "value"] {
        if sent.get(name).is_none_or(|value| value.is_null() || *value == "") {
            return Err(mandatory(name));
        }
    }
    if let Some(known) = org.taxes.iter().find(|tax| Some(&tax["name"]) == sent.get("name")) {
        let details = json!({ "id": known["id"], "api_name": "name" });
        return Err(failure("DUPLICATE_DATA", "duplicate data", details));
    }
    let id = org.records.new_id().to_string();
    let mut tax = Value::Object(sent.clone());
    tax["value"] = percentage(&tax["value"])?;
    tax["id"] = json!(id);
    if tax["display_label"].is_null() {
        tax["display_label"] = tax["name"].clone();
    }
    tax["sequence_number"] = json!(org.taxes.len() + 1);
    org.taxes.push(tax);
    Ok(success("taxes added", json!({ "id": id })))
}

fn update(org: &mut Org, sent: &Row) -> Result<Value, Value> {
    let value = sent.get("value").map(percentage).transpose()?;
    let id = sent.get("id").cloned().unwrap_or_default();
    let Some(tax) = org.taxes.iter_mut().find(|tax| tax["id"] == id) else {
        return Err(unknown_id(id));
    };
    for (name, value) in sent {
        tax[name] = value.clone();
    }
    if let Some(value) = value {
        tax["value"] = value;
    }
    Ok(success("taxes updated", json!({ "id": id })))
}

fn either(item: Result<Value, Value>) -> Value {
    item.unwrap_or_else(|refused| refused)
}

fn delete(org: &mut Org, id: &str) -> Value {
    let before = org.taxes.len();
    org.taxes.retain(|tax| tax["id"] != id);
    if org.taxes.len() == before {
        return unknown_id(id);
    }
    success("taxes deleted", json!({ "id": id }))
}

/// From v3 on: taxes with an id are changed, those without are added, `_delete` takes one away.
fn update_all(org: &mut Org, visit: &Visit<'_>) -> Outcome {
    let body = visit.call.json()?;
    let missing = || missing_member("org_taxes");
    let taxes = body["org_taxes"]["taxes"].as_array().ok_or_else(missing)?;
    for sent in taxes.iter().filter_map(Value::as_object) {
        let id = sent.get("id").and_then(Value::as_str);
        let item = match id {
            Some(id) if sent.contains_key("_delete") => delete(org, id),
            Some(_) => either(update(org, sent)),
            None => either(create(org, sent)),
        };
        if item["status"] == "error" {
            return Ok(Answer::json(400, &json!({ "org_taxes": item })));
        }
    }
    let ids: Vec<&Value> = org.taxes.iter().map(|tax| &tax["id"]).collect();
    let done = success("tax updated successfully", json!({ "tax_ids": ids }));
    Ok(Answer::json(200, &json!({ "org_taxes": done })))
}
