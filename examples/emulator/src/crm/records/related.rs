//! Records of related lists: those that point to the record, and those tied to it.

use serde_json::{Value, json};

use super::check::about;
use super::list::present;
use crate::answer::{Answer, Outcome};
use crate::crm::batch::{answer, ids, items};
use crate::crm::metadata::{self, Kind, Module};
use crate::crm::org::Org;
use crate::crm::page::Page;
use crate::crm::row::{Row, compare};
use crate::crm::store::Tie;
use crate::crm::visit::Visit;
use crate::moment;
use crate::verdict::{failure, refuse, success, unknown};
use crate::version::Version;

/// Paths below `/{module}/{id}/{list}`.
pub(super) fn route(
    org: &mut Org,
    visit: &Visit<'_>,
    method: &str,
    parent: (&'static Module, u64),
    list: &str,
    path: &[&str],
) -> Outcome {
    let Some(list) = metadata::related(parent.0, list) else {
        return Err(refuse(400, "INVALID_DATA", "The relation name given seems to be invalid", json!({})));
    };
    match (method, path) {
        ("GET", []) => get(org, visit, parent, list),
        ("GET", [id]) => get_one(org, visit, parent, list, id),
        ("PUT", []) => {
            let rows = items(visit, "data", 100)?;
            let items = rows.into_iter().map(|row| {
                let id = row.get("id").and_then(crate::crm::row::id_of).map(|id| id.to_string());
                add(org, parent, list, &id.unwrap_or_default(), row)
            });
            let items = items.collect();
            Ok(answer(visit, "data", 200, items))
        }
        ("DELETE", []) => {
            let items = ids(visit)?.into_iter().map(|id| remove(org, parent, list, id)).collect();
            Ok(answer(visit, "data", 200, items))
        }
        ("PUT", [id]) => {
            let data = visit.call.json().ok().and_then(|body| body["data"][0].as_object().cloned());
            let item = add(org, parent, list, id, data.unwrap_or_default());
            Ok(answer(visit, "data", 200, vec![item]))
        }
        ("DELETE", [id]) => Ok(answer(visit, "data", 200, vec![remove(org, parent, list, id)])),
        _ => unknown(path.len() <= 1),
    }
}

fn get(org: &Org, visit: &Visit<'_>, parent: (&'static Module, u64), list: &'static Module) -> Outcome {
    let fields = visit.fields()?;
    let page = Page::with_tokens_since(visit, Version::V4)?;
    let since = visit.modified_since()?;
    let mut rows = rows(org, parent, list);
    if let Some(since) = since {
        let modified = |row: &Row| row.get("Modified_Time").and_then(Value::as_str).and_then(moment::parse);
        rows.retain(|row| modified(row).is_some_and(|at| at > since));
    }
    // The Ruby SDK says `sort_by_field` here where it says `sort_by` elsewhere.
    if let Some(field) = visit.call.query("sort_by_field").or_else(|| visit.call.query("sort_by")) {
        let key = |row: &Row| row.get(field).cloned().unwrap_or_default();
        rows.sort_by(|one, other| compare(&key(one), &key(other)));
        if visit.call.query("sort_order") == Some("desc") {
            rows.reverse();
        }
    }
    if rows.is_empty() && since.is_some() {
        return Ok(Answer::empty(304));
    }
    Ok(page.answer_records(visit, rows.into_iter(), |row| Some(present(visit, list, row, &fields).to_string())))
}

fn get_one(org: &Org, visit: &Visit<'_>, parent: (&'static Module, u64), list: &'static Module, id: &str) -> Outcome {
    let found = rows(org, parent, list).into_iter().find(|row| row.get("id").is_some_and(|known| *known == id));
    let fields = visit.call.query_list("fields");
    Ok(found.map_or_else(
        || Answer::empty(204),
        |row| Answer::json(200, &json!({ "data": [present(visit, list, row, &fields)] })),
    ))
}

/// The records of a related list.
fn rows(org: &Org, parent: (&'static Module, u64), list: &'static Module) -> Vec<Row> {
    let shelf = org.records.shelf(list);
    let mut rows: Vec<Row> =
        shelf.written().filter(|(_, row)| points_to(row, list, parent)).map(|(_, row)| row.clone()).collect();
    let parent = (parent.0.api_name, parent.1);
    for tie in &org.ties {
        let tied = tie.other_end(parent, list.api_name).and_then(|id| shelf.row(id));
        if let Some(row) = tied {
            let mut row = row.into_owned();
            row.extend(tie.data.iter().map(|(name, value)| (name.clone(), value.clone())));
            rows.push(row);
        }
    }
    rows
}

/// Whether a look-up of a record names the parent.
fn points_to(row: &Row, module: &Module, (parent, id): (&'static Module, u64)) -> bool {
    let names_it = |value: Option<&Value>| value.is_some_and(|value| value["id"].as_str() == Some(&id.to_string()));
    let is_about = about(row) == parent.api_name;
    let mut lookups = module.fields().filter(|field| match field.kind {
        Kind::Lookup(target) => target == parent.api_name,
        Kind::Anything => is_about,
        _ => false,
    });
    let by_lookup = lookups.any(|field| names_it(row.get(field.api_name)));
    by_lookup || module.field("Parent_Id").is_some() && names_it(row.get("Parent_Id"))
}

fn add(
    org: &mut Org,
    (parent, parent_id): (&'static Module, u64),
    list: &'static Module,
    id: &str,
    data: Row,
) -> Value {
    let number = id.parse().ok().filter(|&number| org.records.shelf(list).row(number).is_some());
    let Some(number) = number else {
        return unknown_relation(id);
    };
    let near = (parent.api_name, parent_id);
    org.ties.retain(|tie| tie.other_end(near, list.api_name) != Some(number));
    let data = data.into_iter().filter(|(name, _)| name != "id").collect();
    org.ties.push(Tie { ends: [near, (list.api_name, number)], data });
    success("relation added", json!({ "id": id }))
}

fn remove(org: &mut Org, (parent, parent_id): (&'static Module, u64), list: &'static Module, id: &str) -> Value {
    let near = (parent.api_name, parent_id);
    let before = org.ties.len();
    let number = id.parse().ok();
    org.ties.retain(|tie| number.is_none() || tie.other_end(near, list.api_name) != number);
    if org.ties.len() == before {
        return unknown_relation(id);
    }
    success("relation removed", json!({ "id": id }))
}

fn unknown_relation(id: &str) -> Value {
    failure("INVALID_DATA", "the related id given seems to be invalid", json!({ "id": id }))
}

/// Refuses a parent that is not there.
pub(super) fn parent(org: &Org, module: &'static Module, id: &str) -> Result<(&'static Module, u64), Box<Answer>> {
    let number = id.parse().ok().filter(|&number| org.records.shelf(module).row(number).is_some());
    number.map(|number| (module, number)).ok_or_else(crate::verdict::invalid_id)
}
