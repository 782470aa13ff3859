//! `/settings/territories`: two of them, which can be read.

use serde_json::{Value, json};

use crate::answer::{Answer, Outcome};
use crate::crm::visit::Visit;
use crate::verdict::{invalid_id, unknown};
use crate::version::Version;

const NORTH: &str = "3652397000000240001";
const OSLO: &str = "3652397000000240004";

fn all(visit: &Visit<'_>) -> [Value; 2] {
    let asta = json!({ "name": "Asta Berg", "id": "3652397000000186017" });
    [(NORTH, "North", None), (OSLO, "Oslo", Some(NORTH))].map(|(id, name, above)| {
        let mut territory = json!({
            "id": id, "name": name, "description": null, "manager": asta, "created_by": asta, "modified_by": asta,
            "created_time": "2019-08-20T10:00:00+02:00", "modified_time": "2019-08-20T10:00:00+02:00",
        });
        if visit.version < Version::V4 {
            territory["parent_id"] = json!(above);
            territory["criteria"] = Value::Null;
        } else {
            territory["api_name"] = json!(name);
            territory["reporting_to"] = above.map(|id| json!({ "name": "North", "id": id })).unwrap_or_default();
            territory["permission_type"] = json!("read_write_delete");
            territory["account_rule_criteria"] = Value::Null;
            territory["deal_rule_criteria"] = Value::Null;
        }
        territory
    })
}

/// Paths below `/settings/territories`.
pub(crate) fn route(visit: &Visit<'_>, method: &str, path: &[&str]) -> Outcome {
    let found: Vec<Value> = match (method, path) {
        ("GET", []) => all(visit).into(),
        ("GET", [id]) => vec![all(visit).into_iter().find(|known| known["id"] == *id).ok_or_else(invalid_id)?],
        _ => return unknown(path.len() <= 1),
    };
    let mut body = json!({ "territories": found });
    if visit.version >= Version::V4 && path.is_empty() {
        body["info"] = json!({ "per_page": 200, "count": found.len(), "page": 1, "more_records": false });
    }
    Ok(Answer::json(200, &body))
}
