//! The envelopes that Zoho wraps rows and results in.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeSeed, Error as _, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;

use super::refusal::{account, kind};
use super::reply::Reply;
use crate::error::{ApiError, Error, ErrorKind, Result};

/// The rows of an answer, and what it says of the page they stand on.
#[derive(Debug)]
pub(crate) struct Envelope<'a, R> {
    /// In the order of the answer; none for 204 and 304.
    pub(crate) rows: Vec<R>,
    /// The `info` object, as it stands.
    pub(crate) info: Option<&'a RawValue>,
}

/// What became of one item of a call that carries several.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ItemResult {
    pub(crate) status: String,
    pub(crate) code: String,
    pub(crate) message: String,
    pub(crate) details: Value,
    /// What an upsert did: `insert` or `update`.
    pub(crate) action: Option<String>,
    /// The field by which an upsert found the record.
    pub(crate) duplicate_field: Option<String>,
}

impl ItemResult {
    /// Whether Zoho did it. The answer's HTTP status never says so: 200, 201, 202 and 207 all carry both outcomes.
    pub(crate) fn is_success(&self) -> bool {
        self.status.eq_ignore_ascii_case("success") || (self.status.is_empty() && self.code == "SUCCESS")
    }

    /// The account of a refusal.
    pub(crate) fn into_api_error(self) -> ApiError {
        ApiError::new(self.code, self.message, self.details)
    }
}

impl Reply {
    /// The rows under `key`, read in one pass over the body. [`RawValue`] rows cost no decoding.
    ///
    /// # Errors
    ///
    /// Zoho's account of a failure, where that stands in place of the rows; [`ErrorKind::InvalidAnswer`] when the body
    /// is not of this shape or a row is not an `R`.
    pub(crate) fn rows<'a, R: Deserialize<'a>>(&'a self, key: &str) -> Result<Envelope<'a, R>> {
        if self.is_empty() || self.is_not_modified() {
            return Ok(Envelope { rows: Vec::new(), info: None });
        }
        let mut decoder = serde_json::Deserializer::from_str(&self.body);
        let envelope = Keyed { key, row: PhantomData }.deserialize(&mut decoder);
        match envelope.and_then(|envelope| decoder.end().map(|()| envelope)) {
            Ok(envelope) => Ok(envelope),
            Err(cause) => Err(self.refusal().unwrap_or_else(|| self.unreadable(cause))),
        }
    }

    /// The result of each item of a call that carries several, under `key`.
    pub(crate) fn results(&self, key: &str) -> Result<Vec<ItemResult>> {
        Ok(self.rows(key)?.rows)
    }

    /// The one result of a call that carries a single item, under `key`, or as the whole body.
    ///
    /// # Errors
    ///
    /// Zoho's refusal of the item; [`ErrorKind::InvalidAnswer`] when there is no result.
    pub(crate) fn result(&self, key: &str) -> Result<ItemResult> {
        let whole = || self.json::<ItemResult>().ok().filter(|result| !result.code.is_empty());
        let result = match self.results(key) {
            Ok(results) => results.into_iter().next(),
            Err(error) => Some(whole().filter(ItemResult::is_success).ok_or(error)?),
        };
        match result {
            Some(result) if result.is_success() => Ok(result),
            Some(result) => Err(self.refused(result.into_api_error())),
            None => Err(self.unreadable(serde_json::Error::custom("there is no result"))),
        }
    }

    /// The answer to a question about one thing, if there is such a thing.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`] for 204.
    pub(crate) fn found(self) -> Result<Self> {
        if self.is_empty() { Err(self.nothing()) } else { Ok(self) }
    }

    /// The error for a question about one thing to which Zoho answers with nothing.
    pub(crate) fn nothing(&self) -> Error {
        self.error(ErrorKind::NotFound, "there is nothing under this id")
    }

    /// The account of a failure that some calls give with a status of success.
    fn refusal(&self) -> Option<Error> {
        account(&self.body).filter(|api| !api.code.eq_ignore_ascii_case("success")).map(|api| self.refused(api))
    }

    pub(crate) fn refused(&self, api: ApiError) -> Error {
        self.error(kind(self.status, &api.code), "Zoho refused it").with_api(api)
    }
}

/// The results of a refusal that accounts for each item of a call; none for one that is about the whole call.
pub(crate) fn refused_results(refusal: &Error, key: &str) -> Vec<ItemResult> {
    let Some(answer) = refusal.answer() else { return Vec::new() };
    let mut decoder = serde_json::Deserializer::from_str(answer);
    Keyed { key, row: PhantomData }.deserialize(&mut decoder).map(|envelope| envelope.rows).unwrap_or_default()
}

/// Takes the rows under a key and `info`, and skips the rest.
struct Keyed<'k, R> {
    key: &'k str,
    row: PhantomData<R>,
}

