//! What a response that is no success says, and the error that it makes.

use serde_json::Value;

use super::limits::{rate_limits, retry_after};
use crate::error::{ApiError, Error, ErrorKind};
use crate::transport::Headers;

/// How many characters of a body that is not Zoho's JSON are shown.
const EXCERPT: usize = 200;

/// The error for a response with a status that is no success.
pub(super) fn rejection(status: u16, headers: &Headers, body: &[u8]) -> Error {
    let text = String::from_utf8_lossy(body);
    let api = api_error(&text);
    let code = api.as_ref().map_or("", |api| api.code.as_str());
    let kind = match (status, api.is_some()) {
        // A gateway gave up on a request that Zoho may have done.
        (408, false) => ErrorKind::Unanswered,
        _ => ErrorKind::of_response(status, code),
    };
    let mut message = message(kind, status, code).to_owned();
    let wait = retry_after(headers);
    if let (ErrorKind::RateLimited, Some(wait)) = (kind, wait) {
        message.push_str(&format!("; it asks to wait for {} s", wait.as_secs()));
    }
    if api.is_none() {
        match excerpt(&text) {
            beginning if beginning.is_empty() => message.push_str("; its body is empty"),
            beginning => message.push_str(&format!("; its body is not Zoho's JSON but begins with {beginning:?}")),
        }
    }
    let error =
        Error::new(kind, message).with_status(status).with_retry_after(wait).with_rate_limits(rate_limits(headers));
    match api {
        Some(api) => error.with_api(api).with_response_text(&text),
        None => error,
    }
}

/// Zoho's code, message and details, in any of the shapes they come in: an object; an array of results, or one, under
/// any key; the upload host's capitals; the accounts server's `error`.
pub(super) fn api_error(body: &str) -> Option<ApiError> {
    from_value(&serde_json::from_str(body).ok()?)
}

/// Zoho's rejection in a text that should be something else; `None` for a text that is no rejection.
pub(crate) fn rejection_in(text: &str) -> Option<ApiError> {
    api_error(text).filter(|api| !api.code.is_empty() && !api.code.eq_ignore_ascii_case("success"))
}

fn from_value(value: &Value) -> Option<ApiError> {
    if let Value::Array(items) = value {
        return items.iter().find(|item| !is_success(item)).and_then(from_value);
    }
    let object = value.as_object()?;
    if let Some(code) = object.get("code").and_then(plain_text) {
        let message = object.get("message").and_then(plain_text).unwrap_or_default();
        return Some(ApiError::new(code, message, object.get("details").cloned().unwrap_or_default()));
    }
    if let Some(message) = object.get("ERROR_MESSAGE").and_then(plain_text) {
        let code = object.get("ERROR_CODE").and_then(plain_text).unwrap_or_default();
        return Some(ApiError::new(code, message, value.clone()));
    }
    let holds_results = |value: &&Value| match value {
        Value::Array(items) => !items.is_empty(),
        // Taxes, from v3 on: one result for all.
        Value::Object(result) => result.contains_key("code"),
        _ => false,
    };
    if let Some(results) = object.values().find(holds_results) {
        return from_value(results);
    }
    let code = object.get("error")?.as_str().filter(|code| !code.contains(' '))?;
    let message = object.get("error_description").and_then(plain_text).unwrap_or_default();
    Some(ApiError::new(code, message, Value::Null))
}

fn is_success(item: &Value) -> bool {
    item.get("status").and_then(Value::as_str).is_some_and(|status| status.eq_ignore_ascii_case("success"))
}

fn plain_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn message(kind: ErrorKind, status: u16, code: &str) -> &'static str {
    match (kind, status, code) {
        (ErrorKind::Scope, ..) => {
            "the tokens lack a scope that this request needs; consent again with it, a refresh does not help"
        }
        (ErrorKind::RateLimited, _, "DAILY_LIMIT_EXCEEDED") => "the organization's API credits for the day are used up",
        (ErrorKind::RateLimited, ..) => "Zoho's rate limit is reached; try again later",
        (ErrorKind::Modified, ..) => "the record was modified meanwhile; read it again",
        (ErrorKind::Forbidden, ..) => "the user's profile, the organization's edition or a setting forbids it",
        (ErrorKind::Unauthenticated, ..) => "Zoho rejected the access token",
        (ErrorKind::NotFound, ..) => "there is nothing at this path; check the id, the module and the API version",
        (ErrorKind::Server, ..) => "Zoho failed",
        (ErrorKind::Unanswered, ..) => "a gateway gave up waiting for Zoho; the request may have been done",
        (ErrorKind::WrongHost, 300..=399, _) => {
            "the response is a redirect, and redirects are not followed; check api_base_url"
        }
        (ErrorKind::WrongHost, ..) => {
            "Zoho rejected the host; from v2.1 on, api_base_url has to be a www.zohoapis host"
        }
        (ErrorKind::ListingLimit, _, "DISCRETE_PAGINATION_LIMIT_EXCEEDED") => {
            "Zoho gives rows past 2,000 by page token only"
        }
        (ErrorKind::ListingLimit, _, "PAGINATION_LIMIT_EXCEEDED") => {
            "Zoho gives no rows past 100,000 of one listing; narrow it, for example by modified_since"
        }
        (ErrorKind::ListingLimit, ..) => "Zoho gives no more rows of this listing; narrow it",
        (ErrorKind::CursorMismatch, ..) => "the page token belongs to a listing with other parameters",
        (_, _, "API_NOT_SUPPORTED" | "VERSION_NOT_SUPPORTED") => "the configured api_version lacks this endpoint",
        (_, 413, _) => "Zoho rejected the body as too large",
        (ErrorKind::InvalidRequest, ..) => "Zoho rejected the request",
        _ => "the HTTP status of the response is not understood",
    }
}

/// The beginning of a text, in one printable line.
pub(crate) fn excerpt(text: &str) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    let mut line = String::new();
    for word in words {
        if !line.is_empty() {
            line.push(' ');
        }
        line.extend(word.chars().take(EXCERPT));
        if line.chars().count() > EXCERPT {
            return line.chars().take(EXCERPT).chain("...".chars()).collect();
        }
    }
    line
}
/// Whether a code says that there is nothing with this id.
pub(crate) fn means_absent(code: &str) -> bool {
    matches!(code, "INVALID_DATA" | "RECORD_NOT_FOUND" | "RESOURCE_NOT_FOUND" | "NOT_FOUND")
}
