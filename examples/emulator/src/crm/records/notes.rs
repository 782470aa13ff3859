//! Notes: records of their own module that belong to a record of another.

use serde_json::json;

use super::parents::belong;
use super::rows::{create_kept, delete_row, update_row};
use super::write::settle;
use crate::answer::Outcome;
use crate::crm::batch::{answer, items};
use crate::crm::metadata::{self, Module};
use crate::crm::org::Org;
use crate::crm::visit::Visit;
use crate::verdict::{invalid_id, unknown};

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
                settle(create_kept(org, visit, notes, &note), "record added")
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
