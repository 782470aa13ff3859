//! `/users`: lists and searches of users.

use serde_json::{Value, json};
use time::OffsetDateTime;

use crate::answer::{Answer, Outcome};
use crate::crm::criteria::Criteria;
use crate::crm::page::Page;
use crate::crm::users::{PROFILE_ADMINISTRATOR, Users};
use crate::crm::visit::Visit;
use crate::moment;
use crate::verdict::{invalid_id, invalid_param, missing_param};
use crate::version::Version;

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
    let since = visit.modified_since()?;
    let found = users.all().filter(|user| is_of_type(user, kind, visit));
    let found = found.filter(|user| since.is_none_or(|since| is_later(user, since)));
    let answer = page.answer("users", found.map(|user| present(visit, user)));
    Ok(if answer.status == 204 && since.is_some() { Answer::empty(304) } else { answer })
}

fn is_later(user: &Value, since: OffsetDateTime) -> bool {
    user["Modified_Time"].as_str().and_then(moment::parse).is_some_and(|at| at > since)
}

pub(super) fn get(users: &Users, visit: &Visit<'_>, id: &str) -> Outcome {
    let user = users.all().find(|user| user["id"] == id).ok_or_else(invalid_id)?;
    Ok(Answer::json(200, &json!({ "users": [present(visit, user)] })))
}

/// A user as the version of the call has it.
fn present(visit: &Visit<'_>, user: &Value) -> Value {
    let mut user = user.clone();
    let Value::Object(members) = &mut user else {
        return user;
    };
    let mut add = |since: Version, name: &str, value: Value| {
        if visit.version >= since {
            members.entry(name).or_insert(value);
        }
    };
    add(Version::V2_1, "category", json!("regular_user"));
    add(Version::V2_1, "sandboxDeveloper", json!(false));
    add(Version::V2_1, "sort_order_preference", json!("First Name,Last Name"));
    for name in ["$current_shift", "$next_shift", "$shift_effective_from", "number_separator"] {
        add(Version::V3, name, Value::Null);
    }
    for name in ["ezuid", "status_reason__s"] {
        add(Version::V4, name, Value::Null);
    }
    if visit.version >= Version::V3 {
        members.remove("territories");
    }
    if visit.version >= Version::V4 {
        for (old, new) in [("name_format", "name_format__s"), ("sort_order_preference", "sort_order_preference__s")] {
            if let Some(value) = members.remove(old) {
                members.insert(new.to_owned(), value);
            }
        }
        let by = members.get("created_by").cloned().unwrap_or_default();
        members.entry("Created_By").or_insert(by);
    }
    user
}

/// Users by criteria, as records are searched.
pub(super) fn search(users: &Users, visit: &Visit<'_>) -> Outcome {
    let text = visit.call.query("criteria").ok_or_else(|| missing_param("criteria"))?;
    let criteria = Criteria::parse_any(text, visit.version)?;
    let kind = visit.call.query("type").unwrap_or("AllUsers");
    let page = Page::of(visit.call)?;
    let found = users.all().filter(|user| is_of_type(user, kind, visit));
    let found = found.filter(|user| user.as_object().is_some_and(|user| criteria.holds(user)));
    Ok(page.answer("users", found.map(|user| present(visit, user))))
}

pub(super) fn count(users: &Users, visit: &Visit<'_>) -> Outcome {
    let kind = visit.call.query("type").unwrap_or("AllUsers");
    let count = users.all().filter(|user| is_of_type(user, kind, visit)).count();
    Ok(Answer::json(200, &json!({ "count": count })))
}
