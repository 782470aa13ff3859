//! What became of each item of a write.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::envelope::{Key, envelope};
use super::{Response, means_absent, salvage};
use crate::entity::Json;
use crate::error::{ApiError, Error, Result};

/// Codes by which Zoho says that it failed itself, so that the outcome is open.
const SERVER_FAILURES: [&str; 3] = ["INTERNAL_ERROR", "INTERNAL_SERVER_ERROR", "SERVICE_UNAVAILABLE"];

/// What became of one item of a write, as Zoho says. Every member may be missing, or of another type than documented.
#[derive(Debug, Clone, Default)]
pub(crate) struct ItemResult {
    status: String,
    code: String,
    message: String,
    /// The `details`, which hold the id of what was written.
    pub(crate) details: Json,
    /// What an upsert did: `insert` or `update`.
    pub(crate) action: Option<String>,
    /// The field by which an upsert found the record.
    pub(crate) duplicate_field: Option<String>,
}

/// The members of a result, not decoded.
#[derive(Deserialize)]
struct Members<'a> {
    #[serde(borrow, default)]
    status: Option<&'a RawValue>,
    #[serde(borrow, default)]
    code: Option<&'a RawValue>,
    #[serde(borrow, default)]
    message: Option<&'a RawValue>,
    #[serde(borrow, default)]
    details: Option<&'a RawValue>,
    #[serde(borrow, default)]
    action: Option<&'a RawValue>,
    #[serde(borrow, default)]
    duplicate_field: Option<&'a RawValue>,
}

impl ItemResult {
    /// `None` for what is not an object.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let item: Members<'_> = serde_json::from_str(text).ok()?;
        let text = |member: Option<&RawValue>| member.and_then(plain).unwrap_or_default();
        Some(Self {
            status: text(item.status),
            code: text(item.code),
            message: text(item.message),
            details: item.details.map(|details| Json::from_raw(details.to_owned())).unwrap_or_default(),
            action: item.action.and_then(plain),
            duplicate_field: item.duplicate_field.and_then(plain),
        })
    }

    /// Whether Zoho did it. The response's HTTP status never says so: 200, 201, 202 and 207 all carry both outcomes.
    pub(crate) fn is_success(&self) -> bool {
        self.status.eq_ignore_ascii_case("success")
            || (self.status.is_empty() && self.code.eq_ignore_ascii_case("success"))
    }

    /// Whether Zoho rejected it, so that nothing was changed. What is neither a success nor a rejection is open.
    pub(crate) fn is_rejection(&self) -> bool {
        !self.is_success()
            && (self.code.contains(|c: char| c.is_ascii_alphabetic()) || self.status.eq_ignore_ascii_case("error"))
            // One that contradicts itself says nothing.
            && !self.code.eq_ignore_ascii_case("success")
            && !SERVER_FAILURES.contains(&self.code.as_str())
    }

    /// Whether Zoho says that there is nothing with this id.
    pub(crate) fn is_absent(&self) -> bool {
        !self.is_success() && means_absent(&self.code)
    }

    /// The id of what was written.
    pub(crate) fn id(&self) -> Option<String> {
        #[derive(Deserialize)]
        struct Identified<'a> {
            #[serde(borrow)]
            id: &'a RawValue,
        }
        plain(serde_json::from_str::<Identified<'_>>(self.details.raw()).ok()?.id)
    }

    /// Zoho's words on what is no success.
    pub(crate) fn into_api_error(self) -> ApiError {
        ApiError::as_sent(self.code, self.message, self.details.into_raw().unwrap_or_default())
    }
}

/// A text or a number, unless it is empty.
fn plain(value: &RawValue) -> Option<String> {
    let raw = value.get();
    match raw.bytes().next()? {
        b'"' => serde_json::from_str::<String>(raw).ok().filter(|text| !text.is_empty()),
        b'-' | b'0'..=b'9' => Some(raw.to_owned()),
        _ => None,
    }
}

impl Response {
    /// The results under `key`, one by one; `None` for one that cannot be read.
    pub(crate) fn results(&self, key: impl Into<Key>) -> Result<Vec<Option<ItemResult>>> {
        let key = key.into();
        match self.rows::<&RawValue>(key) {
            Ok(envelope) => Ok(envelope.rows.into_iter().map(|row| ItemResult::parse(row.get())).collect()),
            Err(error) => {
                // One result that is no JSON does not hide the others.
                let page = salvage::page(self.body(), key.name()).ok_or(error)?;
                Ok(page.rows.into_iter().map(ItemResult::parse).collect())
            }
        }
    }

    /// The result of a write of one item: in a list or alone under `key`, or the whole body.
    ///
    /// # Errors
    ///
    /// Zoho's rejection of the item; `InvalidResponse`, with an open outcome, when there is no result that can be read.
    pub(crate) fn result(&self, key: impl Into<Key>) -> Result<ItemResult> {
        self.checked(self.any_result(key.into())?)
    }

