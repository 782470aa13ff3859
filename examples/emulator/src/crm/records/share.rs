//! `/{module}/{id}/actions/share`: whom a record is shared with. Up to 10 users, told by `user` in older versions and
//! by `shared_with` in later ones.

use serde_json::{Value, json};

use crate::answer::{Answer, Outcome};
use crate::crm::batch::{self, items};
use crate::crm::metadata::Module;
use crate::crm::org::Org;
use crate::crm::row::{Row, id_text};
use crate::crm::store::Share;
use crate::crm::visit::Visit;
use crate::moment;
use crate::verdict::{failure, mandatory, refuse, success, unknown, unknown_in};

const KEY: &str = "share";
const MOST: usize = 10;
const DONE: &str = "record will be shared successfully";

pub(super) fn route(org: &mut Org, visit: &Visit<'_>, method: &str, record: (&'static Module, u64)) -> Outcome {
    let of = (record.0.api_name, record.1);
    match method {
        "GET" => Ok(list(org, of)),
        "POST" => {
            let shared = org.shares.iter().filter(|share| share.of == of).count();
            let sent = items(visit, KEY, MOST)?;
            if shared + sent.len() > MOST {
                let message = "Cannot share a record to more than 10 users.";
                return Err(refuse(403, "SHARE_LIMIT_EXCEEDED", message, json!({ "limit": MOST })));
            }
            let done = sent.into_iter().map(|sent| either(add(org, visit, of, sent)));
            Ok(batch::answer(visit, KEY, 200, done.collect()))
        }
        "PUT" => {
            let done = items(visit, KEY, MOST)?.into_iter().map(|sent| either(change(org, of, &sent)));
            Ok(batch::answer(visit, KEY, 200, done.collect()))
        }
        "DELETE" => {
            let before = org.shares.len();
            org.shares.retain(|share| share.of != of);
            let (status, item) = if org.shares.len() == before {
                let message = "No sharing through this record is available to revoke.";
                (400, failure("BAD_REQUEST", message, json!({ "id": of.1.to_string() })))
            } else {
                (200, success("Sharing Revoked", json!({ "id": of.1.to_string() })))
            };
            Ok(Answer::json(status, &json!({ KEY: item })))
        }
        _ => unknown(true),
    }
}

fn either(item: Result<Value, Value>) -> Value {
    item.unwrap_or_else(|refused| refused)
}

fn list(org: &Org, of: (&str, u64)) -> Answer {
    let told: Vec<&Value> = org.shares.iter().filter(|share| share.of == of).map(|share| &share.told).collect();
    if told.is_empty() {
        return Answer::empty(204);
    }
    let is_free = |user: &&Value| user["status"] == "active" && told.iter().all(|one| one["user"]["id"] != user["id"]);
    let short = |user: &Value| json!({ "id": user["id"], "full_name": user["full_name"], "zuid": user["zuid"] });
    let others: Vec<Value> = org.users.all().filter(is_free).map(short).collect();
    Answer::json(200, &json!({ KEY: told, "shareable_user": others }))
}

/// The user of an item.
fn user_of(sent: &Row) -> Result<(&'static str, String), Value> {
    let named = ["shared_with", "user"].into_iter().find_map(|name| Some((name, sent.get(name)?)));
    let (name, user) = named.ok_or_else(|| mandatory("user"))?;
    let id = user.get("id").map(id_text).ok_or_else(|| mandatory("id"))?;
    Ok((name, id))
}

fn add(org: &mut Org, visit: &Visit<'_>, of: (&'static str, u64), sent: Row) -> Result<Value, Value> {
    let (name, id) = user_of(&sent)?;
    let user = org.users.all().find(|user| user["id"] == id.as_str()).ok_or_else(|| unknown_in(name))?;
    if org.shares.iter().any(|share| share.of == of && share.told["user"]["id"] == id.as_str()) {
        return Err(failure("DUPLICATE_DATA", "record is already shared with the user", json!({ "id": id })));
    }
    let user = json!({ "id": id, "full_name": user["full_name"], "zuid": user["zuid"] });
    let by = json!({ "id": visit.person.id, "full_name": visit.person.name });
    let mut told = json!({ "share_related_records": false, "permission": "read_only", "type": "private" });
    for name in ["share_related_records", "permission", "type"] {
        if let Some(value) = sent.get(name) {
            told[name] = value.clone();
        }
    }
    told["user"] = user;
    told["shared_by"] = by;
    told["shared_time"] = json!(moment::now());
    told["shared_through"] = json!({ "module": { "name": of.0, "api_name": of.0 }, "id": of.1.to_string() });
    org.shares.push(Share { of, told });
    Ok(success(DONE, json!({ "id": of.1.to_string() })))
}

fn change(org: &mut Org, of: (&str, u64), sent: &Row) -> Result<Value, Value> {
    let (name, id) = user_of(sent)?;
    let share = org.shares.iter_mut().find(|share| share.of == of && share.told["user"]["id"] == id.as_str());
    let share = share.ok_or_else(|| unknown_in(name))?;
    for name in ["share_related_records", "permission"] {
        if let Some(value) = sent.get(name) {
            share.told[name] = value.clone();
        }
    }
    Ok(success(DONE, json!({ "id": of.1.to_string() })))
}
