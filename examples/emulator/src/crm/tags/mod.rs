//! Tags: those of a module, here, and those on its records, in `on_records`.

mod on_records;

use serde_json::{Value, json};

use crate::answer::{Answer, Outcome};
use crate::crm::batch;
use crate::crm::metadata::{self, Module};
use crate::crm::org::Org;
use crate::crm::row::{Row, id_text};
use crate::crm::tag::Tag;
use crate::crm::visit::Visit;
use crate::verdict::{
    failure, invalid_id, invalid_module, mandatory, missing_member, missing_param, not_supported, success, unknown,
};
use crate::version::Version;

pub(crate) use on_records::{on_records, settle};

/// Tags of one call that makes or changes tags.
const AT_MOST: usize = 50;

const LONGEST_NAME: usize = 25;

const COLOURS: [&str; 13] = [
    "#57B1FD", "#879BFC", "#658BA8", "#FD87BD", "#969696", "#F48435", "#1DB9B4", "#E7A826", "#63C57E", "#F17574",
    "#D297EE", "#A8C026", "#B88562",
];

/// Paths below `/settings/tags`.
pub(crate) fn settings(org: &mut Org, visit: &Visit<'_>, method: &str, path: &[&str]) -> Outcome {
    match (method, path) {
        ("GET", []) => list(org, visit),
        ("POST", []) => create(org, visit),
        ("PUT", []) => {
            let items = batch::items(visit, "tags", AT_MOST)?;
            let items = items.into_iter().map(|sent| {
                let id = sent.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
                update(org, visit, &id, &sent)
            });
            let items = items.collect();
            Ok(batch::answer(visit, "tags", 200, items))
        }
        ("PUT", [id]) => {
            let sent = batch::items(visit, "tags", 1)?.into_iter().next().unwrap_or_default();
            let item = update(org, visit, id, &sent);
            Ok(batch::answer(visit, "tags", 200, vec![item]))
        }
        ("DELETE", [id]) => {
            let item = match position(org, id) {
                Some(at) => {
                    let gone = org.tags.remove(at);
                    retag(org, &gone, None);
                    success("tags deleted successfully", json!({ "id": id }))
                }
                None => unknown_tag(id),
            };
            Ok(batch::answer(visit, "tags", 200, vec![item]))
        }
        ("POST" | "GET", ["actions", "mass_delete"]) if visit.version < Version::V7 => Err(not_supported(Version::V7)),
        ("POST", ["actions", "mass_delete"]) => mass_delete(org, visit),
        ("GET", ["actions", "mass_delete"]) => org.mass_jobs.status(visit, "mass_delete_tags", "mass_delete"),
        ("POST", [id, "actions", "merge"]) => merge(org, visit, id),
        ("GET", [id, "actions", "records_count"]) => count(org, visit, id),
        _ => unknown(path.len() <= 1),
    }
}

fn module(visit: &Visit<'_>) -> Result<&'static Module, Box<Answer>> {
    let name = visit.call.query("module").ok_or_else(|| missing_param("module"))?;
    metadata::find(name).ok_or_else(invalid_module)
}

fn list(org: &Org, visit: &Visit<'_>) -> Outcome {
    let module = module(visit)?;
    let tags: Vec<Value> =
        org.tags.iter().filter(|tag| tag.module == module.api_name).map(|tag| tag.whole(visit)).collect();
    if tags.is_empty() && visit.version < Version::V3 {
        return Ok(Answer::empty(204));
    }
    let info = json!({ "count": tags.len(), "allowed_count": 100 });
    Ok(Answer::json(200, &json!({ "tags": tags, "info": info })))
}

fn create(org: &mut Org, visit: &Visit<'_>) -> Outcome {
    let module = module(visit)?;
    let mut items = Vec::new();
    for sent in batch::items(visit, "tags", AT_MOST)? {
        items.push(match name_of(&sent).and_then(|name| check_colour(visit, &sent).map(|()| name)) {
            Err(refused) => refused,
            Ok(name) => match find(org, module, &name) {
                Some(known) => failure("DUPLICATE_DATA", "duplicate data", json!({ "id": known.id })),
                None => {
                    let colour = sent.get("color_code");
                    success("tags created successfully", ensure(org, visit, module, &name, colour).details())
                }
            },
        });
    }
    Ok(batch::answer(visit, "tags", 201, items))
}

fn name_of(sent: &Row) -> Result<String, Value> {
    match sent.get("name").and_then(Value::as_str) {
        None | Some("") => Err(mandatory("name")),
        Some(name) if name.chars().count() > LONGEST_NAME => {
            let details = json!({ "api_name": "name", "maximum_length": LONGEST_NAME });
            Err(failure("INVALID_DATA", "invalid data", details))
        }
        Some(name) => Ok(name.to_owned()),
    }
}

/// From v4 to v7 a tag has one of Zoho's own colours; v8 takes any.
fn check_colour(visit: &Visit<'_>, sent: &Row) -> Result<(), Value> {
    let colour = sent.get("color_code").filter(|colour| !colour.is_null());
    let fixed = (Version::V4..Version::V8).contains(&visit.version);
    match colour.map(|colour| colour.as_str().unwrap_or_default()) {
        Some(colour) if fixed && !COLOURS.iter().any(|known| known.eq_ignore_ascii_case(colour)) => {
            let details = json!({ "api_name": "color_code", "supported_values": COLOURS });
            Err(failure("INVALID_DATA", "invalid data", details))
        }
        _ => Ok(()),
    }
}

fn find<'a>(org: &'a Org, module: &Module, name: &str) -> Option<&'a Tag> {
    org.tags.iter().find(|tag| tag.module == module.api_name && tag.name.eq_ignore_ascii_case(name))
}

