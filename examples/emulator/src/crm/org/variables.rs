//! Variables of the organization, and their groups.

use serde_json::{Value, json};

use super::seeded::groups;
use super::state::Org;
use crate::answer::{Answer, Outcome};
use crate::crm::batch;
use crate::crm::row::Row;
use crate::crm::visit::Visit;
use crate::verdict::{failure, invalid_id, mandatory, missing_param, success, unknown, unknown_id};
use crate::version::Version;

/// Paths below `/settings/variable_groups`.
pub(crate) fn group_route(method: &str, path: &[&str]) -> Outcome {
    match (method, path) {
        ("GET", []) => Ok(Answer::json(200, &json!({ "variable_groups": groups() }))),
        ("GET", [id]) => {
            let group = groups().into_iter().find(|group| group["id"] == *id || group["api_name"] == *id);
            let group = group.ok_or_else(invalid_id)?;
            Ok(Answer::json(200, &json!({ "variable_groups": [group] })))
        }
        _ => unknown(path.len() <= 1),
    }
}

/// Paths below `/settings/variables`. A variable is known by its id and by its API name.
pub(crate) fn route(org: &mut Org, visit: &Visit<'_>, method: &str, path: &[&str]) -> Outcome {
    let changed = if visit.version >= Version::V3 { 201 } else { 200 };
    match (method, path) {
        ("GET", []) => {
            let group = visit.call.query("group");
            let found = org.variables.iter().filter(|variable| in_group(variable, group));
            let found: Vec<&Value> = found.collect();
            if found.is_empty() {
                return Ok(Answer::empty(204));
            }
            Ok(Answer::json(200, &json!({ "variables": found })))
        }
        ("GET", [id]) => {
            let group = visit.call.query("group").ok_or_else(|| missing_param("group"))?;
            let found = org.variables.iter().find(|variable| is(variable, id) && in_group(variable, Some(group)));
            let found = found.ok_or_else(invalid_id)?;
            Ok(Answer::json(200, &json!({ "variables": [found] })))
        }
        ("POST", []) => {
            let items = batch::items(visit, "variables", 100)?.iter().map(|sent| create(org, sent)).collect();
            Ok(batch::answer(visit, "variables", 201, items))
        }
        ("PUT", []) => {
            let items = batch::items(visit, "variables", 100)?;
            let items = items.iter().map(|sent| {
                let id = sent.get("id").and_then(Value::as_str).unwrap_or_default();
                update(org, id, sent)
            });
            let items = items.collect();
            Ok(batch::answer(visit, "variables", changed, items))
        }
        ("PUT", [id]) => {
            let sent = batch::items(visit, "variables", 1)?.into_iter().next().unwrap_or_default();
            Ok(batch::answer(visit, "variables", changed, vec![update(org, id, &sent)]))
        }
        ("DELETE", []) => {
            let items = batch::ids(visit)?.into_iter().map(|id| delete(org, id)).collect();
            Ok(batch::answer(visit, "variables", changed, items))
        }
        ("DELETE", [id]) => Ok(batch::answer(visit, "variables", changed, vec![delete(org, id)])),
        _ => unknown(path.len() <= 1),
    }
}

fn is(variable: &Value, id: &str) -> bool {
    variable["id"] == id || variable["api_name"] == id
}

fn in_group(variable: &Value, group: Option<&str>) -> bool {
    group.is_none_or(|group| is(&variable["variable_group"], group))
}

fn create(org: &mut Org, sent: &Row) -> Value {
    for name in ["name", "api_name", "type", "variable_group"] {
        if sent.get(name).is_none_or(Value::is_null) {
            return mandatory(name);
        }
    }
    if let Some(known) = org.variables.iter().find(|known| Some(&known["api_name"]) == sent.get("api_name")) {
        return failure("DUPLICATE_DATA", "duplicate data", json!({ "id": known["id"], "api_name": "api_name" }));
    }
    let mut variable = json!({ "description": null, "value": null, "source": "crm", "read_only": false });
    if let Err(refused) = lay_over(&mut variable, sent) {
        return refused;
    }
    let id = org.records.new_id().to_string();
    variable["id"] = json!(id);
    org.variables.push(variable);
    success("variable added", json!({ "id": id }))
}

fn update(org: &mut Org, id: &str, sent: &Row) -> Value {
    let Some(known) = org.variables.iter_mut().find(|variable| is(variable, id)) else {
        return unknown_id(id);
    };
    let number = known["id"].clone();
    if let Err(refused) = lay_over(known, sent) {
        return refused;
    }
    known["id"] = number.clone();
    success("variable updated", json!({ "id": number }))
}

/// Takes the members over; the group is looked up by its id or, failing that, by its API name.
fn lay_over(variable: &mut Value, sent: &Row) -> Result<(), Value> {
    for (name, value) in sent {
        if name == "variable_group" {
            let named = |group: &Value, key: &str| value[key].as_str().is_some_and(|id| is(group, id));
            let group = groups().into_iter().find(|group| named(group, "id") || named(group, "api_name"));
            let invalid = || failure("INVALID_DATA", "invalid data", json!({ "api_name": "variable_group" }));
            let group = group.ok_or_else(invalid)?;
            variable[name] = json!({ "id": group["id"], "api_name": group["api_name"], "name": group["name"] });
        } else {
            variable[name] = value.clone();
        }
    }
    Ok(())
}

fn delete(org: &mut Org, id: &str) -> Value {
    let before = org.variables.len();
    org.variables.retain(|variable| !is(variable, id));
    if org.variables.len() == before {
        return unknown_id(id);
    }
    success("variable deleted", json!({ "id": id }))
}
