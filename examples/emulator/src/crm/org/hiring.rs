//! Adding, changing and deleting users.

use serde_json::{Value, json};

use super::roles::{profile_name, role_name};
use crate::answer::Outcome;
use crate::crm::batch;
use crate::crm::row::{Row, id_text};
use crate::crm::users::{Person, Users};
use crate::crm::visit::Visit;
use crate::moment;
use crate::verdict::{failure, mandatory, success, unknown_id};
use crate::version::Version;

/// Users of one call that changes several.
const AT_MOST: usize = 10;

pub(super) fn create(users: &mut Users, visit: &Visit<'_>) -> Outcome {
    let sent = batch::items(visit, "users", 1)?.into_iter().next().unwrap_or_default();
    let item = add(users, visit, &sent).unwrap_or_else(|refused| refused);
    Ok(batch::answer(visit, "users", 201, vec![item]))
}

fn add(users: &mut Users, visit: &Visit<'_>, sent: &Row) -> Result<Value, Value> {
    for name in ["last_name", "email", "role", "profile"] {
        if sent.get(name).is_none_or(|value| value.is_null() || *value == "") {
            return Err(mandatory(name));
        }
    }
    let email = sent.get("email").and_then(Value::as_str).unwrap_or_default().to_owned();
    if users.has_email(&email) {
        let message = "User with same email id is already in CRM Plus";
        return Err(failure("DUPLICATE_DATA", message, json!({ "email": email })));
    }
    let changes = resolve(users, sent)?;
    let user = users.hire(&email, changes);
    // The e-mail is told up to v3.
    let mut details = json!({ "id": user["id"] });
    if visit.version < Version::V4 {
        details["email"] = json!(email);
    }
    Ok(success("User added", details))
}

pub(super) fn update(users: &mut Users, visit: &Visit<'_>, id: &str) -> Outcome {
    let sent = batch::items(visit, "users", 1)?.into_iter().next().unwrap_or_default();
    let item = change(users, &visit.person, id, &sent);
    Ok(batch::answer(visit, "users", 200, vec![item]))
}

pub(super) fn update_several(users: &mut Users, visit: &Visit<'_>) -> Outcome {
    let items = batch::items(visit, "users", AT_MOST)?;
    let items = items.iter().map(|sent| {
        let id = sent.get("id").and_then(Value::as_str).unwrap_or_default();
        change(users, &visit.person, id, sent)
    });
    let items = items.collect();
    Ok(batch::answer(visit, "users", 200, items))
}

fn change(users: &mut Users, by: &Person, id: &str, sent: &Row) -> Value {
    let changes = match resolve(users, sent) {
        Ok(changes) => changes,
        Err(refused) => return refused,
    };
    let Some(user) = users.find_mut(id) else {
        return unknown_id(id);
    };
    for (name, value) in changes {
        user[&name] = value;
    }
    user["full_name"] = json!(
        format!(
            "{} {}",
            user["first_name"].as_str().unwrap_or_default(),
            user["last_name"].as_str().unwrap_or_default()
        )
        .trim()
    );
    user["Modified_By"] = by.short();
    user["Modified_Time"] = json!(moment::now());
    success("User updated", json!({ "id": id }))
}

pub(super) fn delete(users: &mut Users, visit: &Visit<'_>, id: &str) -> Outcome {
    let item = match users.find_mut(id) {
        Some(user) => {
            user["status"] = json!("deleted");
            success("User deleted", json!({ "id": id }))
        }
        None => unknown_id(id),
    };
    Ok(batch::answer(visit, "users", 200, vec![item]))
}

/// Looks up the role, the profile and the superior, which are written as bare ids or as objects.
fn resolve(users: &Users, sent: &Row) -> Result<Row, Value> {
    let mut changes = sent.clone();
    changes.remove("id");
    for name in ["role", "profile", "Reporting_To"] {
        let Some(value) = sent.get(name).filter(|value| !value.is_null()) else {
            continue;
        };
        let id = &id_text(value);
        let found = match name {
            "role" => role_name(id),
            "profile" => profile_name(id),
            _ => users.by_id(id).map(|person| json!(person.name)),
        };
        let invalid = || failure("INVALID_DATA", "invalid data", json!({ "api_name": name }));
        changes.insert(name.to_owned(), json!({ "name": found.ok_or_else(invalid)?, "id": id }));
    }
    Ok(changes)
}
