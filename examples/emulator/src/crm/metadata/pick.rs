//! Which module, and which of its items, a request is about.

use serde_json::json;

use super::module::{Module, described};
use crate::answer::{Answer, Outcome};
use crate::crm::visit::Visit;
use crate::verdict::{invalid_module, missing_param, unknown};

/// The module that a settings call names in its query.
pub(super) fn named(visit: &Visit<'_>) -> Result<&'static Module, Box<Answer>> {
    let name = visit.call.query("module").ok_or_else(|| missing_param("module"))?;
    described(name, visit.version).ok_or_else(invalid_module)
}

/// Picks out of a list the item of an id, or takes all; 204 when nothing is left.
pub(super) fn all_or_one(key: &str, list: Vec<serde_json::Value>, path: &[&str]) -> Outcome {
    let list = match path {
        [] => list,
        [id] => {
            let found = list.into_iter().find(|item| item["id"] == *id || item["api_name"] == *id);
            vec![found.ok_or_else(crate::verdict::invalid_id)?]
        }
        _ => return unknown(false),
    };
    Ok(Answer::json(200, &json!({ key: list })))
}
