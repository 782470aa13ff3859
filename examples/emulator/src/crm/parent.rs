//! What notes and attachments say of the record that they belong to: up to v6 its id and name, with its module beside
//! it in `$se_module`; from v7 on the module is within.

use serde_json::{Value, json};

use crate::crm::metadata::Module;
use crate::crm::row::Row;
use crate::crm::visit::Visit;
use crate::verdict::{expected_type, mandatory};
use crate::version::Version;

/// As it is kept: every form at once.
pub(crate) fn kept(module: &Module, id: u64, name: &Value) -> [(&'static str, Value); 2] {
    let parent = json!({
        "name": name,
        "id": id.to_string(),
        "module": { "api_name": module.api_name, "id": module.id() },
    });
    [("Parent_Id", parent), ("$se_module", json!(module.api_name))]
}

/// As the version of the call has it.
pub(crate) fn outward(visit: &Visit<'_>, row: &mut Row) {
    if visit.version >= Version::V7 {
        // Activities say with it what their `What_Id` is of, in every version.
        if row.contains_key("Parent_Id") {
            row.remove("$se_module");
        }
    } else if let Some(Value::Object(parent)) = row.get_mut("Parent_Id") {
        parent.remove("module");
    }
}

/// The name of the module that a note names, and its `Parent_Id`, in the form of the version of the call.
pub(crate) fn named<'a>(visit: &Visit<'_>, sent: &'a Row) -> Result<(&'a str, &'a Value), Value> {
    let parent = sent.get("Parent_Id").filter(|parent| !parent.is_null()).ok_or_else(|| mandatory("Parent_Id"))?;
    if visit.version >= Version::V7 {
        if !parent.is_object() {
            return Err(expected_type("Parent_Id", "jsonobject"));
        }
        let module = parent["module"]["api_name"].as_str().ok_or_else(|| mandatory("module"))?;
        return Ok((module, parent));
    }
    // v6 knows both forms.
    if visit.version >= Version::V6
        && let Some(module) = parent["module"]["api_name"].as_str()
    {
        return Ok((module, parent));
    }
    let beside = sent.get("$se_module").or_else(|| {
        // Zoho's pages leave the dollar out up to v4, and so does its Ruby SDK.
        sent.get("se_module").filter(|_| visit.version <= Version::V4)
    });
    let module = beside.and_then(Value::as_str).ok_or_else(|| mandatory("$se_module"))?;
    Ok((module, parent))
}
