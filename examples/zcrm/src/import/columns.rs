//! What the columns of a file mean, and what a row becomes by it.

use anyhow::{Result, bail};
use serde::Serializer;
use serde::ser::SerializeMap;
use serde_json::value::RawValue;
use zcrm_core::entity::Field;

use crate::csv::{Content, SheetRow};
use crate::names;
use crate::read_only::is_read_only;

/// The module that a `What_Id` is of, which Zoho takes beside it; no field of the metadata.
pub const ABOUT: &str = "$se_module";

/// What is done with the rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Writing {
    /// They are new.
    Create,
    /// The record that has the row's value in this field is updated, and created where there is none.
    UpsertBy(String),
}

/// What each column holds.
#[derive(Debug)]
pub struct Columns {
    /// By the place in the row: the field, and what its cells hold.
    taken: Vec<(usize, String, Content)>,
    passed_over: Vec<String>,
    writing: Writing,
}

impl Columns {
    /// Finds the field of each column. Read-only ones are passed over, as Zoho does not take them.
    ///
    /// # Errors
    ///
    /// When a column is none of the module's fields, or the one to upsert by is missing.
    pub fn new(header: &[String], module: &str, fields: &[Field], writing: Writing) -> Result<Self> {
        let mut columns = Self { taken: Vec::new(), passed_over: Vec::new(), writing };
        for (at, name) in header.iter().enumerate().filter(|(_, name)| !name.is_empty()) {
            if name == "id" || name == ABOUT {
                columns.taken.push((at, name.clone(), Content::Text));
                continue;
            }
            let field = names::field(fields, module, name).map_err(|unknown| with_separator_in_mind(name, unknown))?;
            if is_read_only(field) {
                columns.passed_over.push(name.clone());
            } else {
                columns.taken.push((at, name.clone(), Content::of(field)));
            }
        }
        if let Writing::UpsertBy(by) = &columns.writing {
            let has = |name: &str| columns.taken.iter().any(|(_, taken, _)| taken == name);
            if by != "id" {
                names::field(fields, module, by)?;
            }
            if !has(by) {
                bail!("the input has no column {by} to upsert by");
            }
        }
        if columns.taken.is_empty() {
            bail!("every column of the input is read-only in {module}");
        }
        Ok(columns)
    }

    /// The columns that Zoho does not take.
    #[must_use]
    pub fn passed_over(&self) -> &[String] {
        &self.passed_over
    }

    /// What is done with the rows.
    #[must_use]
    pub fn writing(&self) -> &Writing {
        &self.writing
    }

    /// The record of a row; else why it is refused.
    ///
    /// # Errors
    ///
    /// When the row is malformed, a cell does not fit its field, no cell can be sent, or the row may be there already.
    pub fn record(&self, row: &SheetRow) -> Result<Box<RawValue>, String> {
        if let Some(fault) = &row.fault {
            return Err(fault.clone());
        }
        let mut fields = Vec::with_capacity(self.taken.len());
        for (at, name, content) in &self.taken {
            let cell = row.cells.get(*at).map(Vec::as_slice).unwrap_or_default();
            let cell = std::str::from_utf8(cell).map_err(|_| format!("{name} is not UTF-8"))?;
            // Blanks are text, but nothing else.
            if cell.is_empty() || (*content != Content::Text && cell.trim().is_empty()) {
                continue;
            }
            let value = content.value(cell).map_err(|wanted| format!("{name} is {}, not {wanted}", shown(cell)))?;
            fields.push((name.as_str(), value));
        }
        if self.writing == Writing::Create {
            if fields.iter().any(|(name, _)| *name == "id") {
                return Err("it has an id, so it is not new: upsert it, or leave the id out".to_owned());
            }
            if row.is_in_doubt() {
                return Err(
                    "it was sent before and not answered, so it may be there already: look for it in Zoho, then \
                     empty its zcrm_reason, or upsert it"
                        .to_owned(),
                );
            }
        }
        if fields.is_empty() {
            return Err("it has values in columns only that Zoho does not take".to_owned());
        }
        object(&fields).map_err(|cause| cause.to_string())
    }
}

/// A JSON object of values that are kept digit by digit.
fn object(fields: &[(&str, Box<RawValue>)]) -> serde_json::Result<Box<RawValue>> {
    let mut json = Vec::new();
    let mut serializer = serde_json::Serializer::new(&mut json);
    let mut map = serializer.serialize_map(Some(fields.len()))?;
    for (name, value) in fields {
        map.serialize_entry(name, value)?;
    }
    map.end()?;
    serde_json::from_slice(&json)
}

/// A cell for an error: whole where it is short.
fn shown(cell: &str) -> String {
    match cell.char_indices().nth(60) {
        Some((at, _)) => format!("{:?}...", cell.get(..at).unwrap_or_default()),
        None => format!("{cell:?}"),
    }
}

fn with_separator_in_mind(name: &str, unknown: anyhow::Error) -> anyhow::Error {
    if name.contains(['|', ';', ',', '\t', ':', '~']) {
        unknown.context("are the cells separated by another character? Name it with --separator")
    } else {
        unknown
    }
}
