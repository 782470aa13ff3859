//! `{record}/actions/merge`: one or two records become part of another one, and are deleted.

use serde_json::{Value, json};

use crate::answer::{Answer, Outcome};
use crate::crm::metadata::Module;
use crate::crm::org::Org;
use crate::crm::records::related;
use crate::crm::records::rows::{delete_row, update_row};
use crate::crm::row::{Row, id_of};
use crate::crm::visit::Visit;
use crate::verdict::{failure, invalid_module, missing_member, success, unknown_id};

const MODULES: [&str; 6] = ["Leads", "Contacts", "Accounts", "Deals", "Vendors", "Projects"];

/// Records besides the one that stays.
const AT_MOST: usize = 2;

pub(super) fn run(org: &mut Org, visit: &Visit<'_>, module: &'static Module, master: &str) -> Outcome {
    if !MODULES.contains(&module.api_name) {
        return Err(invalid_module());
    }
    let (_, master) = related::parent(org, module, master)?;
    let body = visit.call.json()?;
    let merge = body["merge"].get(0).ok_or_else(|| missing_member("merge"))?;
    let children =
        merge["data"].as_array().filter(|children| !children.is_empty()).ok_or_else(|| missing_member("data"))?;
    let refused = |item: Value| Ok(Answer::json(400, &json!({ "merge": [item] })));
    if children.len() > AT_MOST {
        return refused(failure(
            "INVALID_DATA",
            "invalid data",
            json!({ "api_name": "data", "maximum_length": AT_MOST }),
        ));
    }
    let mut taken = Row::new();
    let mut gone = Vec::new();
    for child in children {
        let row = id_of(&child["id"]).and_then(|id| Some((id, org.records.shelf(module).row(id)?.into_owned())));
        let Some((id, row)) = row.filter(|(id, _)| *id != master) else {
            return refused(unknown_id(child["id"].clone()));
        };
        for name in child["_fields"].as_array().into_iter().flatten().filter_map(|field| field["api_name"].as_str()) {
            taken.insert(name.to_owned(), row.get(name).cloned().unwrap_or_default());
        }
        gone.push(id);
    }
    org.mass_jobs.accept("merge")?;
    if let Err(item) = update_row(org, visit, module, &json!(master), &taken) {
        return refused(item);
    }
    for id in &gone {
        delete_row(org, visit, module, &id.to_string());
    }
    let mut item = success("records merged successfully", json!({ "id": master.to_string() }));
    if visit.behaviour.merge_as_job {
        let id = org.records.new_id();
        org.mass_jobs.add(id, "merge", (gone.len(), gone.len()), visit.behaviour);
        item["code"] = json!("SCHEDULED");
        item["details"]["job_id"] = json!(id.to_string());
    }
    Ok(Answer::json(201, &json!({ "merge": [item] })))
}
