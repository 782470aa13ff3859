//! What a response that is no success says, and the error that it makes.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use super::limits::{rate_limits, retry_after};
use crate::error::{ApiError, Error, ErrorKind};
use crate::transport::Headers;

/// How many characters of a body that is not Zoho's JSON are shown.
const EXCERPT: usize = 200;

/// The error for a response with a status that is no success.
pub(super) fn rejection(status: u16, headers: &Headers, body: &[u8]) -> Error {
    let text = String::from_utf8_lossy(body);
    let text = without_mark(&text);
    let api = api_error(text);
    let code = api.as_ref().map_or("", |api| api.code.as_str());
    let contradicts_itself = matches!(status, 400..=499) && says_success(text);
    let kind = match (status, api.is_some()) {
        _ if contradicts_itself => ErrorKind::InvalidResponse,
        // A gateway gave up on a request that Zoho may have done.
        (408, false) => ErrorKind::Unanswered,
        _ => ErrorKind::of_response(status, code),
    };
    let mut message = message(kind, status, code).to_owned();
    let wait = retry_after(headers);
    if let (ErrorKind::RateLimited, Some(wait)) = (kind, wait) {
        message.push_str(&format!("; it asks to wait for {} s", wait.as_secs()));
    }
    if contradicts_itself {
        "the HTTP status says that the request failed, and its results that it was done".clone_into(&mut message);
    } else if api.is_none() {
        match excerpt(text) {
            beginning if beginning.is_empty() => message.push_str("; its body is empty"),
            beginning => message.push_str(&format!("; its body is not Zoho's JSON but begins with {beginning:?}")),
        }
    }
    let error =
        Error::new(kind, message).with_status(status).with_retry_after(wait).with_rate_limits(rate_limits(headers));
    match api {
        Some(api) => error.with_api(api).with_response_text(text),
        None if contradicts_itself => error.with_response_text(text),
        None => error,
    }
}

/// Whether all results in a text say that their items were done.
fn says_success(body: &str) -> bool {
    serde_json::from_str(body).is_ok_and(all_succeeded)
}

fn all_succeeded(json: &RawValue) -> bool {
    match (list(json), members(json)) {
        (Some(items), _) => !items.is_empty() && items.into_iter().all(is_success),
        (None, Some(object)) => {
            is_success(json) || object.values().any(|value| list(value).is_some() && all_succeeded(value))
        }
        (None, None) => false,
    }
}

/// Zoho's code, message and details, in any of the shapes they come in: an object; an array of results, or one, under
/// any key; the upload host's capitals; the accounts server's `error`.
pub(super) fn api_error(body: &str) -> Option<ApiError> {
    from_json(serde_json::from_str(without_mark(body)).ok()?)
}

/// A text without the byte order mark that gateways put before it.
pub(crate) fn without_mark(text: &str) -> &str {
    text.trim_start_matches('\u{feff}')
}

/// Zoho's rejection in a text that should be something else; `None` for a text that is no rejection.
pub(crate) fn rejection_in(text: &str) -> Option<ApiError> {
    api_error(text).filter(|api| !api.code.is_empty() && !api.code.eq_ignore_ascii_case("success"))
}

type Members<'a> = BTreeMap<String, &'a RawValue>;

fn from_json(json: &RawValue) -> Option<ApiError> {
    if let Some(items) = list(json) {
        return items.into_iter().find(|item| !is_success(item)).and_then(from_json);
    }
    let object = members(json)?;
    let text = |name: &str| object.get(name).and_then(|value| plain_text(value));
    if let Some(code) = text("code") {
        let details = object.get("details").map(|details| (*details).to_owned());
        return Some(ApiError::as_sent(code, text("message").unwrap_or_default(), details.unwrap_or_default()));
    }
    if let Some(message) = text("ERROR_MESSAGE") {
        return Some(ApiError::as_sent(text("ERROR_CODE").unwrap_or_default(), message, json.to_owned()));
    }
    let holds_results = |value: &&RawValue| match list(value) {
        Some(items) => !items.is_empty(),
        // Taxes, from v3 on: one result for all.
        None => members(value).is_some_and(|result| result.contains_key("code")),
    };
    if let Some(results) = object.values().copied().find(holds_results) {
        return from_json(results);
    }
    let code = text("error").filter(|code| !code.contains(' '))?;
    Some(ApiError::new(code, text("error_description").unwrap_or_default(), ()))
}

fn list(json: &RawValue) -> Option<Vec<&RawValue>> {
    serde_json::from_str(json.get()).ok()
}

fn members(json: &RawValue) -> Option<Members<'_>> {
    serde_json::from_str(json.get()).ok()
}

fn is_success(item: &RawValue) -> bool {
    let status = members(item).and_then(|item| plain_text(item.get("status")?));
    status.is_some_and(|status| status.eq_ignore_ascii_case("success"))
}

/// A text or a number. A text that is not Unicode is given as it stands in the JSON.
fn plain_text(value: &RawValue) -> Option<String> {
    let raw = value.get();
    match raw.bytes().next()? {
        b'"' => Some(serde_json::from_str(raw).unwrap_or_else(|_| raw.trim_matches('"').to_owned())),
        b'-' | b'0'..=b'9' => Some(raw.to_owned()),
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
