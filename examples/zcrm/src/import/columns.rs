//! What the columns of a file mean, and what a row becomes by it.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use serde::Serializer;
use serde::ser::SerializeMap;
use serde_json::value::RawValue;
use zcrm_core::Client;
use zcrm_core::config::ApiVersion;
use zcrm_core::entity::{Field, Layout};

use super::column::{How, Taken, cell, constant};
use super::lookup::{self, Lookups, Reference};
use super::map::{Column, Empty, Mapping};
use super::parent::{self, ABOUT};
use crate::csv::{Content, NOTES, SheetRow};
use crate::names::{self, suggestion};
use crate::read_only::is_read_only;

/// What is done with the rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Writing {
    /// They are new.
    Create,
    /// The record that has the row's id is updated.
    Update,
    /// The record that has the row's value in this field is updated, and created where there is none.
    UpsertBy(String),
}

/// What each column holds.
#[derive(Debug)]
pub struct Columns {
    taken: Vec<Taken>,
    constants: Vec<(String, Box<RawValue>)>,
    passed_over: Vec<String>,
    writing: Writing,
    empty: Empty,
    /// Fields whose values Zoho keeps unique.
    unique: Vec<String>,
    /// The records are notes, for this version.
    notes: Option<ApiVersion>,
}

/// Why a cell cannot be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Problem {
    /// The field's API name.
    pub(super) field: String,
    pub(super) text: String,
}

/// A value on its way, with the text of its cell.
pub(super) struct Valued<'a> {
    pub(super) taken: &'a Taken,
    /// Empty where the field is cleared.
    pub(super) cell: &'a str,
    pub(super) value: Box<RawValue>,
}

impl Columns {
    /// Finds the field of each column. Read-only ones are passed over, as Zoho does not take them.
    ///
    /// # Errors
    ///
    /// When a column is none of the module's fields, the mapping names a column or a field that is not there, or the
    /// field to write by is missing.
    pub fn new(
        header: &[String],
        module: &str,
        fields: &[Field],
        writing: Writing,
        mapping: &Mapping,
        version: ApiVersion,
    ) -> Result<Self> {
        if let Some(missing) = mapping.columns.keys().find(|name| !header.contains(name)) {
            bail!("the input has no column {missing}{}", suggestion(missing, header.iter().map(String::as_str)));
        }
        let notes = (module == NOTES).then_some(version);
        let mut columns = Self { writing, empty: mapping.empty, notes, ..Self::of_nothing() };
        let mut of_field = BTreeMap::new();
        for (at, name) in header.iter().enumerate().filter(|(_, name)| !name.is_empty()) {
            let column = match mapping.columns.get(name) {
                Some(None) => continue,
                Some(Some(column)) => column.clone(),
                None => Column { field: name.clone(), ..Column::default() },
            };
            if let Some(other) = of_field.insert(column.field.clone(), name) {
                bail!("the columns {other} and {name} are both the field {}", column.field);
            }
            if column.field == "id" || column.field == ABOUT {
                let content = if column.field == "id" { Content::Id } else { Content::Text };
                columns.taken.push(Taken { at, field: column.field, content, how: How::Plain });
                continue;
            }
            let field = names::field(fields, module, &column.field);
            let field = field.map_err(|unknown| with_separator_in_mind(name, unknown))?;
            if is_read_only(field) {
                columns.passed_over.push(name.clone());
                continue;
            }
            let content = Content::within(module, field);
            let how = How::new(&column, field, content).with_context(|| format!("the column {name}"))?;
            columns.taken.push(Taken { at, field: column.field, content, how });
        }
        for (name, value) in &mapping.constants {
            if let Some(column) = of_field.get(name) {
                bail!("the field {name} is both a constant and the column {column}");
            }
            let constant = constant(names::field(fields, module, name)?, value);
            columns.constants.push((name.clone(), constant.with_context(|| format!("the constant {name}"))?));
        }
        let unique = fields.iter().filter(|field| field.is_unique_field()).filter_map(|field| field.api_name.clone());
        columns.unique = unique.filter(|name| columns.taken.iter().any(|taken| taken.field == *name)).collect();
        columns.check_writing(module, fields)?;
        Ok(columns)
    }

