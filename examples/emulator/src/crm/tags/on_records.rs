//! The tags on records.

use serde_json::{Value, json};

use super::{AT_MOST, ensure};
use crate::answer::{Answer, Outcome};
use crate::crm::batch;
use crate::crm::metadata::Module;
use crate::crm::org::Org;
use crate::crm::row::Row;
use crate::crm::visit::Visit;
use crate::verdict::{missing_param, success, too_many, unknown_id};
use crate::version::Version;

/// Gives the tags of a record that is written their ids; those that are new come into being.
pub(crate) fn settle(org: &mut Org, visit: &Visit<'_>, module: &Module, row: &mut Row) {
    let Some(Value::Array(tags)) = row.get_mut("Tag") else {
        return;
    };
    for tag in tags.iter_mut() {
        let name = tag["name"].as_str().or_else(|| tag.as_str());
        if let Some(name) = name.map(str::to_owned) {
            *tag = ensure(org, visit, module, &name).on_record();
        }
    }
}

/// `add_tags` and `remove_tags` on records: names in the query in v2, objects in the body from v3 on.
pub(crate) fn on_records(
    org: &mut Org,
    visit: &Visit<'_>,
    module: &'static Module,
    ids: Option<&str>,
    add: bool,
) -> Outcome {
    let body = visit.call.json().unwrap_or_default();
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let from_body = body["tags"].as_array().into_iter().flatten().filter_map(|tag| text(&tag["name"]));
    let from_query = visit.call.query_list("tag_names").into_iter().map(str::to_owned);
    let names: Vec<String> = if visit.version < Version::V3 { from_query.collect() } else { from_body.collect() };
    if names.is_empty() {
        let missing = if visit.version < Version::V3 { "tag_names" } else { "tags" };
        return Err(missing_param(missing));
    }
    if names.len() > AT_MOST {
        return Err(too_many("tags", AT_MOST));
    }
    let ids: Vec<String> = match ids {
        Some(id) => vec![id.to_owned()],
        None if body["ids"].is_array() => body["ids"].as_array().into_iter().flatten().filter_map(text).collect(),
        None => batch::ids(visit)?.into_iter().map(str::to_owned).collect(),
    };
    let over_write = visit.call.query("over_write") == Some("true") || body["over_write"] == true;
    let mut items = Vec::new();
    for id in ids {
        items.push(match tag_record(org, visit, module, &id, &names, add, over_write) {
            Some(tags) => success("tags updated successfully", json!({ "id": id, "tags": told(visit, &tags) })),
            None => unknown_id(id),
        });
    }
    let done = items.iter().filter(|item| item["status"] == "success").count();
    let status = batch::answer(visit, "data", 200, items.clone()).status;
    let mut whole = json!({ "data": items, "wf_scheduler": false });
    if visit.version >= Version::V3 {
        whole["success_count"] = json!(done.to_string());
        whole["locked_count"] = json!("0");
    }
    Ok(Answer::json(status, &whole))
}

/// v2 tells the names, later versions whole tags.
fn told(visit: &Visit<'_>, tags: &[Value]) -> Value {
    if visit.version < Version::V3 { tags.iter().map(|tag| tag["name"].clone()).collect() } else { json!(tags) }
}

fn tag_record(
    org: &mut Org,
    visit: &Visit<'_>,
    module: &'static Module,
    id: &str,
    names: &[String],
    add: bool,
    over_write: bool,
) -> Option<Vec<Value>> {
    let number = id.parse().ok()?;
    let mut row = org.records.shelf(module).row(number)?.into_owned();
    let named = |tag: &Value, name: &String| tag["name"].as_str().is_some_and(|known| known.eq_ignore_ascii_case(name));
    let mut tags = row.get("Tag").and_then(Value::as_array).cloned().unwrap_or_default();
    if add && over_write {
        tags.clear();
    }
    tags.retain(|tag| !names.iter().any(|name| named(tag, name)));
    if add {
        tags.extend(names.iter().map(|name| ensure(org, visit, module, name).on_record()));
    }
    row.insert("Tag".to_owned(), json!(tags));
    org.records.shelf_mut(module).put(number, row);
    Some(tags)
}
