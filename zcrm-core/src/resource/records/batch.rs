//! Calls of at most 100 records, and what became of each record.

use std::sync::Arc;

use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::outcome::{Outcome, Saved};
use super::row::Row;
use crate::config::ApiVersion;
use crate::entity::RecordId;
use crate::error::{ApiError, Error, ErrorKind, Result};
use crate::resource::ModuleHandle;
use crate::rest::{Call, ItemResult, Repeat, Reply, refused_results};
use crate::transport::Method;

/// The most records that Zoho takes in one call.
pub(super) const MAX_PER_CALL: usize = 100;

/// Under which key records and their results stand.
pub(super) const KEY: &str = "data";

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
            Err(error) => error,
        };
        if is_refusal(&failure) {
            let results = refused_results(&failure, KEY);
            if results.len() == rows.len() {
                let about = |api| failure.about_item(api);
                return self.each(results, rows, failure.outcome_unknown(), &about);
            }
        }
        self.fate(Arc::new(failure), rows)
    }

    /// What the failure of a whole call means for its records and for the calls after it.
    fn fate(&mut self, failure: Arc<Error>, rows: &[Row]) -> Vec<Outcome> {
        let refused = is_refusal(&failure);
        let of_this_call =
            matches!(failure.kind(), ErrorKind::Unanswered | ErrorKind::Server | ErrorKind::InvalidAnswer);
        if !refused && !of_this_call {
            // No tokens, a scope that lacks, an exhausted 429, no connection: the next call would fare no better.
            self.stopped = Some(Arc::clone(&failure));
        }
        let outcome = if failure.outcome_unknown() || of_this_call {
            Outcome::Unanswered(failure)
        } else if refused {
            Outcome::Refused(failure)
        } else {
            Outcome::NotSent(failure)
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
        let results = reply.results(KEY)?;
        if results.len() != rows.len() {
            let message = format!("{} records were sent, and Zoho answered for {}", rows.len(), results.len());
            return Err(reply.undecided(message));
        }
        Ok(self.each(results, rows, reply.is_repetition(), &|api| reply.refused(api)))
    }

    /// One outcome per result; `repeated` says that an earlier attempt may have been done.
    fn each(
        &self,
        results: Vec<ItemResult>,
        rows: &[Row],
        repeated: bool,
        about: &dyn Fn(ApiError) -> Error,
    ) -> Vec<Outcome> {
        let outcome = |(result, row): (ItemResult, &Row)| match (&self.action, &row.id) {
            (Action::Delete, Some(id)) if repeated && is_absent(&result.code) => Outcome::Deleted(id.clone()),
            _ => self.outcome(result, row, about),
        };
        results.into_iter().zip(rows).map(outcome).collect()
    }

    fn outcome(&self, result: ItemResult, row: &Row, about: &dyn Fn(ApiError) -> Error) -> Outcome {
        if !result.is_success() {
            return Outcome::Refused(Arc::new(about(result.into_api_error())));
        }
        let inserted = result.action.as_deref() != Some("update");
        match Saved::of(result, row.id.as_ref()) {
            Err(error) => Outcome::Unanswered(Arc::new(error)),
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

/// Whether Zoho refused what was asked, for good and before any work.
fn is_refusal(failure: &Error) -> bool {
    use ErrorKind::{Forbidden, InvalidRequest, Modified, NotFound};
    matches!(failure.kind(), InvalidRequest | NotFound | Forbidden | Modified)
}

/// Whether Zoho says of a deletion that there is no record with this id. After a lost answer that means: it was done
/// the first time.
pub(super) fn is_absent(code: &str) -> bool {
    matches!(code, "INVALID_DATA" | "RECORD_NOT_FOUND" | "RESOURCE_NOT_FOUND")
}
