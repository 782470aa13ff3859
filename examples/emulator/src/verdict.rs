//! The words in which Zoho refuses a whole call, and in which it tells success and failure of each item of one.

use serde_json::{Value, json};

use crate::answer::{Answer, Outcome};
use crate::version::Version;

/// The code of an update that `If-Unmodified-Since` forbids.
pub(crate) const ALREADY_MODIFIED: &str = "ALREADY_MODIFIED";

/// A refusal of the whole call, for use with `?`.
pub(crate) fn refuse(status: u16, code: &str, message: &str, details: Value) -> Box<Answer> {
    Box::new(Answer::error(status, code, message, details))
}

/// The answer where there is nothing.
pub(crate) fn no_such_url() -> Answer {
    let message = "Please check if the URL trying to access is a correct one";
    Answer::error(404, "INVALID_URL_PATTERN", message, json!({}))
}

/// The refusal of a method that a path does not know, or of a path that there is not.
pub(crate) fn unknown(path_known: bool) -> Outcome {
    if path_known {
        let message = "The http request method type is not a valid one";
        return Err(refuse(405, "INVALID_REQUEST_METHOD", message, json!({})));
    }
    Ok(no_such_url())
}

/// Something that is there from another version on.
pub(crate) fn not_supported(since: Version) -> Box<Answer> {
    let details = json!({ "supported_version": since.name() });
    refuse(400, "API_NOT_SUPPORTED", "the API is not supported in this version", details)
}

/// A member of the body whose JSON type is not what this version takes.
pub(crate) fn expected_type(api_name: &str, kind: &str) -> Value {
    failure("INVALID_DATA", "invalid data", json!({ "expected_data_type": kind, "api_name": api_name }))
}

/// An id in the path that belongs to nothing.
pub(crate) fn invalid_id() -> Box<Answer> {
    refuse(400, "INVALID_DATA", "the id given seems to be invalid", json!({}))
}

/// The answer to too many calls at once, or in a day. It does not say which.
pub(crate) fn too_many_requests() -> Box<Answer> {
    refuse(429, "TOO_MANY_REQUESTS", "too many requests. please try again after some time", json!({}))
}

/// A token without the scope that the call needs.
pub(crate) fn scope_mismatch() -> Box<Answer> {
    refuse(401, "OAUTH_SCOPE_MISMATCH", "invalid oauth scope to access this URL", json!({}))
}

/// A module that there is not.
pub(crate) fn invalid_module() -> Box<Answer> {
    refuse(400, "INVALID_MODULE", "the module name given seems to be invalid", json!({}))
}

/// A query parameter with a value that makes no sense.
pub(crate) fn invalid_param(name: &str) -> Box<Answer> {
    refuse(400, "INVALID_DATA", "invalid data", json!({ "param_name": name }))
}

/// Parameters of which only one may be there.
pub(crate) fn ambiguous(names: &[&str]) -> Box<Answer> {
    let names: Vec<Value> = names.iter().map(|name| json!({ "param_name": name })).collect();
    let details = json!({ "ambiguity_due_to": names });
    refuse(400, "AMBIGUITY_DURING_PROCESSING", "ambiguity while processing the request", details)
}

/// A query parameter that must be there.
pub(crate) fn missing_param(name: &str) -> Box<Answer> {
    let message = "One of the expected parameter is missing";
    refuse(400, "REQUIRED_PARAM_MISSING", message, json!({ "param_name": name }))
}

/// A member that the body of the call must have.
pub(crate) fn missing_member(name: &str) -> Box<Answer> {
    refuse(400, "MANDATORY_NOT_FOUND", "required field not found", json!({ "api_name": name }))
}

/// More of something than one call may carry.
pub(crate) fn too_many(name: &str, limit: usize) -> Box<Answer> {
    let details = json!({ "limit": limit, "param_name": name });
    refuse(400, "LIMIT_EXCEEDED", "the limit has been exceeded", details)
}

/// An item that went well.
pub(crate) fn success(message: &str, details: Value) -> Value {
    json!({ "code": "SUCCESS", "details": details, "message": message, "status": "success" })
}

/// An item that did not.
pub(crate) fn failure(code: &str, message: &str, details: Value) -> Value {
    json!({ "code": code, "details": details, "message": message, "status": "error" })
}

/// An item without a field that it must have.
pub(crate) fn mandatory(api_name: &str) -> Value {
    failure("MANDATORY_NOT_FOUND", "required field not found", json!({ "api_name": api_name }))
}

/// An item whose id belongs to nothing.
pub(crate) fn unknown_id(id: impl Into<Value>) -> Value {
    failure("INVALID_DATA", "the id given seems to be invalid", json!({ "id": id.into(), "api_name": "id" }))
}

/// A field of an item that names something which there is not.
pub(crate) fn unknown_in(api_name: &str) -> Value {
    failure("INVALID_DATA", "the id given seems to be invalid", json!({ "api_name": api_name }))
}
