//! Notes: records of their own module that belong to a record of another.

use serde_json::{Value, json};

use super::check::{Refused, id_of};
use super::rows::{create_row, delete_row, update_row};
use super::write::settle;
use crate::answer::Outcome;
use crate::crm::batch::{answer, items};
use crate::crm::metadata::{self, Module};
use crate::crm::org::Org;
use crate::crm::row::Row;
use crate::crm::visit::Visit;
use crate::verdict::{invalid_id, mandatory, unknown, unknown_in};

/// Paths below `/{module}/{id}/Notes`, but for the list, which is that of any related list.
pub(super) fn route(
    org: &mut Org,
    visit: &Visit<'_>,
    method: &str,
    parent: (&'static Module, u64),
    path: &[&str],
) -> Outcome {
    let notes = metadata::find("Notes").ok_or_else(invalid_id)?;
    match (method, path) {
        ("POST", []) => {
            let sent = items(visit, "data", 100)?;
            let items = sent.into_iter().map(|note| {
                let note = belong(org, note, parent);
                settle(create_row(org, visit, notes, &note), "record added")
            });
            let items = items.collect();
            Ok(answer(visit, "data", 201, items))
        }
        ("PUT", [id]) => {
            let note = items(visit, "data", 1)?.into_iter().next().unwrap_or_default();
            let item = settle(update_row(org, visit, notes, &json!(id), &note), "record updated");
            Ok(answer(visit, "data", 200, vec![item]))
        }
        ("DELETE", [id]) => {
            let item = delete_row(org, visit, notes, id);
            Ok(answer(visit, "data", 200, vec![item]))
        }
        _ => unknown(path.len() <= 1),
    }
}

/// Resolves what an organization-wide note says of its parent: `Parent_Id` with `se_module` as the Ruby SDK sends it,
/// with `$se_module`, or with the module inside as in later versions.
pub(super) fn resolve(org: &Org, sent: &Row) -> Result<Row, Refused> {
    let parent = sent.get("Parent_Id").filter(|parent| !parent.is_null()).ok_or_else(|| mandatory("Parent_Id"))?;
    let named = sent.get("$se_module").or_else(|| sent.get("se_module")).and_then(Value::as_str);
    let named = named.or_else(|| parent["module"]["api_name"].as_str()).ok_or_else(|| mandatory("$se_module"))?;
    let invalid = || unknown_in("Parent_Id");
    let module = metadata::find(named).ok_or_else(invalid)?;
    let id = id_of(parent).filter(|&id| org.records.shelf(module).row(id).is_some()).ok_or_else(invalid)?;
    Ok(belong(org, sent.clone(), (module, id)))
}

fn belong(org: &Org, mut note: Row, (parent, id): (&'static Module, u64)) -> Row {
    let size = note.get("Note_Content").and_then(Value::as_str).map_or(0, str::len);
    let parent_id = json!({
        "name": org.records.name(parent, id),
        "id": id.to_string(),
        "module": { "api_name": parent.api_name, "id": metadata::module_id(parent) },
    });
    for (name, value) in [
        ("Parent_Id", parent_id),
        ("$se_module", json!(parent.api_name)),
        ("$size", json!(size)),
        ("$voice_note", json!(false)),
        ("$attachments", Value::Null),
    ] {
        note.insert(name.to_owned(), value);
    }
    note
}
