//! The record that a note is of, in the form that the API version takes.

use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Value, json};
use zcrm_core::config::ApiVersion;

/// The module that a `What_Id` or, up to v6, a note is of, which Zoho takes beside it; no field of the metadata.
pub const ABOUT: &str = "$se_module";

/// The field that names the record.
const PARENT: &str = "Parent_Id";

/// Writes the record of a note as the version takes it, whichever version the cells are of. By Zoho's pages *Create
/// notes* and the schemas of its SDKs: the id, with the module beside it, up to v4; an object in v5 and v6; an object
/// that holds the module from v6 on. The module is `se_module` up to v4, `$se_module` from v3 to v6.
///
/// What does not say both stays as it is: Zoho tells what it lacks.
pub(super) fn of_note(fields: &mut Vec<(&str, Box<RawValue>)>, version: ApiVersion) {
    let value = |wanted: &str| -> Option<Value> {
        let (_, value) = fields.iter().find(|(name, _)| *name == wanted)?;
        serde_json::from_str(value.get()).ok()
    };
    let parent = value(PARENT).unwrap_or_default();
    let id = match parent.get("id") {
        Some(Value::String(id)) => id.clone(),
        Some(Value::Number(id)) => id.to_string(),
        _ => return,
    };
    let within = parent.pointer("/module/api_name").cloned();
    let Some(module) = within.or_else(|| value(ABOUT)).filter(Value::is_string) else { return };
    let parent = match version {
        version if version <= ApiVersion::V4 => json!(id),
        ApiVersion::V5 => json!({ "id": id }),
        _ => json!({ "id": id, "module": { "api_name": module } }),
    };
    fields.retain(|(name, _)| *name != PARENT && *name != ABOUT);
    let mut add = |name, value: &Value| fields.extend(to_raw_value(value).ok().map(|value| (name, value)));
    add(PARENT, &parent);
    if version <= ApiVersion::V4 {
        add("se_module", &module);
    }
    if (ApiVersion::V3..=ApiVersion::V6).contains(&version) {
        add(ABOUT, &module);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn formed(version: ApiVersion, fields: Value) -> Value {
        let fields = fields.as_object().unwrap().clone();
        let raw = |value: &Value| to_raw_value(value).unwrap();
        let mut fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), raw(value))).collect();
        of_note(&mut fields, version);
        fields.into_iter().map(|(name, value)| (name, serde_json::from_str::<Value>(value.get()).unwrap())).collect()
    }

    #[test]
    fn each_version_gets_its_own_form_of_any_other() {
        let old = json!({ "Parent_Id": { "id": "7", "name": "x" }, "$se_module": "Leads" });
        let new = json!({ "Parent_Id": { "id": 7, "module": { "api_name": "Leads", "id": "1" } } });
        let within = json!({ "id": "7", "module": { "api_name": "Leads" } });
        for (version, form) in [
            (ApiVersion::V2, json!({ "Parent_Id": "7", "se_module": "Leads" })),
            (ApiVersion::V3, json!({ "Parent_Id": "7", "se_module": "Leads", "$se_module": "Leads" })),
            (ApiVersion::V5, json!({ "Parent_Id": { "id": "7" }, "$se_module": "Leads" })),
            (ApiVersion::V6, json!({ "Parent_Id": within, "$se_module": "Leads" })),
            (ApiVersion::V8, json!({ "Parent_Id": within })),
        ] {
            assert_eq!(formed(version, old.clone()), form, "{version}");
            assert_eq!(formed(version, new.clone()), form, "{version}");
        }
    }

    #[test]
    fn what_says_too_little_stays_as_it_is() {
        for fields in
            [json!({ "Parent_Id": { "id": "7" } }), json!({ "$se_module": "Leads" }), json!({ "Note_Title": "a" })]
        {
            assert_eq!(formed(ApiVersion::V2, fields.clone()), fields);
        }
    }
}
