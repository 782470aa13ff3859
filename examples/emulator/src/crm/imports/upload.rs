//! `POST /crm/{version}/upload`: a ZIP file for a job. With Zoho it lies on another host than the API.

use serde_json::json;

use super::file;
use crate::answer::{Answer, Outcome};
use crate::crm::org::Org;
use crate::crm::visit::Visit;
use crate::moment;
use crate::verdict::{refuse, success};
use crate::version::Version;

const ZGID: &str = "669351987";
const LARGEST: u64 = 25_000_000;

pub(crate) fn upload(org: &mut Org, visit: &Visit<'_>) -> Outcome {
    let header = |name| visit.call.header(name).unwrap_or_default();
    if header("feature") != "bulk-write" || header("x-crm-org") != ZGID {
        let body = json!({
            "ERROR_CODE": "BAD_REQUEST",
            "ERROR_MESSAGE": "Bad Request",
            "x-error": "check if headers [feature, X-CRM-ORG] are present and valid",
        });
        return Err(Box::new(Answer::json(400, &body)));
    }
    let parts = visit.call.take_parts();
    let Some(part) = parts.into_iter().find(|part| part.name == "file") else {
        return Err(refuse(400, "MANDATORY_NOT_FOUND", "required field not found", json!({ "api_name": "file" })));
    };
    let largest = visit.behaviour.max_file_size.unwrap_or(LARGEST);
    if part.content.length() > largest {
        return Err(refuse(413, "FILE_TOO_LARGE", "file size exceeds the limit", json!({ "limit": largest })));
    }
    if file::archive(&part.content).is_none() {
        return Err(refuse(400, "INVALID_FILE_FORMAT", "the file has to be a zip", json!({})));
    }
    let id = org.records.new_id();
    org.imports.keep(id.to_string(), part.content);
    // The samples have it as text; older SDKs read a number.
    let told = if visit.version < Version::V5 { json!(id) } else { json!(id.to_string()) };
    let mut body = success("file uploaded.", json!({ "file_id": told, "created_time": moment::now() }));
    body["code"] = json!("FILE_UPLOAD_SUCCESS");
    Ok(Answer::json(200, &body))
}
