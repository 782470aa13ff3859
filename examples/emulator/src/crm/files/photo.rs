//! Photos of records, and that of the organization.

use serde_json::json;

use crate::answer::{Answer, Outcome};
use crate::crm::metadata::Module;
use crate::crm::org::Org;
use crate::crm::storage::refuse_too_large;
use crate::crm::visit::Visit;
use crate::verdict::{invalid_id, missing_member, refuse, success, unknown};

const OF_ORGANIZATION: &str = "photo of the organization";

/// `/{module}/{id}/photo`. Unlike records, the answer stands at the top level.
pub(crate) fn route(org: &mut Org, visit: &Visit<'_>, method: &str, (module, id): (&'static Module, u64)) -> Outcome {
    if module.field("Record_Image").is_none() && !module.custom {
        return Err(refuse(400, "INVALID_MODULE", "the module does not support photos", json!({})));
    }
    let key = format!("photo{id}");
    match method {
        "GET" => Ok(org.files.download(&key)),
        "POST" => {
            keep(org, visit, &key)?;
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

/// `/org/photo`.
pub(crate) fn org_photo(org: &mut Org, visit: &Visit<'_>, method: &str) -> Outcome {
    match method {
        "GET" => Ok(org.files.download(OF_ORGANIZATION)),
        "POST" => {
            keep(org, visit, OF_ORGANIZATION)?;
            Ok(Answer::json(200, &success("photo uploaded successfully", json!({}))))
        }
        _ if org.files.remove(OF_ORGANIZATION) => Ok(Answer::json(200, &success("photo deleted", json!({})))),
        _ => Err(invalid_id()),
    }
}

/// Keeps the file that was sent.
fn keep(org: &mut Org, visit: &Visit<'_>, key: &str) -> Result<(), Box<Answer>> {
    let mut parts = visit.call.take_parts().into_iter();
    let part = parts.find(|part| part.name == "file").ok_or_else(|| missing_member("file"))?;
    refuse_too_large(visit, &part)?;
    org.files.keep(key, part);
    Ok(())
}

fn set_image(org: &mut Org, module: &'static Module, id: u64, image: serde_json::Value) {
    let shelf = org.records.shelf_mut(module);
    if let Some(mut row) = shelf.row(id).map(|row| row.into_owned()) {
        row.insert("Record_Image".to_owned(), image);
        shelf.put(id, row);
    }
}
