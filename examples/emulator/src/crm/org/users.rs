//! `/users`: lists and searches of users.

use serde_json::{Value, json};

use crate::answer::{Answer, Outcome};
use crate::crm::criteria::Criteria;
use crate::crm::page::Page;
use crate::crm::users::{PROFILE_ADMINISTRATOR, Users};
use crate::crm::visit::Visit;
use crate::verdict::{invalid_id, invalid_param, missing_param};

/// Whether a user belongs to the kind that a list asked for.
fn is_of_type(user: &Value, kind: &str, visit: &Visit<'_>) -> bool {
    let active = user["status"] == "active";
    let confirmed = user["confirm"] == true;
    let admin = user["profile"]["id"] == PROFILE_ADMINISTRATOR;
    match kind {
        "ActiveUsers" => active,
        "DeactiveUsers" => user["status"] == "disabled",
        "ConfirmedUsers" => confirmed,
        "NotConfirmedUsers" => !confirmed,
        "DeletedUsers" => user["status"] == "deleted",
        "ActiveConfirmedUsers" => active && confirmed,
        "AdminUsers" => admin,
        "ActiveConfirmedAdmins" => active && confirmed && admin,
        "CurrentUser" => user["id"] == visit.person.id.as_str(),
        _ => user["status"] != "deleted",
    }
}

const TYPES: [&str; 10] = [
    "AllUsers",
    "ActiveUsers",
    "DeactiveUsers",
    "ConfirmedUsers",
    "NotConfirmedUsers",
    "DeletedUsers",
    "ActiveConfirmedUsers",
    "AdminUsers",
    "ActiveConfirmedAdmins",
    "CurrentUser",
];

pub(super) fn list(users: &Users, visit: &Visit<'_>) -> Outcome {
    let kind = visit.call.query("type").unwrap_or("AllUsers");
    if !TYPES.contains(&kind) {
        return Err(invalid_param("type"));
    }
    let page = Page::of(visit.call)?;
    let found = users.all().filter(|user| is_of_type(user, kind, visit)).cloned();
    Ok(page.answer("users", found))
}

pub(super) fn get(users: &Users, id: &str) -> Outcome {
    let user = users.all().find(|user| user["id"] == id).ok_or_else(invalid_id)?;
    Ok(Answer::json(200, &json!({ "users": [user] })))
}

/// Users by criteria, as records are searched.
pub(super) fn search(users: &Users, visit: &Visit<'_>) -> Outcome {
    let text = visit.call.query("criteria").ok_or_else(|| missing_param("criteria"))?;
    let criteria = Criteria::parse_any(text)?;
    let kind = visit.call.query("type").unwrap_or("AllUsers");
    let page = Page::of(visit.call)?;
    let found = users.all().filter(|user| is_of_type(user, kind, visit));
    let found = found.filter(|user| user.as_object().is_some_and(|user| criteria.holds(user)));
    Ok(page.answer("users", found.cloned()))
}

pub(super) fn count(users: &Users, visit: &Visit<'_>) -> Outcome {
    let kind = visit.call.query("type").unwrap_or("AllUsers");
    let count = users.all().filter(|user| is_of_type(user, kind, visit)).count();
    Ok(Answer::json(200, &json!({ "count": count })))
}
