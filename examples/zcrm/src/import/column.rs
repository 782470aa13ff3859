//! What the cells of one column hold, and the values that they become.

use std::collections::BTreeMap;

use anyhow::{Result, bail};
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};
use zcrm_core::entity::Field;

use super::dates::DateFormat;
use super::lookup::{Found, Lookups, Reference};
use super::map::{Column, is_same_word};
use crate::csv::{Content, SheetRow};
use crate::read_only::is_read_only;

/// A column that is sent.
#[derive(Debug)]
pub(super) struct Taken {
    /// Its place in the row.
    pub(super) at: usize,
    pub(super) field: String,
    pub(super) content: Content,
    pub(super) how: How,
}

/// How the cells of a column are written.
#[derive(Debug)]
pub(super) enum How {
    /// As Zoho writes them.
    Plain,
    Dated(DateFormat),
    Words {
        yes: Vec<String>,
        no: Vec<String>,
    },
    /// The value of another field of the record that a lookup leads to.
    By(Reference),
}

impl Taken {
    pub(super) fn value(&self, cell: &str, lookups: &Lookups) -> Result<Box<RawValue>, String> {
        let field = &self.field;
        let not = |wanted: &str| format!("{field} is {}, not {wanted}", shown(cell));
        match &self.how {
            How::Plain => self.content.value(cell).map_err(not),
            How::Dated(format) => {
                let read = format.read(cell.trim()).and_then(|read| to_raw_value(&read).ok());
                read.ok_or_else(|| not(&format!("a date as {}", format.as_str())))
            }
            How::Words { yes, no } => {
                let is = |words: &[String]| words.iter().any(|word| is_same_word(word, cell));
                let value = if is(yes) { Some(true) } else { is(no).then_some(false) };
                let known = || yes.iter().chain(no).cloned().collect::<Vec<_>>().join(" or ");
                value.and_then(|value| to_raw_value(&value).ok()).ok_or_else(|| not(&known()))
            }
            How::By(reference) => match lookups.found(reference, cell.trim()) {
                Some(Found::One(id)) => {
                    to_raw_value(&BTreeMap::from([("id", id.as_str())])).map_err(|cause| cause.to_string())
                }
                Some(Found::None) => Err(format!(
                    "{field} is {}, and no record of {} has that in {}; create it first, or correct the cell",
                    shown(cell),
                    reference.module,
                    reference.by
                )),
                Some(Found::Several) => Err(format!(
                    "{field} is {}, and several records of {} have that in {}; use the id, or make it unique there",
                    shown(cell),
                    reference.module,
                    reference.by
                )),
                None => Err(format!("{field} is {}, which was not looked up", shown(cell))),
            },
        }
    }
}

impl How {
    pub(super) fn new(column: &Column, field: &Field, content: Content) -> Result<Self> {
        let name = &column.field;
        let words = !column.yes.is_empty() || !column.no.is_empty();
        match (&column.by, &column.format, words) {
            (None, None, false) => Ok(Self::Plain),
            (Some(by), None, false) => match field.lookup.as_ref().and_then(|lookup| lookup.module.as_ref()) {
                Some(module) if content == Content::Lookup && module.api_name.is_some() => {
                    let module = module.api_name.clone().unwrap_or_default();
                    Ok(Self::By(Reference { module, by: by.clone() }))
                }
                _ => bail!("{name} is no lookup whose module Zoho names, so `by` cannot be used with it"),
            },
            (None, Some(format), false) => match content {
                Content::Date => DateFormat::new(format, false).map(Self::Dated),
                Content::DateTime => DateFormat::new(format, true).map(Self::Dated),
                _ => bail!("{name} is neither a date nor a moment, so `format` cannot be used with it"),
            },
            (None, None, true) if content == Content::Boolean => {
                Ok(Self::Words { yes: column.yes.clone(), no: column.no.clone() })
            }
            (None, None, true) => bail!("{name} is not true or false, so words for it cannot be used"),
            _ => bail!("only one of `by`, `format` and words for true and false can be used"),
        }
    }
}

/// The value that every record gets.
pub(super) fn constant(field: &Field, value: &Value) -> Result<Box<RawValue>> {
    if is_read_only(field) {
        bail!("it is read-only, so Zoho does not take it");
    }
    match value {
        Value::String(text) => match Content::of(field).value(text) {
            Ok(value) => Ok(value),
            Err(wanted) => bail!("it is {}, not {wanted}", shown(text)),
        },
        value => Ok(to_raw_value(value)?),
    }
}

/// The text of a cell; `None` when it is not UTF-8. Blanks are text, and nothing else.
pub(super) fn cell<'a>(row: &'a SheetRow, taken: &Taken) -> Option<&'a str> {
    let cell = row.cells.get(taken.at).map(Vec::as_slice).unwrap_or_default();
    let cell = std::str::from_utf8(cell).ok()?;
    Some(if taken.content == Content::Text || !cell.trim().is_empty() { cell } else { "" })
}

/// A cell for an error: whole where it is short.
pub(super) fn shown(cell: &str) -> String {
    match cell.char_indices().nth(60) {
        Some((at, _)) => format!("{:?}...", cell.get(..at).unwrap_or_default()),
        None => format!("{cell:?}"),
    }
}
