//! The condition of optimistic locking, for each record of a batch.

use serde::de::IgnoredAny;
use serde_json::{Map, Value};

use super::ModuleHandle;
use crate::entity::{DateTime, Json, Nullable, Record, RecordId};
use crate::error::{Error, ErrorKind, Result};
use crate::rest::{Effect, Guard, Outcome, Row, Saved};
use crate::transport::Method;

/// What tells who modified a record, and when.
const TRACES: [&str; 2] = ["Modified_By", "Modified_Time"];

/// Since when nobody may have modified a record.
#[derive(Debug, Clone)]
pub(super) enum Condition {
    /// Since this moment.
    Since(DateTime),
    /// Since the record's own Modified_Time.
    Read,
}

/// Holds a condition for each record of a batch.
pub(super) struct Lock {
    module: ModuleHandle,
    effect: Effect,
    condition: Condition,
}

impl Lock {
    pub(super) fn new(module: &ModuleHandle, effect: Effect, condition: Condition) -> Self {
        Self { module: module.clone(), effect, condition }
    }

    fn read(&self, id: &RecordId) -> Result<Record> {
        self.module.session.run(&self.module.request(Method::Get, &[id.as_str()]).one("data"))
    }
}

impl Guard for Lock {
    fn admit(&self, mut row: Row) -> Result<Row> {
        if !matches!(self.effect, Effect::Update | Effect::Upsert) {
            let text = "Zoho takes the condition that nobody modified a record for updates and upserts alone; for \
                        others, read its Modified_Time and compare";
            return Err(Error::invalid(text));
        }
        if let Condition::Since(moment) = &self.condition {
            row.modified_time = Some(moment.clone());
        }
        match &row.modified_time {
            Some(moment) => moment.check()?,
            None => return Err(Error::invalid("the record has no Modified_Time; read it with that field")),
        }
        row.without("Modified_Time")
    }

    fn settle(&self, row: &Row, outcome: Outcome) -> Outcome {
        let Some(error) = outcome.error().filter(|error| error.kind() == ErrorKind::Modified).cloned() else {
            return outcome;
        };
        // A retry that is refused may meet what the first attempt did.
        let retried = error.outcome_unknown();
        let api = error.api();
        let named: Option<RecordId> = api.and_then(|api| api.detail("id"));
        let told = api.is_some_and(|api| TRACES.iter().all(|trace| api.detail::<IgnoredAny>(trace).is_some()));
        let id = row.id.clone().or(named);
        let record = id.as_ref().filter(|_| retried || !told).and_then(|id| self.read(id).ok());
        let traces = record.iter().flat_map(|record| {
            TRACES.into_iter().filter_map(|trace| Some((trace.to_owned(), record.get::<Value>(trace).ok()??)))
        });
        let traces: Map<String, Value> = traces.collect();
        if !retried {
            return Outcome::Rejected(error.with_details(traces));
        }
        let sent = row.json.as_deref().map(|sent| Json::from_raw(sent.to_owned()));
        match (id, record, sent) {
            (Some(id), Some(record), Some(sent)) if holds(&sent, &record) => {
                Outcome::Updated(Saved::found(&id, Json::from(Value::Object(traces))))
            }
            _ => {
                let text = "the record was modified since it was read: by this update, whose first response was lost, \
                            or by somebody else";
                Outcome::Unanswered(error.understood_as(ErrorKind::Unanswered, text).with_details(traces))
            }
        }
    }
}

/// Whether a record has all values that were sent.
fn holds(sent: &Json, record: &Record) -> bool {
    let has = |(name, sent): (String, Json)| {
        name == "id"
            || match record.field(&name) {
                Nullable::Value(found) => covers(&sent, &found),
                Nullable::Null | Nullable::Absent => sent.is_null(),
            }
    };
    sent.members().is_some_and(|members| members.into_iter().all(has))
}

/// Whether what was found is what was sent: the same value, a lookup by its id, the same moment in another offset.
fn covers(sent: &Json, found: &Json) -> bool {
    let moment = |json: &Json| json.text().and_then(|text| DateTime::new(text).unix_seconds());
    match (sent.members(), found.members()) {
        (Some(sent), Some(found)) => {
            sent.iter().all(|(name, sent)| found.get(name).is_some_and(|found| covers(sent, found)))
        }
        (None, Some(found)) => found.get("id").is_some_and(|id| covers(sent, id)),
        _ => sent == found || moment(sent).is_some_and(|sent| moment(found) == Some(sent)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_that_has_the_values_that_were_sent_is_told_from_one_that_has_not() {
        let record = r#"{"id":"1","City":"Oslo","Fax":null,"Account_Name":{"id":"7","name":"Acme"},"Amount":1.50,
            "Starts":"2026-03-01T10:00:00+02:00","Owner":{"id":"9","name":"Bo"}}"#;
        let record = Record::from_json(record).unwrap();
        for (sent, expected) in [
            (r#"{"id":"2","City":"Oslo","Fax":null,"Gone":null,"Amount":1.5}"#, true),
            (r#"{"Account_Name":{"id":"7"},"Owner":"9"}"#, true),
            (r#"{"Starts":"2026-03-01T08:00:00+00:00"}"#, true),
            (r#"{"Account_Name":{"id":"8"}}"#, false),
            (r#"{"City":"Oslo","Fax":"1"}"#, false),
            (r#"{"City":null}"#, false),
            (r#"{"Starts":"2026-03-01T08:00:01+00:00"}"#, false),
        ] {
            assert_eq!(holds(&sent.parse().unwrap(), &record), expected, "{sent}");
        }
    }
}
