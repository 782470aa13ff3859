//! Creating, updating and deleting records, up to 100 in a call, each answered for itself.

use serde_json::{Value, json};

use super::check::{Refused, check, id_of, mandatory};
use super::store::Row;
use super::{lines, notes};
use crate::answer::{Answer, Outcome, failure, refuse, success};
use crate::crm::Visit;
use crate::metadata::{Kind, Module};
use crate::moment;
use crate::org::Org;
use crate::tags;
use crate::version::Version;

/// Records in one call.
const AT_MOST: usize = 100;

pub(super) fn create(org: &mut Org, visit: &Visit<'_>, module: &'static Module) -> Outcome {
    let records = records(visit)?;
    let items = records.iter().map(|record| settle(create_row(org, visit, module, record), "record added"));
    Ok(answer(visit, "data", 201, items.collect()))
}

pub(super) fn update(org: &mut Org, visit: &Visit<'_>, module: &'static Module) -> Outcome {
    let records = records(visit)?;
    let items = records.iter().map(|record| {
        let updated = match record.get("id") {
            None | Some(Value::Null) => Err(mandatory("id")),
            Some(id) => update_row(org, visit, module, id, record),
        };
        settle(updated, "record updated")
    });
    Ok(answer(visit, "data", 200, items.collect()))
}

pub(super) fn update_one(org: &mut Org, visit: &Visit<'_>, module: &'static Module, id: &str) -> Outcome {
    let records = records(visit)?;
    let record = records.into_iter().next().unwrap_or_default();
    let item = settle(update_row(org, visit, module, &json!(id), &record), "record updated");
    Ok(answer(visit, "data", 200, vec![item]))
}

pub(super) fn delete(org: &mut Org, visit: &Visit<'_>, module: &'static Module) -> Outcome {
    let ids = ids(visit)?;
    let items = ids.into_iter().map(|id| delete_row(org, visit, module, id));
    Ok(answer(visit, "data", 200, items.collect()))
}

pub(super) fn delete_one(org: &mut Org, visit: &Visit<'_>, module: &'static Module, id: &str) -> Outcome {
    let item = delete_row(org, visit, module, id);
    Ok(answer(visit, "data", 200, vec![item]))
}

/// The records of a body.
pub(super) fn records(visit: &Visit<'_>) -> Result<Vec<Row>, Box<Answer>> {
    items(visit, "data", AT_MOST)
}

/// The objects under a key of the body, one at least and so many at most.
pub(crate) fn items(visit: &Visit<'_>, key: &str, most: usize) -> Result<Vec<Row>, Box<Answer>> {
    let body = visit.call.json()?;
    let Some(list) = body.get(key) else {
        return Err(refuse(400, "MANDATORY_NOT_FOUND", "required field not found", json!({ "api_name": key })));
    };
    let wrong_type = || {
        let details = json!({ "expected_data_type": "jsonarray", "api_name": key });
        refuse(400, "INVALID_DATA", "invalid data", details)
    };
    let list = list.as_array().filter(|list| !list.is_empty()).ok_or_else(wrong_type)?;
    if list.len() > most {
        let details = json!({ "maximum_length": most, "api_name": key });
        return Err(refuse(400, "LIMIT_EXCEEDED", "the limit has been exceeded", details));
    }
    list.iter().map(|item| item.as_object().cloned().ok_or_else(wrong_type)).collect()
}

/// The ids of the query.
pub(crate) fn ids<'a>(visit: &Visit<'a>) -> Result<Vec<&'a str>, Box<Answer>> {
    let ids = visit.call.query_list("ids");
    if ids.is_empty() {
        let details = json!({ "param_name": "ids" });
        return Err(refuse(400, "REQUIRED_PARAM_MISSING", "One of the expected parameter is missing", details));
    }
    if ids.len() > AT_MOST {
        let details = json!({ "limit": AT_MOST, "param_name": "ids" });
        return Err(refuse(400, "LIMIT_EXCEEDED", "the limit has been exceeded", details));
    }
    Ok(ids)
}

