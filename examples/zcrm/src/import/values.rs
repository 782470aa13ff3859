//! The values that records hold now.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use zcrm_core::entity::Field;
use zcrm_core::resource::ModuleHandle;
use zcrm_core::{ErrorKind, Record, RecordId};

/// The most fields that Zoho gives in one listing, one of them the time of the last change.
const FIELDS: usize = 49;

/// How many ids Zoho takes in one listing.
const IDS: usize = 100;

/// Fields of records that are read.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wanted {
    listed: Vec<String>,
    /// Subforms, which listings leave out in newer versions: each record is read by itself for them.
    subforms: Vec<String>,
}

impl Wanted {
    pub(crate) fn new<'a>(names: impl IntoIterator<Item = &'a str>, fields: &[Field]) -> Self {
        let mut wanted = Self::default();
        let subforms = subforms(fields);
        for name in names {
            let of = if subforms.contains(name) { &mut wanted.subforms } else { &mut wanted.listed };
            of.push(name.to_owned());
        }
        wanted
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &String> {
        self.listed.iter().chain(&self.subforms)
    }

    /// What these records hold; one that is not there is left out.
    ///
    /// # Errors
    ///
    /// When Zoho cannot be asked.
    pub(crate) fn read(&self, module: &ModuleHandle, ids: &[&RecordId]) -> Result<BTreeMap<RecordId, Record>> {
        let mut records: BTreeMap<RecordId, Record> = BTreeMap::new();
        let chunks: Vec<&[String]> =
            if self.listed.is_empty() { vec![&[]] } else { self.listed.chunks(FIELDS).collect() };
        for ids in ids.chunks(IDS) {
            for fields in &chunks {
                let names = fields.iter().map(String::as_str).chain(["Modified_Time"]);
                let list = module.records().fields(names).ids(ids.iter().map(|id| (*id).clone()));
                for record in list.iter() {
                    let record = record?;
                    let Some(id) = record.id() else { continue };
                    let whole = records.entry(id).or_default();
                    for (name, value) in record.fields() {
                        whole.set(name, value);
                    }
                }
            }
        }
        if !self.subforms.is_empty() {
            for (id, whole) in &mut records {
                match module.record(id.clone()).get() {
                    Ok(record) => {
                        for (name, value) in
                            record.fields().filter(|(name, _)| self.subforms.iter().any(|of| of == name))
                        {
                            whole.set(name, value);
                        }
                    }
                    Err(error) if error.kind() == ErrorKind::NotFound => {}
                    Err(error) => return Err(error.into()),
                }
            }
        }
        Ok(records)
    }
}

/// The fields that hold the rows of a subform.
pub(crate) fn subforms(fields: &[Field]) -> BTreeSet<&str> {
    let subforms = fields.iter().filter(|field| field.data_type.as_deref() == Some("subform"));
    subforms.filter_map(|field| field.api_name.as_deref()).collect()
}
