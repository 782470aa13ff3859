//! `actions/change_owner` and `actions/mass_change_owner`: another owner, at once by ids, as a job by a view.

use serde_json::{Value, json};

use super::selection::{ids, of_view};
use crate::answer::{Answer, Outcome};
use crate::crm::batch::answer;
use crate::crm::metadata::Module;
use crate::crm::org::Org;
use crate::crm::records::rows::update_row;
use crate::crm::row::Row;
use crate::crm::visit::Visit;
use crate::verdict::{missing_member, not_supported, success};
use crate::version::Version;

pub(super) fn change(org: &mut Org, visit: &Visit<'_>, module: &'static Module, id: Option<&str>) -> Outcome {
    let body = visit.call.json()?;
    let owner = owner(&body)?;
    let ids = match id {
        Some(id) => vec![json!(id)],
        None => ids(&body)?,
    };
    let items = ids.iter().map(|id| match update_row(org, visit, module, id, &owner) {
        Ok(_) => success("owner is successfully updated", json!({ "id": id })),
        Err(refused) => refused,
    });
    let items = items.collect();
    Ok(answer(visit, "data", 200, items))
}

pub(super) fn start(org: &mut Org, visit: &Visit<'_>, module: &'static Module) -> Outcome {
    let body = visit.call.json()?;
    let owner = owner(&body)?;
    if body.get("criteria").is_some() && visit.version < Version::V6 {
        return Err(not_supported(Version::V6));
    }
    let ids = of_view(org, visit, module, &body)?;
    org.mass_jobs.accept("mass_change_owner")?;
    let criteria = &body["criteria"];
    let matches = |org: &Org, id: u64| {
        let row = org.records.shelf(module).row(id);
        criteria["field"]["api_name"]
            .as_str()
            .is_none_or(|name| row.is_some_and(|row| row.get(name) == criteria.get("value")))
    };
    let ids: Vec<u64> = ids.into_iter().filter(|&id| matches(org, id)).collect();
    let done = ids.iter().filter(|id| update_row(org, visit, module, &json!(id), &owner).is_ok()).count();
    let id = org.records.new_id();
    org.mass_jobs.add(id, "mass_change_owner", (ids.len(), done), visit.behaviour);
    let mut item = success("mass change owner scheduled successfully", json!({ "job_id": id.to_string() }));
    if visit.version < Version::V5 {
        item["code"] = json!("SCHEDULED");
    }
    Ok(Answer::json(200, &json!({ "data": [item] })))
}

fn owner(body: &Value) -> Result<Row, Box<Answer>> {
    let id = body["owner"].get("id").ok_or_else(|| missing_member("owner"))?;
    Ok([("Owner".to_owned(), json!({ "id": id }))].into_iter().collect())
}