    fn of_nothing() -> Self {
        Self {
            taken: Vec::new(),
            constants: Vec::new(),
            passed_over: Vec::new(),
            writing: Writing::Create,
            empty: Empty::default(),
            unique: Vec::new(),
            notes: None,
        }
    }

    /// The columns whose values Zoho keeps unique.
    pub(super) fn unique(&self) -> impl Iterator<Item = &str> {
        self.unique.iter().map(String::as_str)
    }

    fn check_writing(&self, module: &str, fields: &[Field]) -> Result<()> {
        let by = match &self.writing {
            Writing::Create => None,
            Writing::Update => Some(("id", "update")),
            Writing::UpsertBy(by) => Some((by.as_str(), "upsert")),
        };
        if let Some((by, verb)) = by {
            if by != "id" {
                names::field(fields, module, by)?;
            }
            if !self.has(by) {
                bail!("the input has no column {by} to {verb} by");
            }
        }
        if self.taken.is_empty() {
            bail!("every column of the input is read-only in {module}, or ignored");
        }
        Ok(())
    }

    /// Whether the field has a column or a constant.
    pub(super) fn has(&self, field: &str) -> bool {
        self.taken.iter().any(|taken| taken.field == field) || self.constants.iter().any(|(name, _)| name == field)
    }

    /// The fields that are written.
    pub(super) fn fields(&self) -> impl Iterator<Item = &str> {
        let constants = self.constants.iter().map(|(name, _)| name.as_str());
        self.taken.iter().map(|taken| taken.field.as_str()).chain(constants)
    }

    pub(super) fn taken(&self) -> &[Taken] {
        &self.taken
    }

    pub(super) fn constants(&self) -> &[(String, Box<RawValue>)] {
        &self.constants
    }

    /// What an empty cell means.
    pub(super) fn clears_empty(&self) -> bool {
        self.empty == Empty::Clear && self.writing != Writing::Create
    }

    /// Whether bulk write can take the columns: it has no files, images, subforms or other objects.
    #[must_use]
    pub fn can_bulk(&self, fields: &[Field]) -> bool {
        let takes = |taken: &Taken| {
            let field = fields.iter().find(|field| field.api_name.as_deref() == Some(&taken.field));
            let data_type = field.and_then(|field| field.data_type.as_deref()).unwrap_or_default();
            !matches!(taken.content, Content::List | Content::Object | Content::LookupOfModules)
                && taken.field != ABOUT
                && !matches!(data_type, "profileimage" | "fileupload" | "imageupload" | "subform" | "multiselectlookup")
        };
        self.taken.iter().all(takes) && self.constants.iter().all(|(_, value)| !value.get().starts_with(['[', '{']))
    }

