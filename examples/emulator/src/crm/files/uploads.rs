//! `/files`: uploads for file and image fields, known by a long opaque id.

use serde_json::{Value, json};

use crate::answer::{Answer, Outcome};
use crate::call::Part;
use crate::crm::org::Org;
use crate::crm::storage::refuse_too_large;
use crate::crm::visit::Visit;
use crate::verdict::{missing_param, refuse, success, unknown};

/// Files of one call.
const AT_MOST: usize = 10;

pub(crate) fn route(org: &mut Org, visit: &Visit<'_>, method: &str) -> Outcome {
    match method {
        "POST" => upload(org, visit),
        "GET" => {
            let id = visit.call.query("id").ok_or_else(|| missing_param("id"))?;
            Ok(org.files.download(id))
        }
        _ => unknown(true),
    }
}

fn upload(org: &mut Org, visit: &Visit<'_>) -> Outcome {
    let files: Vec<Part> = visit.call.take_parts().into_iter().filter(|part| part.name == "file").collect();
    if files.is_empty() || files.len() > AT_MOST {
        return Err(refuse(400, "INVALID_DATA", "invalid data", json!({ "api_name": "file", "limit": AT_MOST })));
    }
    for part in &files {
        refuse_too_large(visit, part)?;
    }
    let mut items: Vec<Value> = Vec::new();
    for part in files {
        let id = format!("{:032x}{:032x}", fastrand::u128(..), fastrand::u128(..));
        let name = part.file_name.clone();
        org.files.keep(&id, part);
        items.push(success("File uploaded successfully", json!({ "name": name, "id": id })));
    }
    Ok(Answer::json(200, &json!({ "data": items })))
}
