//! What an answer that is no success says, and what kind of error it makes.

use serde_json::Value;

use super::limits::{rate_limits, retry_after};
use crate::error::{ApiError, Error, ErrorKind};
use crate::transport::Headers;

/// How much of a body that is no account of Zoho's is shown.
const EXCERPT: usize = 200;

/// Codes of a 401 that another token may cure.
const TOKEN_REFUSED: [&str; 3] = ["INVALID_TOKEN", "AUTHENTICATION_FAILURE", "INVALID_OAUTHTOKEN"];

/// The error for an answer with a status that is no success.
pub(crate) fn refusal(status: u16, headers: &Headers, body: &[u8]) -> Error {
    let text = String::from_utf8_lossy(body);
    let api = account(&text);
    let kind = kind(status, api.as_ref().map_or("", |api| api.code.as_str()));
    let mut message = message(kind, status, api.as_ref().map_or("", |api| api.code.as_str())).to_owned();
    let wait = retry_after(headers);
    if let (ErrorKind::RateLimited, Some(wait)) = (kind, wait) {
        message.push_str(&format!("; it asks to wait for {} s", wait.as_secs()));
    }
    if api.is_none() {
        match excerpt(&text) {
            said if said.is_empty() => message.push_str("; the answer's body is empty"),
            said => message.push_str(&format!("; the answer is not Zoho's JSON but begins with {said:?}")),
        }
    }
    let error =
        Error::new(kind, message).with_status(status).with_retry_after(wait).with_rate_limits(rate_limits(headers));
    match api {
        Some(api) => error.with_api(api).with_answer(&text),
        None => error,
    }
}

/// Whether an error is a refusal of the token itself, and not of what was asked for.
pub(crate) fn is_token_refused(error: &Error) -> bool {
    error.status() == Some(401) && error.code().is_some_and(|code| TOKEN_REFUSED.contains(&code))
}

/// Zoho's account of a failure, in any of the shapes it comes in: an object; an array of results, or one, under any key; the
/// upload host's capitals; the accounts server's `error`.
pub(crate) fn account(body: &str) -> Option<ApiError> {
    from_value(&serde_json::from_str(body).ok()?)
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

/// The kind that a code tells, where it tells more than the status; Zoho pairs the two loosely.
pub(crate) fn kind(status: u16, code: &str) -> ErrorKind {
    match (status, code) {
        (401 | 403, "OAUTH_SCOPE_MISMATCH" | "AUTHORIZATION_FAILED") => ErrorKind::Scope,
        (_, "TOO_MANY_REQUESTS" | "RATE_LIMIT_EXCEEDED" | "DAILY_LIMIT_EXCEEDED") | (429, _) => ErrorKind::RateLimited,
        (_, "ALREADY_MODIFIED") | (412, _) => ErrorKind::Modified,
        (
            400..=499,
            "NO_PERMISSION"
            | "PERMISSION_DENIED"
            | "FEATURE_NOT_SUPPORTED"
            | "FEATURE_NOT_ENABLED"
            | "TERRITORY_DISABLED"
            | "TERRITORY_NOT_ENABLED",
        )
        | (403, _) => ErrorKind::Forbidden,
        (401, _) => ErrorKind::Unauthenticated,
        (404, _) => ErrorKind::NotFound,
        // 2xx: some calls answer a success with nothing but an account of a failure.
        (200..=299 | 400..=499, _) => ErrorKind::InvalidRequest,
        (500..=599, _) => ErrorKind::Server,
        _ => ErrorKind::InvalidAnswer,
    }
}

fn message(kind: ErrorKind, status: u16, code: &str) -> &'static str {
    match (kind, status, code) {
        (ErrorKind::Scope, ..) => {
            "the tokens lack a scope that this call needs; consent again with it, a refresh does not help"
        }
        (ErrorKind::RateLimited, _, "DAILY_LIMIT_EXCEEDED") => "the organisation's calls of the day are used up",
        (ErrorKind::RateLimited, ..) => "Zoho limits calls at the moment; try again later",
        (ErrorKind::Modified, ..) => "the record changed meanwhile; read it again",
        (ErrorKind::Forbidden, ..) => "the user's profile, the organisation's edition or a setting forbids it",
        (ErrorKind::Unauthenticated, ..) => "Zoho refused the call for want of a valid access token",
        (ErrorKind::NotFound, ..) => "there is nothing at this path; check the id, the module and the API version",
        (ErrorKind::Server, ..) => "Zoho failed",
        (_, _, "INVALID_HOST") => "Zoho refused the host; from v2.1 on api_base_url has to be a www.zohoapis host",
        (_, _, "API_NOT_SUPPORTED" | "VERSION_NOT_SUPPORTED") => "the configured api_version lacks this call",
        (_, _, "DISCRETE_PAGINATION_LIMIT_EXCEEDED") => "past row 2,000 Zoho pages by page_token only",
        (_, 413, _) => "Zoho refused the body as too large",
        (_, 300..=399, _) => "Zoho's answer is a redirect, and redirects are not followed; check api_base_url",
        (ErrorKind::InvalidRequest, ..) => "Zoho refused the request",
        _ => "Zoho's answer has a status that is not understood",
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
