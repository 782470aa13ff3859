//! `actions/mass_delete`: many records, at once by their ids, as a job by a view.

use serde_json::json;

use super::selection::{Selection, read};
use crate::answer::{Answer, Outcome};
use crate::crm::batch::answer;
use crate::crm::metadata::Module;
use crate::crm::org::Org;
use crate::crm::records::rows::delete_row;
use crate::crm::row::id_text;
use crate::crm::visit::Visit;
use crate::verdict::success;

pub(super) fn run(org: &mut Org, visit: &Visit<'_>, module: &'static Module) -> Outcome {
    let body = visit.call.json()?;
    let ids = match read(org, visit, module, &body)? {
        Selection::Ids(ids) => {
            let items = ids.iter().map(|id| {
                let mut item = delete_row(org, visit, module, &id_text(id));
                if item["status"] == "success" {
                    item["message"] = json!("record is deleted");
                }
                item
            });
            return Ok(answer(visit, "data", 200, items.collect()));
        }
        Selection::View(ids) => ids,
    };
    org.mass_jobs.accept("mass_delete")?;
    for id in &ids {
        delete_row(org, visit, module, &id.to_string());
    }
    let id = org.records.new_id();
    org.mass_jobs.add(id, "mass_delete", (ids.len(), ids.len()), visit.behaviour);
    let item = success("mass delete scheduled successfully", json!({ "job_id": id.to_string() }));
    Ok(Answer::json(200, &json!({ "data": [item] })))
}
