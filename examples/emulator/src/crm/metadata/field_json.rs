//! `/settings/fields`.

use serde_json::{Value, json};

use super::field::{Field, Kind};
use super::find;
use super::module::Module;
use super::pick::{all_or_one, named};
use crate::answer::{Answer, Outcome};
use crate::crm::visit::Visit;
use crate::verdict::{invalid_id, not_supported};
use crate::version::Version;

pub(super) fn get(visit: &Visit<'_>, path: &[&str]) -> Outcome {
    let module = named(visit)?;
    match path {
        [_, "pick_list_values"] if visit.version < Version::V7 => Err(not_supported(Version::V7)),
        [id, "pick_list_values"] => {
            let mut fields = all(visit, module).into_iter();
            let field = fields.find(|field| field["id"] == *id || field["api_name"] == *id).ok_or_else(invalid_id)?;
            Ok(Answer::json(200, &json!({ "pick_list_values": values(&field) })))
        }
        _ => all_or_one("fields", all(visit, module), path),
    }
}

/// The choices of a field as they are listed alone.
fn values(field: &Value) -> Vec<Value> {
    let all = field["pick_list_values"].as_array().into_iter().flatten();
    all.map(|value| {
        let mut value = value.clone();
        if let Value::Object(members) = &mut value {
            members.remove("maps");
            let actual = members.get("actual_value").cloned().unwrap_or_default();
            members.insert("reference_value".to_owned(), actual);
            members.insert("colour_code".to_owned(), Value::Null);
            members.insert("type".to_owned(), json!("used"));
            members.insert("layout_associations".to_owned(), json!([]));
        }
        value
    })
    .collect()
}

/// All fields of a module.
pub(super) fn all(visit: &Visit<'_>, module: &Module) -> Vec<Value> {
    let fields = module.fields().filter(|field| !field.api_name.starts_with('$'));
    fields.enumerate().map(|(at, field)| describe(visit, module, field, at)).collect()
}

pub(super) fn label(field: &Field) -> String {
    field.api_name.replace('_', " ")
}

/// Zoho's name of the type, and the JSON type.
fn types(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Text => ("text", "string"),
        Kind::TextArea => ("textarea", "string"),
        Kind::Email => ("email", "string"),
        Kind::Phone => ("phone", "string"),
        Kind::Website => ("website", "string"),
        Kind::Picklist(_) => ("picklist", "string"),
        Kind::MultiPicklist(_) => ("multiselectpicklist", "jsonarray"),
        Kind::Integer => ("integer", "integer"),
        Kind::Bigint | Kind::Id => ("bigint", "string"),
        Kind::Double => ("double", "double"),
        Kind::Currency => ("currency", "double"),
        Kind::Percent => ("percent", "double"),
        Kind::Boolean => ("boolean", "boolean"),
        Kind::Date => ("date", "string"),
        Kind::DateTime => ("datetime", "string"),
        Kind::Lookup(_) | Kind::Anything => ("lookup", "jsonobject"),
        Kind::User => ("ownerlookup", "jsonobject"),
        Kind::AutoNumber => ("autonumber", "string"),
        Kind::Subform => ("subform", "jsonarray"),
        Kind::FileUpload => ("fileupload", "jsonarray"),
        Kind::ProfileImage => ("profileimage", "string"),
        Kind::Json => ("text", "jsonarray"),
    }
}

/// One field of a module.
pub(crate) fn one(visit: &Visit<'_>, module: &Module, field: &Field) -> Value {
    let at = module.fields().position(|known| known.api_name == field.api_name).unwrap_or_default();
    describe(visit, module, field, at)
}

fn describe(visit: &Visit<'_>, module: &Module, field: &Field, at: usize) -> Value {
    let lines =
        (field.api_name == "Product_Details" && visit.version >= Version::V2_1).then(|| module.line_items()).flatten();
    let (data_type, json_type) = match (field.api_name, lines) {
        (_, Some(_)) => ("subform", "jsonarray"),
        ("Layout", _) => ("bigint", "jsonobject"),
        ("Remind_At", _) => ("ALARM", "jsonobject"),
        ("Recurring_Activity", _) => ("RRULE", "jsonobject"),
        _ => types(field.kind),
    };
    let editable = !field.read_only;
    let values = match field.kind {
        Kind::Picklist(values) | Kind::MultiPicklist(values) => values,
        _ => &[],
    };
    let pick_list_values: Vec<Value> = values
        .iter()
        .enumerate()
        .map(|(at, value)| {
            json!({ "display_value": value, "actual_value": value, "sequence_number": at + 1, "maps": [],
                    "id": format!("{}{at:02}", module.field_id(field)) })
        })
        .collect();
    let lookup = match field.kind {
        Kind::Lookup(name) => find(name).map_or_else(
            || json!({}),
            |target| {
                json!({ "display_label": format!("{}s", module.api_name), "api_name": module.api_name,
                    "module": if visit.version >= Version::V3 {
                        json!({ "api_name": name, "id": target.id() })
                    } else { json!(name) },
                    "id": module.field_id(field) })
            },
        ),
        _ => json!({}),
    };
    let money =
        if field.kind == Kind::Currency { json!({ "rounding_option": "normal", "precision": 2 }) } else { json!({}) };
    let numbered = match field.kind {
        Kind::AutoNumber => json!({ "prefix": "N", "suffix": null, "start_number": "1" }),
        _ => json!({}),
    };
    let unique =
        field.unique || visit.behaviour.unique_email && module.api_name == "Leads" && field.api_name == "Email";
    json!({
        "id": module.field_id(field),
        "api_name": lines.unwrap_or(field.api_name),
        "field_label": label(field),
        "display_label": label(field),
        "data_type": data_type,
        "json_type": json_type,
        "length": field.max_length().unwrap_or(16),
        "decimal_place": if matches!(field.kind, Kind::Double | Kind::Currency) { json!(2) } else { Value::Null },
        "system_mandatory": field.mandatory,
        "custom_field": field.custom,
        "read_only": field.read_only,
        "field_read_only": field.read_only,
        "visible": true,
        "sequence_number": at + 1,
        "default_value": null,
        "created_source": "default",
        "businesscard_supported": true,
        "webhook": true,
        "mass_update": editable && !field.mandatory,
        "view_type": { "view": true, "edit": editable, "create": editable, "quick_create": field.mandatory },
        "pick_list_values": pick_list_values,
        "lookup": lookup,
        "multiselectlookup": {},
        "unique": if unique { json!({ "casesensitive": false }) } else { json!({}) },
        "formula": {},
        "currency": money,
        "auto_number": numbered,
        "subform": if lines.is_some() || field.kind == Kind::Subform { json!({ "module": lines.unwrap_or(field.api_name) }) } else { Value::Null },
        "tooltip": null,
        "crypt": null,
        "convert_mapping": null,
        "association_details": null,
        "history_tracking": null,
    })
}
