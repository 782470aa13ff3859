//! `Leads/actions/mass_convert`: a job for up to 50 leads, which is not told in a list.

use serde_json::json;

use crate::answer::{Answer, Outcome};
use crate::crm::metadata::Module;
use crate::crm::org::Org;
use crate::crm::records::convert::convert_lead;
use crate::crm::row::id_of;
use crate::crm::visit::Visit;
use crate::verdict::{missing_member, success, too_many};
use crate::version::Version;

const AT_MOST: usize = 50;

pub(super) fn start(org: &mut Org, visit: &Visit<'_>, leads: &'static Module) -> Outcome {
    let body = visit.call.json()?;
    let ids = body["ids"].as_array().filter(|ids| !ids.is_empty()).ok_or_else(|| missing_member("ids"))?;
    if ids.len() > AT_MOST {
        return Err(too_many("ids", AT_MOST));
    }
    org.mass_jobs.accept("mass_convert")?;
    let mut done = 0;
    for id in ids.iter().filter_map(id_of) {
        done += usize::from(convert_lead(org, visit, leads, id, &body).is_some_and(|made| made.is_ok()));
    }
    let id = org.records.new_id();
    org.mass_jobs.add(id, "mass_convert", (ids.len(), done), visit.behaviour);
    let mut answer = success("Mass Convert scheduled successfully", json!({ "job_id": id.to_string() }));
    if visit.version >= Version::V7 {
        answer["code"] = json!("SCHEDULED");
    }
    Ok(Answer::json(200, &answer))
}