    /// A result, if it is a success.
    ///
    /// # Errors
    ///
    /// As [`result`](Self::result).
    pub(crate) fn checked(&self, result: ItemResult) -> Result<ItemResult> {
        if result.is_success() {
            Ok(result)
        } else if result.is_rejection() {
            Err(self.rejection(result.into_api_error()))
        } else {
            Err(self.undecided("Zoho's response does not say whether it was done").with_api(result.into_api_error()))
        }
    }

    fn any_result(&self, key: Key) -> Result<ItemResult> {
        match self.results(key) {
            Ok(results) => match results.into_iter().next() {
                Some(Some(result)) => Ok(result),
                Some(None) => Err(self.undecided("the result in Zoho's response cannot be read")),
                None => Err(self.undecided("there is no result in Zoho's response")),
            },
            Err(error) => {
                let body = self.body().parse::<Json>().unwrap_or_default();
                let under_key = body.get(key.name()).and_then(|result| ItemResult::parse(result.raw()));
                let whole = || ItemResult::parse(self.body()).filter(|result| !result.code.is_empty());
                let result = under_key.or_else(whole);
                result.filter(ItemResult::is_success).ok_or(error)
            }
        }
    }
}

/// The results of a rejection that has one for each item of the request; none for one that is about the whole request.
pub(crate) fn results_of_rejection(rejection: &Error, key: Key) -> Vec<Option<ItemResult>> {
    let Some(text) = rejection.response_text() else { return Vec::new() };
    let rows = envelope::<&RawValue>(text, key).map(|envelope| envelope.rows).unwrap_or_default();
    rows.into_iter().map(|row| ItemResult::parse(row.get())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;
    use crate::transport::Method;

    fn response(body: &str) -> Response {
        Response::for_tests(200, Method::Put, body)
    }

    #[test]
    fn results_tell_success_from_rejection_whatever_the_status() {
        let body = r#"{"data":[
            {"code":"SUCCESS","status":"success","message":"record added","details":{"id":"1"},"action":"insert","duplicate_field":null},
            {"code":"MANDATORY_NOT_FOUND","status":"error","message":"required field not found","details":{"api_name":"Last_Name"}}]}"#;
        let results: Vec<_> = response(body).results("data").unwrap().into_iter().flatten().collect();
        assert_eq!(results.iter().map(ItemResult::is_success).collect::<Vec<_>>(), [true, false]);
        assert_eq!(results[0].action.as_deref(), Some("insert"));
        assert_eq!(results[1].clone().into_api_error().field().as_deref(), Some("Last_Name"));
    }

    #[test]
    fn one_odd_result_does_not_change_the_others() {
        let body = r#"{"data":[{"status":"success","message":null,"details":{"id":7}},5,{"details":{"id":"7"}},
            {"code":"INTERNAL_ERROR","status":"error"},{"code":"SUCCESS","status":"error"},{"code":"X","status":"error","details":[],"message":{}}]}"#;
        let results = response(body).results("data").unwrap();
        assert_eq!(results[0].as_ref().unwrap().id().as_deref(), Some("7"));
        assert!(results[1].is_none());
        for open in [2, 3, 4] {
            let result = results[open].as_ref().unwrap();
            assert!(!result.is_success() && !result.is_rejection(), "{open}");
        }
        assert!(results[5].as_ref().unwrap().is_rejection());
    }

    #[test]
    fn a_single_result_stands_in_a_list_under_a_key_or_alone() {
        let listed = r#"{"tags":[{"code":"SUCCESS","status":"success","message":"done","details":{"id":"7"}}]}"#;
        assert_eq!(response(listed).result("tags").unwrap().id().as_deref(), Some("7"));
        let alone = r#"{"code":"SUCCESS","status":"success","message":"photo deleted","details":{}}"#;
        assert!(response(alone).result("data").is_ok());
        let under_key = r#"{"org_taxes":{"code":"SUCCESS","status":"success","details":{}}}"#;
        assert!(response(under_key).result("org_taxes").is_ok());
        let rejected = r#"{"data":[{"code":"DUPLICATE_DATA","status":"error","message":"m","details":{"id":"9"}}]}"#;
        let error = response(rejected).result("data").unwrap_err();
        assert_eq!((error.kind(), error.code()), (ErrorKind::InvalidRequest, Some("DUPLICATE_DATA")));
    }

    #[test]
    fn no_result_leaves_the_outcome_open() {
        for body in [r#"{"data":[]}"#, r#"{"data":[5]}"#, r#"{"data":[{"details":{}}]}"#, r#"{"data":7}"#] {
            let error = response(body).result("data").unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{body}");
            assert!(error.outcome_unknown(), "{body}");
        }
    }
}
