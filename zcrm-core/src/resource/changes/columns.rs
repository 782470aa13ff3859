//! Which fields come with a page, and which have to be asked for by id.

use std::borrow::Cow;
use std::collections::HashMap;

use super::found::{Found, MODIFIED};
use crate::config::ApiVersion;
use crate::coql::Limits;
use crate::entity::{Field, Nullable, RecordId};
use crate::error::{Error, ErrorKind, Result};
use crate::resource::module::{ModuleHandle, Which};

/// Fields that a request for records may name, from v3 on, besides the time (Zoho's page *Get records*).
const OF_RECORDS: usize = 49;

/// Columns that every version of COQL takes.
const OF_QUERIES: usize = 50;

/// Ids of one request (Zoho's page *Get records*).
const IDS: usize = 100;

/// The fields of changes. Empty are all of them, in the versions that give all without being told.
#[derive(Debug, Clone, Default)]
pub(super) struct Columns {
    /// Those that come with a page.
    pub(super) main: Vec<String>,
    /// Those that are asked for by id.
    by_id: Vec<String>,
    /// Whether the program named them.
    named: bool,
    /// Whether a text is among them of which lists give only the beginning, as far as that is known.
    pub(super) has_rich_text: bool,
}

impl Columns {
    /// For queries.
    pub(super) fn of_query(module: &ModuleHandle, named: &[String], known: Option<&[Field]>) -> Result<Self> {
        let mut main = vec![MODIFIED.to_owned()];
        let mut by_id = Vec::new();
        let mut has_rich_text = false;
        if named.is_empty() {
            for field in fields_of(module, known)?.iter() {
                let has_column = has_column(field);
                has_rich_text |= has_column && field.is_rich_text();
                let Some(name) = field.api_name.clone().filter(|name| is_own(name)) else { continue };
                if has_column { main.push(name) } else { by_id.push(name) }
            }
        } else {
            main.extend(named.iter().filter(|name| is_own(name)).cloned());
        }
        let mut columns = Self { main, by_id, named: !named.is_empty(), has_rich_text };
        columns.cut(Limits::of(module.session.version()).columns);
        Ok(columns)
    }

    /// For lists of records.
    pub(super) fn of_listing(module: &ModuleHandle, named: &[String], known: Option<&[Field]>) -> Result<Self> {
        let gives_all = module.session.version() < ApiVersion::V3;
        if gives_all && named.is_empty() {
            return Ok(Self::default());
        }
        let mut columns = Self { main: vec![MODIFIED.to_owned()], named: !named.is_empty(), ..Self::default() };
        if named.is_empty() {
            let fields = fields_of(module, known)?;
            let names = fields.iter().filter_map(|field| field.api_name.clone());
            columns.main.extend(names.filter(|name| is_own(name)));
        } else {
            columns.main.extend(named.iter().filter(|name| is_own(name)).cloned());
        }
        if !gives_all {
            columns.cut(OF_RECORDS + 1);
        }
        Ok(columns)
    }

    /// The same fields for lists.
    pub(super) fn in_lists(&self) -> Self {
        let mut columns = self.clone();
        columns.main.append(&mut columns.by_id);
        columns.cut(OF_RECORDS + 1);
        columns
    }

    /// What a thousand records cost, when their pages cost so much (Zoho's page *API limits*).
    pub(super) fn credits(&self, of_pages: usize) -> usize {
        of_pages + self.by_id.chunks(OF_RECORDS).len() * 1_000 / IDS
    }

    fn cut(&mut self, limit: usize) {
        if self.main.len() > limit {
            self.by_id.extend(self.main.split_off(limit));
        }
    }

