//! `/Leads/{id}/__conversion_options`: into which records a lead may be converted, by its company and its address.

use serde_json::{Value, json};

use super::list::present;
use crate::answer::{Answer, Outcome};
use crate::crm::metadata::{self, Module};
use crate::crm::org::Org;
use crate::crm::row::Row;
use crate::crm::visit::Visit;
use crate::verdict::{invalid_id, not_supported};
use crate::version::Version;

/// Where it is, below a lead.
pub(super) const PATH: &str = "__conversion_options";

pub(super) fn get(org: &Org, visit: &Visit<'_>, (leads, id): (&'static Module, u64)) -> Outcome {
    if visit.version < Version::V3 {
        return Err(not_supported(Version::V3));
    }
    let lead = org.records.shelf(leads).row(id).ok_or_else(invalid_id)?.into_owned();
    let contacts = alike(org, visit, "Contacts", ("Email", lead.get("Email")));
    let accounts = alike(org, visit, "Accounts", ("Account_Name", lead.get("Company")));
    let matched = |field: &str, records: &[Value]| {
        let field = json!({ "api_name": field });
        records.iter().map(|_| json!({ "field": field, "matched_lead_value": null })).collect::<Vec<_>>()
    };
    let preferred = metadata::find("Contacts").map(|module| json!({ "api_name": module.api_name, "id": module.id() }));
    let options = json!({
        "module_preference": preferred,
        "preference_field_matched_value": {
            "Contacts": matched("Email", &contacts), "Accounts": matched("Account_Name", &accounts), "Deals": [],
        },
        "modules_with_multiple_layouts": [],
        "Contacts": contacts,
        "Accounts": accounts,
        "Deals": [],
    });
    Ok(Answer::json(200, &json!({ PATH: options })))
}

/// Records of a module that have the value in the field.
fn alike(org: &Org, visit: &Visit<'_>, module: &str, (field, value): (&'static str, Option<&Value>)) -> Vec<Value> {
    let (Some(module), Some(text)) = (metadata::find(module), value.and_then(Value::as_str)) else {
        return Vec::new();
    };
    let same =
        |row: &&Row| row.get(field).and_then(Value::as_str).is_some_and(|known| known.eq_ignore_ascii_case(text));
    let rows = org.records.shelf(module).written().map(|(_, row)| row).filter(same);
    rows.map(|row| present(visit, module, row.clone(), &[field])).collect()
}
