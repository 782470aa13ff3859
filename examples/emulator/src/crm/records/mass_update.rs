//! `actions/mass_update`: the same value for many records, at once by their ids, as a job by a view.

use serde_json::{Value, json};

use super::rows::update_row;
use super::write::settle;
use crate::answer::{Answer, Outcome};
use crate::crm::batch::{answer, items};
use crate::crm::metadata::{Kind, Module, view_shows};
use crate::crm::org::{MassUpdate, Org};
use crate::crm::row::{Row, id_text};
use crate::crm::visit::Visit;
use crate::verdict::{failure, invalid_id, missing_member, missing_param, success, too_many};

/// Records by id, and by view.
const BY_IDS: usize = 500;
const BY_VIEW: usize = 50_000;

pub(super) fn start(org: &mut Org, visit: &Visit<'_>, module: &'static Module) -> Outcome {
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
    if let Some(ids) = body["ids"].as_array() {
        if ids.len() > BY_IDS {
            return Err(too_many("ids", BY_IDS));
        }
        let items = ids.iter().map(|id| settle(update_row(org, visit, module, id, &change), "record updated"));
        let items = items.collect();
        return Ok(answer(visit, "data", 200, items));
    }
    let view = body.get("cvid").ok_or_else(|| missing_member("ids"))?;
    let shows = view_shows(module, &id_text(view)).ok_or_else(invalid_id)?;
    let records = org.records.shelf(module).records();
    let shown = records.filter(|(_, record)| shows.holds(&visit.person.id, record)).map(|(id, _)| id);
    let ids: Vec<u64> = shown.take(BY_VIEW).collect();
    let job = run(org, visit, module, &ids, &change);
    let id = org.records.new_id().to_string();
    org.mass_updates.insert(id.clone(), job);
    let item = success("mass update scheduled successfully", json!({ "job_id": id }));
    Ok(Answer::json(200, &json!({ "data": [item] })))
}

/// Not e-mails, look-ups, long texts and rows within.
fn may_change(module: &Module, name: &str) -> bool {
    let refused = |kind| {
        matches!(kind, Kind::Email | Kind::Lookup(_) | Kind::TextArea | Kind::Subform | Kind::FileUpload | Kind::Json)
    };
    module.field(name).is_some_and(|field| !field.read_only && !refused(field.kind))
}

fn run(org: &mut Org, visit: &Visit<'_>, module: &'static Module, ids: &[u64], change: &Row) -> MassUpdate {
    let mut job = MassUpdate { total: ids.len(), updated: 0 };
    for id in ids {
        job.updated += usize::from(update_row(org, visit, module, &json!(id), change).is_ok());
    }
    job
}

/// How far a job is: they are over at once.
pub(super) fn status(org: &Org, visit: &Visit<'_>) -> Outcome {
    let id = visit.call.query("job_id").ok_or_else(|| missing_param("job_id"))?;
    let job = org.mass_updates.get(id).ok_or_else(invalid_id)?;
    let told: Value = json!({
        "Status": "COMPLETED",
        "Total_Count": job.total,
        "Updated_Count": job.updated,
        "Not_Updated_Count": job.total - job.updated,
        "Failed_Count": 0,
    });
    Ok(Answer::json(200, &json!({ "data": [told] })))
}
