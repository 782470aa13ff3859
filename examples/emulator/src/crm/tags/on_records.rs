//! The tags on records.

use serde_json::{Value, json};

use super::{AT_MOST, ensure};
use crate::answer::{Answer, Outcome};
use crate::crm::batch;
use crate::crm::metadata::Module;
use crate::crm::org::Org;
use crate::crm::row::Row;
use crate::crm::visit::Visit;
use crate::verdict::{missing_member, missing_param, success, too_many, unknown_id};
use crate::version::Version;

/// Records of one call from v4 on.
const RECORDS_AT_MOST: usize = 500;

/// Gives the tags of a record that is written their ids; those that are new come into being.
pub(crate) fn settle(org: &mut Org, visit: &Visit<'_>, module: &Module, row: &mut Row) {
    let Some(Value::Array(tags)) = row.get_mut("Tag") else {
        return;
    };
    for tag in tags.iter_mut() {
        let by_id = org.tags.iter().find(|known| tag["id"] == known.id.as_str()).cloned();
        let name = tag["name"].as_str().or_else(|| tag.as_str()).map(str::to_owned);
        if let Some(known) = by_id {
            *tag = known.on_record();
        } else if let Some(name) = name {
            *tag = ensure(org, visit, module, &name, tag.get("color_code")).on_record();
        }
    }
}

/// What is to be put on records or taken off: the tags by name and colour, and the records by id.
struct Wish {
    tags: Vec<(String, Option<Value>)>,
    ids: Vec<String>,
    over_write: bool,
}

/// `add_tags` and `remove_tags` on records: in the query up to v3, in the body from v4 on. v3 takes both, because what
/// is known of it disagrees.
pub(crate) fn on_records(
    org: &mut Org,
    visit: &Visit<'_>,
    module: &'static Module,
    id: Option<&str>,
    add: bool,
) -> Outcome {
    let by_query = match visit.version {
        Version::V2 | Version::V2_1 => true,
        Version::V3 => visit.call.query("tag_names").is_some(),
        _ => false,
    };
    let mut wish = if by_query { from_query(visit, id)? } else { from_body(visit, id)? };
    if wish.tags.len() > AT_MOST {
        return Err(too_many("tags", AT_MOST));
    }
    wish.over_write &= add;
    let mut items = Vec::new();
    for id in &wish.ids {
        items.push(match tag_record(org, visit, module, id, &wish, add) {
            Some(tags) => success("tags updated successfully", json!({ "id": id, "tags": told(visit, &tags) })),
            None => unknown_id(id.as_str()),
        });
    }
    let done = items.iter().filter(|item| item["status"] == "success").count();
    let status = batch::answer(visit, "data", 200, items.clone()).status;
    // A number, then a Boolean, then text.
    let locked = match visit.version {
        Version::V2 | Version::V2_1 | Version::V3 => json!(0),
        Version::V4 => json!(false),
        _ => json!("0"),
    };
    let whole =
        json!({ "data": items, "wf_scheduler": false, "success_count": done.to_string(), "locked_count": locked });
    Ok(Answer::json(status, &whole))
}

fn from_query(visit: &Visit<'_>, id: Option<&str>) -> Result<Wish, Box<Answer>> {
    let names = visit.call.query_list("tag_names");
    if names.is_empty() {
        return Err(missing_param("tag_names"));
    }
    let ids = match id {
        Some(id) => vec![id],
        None => batch::ids(visit)?,
    };
    Ok(Wish {
        tags: names.into_iter().map(|name| (name.to_owned(), None)).collect(),
        ids: ids.into_iter().map(str::to_owned).collect(),
        over_write: visit.call.query("over_write") == Some("true"),
    })
}

fn from_body(visit: &Visit<'_>, id: Option<&str>) -> Result<Wish, Box<Answer>> {
    let body = visit.call.json()?;
    let sent = body["tags"].as_array().into_iter().flatten();
    let tags: Vec<_> =
        sent.filter_map(|tag| Some((tag["name"].as_str()?.to_owned(), tag.get("color_code").cloned()))).collect();
    if tags.is_empty() {
        return Err(missing_member("tags"));
    }
    let ids = match id {
        Some(id) => vec![id.to_owned()],
        None => {
            let ids = body["ids"].as_array().ok_or_else(|| missing_member("ids"))?;
            ids.iter().filter_map(Value::as_str).map(str::to_owned).collect()
        }
    };
    if ids.len() > RECORDS_AT_MOST {
        return Err(too_many("ids", RECORDS_AT_MOST));
    }
    let over_write = body["over_write"] == true || body["over_write"] == "true";
    Ok(Wish { tags, ids, over_write })
}

/// The names up to v3, whole tags later.
fn told(visit: &Visit<'_>, tags: &[Value]) -> Value {
    if visit.version < Version::V4 { tags.iter().map(|tag| tag["name"].clone()).collect() } else { json!(tags) }
}

fn tag_record(
    org: &mut Org,
    visit: &Visit<'_>,
    module: &'static Module,
    id: &str,
    wish: &Wish,
    add: bool,
) -> Option<Vec<Value>> {
    let number = id.parse().ok()?;
    let mut row = org.records.shelf(module).row(number)?.into_owned();
    let mut tags = row.get("Tag").and_then(Value::as_array).cloned().unwrap_or_default();
    let is_named = |tag: &Value| {
        tag["name"].as_str().is_some_and(|known| wish.tags.iter().any(|(name, _)| known.eq_ignore_ascii_case(name)))
    };
    tags.retain(|tag| !wish.over_write && !is_named(tag));
    if add {
        tags.extend(
            wish.tags.iter().map(|(name, colour)| ensure(org, visit, module, name, colour.as_ref()).on_record()),
        );
    }
    row.insert("Tag".to_owned(), json!(tags));
    org.records.shelf_mut(module).put(number, row);
    Some(tags)
}
