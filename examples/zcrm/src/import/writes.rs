//! Sending rows: the one place that knows how the SDK writes records.

use serde::{Serialize, Serializer};
use serde_json::value::RawValue;
use zcrm_core::resource::ModuleHandle;
use zcrm_core::rest::Outcome;

use super::columns::Writing;
use crate::in_one_line;

/// A record as its row says, digit by digit.
#[derive(Debug)]
pub(super) struct Row(pub(super) Box<RawValue>);

impl Serialize for Row {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

/// What became of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fate {
    Created,
    Updated,
    Refused(String),
    Unanswered(String),
    NotSent(String),
}

impl Fate {
    /// Why it was not sent.
    pub(super) fn not_sent(&self) -> Option<&str> {
        if let Self::NotSent(reason) = self { Some(reason) } else { None }
    }
}

/// Sends rows in one request; a fate for each.
pub(super) fn send(module: &ModuleHandle, writing: &Writing, rows: &[Row]) -> Vec<Fate> {
    let report = match writing {
        Writing::Create => module.create(rows),
        // Zoho finds a record by its id without being told so.
        Writing::UpsertBy(by) if by == "id" => module.upsert(rows, [""; 0]),
        Writing::UpsertBy(by) => module.upsert(rows, [by]),
    };
    match report {
        Ok(report) => report.outcomes().iter().map(fate).collect(),
        Err(error) => rows.iter().map(|_| Fate::NotSent(in_one_line(&error))).collect(),
    }
}

fn fate(outcome: &Outcome) -> Fate {
    let reason = |error: &zcrm_core::Error| error.api().map_or_else(|| in_one_line(error), ToString::to_string);
    match outcome {
        Outcome::Created(_) => Fate::Created,
        Outcome::Rejected(error) => Fate::Refused(reason(error)),
        Outcome::Unanswered(error) => Fate::Unanswered(reason(error)),
        Outcome::NotSent(error) => Fate::NotSent(reason(error)),
        _ => Fate::Updated,
    }
}
