//! The photo of a record.

use serde_json::json;

use crate::answer::{Answer, Outcome};
use crate::crm::metadata::Module;
use crate::crm::org::Org;
use crate::crm::storage::refuse_too_large;
use crate::crm::visit::Visit;
use crate::verdict::{invalid_id, missing_member, refuse, success, unknown};

/// `/{module}/{id}/photo`. Unlike records, the answer stands at the top level.
pub(crate) fn route(org: &mut Org, visit: &Visit<'_>, method: &str, (module, id): (&'static Module, u64)) -> Outcome {
    if module.field("Record_Image").is_none() && !module.custom {
        return Err(refuse(400, "INVALID_MODULE", "the module does not support photos", json!({})));
    }
    let key = format!("photo{id}");
    match method {
        "GET" => Ok(org.files.download(&key)),
        "POST" => {
            let part = visit
                .call
                .take_parts()
                .into_iter()
                .find(|part| part.name == "file")
                .ok_or_else(|| missing_member("file"))?;
            refuse_too_large(visit, &part)?;
            org.files.keep(&key, part);
            set_image(org, module, id, json!(key));
            Ok(Answer::json(200, &success("photo uploaded successfully", json!({}))))
        }
        "DELETE" => {
            if !org.files.remove(&key) {
                return Err(invalid_id());
            }
            set_image(org, module, id, json!(null));
            Ok(Answer::json(200, &success("Photo deleted", json!({}))))
        }
        _ => unknown(true),
    }
}

fn set_image(org: &mut Org, module: &'static Module, id: u64, image: serde_json::Value) {
    let shelf = org.records.shelf_mut(module);
    if let Some(mut row) = shelf.row(id).map(|row| row.into_owned()) {
        row.insert("Record_Image".to_owned(), image);
        shelf.put(id, row);
    }
}
