//! `/settings/layouts`: one layout for each module.

use serde_json::{Value, json};

use super::field_json;
use super::module::Module;
use super::pick::{all_or_one, named};
use crate::answer::Outcome;
use crate::crm::visit::Visit;
use crate::version::Version;

const FIRST: u64 = 3_652_397_000_001_001_055;

/// The id of a module's layout.
pub(crate) fn id(module: &Module) -> String {
    (FIRST + module.number()).to_string()
}

pub(super) fn get(visit: &Visit<'_>, path: &[&str]) -> Outcome {
    let module = named(visit)?;
    all_or_one("layouts", vec![describe(visit, module)], path)
}

fn describe(visit: &Visit<'_>, module: &Module) -> Value {
    let person = json!({ "name": "Asta Berg", "id": "3652397000000186017" });
    let convert_mapping = match module.api_name {
        "Leads" => json!({
            "Contacts": { "name": "Standard", "id": "3652397000001001056" },
            "Accounts": { "name": "Standard", "id": "3652397000001001057" },
            "Deals": {
                "name": "Standard", "id": "3652397000001001058",
                "fields": [
                    { "api_name": "Deal_Name", "id": "3652397000000403000", "field_label": "Deal Name", "required": true },
                    { "api_name": "Stage", "id": "3652397000000403001", "field_label": "Stage", "required": true }
                ]
            },
        }),
        _ => Value::Null,
    };
    json!({
        "id": id(module),
        "name": "Standard",
        "display_label": "Standard",
        "visible": true,
        // A number in older versions, a word in later ones.
        "status": if visit.version >= Version::V3 { json!("active") } else { json!(0) },
        "created_for": null,
        "created_time": "2019-08-20T10:00:00+02:00",
        "modified_time": "2019-08-20T10:00:00+02:00",
        "created_by": person,
        "modified_by": person,
        "convert_mapping": convert_mapping,
        "profiles": [
            { "name": "Administrator", "id": "3652397000000026011", "default": true },
            { "name": "Standard", "id": "3652397000000026014", "default": true }
        ],
        "sections": [{
            "name": format!("{} Information", module.singular),
            "display_label": format!("{} Information", module.singular),
            "api_name": format!("{}_Information", module.singular.replace(' ', "_")),
            "sequence_number": 1,
            "column_count": 2,
            "tab_traversal": 2,
            "isSubformSection": false,
            "properties": null,
            "fields": field_json::all(visit, module),
        }],
    })
}
