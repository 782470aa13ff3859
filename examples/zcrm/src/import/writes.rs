//! Sending rows: the one place that knows how the SDK writes records.

use std::sync::Arc;

use serde::{Serialize, Serializer};
use serde_json::value::RawValue;
use zcrm_core::resource::ModuleHandle;
use zcrm_core::rest::{Outcome, Written};

use super::columns::Writing;
use crate::csv::SheetRow;
use crate::in_one_line;

/// A row on its way: Zoho gets the record, the files of rejects get the cells as they were.
#[derive(Debug, Clone)]
pub struct Row {
    /// As it stands in the file.
    pub sheet: Arc<SheetRow>,
    /// What its cells say.
    pub record: Box<RawValue>,
}

impl Serialize for Row {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.record.serialize(serializer)
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

/// Sends the rows, a call of up to 100 at a time, as the fates are asked for.
pub(super) fn send<'a>(
    module: &ModuleHandle,
    writing: &Writing,
    rows: impl Iterator<Item = Row> + 'a,
) -> Box<dyn Iterator<Item = (Row, Fate)> + 'a> {
    let fate = |written: Written<Row>| (written.record, fate(&written.outcome));
    match writing {
        Writing::Create => Box::new(module.writer().create_iter(rows).map(fate)),
        // Zoho finds a record by its id without being told so.
        Writing::UpsertBy(by) if by == "id" => Box::new(module.writer().upsert_iter(rows, [""; 0]).map(fate)),
        Writing::UpsertBy(by) => Box::new(module.writer().upsert_iter(rows, [by]).map(fate)),
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
