//! Lookups that an input names by another field than the id.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use anyhow::Result;
use zcrm_core::coql::{Limits, Select};
use zcrm_core::{Client, Criteria, Record, RecordId};

use crate::names;

/// A lookup by another field of its target.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Reference {
    /// The target.
    pub(super) module: String,
    /// The field of the target that the input names.
    pub(super) by: String,
}

/// What is found for a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found {
    None,
    One(RecordId),
    Several,
}

/// What was looked up so far.
#[derive(Debug, Default)]
pub struct Lookups {
    found: BTreeMap<Reference, HashMap<String, Found>>,
}

impl Lookups {
    pub(super) fn found(&self, reference: &Reference, value: &str) -> Option<&Found> {
        self.found.get(reference)?.get(value)
    }

    /// Which of the values were not looked up yet, in batches of what one request takes.
    pub(super) fn missing<'a>(
        &self,
        client: &Client,
        values: impl IntoIterator<Item = (&'a Reference, &'a str)>,
    ) -> Vec<(Reference, Vec<String>)> {
        let mut missing: BTreeMap<&Reference, BTreeSet<&str>> = BTreeMap::new();
        for (reference, value) in values {
            if self.found(reference, value.trim()).is_none() {
                missing.entry(reference).or_default().insert(value.trim());
            }
        }
        let most = Limits::of(client.config().api_version()).in_values.min(50);
        let batches = missing.into_iter().flat_map(|(reference, values)| {
            let values: Vec<String> = values.into_iter().map(str::to_owned).collect();
            let batches: Vec<Vec<String>> = values.chunks(most.max(1)).map(<[String]>::to_vec).collect();
            batches.into_iter().map(|batch| (reference.clone(), batch))
        });
        batches.collect()
    }

    /// Looks values up, in as few requests as possible.
    ///
    /// # Errors
    ///
    /// When Zoho cannot be asked.
    pub(super) fn look_up<'a>(
        &mut self,
        client: &Client,
        values: impl IntoIterator<Item = (&'a Reference, &'a str)>,
    ) -> Result<()> {
        for (reference, batch) in self.missing(client, values) {
            self.look_up_batch(client, &reference, batch)?;
        }
        Ok(())
    }

    /// Looks up values that fit into one request.
    ///
    /// # Errors
    ///
    /// When Zoho cannot be asked.
    pub(super) fn look_up_batch(&mut self, client: &Client, reference: &Reference, batch: Vec<String>) -> Result<()> {
        let Reference { module, by } = reference;
        let select = Select::from(module).field("id").field(by).filter(Criteria::is_in(by, batch.clone()));
        let mut ids: HashMap<String, BTreeSet<RecordId>> = HashMap::new();
        for record in client.query(select).iter() {
            let record = record?;
            if let (Some(id), Some(value)) = (record.id(), text_of(&record, by)) {
                ids.entry(value.trim().to_lowercase()).or_default().insert(id.clone());
                ids.entry(value.trim().to_owned()).or_default().insert(id);
            }
        }
        let known = self.found.entry(reference.clone()).or_default();
        for value in batch {
            // Zoho compares without regard to capitals; where both are there, those as written are meant.
            let matching = ids.get(&value).or_else(|| ids.get(&value.to_lowercase()));
            let found = match matching.map(|ids| (ids.len(), ids.first())) {
                Some((1, Some(id))) => Found::One(id.clone()),
                Some((_, Some(_))) => Found::Several,
                _ => Found::None,
            };
            known.insert(value, found);
        }
        Ok(())
    }
}

/// # Errors
///
/// When a target has no such field.
pub(super) fn check_references<'a>(client: &Client, references: impl IntoIterator<Item = &'a Reference>) -> Result<()> {
    let mut fields = BTreeMap::new();
    for Reference { module, by } in references {
        if !fields.contains_key(module) {
            fields.insert(module.clone(), names::fields_of(client, module)?);
        }
        if let Some(known) = fields.get(module).filter(|_| by != "id") {
            names::field(known, module, by)?;
        }
    }
    Ok(())
}

fn text_of(record: &Record, field: &str) -> Option<String> {
    let value = record.field(field).value()?;
    Some(value.text().map_or_else(|| value.raw().to_owned(), |text| text.into_owned()))
}
