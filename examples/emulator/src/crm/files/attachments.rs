//! Attachments of records and of notes: files and links.

use serde_json::{Value, json};

use crate::answer::{Answer, Outcome};
use crate::crm::batch;
use crate::crm::metadata::{self, Module};
use crate::crm::org::Org;
use crate::crm::page::Page;
use crate::crm::parent;
use crate::crm::row::{Row, details, pick};
use crate::crm::storage::refuse_too_large;
use crate::crm::visit::Visit;
use crate::moment;
use crate::verdict::{invalid_id, missing_member, refuse, success, unknown, unknown_id};
use crate::version::Version;

/// Paths below `/{module}/{id}/Attachments`.
pub(crate) fn route(
    org: &mut Org,
    visit: &Visit<'_>,
    method: &str,
    (parent, id): (&'static Module, u64),
    path: &[&str],
) -> Outcome {
    let attachments = metadata::find("Attachments").ok_or_else(invalid_id)?;
    match (method, path) {
        ("GET", []) => list(org, visit, attachments, id),
        ("POST", []) => upload(org, visit, attachments, (parent, id)),
        ("DELETE", []) => {
            let ids = batch::ids(visit)?;
            let items = ids.into_iter().map(|file| delete(org, attachments, id, file)).collect();
            Ok(batch::answer(visit, "data", 200, items))
        }
        ("GET", [file]) => match find(org, attachments, id, file) {
            Some(row) if row.get("$link_url").is_some_and(|link| !link.is_null()) => {
                Err(refuse(400, "DOWNLOAD_NOT_ALLOWED", "a link cannot be downloaded", json!({ "id": file })))
            }
            Some(_) => Ok(org.files.download(file)),
            None => Ok(Answer::empty(204)),
        },
        ("DELETE", [file]) => Ok(batch::answer(visit, "data", 200, vec![delete(org, attachments, id, file)])),
        _ => unknown(path.len() <= 1),
    }
}

fn list(org: &Org, visit: &Visit<'_>, attachments: &'static Module, parent: u64) -> Outcome {
    let fields = visit.fields_since(Version::V4)?;
    let page = Page::of(visit.call)?;
    let shelf = org.records.shelf(attachments);
    let found =
        shelf.written().filter(|(_, row)| belongs(row, parent)).map(|(_, row)| present(visit, row.clone(), &fields));
    Ok(page.answer("data", found))
}

/// An attachment as it is answered.
fn present(visit: &Visit<'_>, mut row: Row, fields: &[&str]) -> Value {
    parent::outward(visit, &mut row);
    pick(&row, fields)
}

fn belongs(row: &Row, parent: u64) -> bool {
    row.get("Parent_Id").is_some_and(|known| known["id"].as_str() == Some(&parent.to_string()))
}

fn find<'a>(org: &'a Org, attachments: &'static Module, parent: u64, id: &str) -> Option<&'a Row> {
    let id: u64 = id.parse().ok()?;
    let mut rows = org.records.shelf(attachments).written();
    rows.find(|(known, row)| *known == id && belongs(row, parent)).map(|(_, row)| row)
}

fn upload(
    org: &mut Org,
    visit: &Visit<'_>,
    attachments: &'static Module,
    (parent, parent_id): (&'static Module, u64),
) -> Outcome {
    let id = org.records.new_id();
    let mut file = None;
    let mut link = visit.call.query("attachmentUrl").map(str::to_owned);
    for part in visit.call.take_parts() {
        match part.name.as_str() {
            "file" => file = Some(part),
            "attachmentUrl" => link = Some(part.content.text()),
            _ => {}
        }
    }
    let (name, size, kind) = match (&file, &link) {
        (Some(part), _) => {
            refuse_too_large(visit, part)?;
            (part.file_name.clone().unwrap_or_default(), json!(part.content.length().to_string()), "Attachment")
        }
        (None, Some(link)) => {
            let title = visit.call.query("title").unwrap_or(link).to_owned();
            (title, Value::Null, "Link URL")
        }
        (None, None) => {
            return Err(missing_member("file"));
        }
    };
    let parent_name = org.records.name(parent, parent_id);
    let me = visit.person.reference();
    let now = moment::now();
    let is_file = file.is_some();
    if let Some(part) = file {
        org.files.keep(&id.to_string(), part);
    }
    let row = Row::from_iter(
        parent::kept(parent, parent_id, &parent_name)
            .into_iter()
            .chain([
                ("id", json!(id.to_string())),
                ("File_Name", json!(name)),
                ("Size", size),
                ("Owner", me.clone()),
                ("Created_By", me.clone()),
                ("Modified_By", me),
                ("Created_Time", json!(now)),
                ("Modified_Time", json!(now)),
                ("$file_id", json!(format!("zfs{id}"))),
                ("$type", json!(kind)),
                ("$link_url", if is_file { Value::Null } else { json!(link) }),
                ("$editable", json!(true)),
                ("$state", json!("save")),
            ])
            .map(|(name, value)| (name.to_owned(), value)),
    );
    let item = success("attachment uploaded successfully", details(&row));
    org.records.shelf_mut(attachments).put(id, row);
    Ok(Answer::json(200, &json!({ "data": [item] })))
}

fn delete(org: &mut Org, attachments: &'static Module, parent: u64, id: &str) -> Value {
    if find(org, attachments, parent, id).is_none() {
        return unknown_id(id);
    }
    org.files.remove(id);
    if let Ok(number) = id.parse() {
        org.records.shelf_mut(attachments).forget(number);
    }
    success("record deleted", json!({ "id": id }))
}
