//! Calls of at most 100 records, and what became of each record.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::outcome::{Outcome, Saved};
use super::row::Row;
use crate::config::ApiVersion;
use crate::entity::RecordId;
use crate::error::{ApiError, Error, ErrorKind, Result};
use crate::resource::ModuleHandle;
use crate::rest::{Call, Page, Repeat, Reply};
use crate::transport::Method;

/// The most records that Zoho takes in one call.
pub(super) const MAX_PER_CALL: usize = 100;

/// What is done with the records of a batch.
#[derive(Debug, Clone)]
pub(super) enum Action {
    Create,
    Update,
    Upsert { check_fields: Vec<String> },
    Delete,
}

/// Sends call after call, and stops when it makes no sense to go on.
#[derive(Debug)]
pub(super) struct Batch {
    module: ModuleHandle,
    action: Action,
    options: Map<String, Value>,
    stopped: Option<Arc<Error>>,
}

#[derive(Serialize)]
struct Body<'a> {
    data: Vec<&'a RawValue>,
    #[serde(flatten)]
    options: &'a Map<String, Value>,
}

impl Batch {
    pub(super) fn new(module: ModuleHandle, action: Action, options: Map<String, Value>) -> Self {
        Self { module, action, options, stopped: None }
    }

    /// Sends up to 100 records in one call; as many outcomes as rows.
    pub(super) fn send(&mut self, rows: &[Row]) -> Vec<Outcome> {
        if let Some(cause) = &self.stopped {
            let error = Arc::clone(cause);
            return rows.iter().map(|_| Outcome::NotSent(Arc::clone(&error))).collect();
        }
        let answer = self.call(rows).and_then(|call| self.module.session.send(&call));
        let failure = match answer.and_then(|reply| self.outcomes(&reply, rows)) {
            Ok(outcomes) => return outcomes,
            Err(error) => Arc::new(error),
        };
        let outcome = match fate(failure.kind()) {
            Fate::Refused => Outcome::Refused(failure),
            Fate::Unanswered => Outcome::Unanswered(failure),
            Fate::GivenUp => {
                self.stopped = Some(Arc::clone(&failure));
                Outcome::NotSent(failure)
            }
        };
        rows.iter().map(|_| outcome.clone()).collect()
    }

    /// The call for some rows; with none, to see whether a call can be put together at all.
    pub(super) fn call(&self, rows: &[Row]) -> Result<Call> {
        let version = self.module.session.version();
        let call = match &self.action {
            Action::Create => self.module.call(Method::Post, &[])?,
            Action::Update => self.module.call(Method::Put, &[])?,
            Action::Delete => return self.deletion(rows),
            Action::Upsert { check_fields } => {
                let safe = rows.iter().all(|row| row.found_again);
                let repeat = if safe { Repeat::Safe } else { Repeat::Never };
                let call = self.module.call(Method::Post, &["upsert"])?.repeat(repeat);
                if version == ApiVersion::V2 && !check_fields.is_empty() {
                    // v2 takes the names in the query, as Zoho's Ruby SDK sends them.
                    call.query("duplicate_check_fields", super::comma_list(check_fields))
                } else {
                    call
                }
            }
        };
        let mut options = self.options.clone();
        if let Action::Upsert { check_fields } = &self.action
            && version > ApiVersion::V2
            && !check_fields.is_empty()
        {
            options.insert("duplicate_check_fields".to_owned(), check_fields.clone().into());
        }
        call.json(&Body { data: rows.iter().filter_map(|row| row.json.as_deref()).collect(), options: &options })
    }

    fn deletion(&self, rows: &[Row]) -> Result<Call> {
        let ids: Vec<&RecordId> = rows.iter().filter_map(|row| row.id.as_ref()).collect();
        let call = self.module.call(Method::Delete, &[])?.query("ids", super::comma_list(&ids));
        Ok(match self.options.get("trigger").and_then(Value::as_array) {
            Some(triggers) => {
                call.query("wf_trigger", triggers.iter().any(|trigger| trigger == "workflow").to_string())
            }
            None => call,
        })
    }

    fn outcomes(&self, reply: &Reply, rows: &[Row]) -> Result<Vec<Outcome>> {
        let items = Page::<Item>::from_reply(reply, "data")?.items;
        if items.len() != rows.len() {
            let message = format!("{} records were sent, and Zoho answered for {}", rows.len(), items.len());
            return Err(reply.odd(message));
        }
        Ok(items.into_iter().zip(rows).map(|(item, row)| self.outcome(item, row, reply)).collect())
    }

    fn outcome(&self, item: Item, row: &Row, reply: &Reply) -> Outcome {
        let inserted = item.action.as_deref() != Some("update");
        match item.saved(row.id.as_ref(), reply) {
            Err(error) if error.kind() == ErrorKind::InvalidAnswer => Outcome::Unanswered(Arc::new(error)),
            Err(error) => Outcome::Refused(Arc::new(error)),
            Ok(saved) => match &self.action {
                Action::Create => Outcome::Created(saved),
                Action::Update => Outcome::Updated(saved),
                Action::Delete => Outcome::Deleted(saved.id),
                Action::Upsert { .. } if inserted => Outcome::Created(saved),
                Action::Upsert { .. } => Outcome::Updated(saved),
            },
        }
    }
}

enum Fate {
    Refused,
    Unanswered,
    GivenUp,
}

/// What the failure of a whole call means for its records and for the calls after it.
fn fate(kind: ErrorKind) -> Fate {
    match kind {
        ErrorKind::InvalidRequest | ErrorKind::NotFound | ErrorKind::Forbidden | ErrorKind::Modified => Fate::Refused,
        ErrorKind::Unanswered | ErrorKind::Server | ErrorKind::InvalidAnswer | ErrorKind::Io => Fate::Unanswered,
        // No tokens, a scope that lacks, an exhausted 429, no connection: the next call would fare no better.
        _ => Fate::GivenUp,
    }
}

/// Zoho's answer for one record.
#[derive(Debug, Deserialize)]
pub(super) struct Item {
    status: Option<String>,
    code: Option<String>,
    #[serde(default)]
    message: Option<String>,
    #[serde(default)]
    details: Value,
    action: Option<String>,
    duplicate_field: Option<String>,
}

impl Item {
    /// The details of a success; Zoho's refusal as an error. `id` is what is taken when the details name none.
    pub(super) fn saved(self, id: Option<&RecordId>, reply: &Reply) -> Result<Saved> {
        let success = match (&self.status, &self.code) {
            (Some(status), _) => status == "success",
            (None, code) => code.as_deref() == Some("SUCCESS"),
        };
        if !success {
            let code = self.code.unwrap_or_else(|| "error".to_owned());
            let api = ApiError::new(code, self.message.unwrap_or_default(), self.details);
            return Err(Error::new(ErrorKind::InvalidRequest, "Zoho refused the record")
                .with_request(reply.method, &reply.path)
                .with_status(reply.status)
                .with_api(api));
        }
        let mut details = match self.details {
            Value::Object(details) => details,
            _ => Map::new(),
        };
        if let (None | Some(Value::Null), Some(id)) = (details.get("id"), id) {
            details.insert("id".to_owned(), id.as_str().into());
        }
        let saved = Saved::deserialize(Value::Object(details))
            .map_err(|cause| reply.odd("Zoho reports success, and its details cannot be read").with_source(cause))?;
        Ok(Saved { duplicate_field: self.duplicate_field, ..saved })
    }
}
