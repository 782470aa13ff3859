//! Writing one record: checked, completed, kept.

use serde_json::{Value, json};

use super::check::{Refused, check};
use super::{lines, parents, subforms};
use crate::crm::metadata::{Kind, Module};
use crate::crm::org::Org;
use crate::crm::row::{Row, id_of};
use crate::crm::tags;
use crate::crm::visit::Visit;
use crate::crm::watch::{Happened, Operation};
use crate::moment;
use crate::verdict::{ALREADY_MODIFIED, failure, success, unknown_id};
use crate::version::Version;

pub(crate) fn create_row(
    org: &mut Org,
    visit: &Visit<'_>,
    module: &'static Module,
    sent: &Row,
) -> Result<Row, Refused> {
    let sent = translate(org, visit, module, sent, None)?;
    create_kept(org, visit, module, &sent)
}

/// Creates a record that was sent in the words in which it is kept.
pub(super) fn create_kept(
    org: &mut Org,
    visit: &Visit<'_>,
    module: &'static Module,
    sent: &Row,
) -> Result<Row, Refused> {
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
        ("Layout", json!({ "name": "Standard", "id": crate::crm::metadata::layout_id(module) })),
        ("$approved", json!(true)),
        ("$editable", json!(true)),
        ("$converted", json!(false)),
        ("$currency_symbol", json!("kr")),
        ("$process_flow", json!(false)),
        ("$state", json!("save")),
    ] {
        row.insert(name.to_owned(), value);
    }
    subforms::settle(org, module, None, &mut kept)?;
    row.append(&mut kept);
    name(&mut row);
    tags::settle(org, visit, module, &mut row);
    lines::reckon(&org.records, module, &mut row)?;
    org.records.shelf_mut(module).put(id, row.clone());
    note(org, module, Operation::Insert, id, Row::new());
    Ok(row)
}

fn note(org: &mut Org, module: &'static Module, operation: Operation, id: u64, written: Row) {
    org.channels.note(Happened { module: module.api_name, operation, id, written });
}

/// What was sent in the words in which it is kept, of a new record or of one that is known.
fn translate(
    org: &Org,
    visit: &Visit<'_>,
    module: &'static Module,
    sent: &Row,
    known: Option<&Row>,
) -> Result<Row, Refused> {
    if module.api_name == "Notes" {
        return parents::resolve(org, visit, sent, known);
    }
    let mut sent = sent.clone();
    lines::inward(visit, module, &mut sent);
    Ok(sent)
}

fn blank(field: &'static crate::crm::metadata::Field) -> (String, Value) {
    let value = match field.kind {
        Kind::Boolean => json!(false),
        Kind::MultiPicklist(_) | Kind::Subform | Kind::FileUpload => json!([]),
        _ if field.api_name == "Tag" => json!([]),
        _ => Value::Null,
    };
    (field.api_name.to_owned(), value)
}

pub(crate) fn update_row(
    org: &mut Org,
    visit: &Visit<'_>,
    module: &'static Module,
    id: &Value,
    sent: &Row,
) -> Result<Row, Refused> {
    let number = id_of(id);
    let known = number.and_then(|number| org.records.shelf(module).row(number)).map(|row| row.into_owned());
    let (Some(number), Some(mut row)) = (number, known) else {
        return Err(unknown_id(id.clone()));
    };
    refuse_changed_meanwhile(visit, &row)?;
    let sent = &translate(org, visit, module, sent, Some(&row))?;
    let mut kept = check(&org.users, &org.records, module, sent, false)?;
    refuse_duplicate(org, visit, module, &kept, Some(number))?;
    subforms::settle(org, module, Some(&row), &mut kept)?;
    let written = kept.clone();
    row.append(&mut kept);
    row.insert("Modified_By".to_owned(), visit.person.reference());
    row.insert("Modified_Time".to_owned(), json!(moment::now()));
    name(&mut row);
    tags::settle(org, visit, module, &mut row);
    lines::reckon(&org.records, module, &mut row)?;
    org.records.shelf_mut(module).put(number, row.clone());
    note(org, module, Operation::Update, number, written);
    Ok(row)
}

pub(super) fn delete_row(org: &mut Org, visit: &Visit<'_>, module: &'static Module, id: &str) -> Value {
    let number = id.parse().ok();
    let row = number.and_then(|number| org.records.shelf(module).row(number)).map(|row| row.into_owned());
    let (Some(number), Some(row)) = (number, row) else {
        return unknown_id(id);
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
    note(org, module, Operation::Delete, number, Row::new());
    success("record deleted", json!({ "id": id }))
}

/// Refuses to change a record that was changed after the moment of `If-Unmodified-Since`.
fn refuse_changed_meanwhile(visit: &Visit<'_>, row: &Row) -> Result<(), Refused> {
    let modified = row.get("Modified_Time").and_then(Value::as_str).and_then(moment::parse);
    match (visit.unmodified_since, modified) {
        (Some(since), Some(modified)) if modified > since => {
            let details = json!({
                "id": row.get("id"),
                "Modified_Time": row.get("Modified_Time"),
                "Modified_By": row.get("Modified_By"),
            });
            Err(failure(ALREADY_MODIFIED, "the record has been modified since then", details))
        }
        _ => Ok(()),
    }
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
        let other = written.or_else(|| shelf.made_up_with(field.api_name, value)).filter(|id| Some(*id) != myself);
        if let Some(other) = other {
            let mut details = json!({ "api_name": field.api_name, "id": other.to_string() });
            if visit.version >= Version::V5 {
                let owner = shelf.row(other).and_then(|row| row.get("Owner").cloned());
                details["duplicate_record"] = json!({
                    "id": other.to_string(),
                    "Owner": owner,
                    "module": { "api_name": module.api_name, "id": module.id() },
                });
            }
            return Err(failure("DUPLICATE_DATA", "duplicate data", details));
        }
    }
    Ok(())
}

/// Makes the full name of a person out of its parts.
fn name(row: &mut Row) {
    if let Some(last) = row.get("Last_Name").and_then(Value::as_str) {
        let first = row.get("First_Name").and_then(Value::as_str).unwrap_or_default();
        let full = format!("{first} {last}").trim().to_owned();
        row.insert("Full_Name".to_owned(), full.into());
    }
}