    /// The layout that new records get: the one that a constant names, or the first that is shown. Rows that name one
    /// each are checked by the fields alone.
    #[must_use]
    pub fn layout_of<'a>(&self, layouts: &'a [Layout]) -> Option<&'a Layout> {
        if let Some((_, constant)) = self.constants.iter().find(|(name, _)| name == "Layout") {
            return layouts
                .iter()
                .find(|layout| layout.id.as_ref().is_some_and(|id| constant.get().contains(&format!("\"{id}\""))));
        }
        if self.has("Layout") {
            return None;
        }
        layouts.iter().find(|layout| layout.visible != Some(false))
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

    /// The lookups that are found by another field, which have to be known before [`record`](Self::record).
    pub(super) fn references<'a>(&'a self, row: &'a SheetRow) -> impl Iterator<Item = (&'a Reference, &'a str)> {
        let of_row = self.taken.iter().filter(|_| row.fault.is_none());
        of_row.filter_map(move |taken| match &taken.how {
            How::By(reference) => cell(row, taken).filter(|cell| !cell.is_empty()).map(|cell| (reference, cell)),
            _ => None,
        })
    }

    /// How many modules lookups lead to by another field than the id.
    pub(super) fn targets(&self) -> usize {
        let targets = self.taken.iter().filter_map(|taken| match &taken.how {
            How::By(reference) => Some(reference.module.as_str()),
            _ => None,
        });
        targets.collect::<std::collections::BTreeSet<_>>().len()
    }

    /// Whether the fields exist by which lookups are found.
    ///
    /// # Errors
    ///
    /// When one does not, or Zoho cannot be asked.
    pub fn check_references(&self, client: &Client) -> Result<()> {
        let references = self.taken.iter().filter_map(|taken| match &taken.how {
            How::By(reference) => Some(reference),
            _ => None,
        });
        lookup::check_references(client, references)
    }

    /// The cells of a row that are ids of records, by field.
    pub(super) fn ids<'a>(&'a self, row: &'a SheetRow) -> impl Iterator<Item = (&'a str, &'a str)> {
        let lookups = self.taken.iter().filter(|taken| taken.content == Content::Lookup && row.fault.is_none());
        let plain = lookups.filter(|taken| matches!(taken.how, How::Plain));
        let cells = plain.filter_map(|taken| Some((taken.field.as_str(), cell(row, taken)?.trim())));
        cells.filter(|(_, id)| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit()))
    }

    pub(super) fn has_references(&self) -> bool {
        self.taken.iter().any(|taken| matches!(taken.how, How::By(_)))
    }

    /// The record of a row; else why it is refused.
    ///
    /// # Errors
    ///
    /// When the row is malformed, a cell does not fit its field, no cell can be sent, or the row may be there already.
    pub(super) fn record(&self, row: &SheetRow, lookups: &Lookups) -> Result<Box<RawValue>, String> {
        if let Some(fault) = &row.fault {
            return Err(fault.clone());
        }
        let mut fields = Vec::with_capacity(self.taken.len() + self.constants.len());
        for value in self.values(row, lookups) {
            let Valued { taken, value, .. } = value.map_err(|problem| problem.text)?;
            fields.push((taken.field.as_str(), value));
        }
        if let Some(reason) = self.objection(row, &fields) {
            return Err(reason);
        }
        fields.extend(self.constants.iter().map(|(name, value)| (name.as_str(), value.clone())));
        if let Some(version) = self.notes {
            parent::of_note(&mut fields, version);
        }
        object(&fields).map_err(|cause| cause.to_string())
    }

    /// Why a row cannot be written this way, whatever its other values.
    pub(super) fn objection(&self, row: &SheetRow, fields: &[(&str, Box<RawValue>)]) -> Option<String> {
        let has_id = fields.iter().any(|(name, _)| *name == "id");
        let reason = match &self.writing {
            Writing::Create if has_id => "it has an id, so it is not new: upsert or update it, or leave the id out",
            Writing::Create if row.is_in_doubt() => {
                "it was sent before and not answered, so it may be there already: look for it in Zoho, then empty its \
                 zcrm_reason, or upsert it"
            }
            Writing::Update if !has_id => "id is empty, and an update needs it",
            _ if fields.is_empty() => "it has values in columns only that Zoho does not take",
            Writing::Update if fields.len() == 1 && self.constants.is_empty() => "it has nothing to update but its id",
            _ => return None,
        };
        Some(reason.to_owned())
    }

    /// What the cells of a row become; those that are empty are left out.
    pub(super) fn values<'a>(
        &'a self,
        row: &'a SheetRow,
        lookups: &'a Lookups,
    ) -> impl Iterator<Item = Result<Valued<'a>, Problem>> {
        self.taken.iter().filter_map(move |taken| {
            let problem = |text: String| Problem { field: taken.field.clone(), text };
            let Some(cell) = cell(row, taken) else {
                return Some(Err(problem(format!("{} is not UTF-8; save the file as CSV UTF-8", taken.field))));
            };
            if cell.is_empty() {
                let cleared = self.clears_empty() && taken.field != "id";
                let null = RawValue::from_string("null".to_owned()).ok().filter(|_| cleared);
                return null.map(|value| Ok(Valued { taken, cell, value }));
            }
            let value = taken.value(cell, lookups);
            Some(value.map(|value| Valued { taken, cell, value }).map_err(problem))
        })
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

fn with_separator_in_mind(name: &str, unknown: anyhow::Error) -> anyhow::Error {
    if name.contains(['|', ';', ',', '\t', ':', '~']) {
        unknown.context("are the cells separated by another character? Name it with --separator")
    } else {
        unknown
    }
}
