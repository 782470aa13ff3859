//! `/settings/custom_views`, and the records that a view lets through.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::module::Module;
use super::named;
use crate::answer::{Answer, Outcome};
use crate::crm::batch;
use crate::crm::row::{Fields, Row};
use crate::crm::visit::Visit;
use crate::verdict::{failure, invalid_id, invalid_param, not_supported, success, unknown, unknown_id};
use crate::version::Version;

const FIRST: u64 = 3_652_397_000_000_087_501;

/// How the views are sorted, where somebody changed it: the API name of a field and the order.
#[derive(Debug, Default)]
pub(crate) struct Views(HashMap<String, (Value, Value)>);

/// What a view shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shows {
    All,
    Mine,
    /// Those of Oslo or Bergen.
    OsloOrBergen,
}

impl Shows {
    /// Whether a user sees a record in the view.
    pub(crate) fn holds(self, person: &str, record: &impl Fields) -> bool {
        match self {
            Self::All => true,
            Self::Mine => record.value("Owner")["id"] == person,
            Self::OsloOrBergen => {
                let city = record.value("City");
                *city == "Oslo" || *city == "Bergen"
            }
        }
    }
}

/// What the view of that id shows, if the module has it.
pub(crate) fn shows(module: &Module, id: &str) -> Option<Shows> {
    let at = seeded(module).iter().position(|view| view["id"] == id)?;
    Some(match at {
        0 => Shows::All,
        1 => Shows::Mine,
        _ => Shows::OsloOrBergen,
    })
}

/// The views of a module.
pub(super) fn seeded(module: &Module) -> Vec<Value> {
    let fields: Vec<&str> = module.fields().map(|field| field.api_name).take(4).collect();
    let plural = module.api_name.replace('_', " ");
    let view = |at: u64, name: &str, system_name: Value, category: &str, criteria: Value| {
        json!({
            "id": (FIRST + module.number() * 10 + at).to_string(),
            "name": name,
            "display_value": name,
            "system_name": system_name,
            "system_defined": !system_name.is_null(),
            "category": category,
            "default": at == 0,
            "favorite": if at == 0 { json!(1) } else { Value::Null },
            "offline": true,
            "sort_by": null,
            "sort_order": null,
            "fields": fields,
            "criteria": criteria,
        })
    };
    let mine = json!({ "comparator": "equal", "field": "Owner", "value": "${CURRENTUSER}" });
    let mut views = vec![
        view(0, &format!("All {plural}"), json!("ALLVIEWS"), "public_views", Value::Null),
        view(1, &format!("My {plural}"), json!("MYVIEW"), "public_views", mine),
    ];
    if module.api_name == "Leads" {
        let city = |name: &str| json!({ "comparator": "equal", "field": "City", "value": name });
        let criteria = json!({ "group_operator": "or", "group": [city("Oslo"), city("Bergen")] });
        views.push(view(2, "Oslo or Bergen", Value::Null, "created_by_me", criteria));
    }
    views
}

/// Paths below `/settings/custom_views`.
pub(crate) fn route(views: &mut Views, visit: &Visit<'_>, method: &str, path: &[&str]) -> Outcome {
    let module = named(visit)?;
    match (method, path) {
        ("GET", []) => {
            let all: Vec<Value> = seeded(module).into_iter().map(|view| present(views, visit, module, view)).collect();
            Ok(answer(visit, all))
        }
        ("GET", [id]) => {
            let view = seeded(module).into_iter().find(|view| view["id"] == *id).ok_or_else(invalid_id)?;
            let view = present(views, visit, module, view);
            Ok(answer(visit, vec![view]))
        }
        // The sorting is changed with a PUT on the view up to v2.1, by an action in v6 and later.
        ("PUT", [id]) if visit.version < Version::V3 => {
            let sent = batch::items(visit, "custom_views", 1)?.into_iter().next().unwrap_or_default();
            let item = change_sort(views, module, id, &sent);
            Ok(batch::answer(visit, "custom_views", 200, vec![item]))
        }
        ("PUT", [_, "actions", "change_sort"] | ["actions", "change_sort"]) if visit.version < Version::V6 => {
            Err(not_supported(Version::V6))
        }
        ("PUT", [id, "actions", "change_sort"]) => {
            let sent = batch::items(visit, "custom_views", 1)?.into_iter().next().unwrap_or_default();
            let item = change_sort(views, module, id, &sent);
            Ok(batch::answer(visit, "custom_views", 200, vec![item]))
        }
        ("PUT", ["actions", "change_sort"]) => {
            let sent = batch::items(visit, "custom_views", batch::AT_MOST)?;
            let items = sent.iter().map(|view| {
                let id = view.get("id").and_then(Value::as_str).unwrap_or_default();
                change_sort(views, module, id, view)
            });
            let items = items.collect();
            Ok(batch::answer(visit, "custom_views", 200, items))
        }
        _ => unknown(path.len() <= 1),
    }
}