fn position(org: &Org, id: &str) -> Option<usize> {
    org.tags.iter().position(|tag| tag.id == id)
}

/// The tag of that name, made where there is none.
fn ensure(org: &mut Org, visit: &Visit<'_>, module: &Module, name: &str, colour: Option<&Value>) -> Tag {
    if let Some(known) = find(org, module, name) {
        return known.clone();
    }
    let mut tag = Tag::new(org.records.new_id(), module.api_name, name, &visit.person);
    tag.colour(colour);
    org.tags.push(tag.clone());
    tag
}

fn update(org: &mut Org, visit: &Visit<'_>, id: &str, sent: &Row) -> Value {
    let name = match name_of(sent).and_then(|name| check_colour(visit, sent).map(|()| name)) {
        Ok(name) => name,
        Err(refused) => return refused,
    };
    let Some(tag) = org.tags.iter_mut().find(|tag| tag.id == id) else {
        return unknown_tag(id);
    };
    tag.rename(&name, &visit.person);
    tag.colour(sent.get("color_code"));
    let tag = tag.clone();
    retag(org, &tag, Some(&tag));
    success("tags updated successfully", tag.details())
}

fn unknown_tag(id: &str) -> Value {
    failure("INVALID_DATA", "invalid data", json!({ "id": id }))
}

/// Puts a tag in place of another on every record that was written, or takes it off.
fn retag(org: &mut Org, old: &Tag, new: Option<&Tag>) {
    let Some(module) = metadata::find(old.module) else {
        return;
    };
    for row in org.records.shelf_mut(module).written_mut() {
        let Some(Value::Array(tags)) = row.get_mut("Tag") else {
            continue;
        };
        let Some(at) = tags.iter().position(|tag| tag["id"] == old.id.as_str()) else {
            continue;
        };
        tags.remove(at);
        if let Some(new) = new
            && !tags.iter().any(|tag| tag["id"] == new.id.as_str())
        {
            tags.insert(at, new.on_record());
        }
    }
}

fn merge(org: &mut Org, visit: &Visit<'_>, id: &str) -> Outcome {
    let sent = batch::items(visit, "tags", 1)?.into_iter().next().unwrap_or_default();
    let conflict = sent.get("conflict_id").and_then(Value::as_str).unwrap_or_default();
    let (kept, gone) = (position(org, id), position(org, conflict));
    let item = match (kept.and_then(|at| org.tags.get(at).cloned()), gone) {
        (Some(kept), Some(gone)) if kept.id != conflict => {
            let gone = org.tags.remove(gone);
            retag(org, &gone, Some(&kept));
            success("tags merged successfully", kept.details())
        }
        _ => unknown_tag(conflict),
    };
    Ok(batch::answer(visit, "tags", 200, vec![item]))
}

/// Starts a job that deletes tags of a module.
fn mass_delete(org: &mut Org, visit: &Visit<'_>) -> Outcome {
    let body = visit.call.json()?;
    let wish = body["mass_delete"].get(0).ok_or_else(|| missing_member("mass_delete"))?;
    let module = metadata::find(wish["module"]["api_name"].as_str().unwrap_or_default()).ok_or_else(invalid_module)?;
    if wish["module"]["id"] != json!(module.id()) {
        return Err(missing_member("id"));
    }
    let tags = wish["tags"].as_array().filter(|tags| !tags.is_empty()).ok_or_else(|| missing_member("tags"))?;
    org.mass_jobs.accept("mass_delete_tags")?;
    let mut done = 0;
    for tag in tags.iter() {
        if let Some(at) = position(org, &id_text(&tag["id"])) {
            let gone = org.tags.remove(at);
            retag(org, &gone, None);
            done += 1;
        }
    }
    let id = org.records.new_id();
    org.mass_jobs.add(id, "mass_delete_tags", (tags.len(), done), visit.behaviour);
    let mut answer = success("mass delete of tags scheduled successfully", json!({ "job_id": id.to_string() }));
    answer["code"] = json!("SCHEDULED");
    Ok(Answer::json(202, &answer))
}

fn count(org: &Org, visit: &Visit<'_>, id: &str) -> Outcome {
    let module = module(visit)?;
    position(org, id).ok_or_else(invalid_id)?;
    let rows = org.records.shelf(module).written();
    let has =
        |row: &Row| row.get("Tag").and_then(Value::as_array).is_some_and(|tags| tags.iter().any(|tag| tag["id"] == id));
    let count = rows.filter(|(_, row)| has(row)).count();
    // Zoho gives this count as text.
    Ok(Answer::json(200, &json!({ "count": count.to_string() })))
}