/// The answer about several items. Its status tells how many went well: older versions have 200 for a mixture and 202
/// where all failed, later ones 207 and 400.
pub(crate) fn answer(visit: &Visit<'_>, key: &str, all_well: u16, items: Vec<Value>) -> Answer {
    let well = items.iter().filter(|item| item["status"] == "success").count();
    let later = visit.version >= Version::V3;
    let status = match well {
        _ if well == items.len() => all_well,
        0 => {
            if later {
                400
            } else {
                202
            }
        }
        _ => {
            if later {
                207
            } else {
                200
            }
        }
    };
    Answer::json(status, &json!({ key: items }))
}

pub(super) fn settle(result: Result<Row, Refused>, message: &str) -> Value {
    match result {
        Ok(row) => success(message, details(&row)),
        Err(refused) => refused,
    }
}

/// What Zoho says of a record that was written.
pub(crate) fn details(row: &Row) -> Value {
    let get = |name: &str| row.get(name).cloned().unwrap_or_default();
    let person = |name: &str| {
        let person = get(name);
        json!({ "name": person["name"], "id": person["id"] })
    };
    json!({
        "id": get("id"),
        "Created_Time": get("Created_Time"),
        "Modified_Time": get("Modified_Time"),
        "Created_By": person("Created_By"),
        "Modified_By": person("Modified_By"),
    })
}

pub(super) fn create_row(
    org: &mut Org,
    visit: &Visit<'_>,
    module: &'static Module,
    sent: &Row,
) -> Result<Row, Refused> {
    let sent = &translate(org, visit, module, sent, true)?;
    let mut kept = check(&org.users, &org.records, module, sent, true)?;
    refuse_duplicate(org, visit, module, &kept, None)?;
    let id = org.records.new_id();
    let mut row: Row = module.fields().filter(|field| !field.api_name.starts_with('$')).map(blank).collect();
    let me = visit.person.reference();
    let now = moment::now();
    for (name, value) in [
        ("id", json!(id.to_string())),
        ("Owner", me.clone()),
        ("Created_By", me.clone()),
        ("Modified_By", me),
        ("Created_Time", json!(now)),
        ("Modified_Time", json!(now)),
        ("Layout", json!({ "name": "Standard", "id": crate::metadata::layout_id(module) })),
        ("$approved", json!(true)),
        ("$editable", json!(true)),
        ("$converted", json!(false)),
        ("$currency_symbol", json!("kr")),
        ("$process_flow", json!(false)),
        ("$state", json!("save")),
    ] {
        row.insert(name.to_owned(), value);
    }
    row.append(&mut kept);
    number_lines(org, module, &mut row);
    name(&mut row);
    tags::settle(org, visit, module, &mut row);
    lines::reckon(&org.records, module, &mut row)?;
    org.records.shelf_mut(module).put(id, row.clone());
    Ok(row)
}

/// What was sent in the words in which it is kept.
fn translate(org: &Org, visit: &Visit<'_>, module: &'static Module, sent: &Row, new: bool) -> Result<Row, Refused> {
    if module.api_name == "Notes" && new {
        return notes::resolve(org, sent);
    }
    let mut sent = sent.clone();
    lines::inward(visit, module, &mut sent);
    Ok(sent)
}

fn blank(field: &'static crate::metadata::Field) -> (String, Value) {
    let value = match field.kind {
        Kind::Boolean => json!(false),
        Kind::MultiPicklist(_) | Kind::Subform | Kind::FileUpload => json!([]),
        _ if field.api_name == "Tag" => json!([]),
        _ => Value::Null,
    };
    (field.api_name.to_owned(), value)
}

pub(super) fn update_row(
    org: &mut Org,
    visit: &Visit<'_>,
    module: &'static Module,
    id: &Value,
    sent: &Row,
) -> Result<Row, Refused> {
    let number = id_of(id);
    let known = number.and_then(|number| org.records.shelf(module).row(number)).map(|row| row.into_owned());
    let (Some(number), Some(mut row)) = (number, known) else {
        return Err(unknown_id(id));
    };
    let sent = &translate(org, visit, module, sent, false)?;
    let mut kept = check(&org.users, &org.records, module, sent, false)?;
    refuse_duplicate(org, visit, module, &kept, Some(number))?;
    row.append(&mut kept);
    row.insert("Modified_By".to_owned(), visit.person.reference());
    row.insert("Modified_Time".to_owned(), json!(moment::now()));
    number_lines(org, module, &mut row);
    name(&mut row);
    tags::settle(org, visit, module, &mut row);
    lines::reckon(&org.records, module, &mut row)?;
    org.records.shelf_mut(module).put(number, row.clone());
    Ok(row)
}

