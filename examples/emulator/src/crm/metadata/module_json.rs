//! `/settings/modules`.

use serde_json::{Value, json};

use super::module::{ACTIVITIES, Module, described, modules};
use super::{field_json, related, views};
use crate::answer::{Answer, Outcome};
use crate::crm::visit::Visit;
use crate::verdict::invalid_module;
use crate::version::Version;

pub(super) fn get(visit: &Visit<'_>, path: &[&str]) -> Outcome {
    match path {
        [] => {
            let mut all: Vec<Value> = modules().map(|module| describe(visit, module)).collect();
            if let Some(activities) = described(ACTIVITIES, visit.version) {
                let mut activities = describe(visit, activities);
                activities["creatable"] = json!(false);
                all.push(activities);
            }
            Ok(Answer::json(200, &json!({ "modules": all })))
        }
        [name] => {
            let by_name = described(name, visit.version);
            let module =
                by_name.or_else(|| modules().find(|module| module.id() == *name)).ok_or_else(invalid_module)?;
            Ok(Answer::json(200, &json!({ "modules": [in_depth(visit, module)] })))
        }
        _ => crate::verdict::unknown(false),
    }
}

fn describe(visit: &Visit<'_>, module: &Module) -> Value {
    let is_helper = matches!(module.api_name, "Notes" | "Attachments");
    let mut described = json!({
        "id": module.id(),
        "api_name": module.api_name,
        "module_name": module.api_name,
        "singular_label": module.singular,
        "plural_label": module.api_name.replace('_', " "),
        "generated_type": if module.custom { "custom" } else { "default" },
        "sequence_number": module.number() + 1,
        "api_supported": true,
        "viewable": true,
        "creatable": true,
        "editable": !is_helper,
        "deletable": true,
        "convertable": module.api_name == "Leads",
        "visibility": 1,
        "visible": true,
        "quick_create": !is_helper,
        "feeds_required": false,
        "scoring_supported": !is_helper,
        "webform_supported": !is_helper,
        "inventory_template_supported": module.line_items().is_some(),
        "emailTemplate_support": !is_helper,
        "global_search_supported": true,
        "presence_sub_menu": true,
        "arguments": [],
        "web_link": null,
        "business_card_field_limit": if is_helper { 0 } else { 5 },
        "parent_module": {},
        "modified_by": null,
        "modified_time": null,
        "profiles": [
            { "name": "Administrator", "id": "3652397000000026011" },
            { "name": "Standard", "id": "3652397000000026014" }
        ],
    });
    if let Value::Object(members) = &mut described {
        if visit.version >= Version::V5 {
            members.remove("visible");
            members.insert("status".to_owned(), json!("visible"));
        }
        if visit.version >= Version::V6 {
            members.remove("presence_sub_menu");
        }
    }
    described
}

/// One module alone tells more than a list of them.
fn in_depth(visit: &Visit<'_>, module: &Module) -> Value {
    let mut described = describe(visit, module);
    let display_field = module.field(module.display_field).map(|field| {
        json!({ "api_name": field.api_name, "id": module.field_id(field), "field_label": field_json::label(field) })
    });
    let first_fields: Vec<&str> = module.fields().map(|field| field.api_name).take(5).collect();
    for (name, value) in [
        ("filter_status", json!(false)),
        ("filter_supported", json!(true)),
        ("kanban_view", json!(false)),
        ("kanban_view_supported", json!(true)),
        ("display_field", json!(display_field)),
        ("search_layout_fields", json!(first_fields)),
        ("business_card_fields", json!(first_fields)),
        ("per_page", json!(10)),
        ("territory", Value::Null),
        ("$properties", json!(["$name", "$id"])),
        ("related_list_properties", json!({ "sort_by": null, "sort_order": "desc", "fields": first_fields })),
        ("related_lists", json!(related::all(module))),
        ("custom_view", views::seeded(module).into_iter().next().unwrap_or_default()),
    ] {
        described[name] = value;
    }
    described
}
