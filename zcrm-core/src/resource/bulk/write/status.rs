//! How far a job is.

use crate::config::ApiVersion;
use crate::entity::Json;
use crate::error::ApiError;
use crate::resource::bulk::query::bulk_request;
use crate::resource::bulk::status::plain;
use crate::rest::Request;
use crate::transport::Method;

/// What Zoho says of a job.
#[derive(Debug, Clone)]
pub(super) struct Status {
    pub(super) state: State,
    /// Where the result is.
    pub(super) download_url: Option<String>,
    /// Why it failed, or was skipped.
    pub(super) reason: ApiError,
    /// How many rows it had and skipped, as far as that is told.
    pub(super) total: Option<u64>,
    pub(super) skipped: Option<u64>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum State {
    /// It waits or runs, as Zoho's word says.
    Pending(String),
    Completed,
    Failed,
    /// Nothing of it was done.
    Skipped,
}

impl State {
    fn of(word: &str) -> Self {
        match word.to_ascii_uppercase().as_str() {
            "COMPLETED" | "SUCCESS" => Self::Completed,
            "FAILED" | "FAILURE" | "ERROR" => Self::Failed,
            "SKIPPED" => Self::Skipped,
            _ => Self::Pending(word.to_owned()),
        }
    }
}

/// The question how far a job is. Its response is the job itself; should it come in a list, it is read all the same.
pub(super) fn ask(version: ApiVersion, id: &str) -> Request<Status> {
    bulk_request(Method::Get, version, &["write", id]).and_then(|response| {
        let body: Json = response.json()?;
        let listed = body.get("data").and_then(|data| data.elements()?.into_iter().next());
        let job = listed.unwrap_or(body);
        read(&job).ok_or_else(|| response.undecided("Zoho's response does not say how far the job is"))
    })
}

fn read(job: &Json) -> Option<Status> {
    let text = |json: &Json, name: &str| json.get(name).and_then(|value| plain(&value));
    let state = State::of(&text(job, "status").or_else(|| text(job, "state"))?);
    let result = job.get("result").unwrap_or_default();
    let resource = job.get("resource").and_then(|list| list.elements()?.into_iter().next()).unwrap_or_default();
    let file = resource.get("file").unwrap_or_default();
    let number = |name: &str| text(&file, name).and_then(|number| number.parse().ok());
    Some(Status {
        state,
        download_url: text(&result, "download_url"),
        reason: reason(&result, &resource),
        total: number("total_count"),
        skipped: number("skipped_count"),
    })
}

/// Zoho's words on a job that was not done: of the result, or the code of the resource.
fn reason(result: &Json, resource: &Json) -> ApiError {
    let of = |told: &Json| {
        let text = |name: &str| told.get(name).and_then(|value| plain(&value)).unwrap_or_default();
        let details = told.get("details").and_then(Json::into_raw);
        (text("code"), text("message"), details.unwrap_or_default())
    };
    let told = result.get("error_message").unwrap_or_default();
    let (code, message, details) = match told.text() {
        Some(message) => (String::new(), message.into_owned(), Box::default()),
        None => of(&told),
    };
    if !code.is_empty() || !message.is_empty() {
        return ApiError::as_sent(if code.is_empty() { "JOB_FAILED".to_owned() } else { code }, message, details);
    }
    let (code, message, details) = of(resource);
    ApiError::as_sent(if code.is_empty() { "JOB_FAILED".to_owned() } else { code }, message, details)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(text: &str) -> Option<Status> {
        read(&text.parse().unwrap())
    }

    #[test]
    fn states_are_read_in_any_case_and_shape() {
        for (word, state) in [
            ("COMPLETED", State::Completed),
            ("Failed", State::Failed),
            ("skipped", State::Skipped),
            ("INPROGRESS", State::Pending("INPROGRESS".into())),
            ("IN PROGRESS", State::Pending("IN PROGRESS".into())),
            ("ADDED", State::Pending("ADDED".into())),
        ] {
            assert_eq!(status(&format!(r#"{{"id":"1","status":"{word}"}}"#)).unwrap().state, state);
        }
        assert!(status(r#"{"id":"1"}"#).is_none());
    }

    #[test]
    fn result_and_counts_are_read_as_text_or_number() {
        let done = r#"{"status":"COMPLETED","resource":[{"status":"COMPLETED","code":"SUCCESS",
            "file":{"total_count":"4","skipped_count":1}}],"result":{"download_url":"/v7/crm/org6/bulk-write/1/1.zip"}}"#;
        let done = status(done).unwrap();
        assert_eq!((done.total, done.skipped), (Some(4), Some(1)));
        assert_eq!(done.download_url.as_deref(), Some("/v7/crm/org6/bulk-write/1/1.zip"));
        let failed = r#"{"status":"FAILED","resource":[{"code":"MANDATORY_FIELDS_NOT_MAPPED","message":"x"}]}"#;
        assert_eq!(status(failed).unwrap().reason.code, "MANDATORY_FIELDS_NOT_MAPPED");
    }
}
