//! `actions/mass_update`: the same value for many records, at once by their ids, as a job by a view.

use serde_json::{Value, json};

use super::selection::{Selection, read};
use crate::answer::{Answer, Outcome};
use crate::crm::batch::{answer, items};
use crate::crm::metadata::{Kind, Module};
use crate::crm::org::Org;
use crate::crm::records::rows::update_row;
use crate::crm::records::write::settle;
use crate::crm::visit::Visit;
use crate::verdict::{failure, success, too_many};

pub(super) fn run(org: &mut Org, visit: &Visit<'_>, module: &'static Module) -> Outcome {
    let body = visit.call.json()?;
    let change = items(visit, "data", 1)?.into_iter().next().unwrap_or_default();
    // One field, three in Deals.
    let most = if module.api_name == "Deals" { 3 } else { 1 };
    if change.is_empty() || change.len() > most {
        return Err(too_many("data", most));
    }
    if let Some(refused) = change.keys().find(|name| !may_change(module, name)) {
        let details = json!({ "api_name": refused });
        let item = failure("NOT_ALLOWED", "the field cannot be updated for many records", details);
        return Ok(answer(visit, "data", 200, vec![item]));
    }
    let ids = match read(org, visit, module, &body)? {
        Selection::Ids(ids) => {
            let items = ids.iter().map(|id| settle(update_row(org, visit, module, id, &change), "record updated"));
            return Ok(answer(visit, "data", 200, items.collect()));
        }
        Selection::View(ids) => ids,
    };
    org.mass_jobs.accept("mass_update")?;
    let done = ids.iter().filter(|id| update_row(org, visit, module, &json!(id), &change).is_ok()).count();
    let id = org.records.new_id();
    org.mass_jobs.add(id, "mass_update", (ids.len(), done), visit.behaviour);
    let item: Value = success("mass update scheduled successfully", json!({ "job_id": id.to_string() }));
    Ok(Answer::json(200, &json!({ "data": [item] })))
}

/// Not e-mails, look-ups, long texts and rows within.
fn may_change(module: &Module, name: &str) -> bool {
    let refused = |kind| {
        matches!(kind, Kind::Email | Kind::Lookup(_) | Kind::TextArea | Kind::Subform | Kind::FileUpload | Kind::Json)
    };
    module.field(name).is_some_and(|field| !field.read_only && !refused(field.kind))
}
