//! Questions with one answer: a list, one thing, the result of a write.

use serde::de::DeserializeOwned;

use crate::config::ApiVersion;
use crate::entity::{Members, RecordId};
use crate::error::{Error, ErrorKind, Result};
use crate::rest::{Call, ItemResult, Session};
use crate::transport::Method;

impl Session {
    /// A call of the configured version.
    pub(crate) fn call<S: AsRef<str>>(&self, method: Method, segments: impl IntoIterator<Item = S>) -> Result<Call> {
        Call::new(method, self.version(), segments)
    }

    /// All things under `key`; none when Zoho has none (204).
    pub(crate) fn all<T: DeserializeOwned>(&self, call: &Call, key: &str) -> Result<Vec<T>> {
        Ok(self.send(call)?.rows(key).map_err(Error::logged)?.rows)
    }

    /// The one thing under `key`.
    pub(crate) fn one<T: DeserializeOwned>(&self, call: &Call, key: &str) -> Result<T> {
        let reply = self.send(call).map_err(|error| match error.code() {
            // Some versions answer 204 to an unknown id, others refuse it.
            Some("INVALID_DATA") => error.understood_as(ErrorKind::NotFound, "there is nothing with this id"),
            _ => error,
        })?;
        let first = reply.rows(key).map_err(Error::logged)?.rows.into_iter().next();
        first.ok_or_else(|| reply.nothing().logged())
    }

    /// What became of the one thing that a call writes.
    pub(crate) fn write(&self, call: &Call, key: &str) -> Result<ItemResult> {
        self.send(call)?.result(key).map_err(Error::logged)
    }

    /// Refuses, before anything is sent, what the configured version is known to lack.
    pub(crate) fn supported(&self, by: impl Fn(ApiVersion) -> bool, what: &str, remedy: &str) -> Result<()> {
        let version = self.version();
        if by(version) {
            return Ok(());
        }
        Err(Error::new(ErrorKind::Unsupported, format!("Zoho's API {version} cannot {what}; {remedy}")).logged())
    }
}

/// The id of what was written, from the details of its result.
pub(super) fn written_id<T: From<String>>(result: &ItemResult) -> Result<T> {
    let id = result.details.get("id");
    let text = id.and_then(|id| id.as_str().map(str::to_owned).or_else(|| id.as_u64().map(|id| id.to_string())));
    text.map(T::from)
        .ok_or_else(|| Error::new(ErrorKind::InvalidAnswer, "Zoho reports success without the id of what it made"))
}

/// An argument that lacks its id.
pub(super) fn without_id(what: &str) -> Error {
    Error::invalid(format!("{what} has no id; read it first, or set the id"))
}

/// Refuses things to be created that have an id.
pub(super) fn only_new(has_id: impl IntoIterator<Item = bool>, what: &str) -> Result<()> {
    match has_id.into_iter().position(|has_id| has_id) {
        Some(index) => {
            let message = format!("{what} {index} has an id, so it exists already; update it, or leave the id out");
            Err(Error::invalid(message))
        }
        None => Ok(()),
    }
}

/// The id in a body, for the report.
pub(super) fn as_record_id(body: &Members) -> Option<RecordId> {
    body.get("id").and_then(|id| id.decode().ok())
}
