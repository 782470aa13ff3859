//! How a request turns its response into what the caller asked for.

use serde::de::DeserializeOwned;

use super::rejection::means_absent;
use super::{ItemResult, Key, Response};
use crate::error::{Error, ErrorKind};
use crate::rest::request::Request;

impl Request<Response> {
    /// The one thing under `key`.
    pub(crate) fn one<T: DeserializeOwned + 'static>(self, key: impl Into<Key>) -> Request<T> {
        let key = key.into();
        self.handle(move |response| {
            let response = response.map_err(not_found)?;
            response.found(key)?.rows.into_iter().next().ok_or_else(|| response.nothing())
        })
    }

    /// What became of the one thing that the request writes.
    pub(crate) fn written(self, key: impl Into<Key>) -> Request<ItemResult> {
        let key = key.into();
        self.and_then(move |response| response.result(key))
    }

    /// That the one thing that the request deletes is gone. Where the response to an earlier attempt was lost, "no such
    /// id" means that it was done then.
    pub(crate) fn deleted(self, key: impl Into<Key>) -> Request<()> {
        let key = key.into();
        self.handle(move |response| {
            let result = response.and_then(|response| match response.is_empty() {
                true => Err(response.nothing()),
                false => response.result(key),
            });
            match result {
                Err(error) if error.outcome_unknown() && is_absent(&error) => Ok(()),
                result => result.map(drop),
            }
        })
    }
}

fn is_absent(error: &Error) -> bool {
    error.kind() == ErrorKind::NotFound || error.code().is_some_and(means_absent)
}

/// Some versions answer 204 to an unknown id, others reject it.
fn not_found(error: Error) -> Error {
    match error.code() {
        Some("INVALID_DATA") => error.understood_as(ErrorKind::NotFound, "there is nothing under this id"),
        _ => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::ApiVersion;
    use crate::transport::Method;

    fn deletion() -> Request<()> {
        Request::new(Method::Delete, ApiVersion::V2, ["Leads", "1"]).deleted("data")
    }

    #[test]
    fn no_such_id_means_deleted_only_after_a_lost_response() {
        for (kind, status) in [(ErrorKind::InvalidRequest, 400), (ErrorKind::NotFound, 404)] {
            let api = crate::ApiError::new("INVALID_DATA", "the id given seems to be invalid", ());
            let error = Error::new(kind, "x").with_api(api).with_status(status);
            assert!(deletion().decode(Err(error.clone())).is_err());
            assert!(deletion().decode(Err(error.with_outcome_unknown(true))).is_ok());
        }
        let lost = Error::new(ErrorKind::Unanswered, "x").with_outcome_unknown(true);
        assert!(deletion().decode(Err(lost)).is_err(), "a lost response alone is no deletion");
    }

    #[test]
    fn an_unknown_id_is_not_found_in_every_version() {
        let request: Request<serde_json::Value> =
            Request::new(Method::Get, ApiVersion::V2, ["users", "1"]).one("users");
        let empty = Response::for_tests(204, Method::Get, "");
        assert_eq!(request.decode(Ok(empty)).unwrap_err().kind(), ErrorKind::NotFound);
        let api = crate::ApiError::new("INVALID_DATA", "x", ());
        let error = Error::new(ErrorKind::InvalidRequest, "x").with_api(api);
        assert_eq!(request.decode(Err(error)).unwrap_err().kind(), ErrorKind::NotFound);
    }
}