    /// Learns from the refusal of a query which columns to ask for by id: the one that it names, those that are more
    /// than any version takes, in the end all. Gives the error back where there is nothing to learn, and for a field
    /// that there is not: a list would pass it over.
    pub(super) fn learn(&mut self, module: &ModuleHandle, error: Error) -> Result<()> {
        let is_of_columns = matches!(error.code(), Some("INVALID_QUERY" | "LIMIT_EXCEEDED"));
        if error.kind() != ErrorKind::InvalidRequest || !is_of_columns || self.main.len() < 2 {
            return Err(error);
        }
        let refused: Option<String> = error.api().and_then(|api| api.detail("column_name"));
        match refused.and_then(|name| self.main.iter().position(|column| *column == name && name != MODIFIED)) {
            Some(place) => {
                let name = self.main.remove(place);
                if self.named && !has_field(module, &name)? {
                    return Err(error);
                }
                self.by_id.push(name);
            }
            None if self.main.len() > OF_QUERIES => self.cut(OF_QUERIES),
            None => self.cut(1),
        }
        Ok(())
    }

    /// Adds the fields that are asked for by id. A record that was modified or removed since is left out: it comes
    /// again with its new time, or as deleted.
    pub(super) fn complete(&self, module: &ModuleHandle, which: Which, rows: Vec<Found>) -> Result<Vec<Found>> {
        if self.by_id.is_empty() {
            return Ok(rows);
        }
        let mut whole = Vec::with_capacity(rows.len());
        let mut rows = rows.into_iter().peekable();
        while rows.peek().is_some() {
            let mut some: Vec<Found> = rows.by_ref().take(IDS).collect();
            for names in self.by_id.chunks(OF_RECORDS) {
                some = join(module, which, some, names)?;
            }
            for found in &mut some {
                found.record.mark_saved();
            }
            whole.append(&mut some);
        }
        Ok(whole)
    }
}

fn join(module: &ModuleHandle, which: Which, rows: Vec<Found>, names: &[String]) -> Result<Vec<Found>> {
    let ids = rows.iter().map(|row| RecordId::new(row.id.to_string()));
    let names = names.iter().map(String::as_str);
    let list = module.records().ids(ids).fields(names.clone().chain([MODIFIED]));
    let list = if which == Which::Without { list } else { list.converted(which) };
    let mut parts = HashMap::new();
    for record in &list {
        let found = Found::of(record?).map_err(Error::logged)?;
        parts.insert((found.id, found.time), found.record);
    }
    let complete = |mut row: Found| {
        let part = parts.get(&(row.id.clone(), row.time))?;
        for name in names.clone() {
            match part.field(name) {
                Nullable::Value(value) => _ = row.record.set(name, value),
                Nullable::Null => _ = row.record.clear(name),
                Nullable::Absent => {}
            }
        }
        Some(row)
    };
    Ok(rows.into_iter().filter_map(complete).collect())
}

fn fields_of<'a>(module: &ModuleHandle, known: Option<&'a [Field]>) -> Result<Cow<'a, [Field]>> {
    match known {
        Some(known) => Ok(Cow::Borrowed(known)),
        None => module.fields().list().all().map(Cow::Owned),
    }
}

fn has_field(module: &ModuleHandle, name: &str) -> Result<bool> {
    Ok(module.fields().list().all()?.iter().any(|field| field.api_name.as_deref() == Some(name)))
}

/// Whether COQL has it as a column.
fn has_column(field: &Field) -> bool {
    const REFERENCES: [&str; 4] = ["lookup", "ownerlookup", "userlookup", "multiselectpicklist"];
    let data_type = field.data_type.as_deref().unwrap_or_default();
    let is_structured = matches!(field.json_type.as_deref(), Some("jsonobject" | "jsonarray"));
    let is_known = REFERENCES.contains(&data_type) || matches!(field.api_name.as_deref(), Some("Layout" | "Tag"));
    !matches!(data_type, "fileupload" | "imageupload" | "subform" | "multiselectlookup" | "multiuserlookup")
        && (is_known || !is_structured)
}

/// Whether the field is not one that comes anyway.
fn is_own(name: &str) -> bool {
    !matches!(name, "id" | MODIFIED)
}