fn answer(visit: &Visit<'_>, views: Vec<Value>) -> Answer {
    let mut info = json!({ "per_page": 200, "count": views.len(), "page": 1, "more_records": false });
    info["default"] = views.first().map(|view| view["id"].clone()).unwrap_or_default();
    let translation = json!({
        "public_views": "Public Views",
        "other_users_views": "Other Users Views",
        "shared_with_me": "Shared With Me",
        "created_by_me": "Created By Me",
    });
    if visit.version == Version::V2 {
        info = json!({ "translation": translation, "default": info["default"] });
    } else {
        info["translation"] = translation;
    }
    Answer::json(200, &json!({ "custom_views": views, "info": info }))
}

fn present(views: &Views, visit: &Visit<'_>, module: &Module, mut view: Value) -> Value {
    let id = view["id"].as_str().unwrap_or_default().to_owned();
    if let Some((sort_by, sort_order)) = views.0.get(&id) {
        view["sort_order"] = sort_order.clone();
        view["sort_by"] = if visit.version >= Version::V4 { sort_by.clone() } else { sort_by["api_name"].clone() };
    }
    if visit.version == Version::V2 {
        view["shared_type"] = json!("public");
        view["shared_details"] = Value::Null;
        return view;
    }
    let person = json!({ "name": "Asta Berg", "id": "3652397000000186017" });
    for (name, value) in [
        ("access_type", json!("public")),
        ("shared_to", Value::Null),
        ("created_by", person.clone()),
        ("modified_by", person),
        ("created_time", json!("2019-08-20T10:00:00+02:00")),
        ("modified_time", json!("2019-08-20T10:00:00+02:00")),
        ("last_accessed_time", json!("2026-01-01T10:00:00+02:00")),
        ("criteria", with_objects(&view["criteria"])),
        ("module", json!({ "api_name": module.api_name, "id": module.id() })),
    ] {
        view[name] = value;
    }
    let names = view["fields"].as_array().cloned().unwrap_or_default();
    let fields = names.iter().filter_map(|name| module.field(name.as_str()?)).map(|field| {
        let mut named = json!({ "api_name": field.api_name, "id": module.field_id(field) });
        if visit.version >= Version::V5 {
            named["_pin"] = json!(false);
        }
        named
    });
    view["fields"] = fields.collect();
    if visit.version >= Version::V3 {
        view["locked"] = json!(false);
    }
    view
}

/// Later versions name the field of a criterion by an object.
fn with_objects(criteria: &Value) -> Value {
    let mut criteria = criteria.clone();
    if let Some(name) = criteria["field"].as_str().map(str::to_owned) {
        criteria["field"] = json!({ "api_name": name });
    }
    for part in criteria.get_mut("group").and_then(Value::as_array_mut).into_iter().flatten() {
        *part = with_objects(part);
    }
    criteria
}

fn change_sort(views: &mut Views, module: &Module, id: &str, sent: &Row) -> Value {
    if shows(module, id).is_none() {
        return unknown_id(id);
    }
    let sort_by = sent.get("sort_by").cloned().unwrap_or_default();
    let field =
        module.fields().find(|field| sort_by["api_name"] == field.api_name || sort_by["id"] == module.field_id(field));
    let Some(field) = field else {
        return failure("INVALID_DATA", "invalid data", json!({ "api_name": "sort_by" }));
    };
    let sort_by = json!({ "api_name": field.api_name, "id": module.field_id(field) });
    views.0.insert(id.to_owned(), (sort_by, sent.get("sort_order").cloned().unwrap_or_default()));
    success("custom view updated successfully", json!({ "id": id }))
}

/// What the view that a list of records names shows.
pub(crate) fn wanted(visit: &Visit<'_>, module: &Module) -> Result<Shows, Box<Answer>> {
    match visit.call.query("cvid") {
        None => Ok(Shows::All),
        Some(id) => shows(module, id).ok_or_else(|| invalid_param("cvid")),
    }
}
