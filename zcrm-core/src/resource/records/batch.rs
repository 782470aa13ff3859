//! Calls of at most 100 records.

use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::outcome::Outcome;
use super::row::Row;
use crate::config::ApiVersion;
use crate::entity::RecordId;
use crate::error::Result;
use crate::resource::ModuleHandle;
use crate::resource::sending::{Effect, Sending};
use crate::rest::{Call, Repeat};
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

/// What is done with records, call after call.
#[derive(Debug)]
pub(super) struct Batch {
    module: ModuleHandle,
    action: Action,
    options: Map<String, Value>,
    sending: Sending,
}

#[derive(Serialize)]
struct Body<'a> {
    data: Vec<&'a RawValue>,
    #[serde(flatten)]
    options: &'a Map<String, Value>,
}

impl Batch {
    pub(super) fn new(module: ModuleHandle, action: Action, options: Map<String, Value>) -> Self {
        let effect = match action {
            Action::Create => Effect::Create,
            Action::Update => Effect::Update,
            Action::Upsert { .. } => Effect::Upsert,
            Action::Delete => Effect::Delete,
        };
        let sending = Sending::new(&module.session, KEY, effect);
        Self { module, action, options, sending }
    }

    /// Sends up to 100 records in one call; as many outcomes as rows.
    pub(super) fn send(&mut self, rows: &[Row]) -> Vec<Outcome> {
        let call = self.call(rows);
        self.sending.send(rows, |row| row.id.clone(), call)
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
}
