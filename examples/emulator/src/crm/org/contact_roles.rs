//! `/Contacts/roles`: what a contact can be in a deal.

use serde_json::{Value, json};

use super::state::Org;
use crate::answer::{Answer, Outcome};
use crate::crm::batch;
use crate::crm::row::Row;
use crate::crm::visit::Visit;
use crate::verdict::{failure, invalid_id, mandatory, success, unknown, unknown_id};

const KEY: &str = "contact_roles";

/// Paths below `/Contacts/roles`.
pub(crate) fn route(org: &mut Org, visit: &Visit<'_>, method: &str, path: &[&str]) -> Outcome {
    match (method, path) {
        ("GET", []) => Ok(Answer::json(200, &json!({ KEY: org.contact_roles }))),
        ("GET", [id]) => {
            let role = org.contact_roles.iter().find(|role| role["id"] == *id).ok_or_else(invalid_id)?;
            Ok(Answer::json(200, &json!({ KEY: [role] })))
        }
        ("POST", []) => {
            let items = batch::items(visit, KEY, batch::AT_MOST)?;
            Ok(batch::answer(visit, KEY, 201, items.iter().map(|sent| create(org, sent)).collect()))
        }
        ("PUT", []) => {
            let items = batch::items(visit, KEY, batch::AT_MOST)?;
            let update = |sent: &Row| update(org, sent.get("id").and_then(Value::as_str).unwrap_or_default(), sent);
            Ok(batch::answer(visit, KEY, 200, items.iter().map(update).collect()))
        }
        ("PUT", [id]) => {
            let sent = batch::items(visit, KEY, 1)?.into_iter().next().unwrap_or_default();
            Ok(batch::answer(visit, KEY, 200, vec![update(org, id, &sent)]))
        }
        ("DELETE", []) => {
            let items = batch::ids(visit)?.into_iter().map(|id| delete(org, id)).collect();
            Ok(batch::answer(visit, KEY, 200, items))
        }
        ("DELETE", [id]) => Ok(batch::answer(visit, KEY, 200, vec![delete(org, id)])),
        _ => unknown(path.len() <= 1),
    }
}

fn duplicate(org: &Org, sent: &Row, id: &str) -> Option<Value> {
    let same = |known: &&Value| known["id"] != id && Some(&known["name"]) == sent.get("name");
    let known = org.contact_roles.iter().find(same)?;
    Some(failure("DUPLICATE_DATA", "duplicate data", json!({ "api_name": "name", "id": known["id"] })))
}

fn create(org: &mut Org, sent: &Row) -> Value {
    if sent.get("name").is_none_or(|name| name.as_str().is_none_or(str::is_empty)) {
        return mandatory("name");
    }
    if let Some(refused) = duplicate(org, sent, "") {
        return refused;
    }
    let id = org.records.new_id().to_string();
    let at = sent.get("sequence_number").cloned().unwrap_or_else(|| json!(org.contact_roles.len() + 1));
    org.contact_roles.push(json!({ "id": id, "name": sent.get("name"), "sequence_number": at }));
    success("contact role added", json!({ "id": id }))
}

fn update(org: &mut Org, id: &str, sent: &Row) -> Value {
    if let Some(refused) = duplicate(org, sent, id) {
        return refused;
    }
    let Some(role) = org.contact_roles.iter_mut().find(|role| role["id"] == id) else {
        return unknown_id(id);
    };
    for name in ["name", "sequence_number"] {
        if let Some(value) = sent.get(name) {
            role[name] = value.clone();
        }
    }
    success("contact role updated", json!({ "id": id }))
}

fn delete(org: &mut Org, id: &str) -> Value {
    let before = org.contact_roles.len();
    org.contact_roles.retain(|role| role["id"] != id);
    if org.contact_roles.len() == before {
        return unknown_id(id);
    }
    success("contact role deleted", json!({ "id": id }))
}
