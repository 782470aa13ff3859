//! Taxes that are created from v3 on, where Zoho's result has no ids: each is found by its name, which no other has.

use crate::entity::{Json, OrgTax, RecordId};
use crate::error::Result;
use crate::rest::{Guard, List, Outcome, Row, Saved};

/// Finds out which taxes are new.
pub(super) struct ByName {
    list: List<OrgTax>,
    /// The names of those that were there before.
    known: Vec<String>,
}

impl ByName {
    /// Reads which taxes there are.
    pub(super) fn new(list: List<OrgTax>) -> Result<Self> {
        let known = list.all()?.into_iter().filter_map(|tax| tax.name).collect();
        Ok(Self { list, known })
    }

    fn find(&self, name: &str) -> Option<Outcome> {
        if self.known.iter().any(|known| known == name) {
            return None;
        }
        let taxes = self.list.all().ok()?;
        let tax = taxes.into_iter().find(|tax| tax.name.as_deref() == Some(name))?;
        let id = RecordId::new(tax.id.as_ref()?.as_str());
        Some(Outcome::Created(Saved::found(&id, Json::of(&tax).ok()?)))
    }
}

impl Guard for ByName {
    fn admit(&self, row: Row) -> Result<Row> {
        Ok(row)
    }

    fn settle(&self, row: &Row, outcome: Outcome) -> Outcome {
        match (&outcome, name_of(row)) {
            (Outcome::Unanswered(_), Some(name)) => self.find(&name).unwrap_or(outcome),
            _ => outcome,
        }
    }
}

fn name_of(row: &Row) -> Option<String> {
    let sent = Json::from_raw(row.json.as_deref()?.to_owned());
    Some(sent.get("name")?.text()?.into_owned())
}