pub(super) fn unknown_id(id: &Value) -> Refused {
    failure("INVALID_DATA", "the id given seems to be invalid", json!({ "id": id, "api_name": "id" }))
}

pub(super) fn delete_row(org: &mut Org, visit: &Visit<'_>, module: &'static Module, id: &str) -> Value {
    let number = id.parse().ok();
    let row = number.and_then(|number| org.records.shelf(module).row(number)).map(|row| row.into_owned());
    let (Some(number), Some(row)) = (number, row) else {
        return unknown_id(&json!(id));
    };
    let short = |person: &Value| json!({ "name": person["name"], "id": person["id"] });
    let mut trace = Row::new();
    for (name, value) in [
        ("id", json!(id)),
        ("display_name", row.get(module.display_field).cloned().unwrap_or_default()),
        ("type", json!("recycle")),
        ("deleted_time", json!(moment::now())),
        ("deleted_by", visit.person.short()),
        ("created_by", row.get("Created_By").map(short).unwrap_or_default()),
    ] {
        trace.insert(name.to_owned(), value);
    }
    org.records.shelf_mut(module).remove(number, trace);
    success("record deleted", json!({ "id": id }))
}

/// Refuses a value that a unique field of another record has already.
fn refuse_duplicate(
    org: &Org,
    visit: &Visit<'_>,
    module: &'static Module,
    kept: &Row,
    myself: Option<u64>,
) -> Result<(), Refused> {
    let shelf = org.records.shelf(module);
    let unique = module.fields().filter(|field| {
        field.unique || visit.behaviour.unique_email && module.api_name == "Leads" && field.api_name == "Email"
    });
    for field in unique {
        let Some(value) = kept.get(field.api_name).and_then(Value::as_str) else {
            continue;
        };
        let same = |row: &Row| {
            row.get(field.api_name).and_then(Value::as_str).is_some_and(|known| known.eq_ignore_ascii_case(value))
        };
        let written = shelf.written().find(|(id, row)| Some(*id) != myself && same(row)).map(|(id, _)| id);
        let other = written.or_else(|| shelf.seeded_with(field.api_name, value)).filter(|id| Some(*id) != myself);
        if let Some(other) = other {
            let details = json!({ "api_name": field.api_name, "id": other.to_string() });
            return Err(failure("DUPLICATE_DATA", "duplicate data", details));
        }
    }
    Ok(())
}

/// Gives the rows of subforms, line items and file fields ids of their own. A file is written by its id alone in v2, by
/// an object from later versions on.
fn number_lines(org: &mut Org, module: &Module, row: &mut Row) {
    for field in module.fields().filter(|field| matches!(field.kind, Kind::Subform | Kind::Json | Kind::FileUpload)) {
        let Some(Value::Array(lines)) = row.get_mut(field.api_name) else {
            continue;
        };
        for line in lines.iter_mut() {
            let file = line.as_str().or_else(|| line["File_Id__s"].as_str());
            if let Some(known) = file.and_then(|id| org.files.describe(id)) {
                *line = known;
            }
        }
        for line in lines.iter_mut().filter_map(Value::as_object_mut) {
            if !line.contains_key("id") && field.api_name != "Participants" {
                line.insert("id".to_owned(), json!(org.records.new_id().to_string()));
            }
        }
    }
}

/// Makes the full name of a person out of its parts.
fn name(row: &mut Row) {
    if let Some(last) = row.get("Last_Name").and_then(Value::as_str) {
        let first = row.get("First_Name").and_then(Value::as_str).unwrap_or_default();
        let full = format!("{first} {last}").trim().to_owned();
        row.insert("Full_Name".to_owned(), full.into());
    }
}