impl<'de, R: Deserialize<'de>> DeserializeSeed<'de> for Keyed<'_, R> {
    type Value = Envelope<'de, R>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> std::result::Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, R: Deserialize<'de>> Visitor<'de> for Keyed<'_, R> {
    type Value = Envelope<'de, R>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object with a list under {:?}", self.key)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<Self::Value, A::Error> {
        let mut rows = None;
        let mut info = None;
        while let Some(key) = map.next_key::<Key<'de>>()? {
            if key.0 == self.key {
                rows = Some(map.next_value::<Option<Vec<R>>>()?.unwrap_or_default());
            } else if key.0 == "info" {
                info = Some(map.next_value()?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        let rows = rows.ok_or_else(|| A::Error::custom(format_args!("there is no {:?} in it", self.key)))?;
        Ok(Envelope { rows, info })
    }
}

/// A key that is borrowed where it stands without escapes.
#[derive(Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(status: u16, body: &str) -> Reply {
        Reply { body: body.to_owned(), ..Reply::for_tests(status, "PUT", "/crm/v2/Leads") }
    }

    #[test]
    fn rows_are_taken_from_any_key_and_info_beside_them() {
        let reply = reply(200, r#"{"extra":[1,{"a":2}],"users":[{"id":"1"},{"id":"2"}],"info":{"more_records":true}}"#);
        let raw = reply.rows::<&RawValue>("users").unwrap();
        assert_eq!(raw.rows.iter().map(|row| row.get()).collect::<Vec<_>>(), [r#"{"id":"1"}"#, r#"{"id":"2"}"#]);
        assert_eq!(raw.info.unwrap().get(), r#"{"more_records":true}"#);
        assert_eq!(reply.rows::<Value>("users").unwrap().rows.len(), 2);
    }

    #[test]
    fn nothing_is_no_rows() {
        for status in [204, 304] {
            assert!(reply(status, "").rows::<&RawValue>("data").unwrap().rows.is_empty());
        }
        assert!(reply(200, r#"{"data":null}"#).rows::<&RawValue>("data").unwrap().rows.is_empty());
        assert_eq!(reply(204, "").nothing().kind(), ErrorKind::NotFound);
    }

    #[test]
    fn an_account_of_a_failure_in_place_of_the_rows_is_the_error() {
        let body = r#"{"code":"INVALID_DATA","details":{"api_name":"Email"},"message":"body","status":"error"}"#;
        let error = reply(202, body).rows::<&RawValue>("data").unwrap_err();
        assert_eq!((error.kind(), error.code()), (ErrorKind::InvalidRequest, Some("INVALID_DATA")));
        assert!(!error.outcome_unknown());
    }

    #[test]
    fn another_shape_is_an_answer_that_is_not_understood() {
        for body in ["[]", "{}", r#"{"data":{"id":"1"}}"#, r#"{"data":[{"id":"1"}"#, r#"{"data":[]} x"#] {
            let error = reply(200, body).rows::<&RawValue>("data").unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidAnswer, "{body}");
            assert!(error.outcome_unknown(), "{body}: a write with such an answer may have been done");
        }
    }

    #[test]
    fn results_tell_success_from_refusal_whatever_the_status() {
        let body = r#"{"data":[
            {"code":"SUCCESS","status":"success","message":"record added","details":{"id":"1"},"action":"insert","duplicate_field":null},
            {"code":"MANDATORY_NOT_FOUND","status":"error","message":"required field not found","details":{"api_name":"Last_Name"}}]}"#;
        let results = reply(200, body).results("data").unwrap();
        assert_eq!(results.iter().map(ItemResult::is_success).collect::<Vec<_>>(), [true, false]);
        assert_eq!(results[0].action.as_deref(), Some("insert"));
        assert_eq!(results[1].clone().into_api_error().field(), Some("Last_Name"));
    }

    #[test]
    fn a_single_result_stands_in_a_list_or_alone() {
        let listed = r#"{"tags":[{"code":"SUCCESS","status":"success","message":"done","details":{"id":"7"}}]}"#;
        assert_eq!(reply(200, listed).result("tags").unwrap().details["id"], "7");
        let alone = r#"{"code":"SUCCESS","status":"success","message":"photo deleted","details":{}}"#;
        assert_eq!(reply(200, alone).result("data").unwrap().message, "photo deleted");
        let refused = r#"{"data":[{"code":"DUPLICATE_DATA","status":"error","message":"m","details":{"id":"9"}}]}"#;
        let error = reply(200, refused).result("data").unwrap_err();
        assert_eq!((error.kind(), error.code()), (ErrorKind::InvalidRequest, Some("DUPLICATE_DATA")));
        let empty = reply(200, r#"{"data":[]}"#).result("data").unwrap_err();
        assert_eq!(empty.kind(), ErrorKind::InvalidAnswer);
    }
}
