//! The envelopes that Zoho wraps rows and results in.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeSeed, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::Response;
use super::rejection::rejection_in;
use crate::entity::Members;
use crate::error::{Error, Result};

/// Where in a response its rows are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Key {
    name: &'static str,
    /// The rows may be in a list of this name, inside of an object: taxes from v3 on.
    inner: &'static str,
}

impl Key {
    /// Rows in a list under `inner`, in an object under `name`; or directly in a list under `name`.
    pub(crate) const fn nested(name: &'static str, inner: &'static str) -> Self {
        Self { name, inner }
    }

    pub(crate) fn name(self) -> &'static str {
        self.name
    }
}

impl From<&'static str> for Key {
    fn from(name: &'static str) -> Self {
        Self { name, inner: name }
    }
}

/// The rows of a response, and what it says of the page that they are on.
#[derive(Debug)]
pub(crate) struct Envelope<'a, R> {
    /// In the order of the response; none for 204 and 304.
    pub(crate) rows: Vec<R>,
    /// The `info` object, as text.
    pub(crate) info: Option<&'a RawValue>,
}

impl Response {
    /// The rows under `key`, read in one pass over the body. [`RawValue`] rows cost no decoding.
    ///
    /// # Errors
    ///
    /// Zoho's rejection, where that stands in place of the rows; `InvalidResponse` when the body is not of this shape or
    /// a row is not an `R`.
    pub(crate) fn rows<'a, R: Deserialize<'a>>(&'a self, key: impl Into<Key>) -> Result<Envelope<'a, R>> {
        if self.is_empty() || self.is_not_modified() {
            return Ok(Envelope { rows: Vec::new(), info: None });
        }
        envelope(self.body(), key.into())
            .map_err(|cause| self.rejection_in_place_of_rows().unwrap_or_else(|| self.unreadable(cause)))
    }

    /// The rows that were asked for, as [`rows`](Self::rows) reads them.
    ///
    /// # Errors
    ///
    /// As [`rows`](Self::rows), and Zoho's rejection where that is the only row.
    pub(crate) fn found<'a, R: Deserialize<'a>>(&'a self, key: impl Into<Key>) -> Result<Envelope<'a, R>> {
        let key = key.into();
        let found = self.rows(key);
        let one = !matches!(&found, Ok(found) if found.rows.len() != 1);
        match one.then(|| self.rejection_as_row(key)).flatten() {
            Some(rejection) => Err(rejection),
            None => found,
        }
    }

    /// A result of a write in place of what was to be read: an object without an id that has the status of an error.
    fn rejection_as_row(&self, key: Key) -> Option<Error> {
        let rows = self.rows::<Members>(key).ok()?.rows;
        let [row] = rows.as_slice() else { return None };
        let error = row.get("status").is_some_and(|status| status == &"error");
        let result = error && row.contains_key("code") && !row.contains_key("id");
        result.then(|| self.rejection_in_place_of_rows()).flatten()
    }

    /// Some endpoints report a failure with the status of a success.
    fn rejection_in_place_of_rows(&self) -> Option<Error> {
        rejection_in(self.body()).map(|api| self.rejection(api))
    }
}

/// The rows in a text.
pub(super) fn envelope<'a, R: Deserialize<'a>>(text: &'a str, key: Key) -> serde_json::Result<Envelope<'a, R>> {
    let mut decoder = serde_json::Deserializer::from_str(text);
    let envelope = EnvelopeSeed { key, row: PhantomData }.deserialize(&mut decoder)?;
    decoder.end()?;
    Ok(envelope)
}

/// Takes the rows under a key and `info`, and skips the rest.
struct EnvelopeSeed<R> {
    key: Key,
    row: PhantomData<R>,
}

impl<'de, R: Deserialize<'de>> DeserializeSeed<'de> for EnvelopeSeed<R> {
    type Value = Envelope<'de, R>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> std::result::Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, R: Deserialize<'de>> Visitor<'de> for EnvelopeSeed<R> {
    type Value = Envelope<'de, R>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object with a list under {:?}", self.key.name)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<Self::Value, A::Error> {
        let mut rows = None;
        let mut info = None;
        while let Some(Name(name)) = map.next_key()? {
            if name == self.key.name {
                rows = Some(map.next_value_seed(RowsSeed { inner: self.key.inner, row: PhantomData })?);
            } else if name == "info" {
                info = Some(map.next_value()?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        let rows = rows.ok_or_else(|| A::Error::custom(format_args!("there is no {:?} in it", self.key.name)))?;
        Ok(Envelope { rows, info })
    }
}

/// Takes a list, null for an empty one, or the list inside of an object.
struct RowsSeed<R> {
    inner: &'static str,
    row: PhantomData<R>,
}

impl<'de, R: Deserialize<'de>> DeserializeSeed<'de> for RowsSeed<R> {
    type Value = Vec<R>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> std::result::Result<Vec<R>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, R: Deserialize<'de>> Visitor<'de> for RowsSeed<R> {
    type Value = Vec<R>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_unit<E: serde::de::Error>(self) -> std::result::Result<Vec<R>, E> {
        Ok(Vec::new())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> std::result::Result<Vec<R>, A::Error> {
        let mut rows = Vec::with_capacity(list.size_hint().unwrap_or(0));
        while let Some(row) = list.next_element()? {
            rows.push(row);
        }
        Ok(rows)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<Vec<R>, A::Error> {
        let mut rows = None;
        while let Some(Name(name)) = map.next_key()? {
            if name == self.inner {
                rows = Some(map.next_value::<Option<Vec<R>>>()?.unwrap_or_default());
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        rows.ok_or_else(|| A::Error::custom("expected a list, found an object"))
    }
}

/// A key that is borrowed where it stands without escapes.
#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::error::ErrorKind;
    use crate::transport::Method;

    fn response(status: u16, body: &str) -> Response {
        Response::for_tests(status, Method::Put, body)
    }

    #[test]
    fn rows_are_taken_from_any_key_and_info_beside_them() {
        let body = r#"{"extra":[1,{"a":2}],"users":[{"id":"1"},{"id":"2"}],"info":{"more_records":true}}"#;
        let response = response(200, body);
        let raw = response.rows::<&RawValue>("users").unwrap();
        assert_eq!(raw.rows.iter().map(|row| row.get()).collect::<Vec<_>>(), [r#"{"id":"1"}"#, r#"{"id":"2"}"#]);
        assert_eq!(raw.info.unwrap().get(), r#"{"more_records":true}"#);
        assert_eq!(response.rows::<Value>("users").unwrap().rows.len(), 2);
    }

    #[test]
    fn rows_inside_of_an_object_are_found_where_the_key_says_so() {
        let key = Key::nested("org_taxes", "taxes");
        for body in [r#"{"org_taxes":{"preference":null,"taxes":[{"id":"1"}]}}"#, r#"{"org_taxes":[{"id":"1"}]}"#] {
            assert_eq!(response(200, body).rows::<Value>(key).unwrap().rows.len(), 1, "{body}");
        }
        assert!(response(200, r#"{"org_taxes":{"taxes":null}}"#).rows::<Value>(key).unwrap().rows.is_empty());
    }

    #[test]
    fn nothing_is_no_rows() {
        for status in [204, 304] {
            assert!(response(status, "").rows::<&RawValue>("data").unwrap().rows.is_empty());
        }
        assert!(response(200, r#"{"data":null}"#).rows::<&RawValue>("data").unwrap().rows.is_empty());
        assert_eq!(response(204, "").nothing().kind(), ErrorKind::NotFound);
    }

    #[test]
    fn a_rejection_in_place_of_the_rows_is_the_error() {
        let body = r#"{"code":"INVALID_DATA","details":{"api_name":"Email"},"message":"body","status":"error"}"#;
        let error = response(202, body).rows::<&RawValue>("data").unwrap_err();
        assert_eq!((error.kind(), error.code()), (ErrorKind::InvalidRequest, Some("INVALID_DATA")));
        assert!(!error.outcome_unknown());
    }

    #[test]
    fn another_shape_is_a_response_that_is_not_understood() {
        for body in ["[]", "{}", r#"{"data":{"id":"1"}}"#, r#"{"data":[{"id":"1"}"#, r#"{"data":[]} x"#] {
            let error = response(200, body).rows::<&RawValue>("data").unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{body}");
            assert!(error.outcome_unknown(), "{body}: a write with such a response may have been done");
        }
    }
}
