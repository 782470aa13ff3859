//! Rows below the rows: of a subform, or of the linking module of a lookup of several records.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, Seek, Write};

use serde_json::value::RawValue;

use super::cell::Cell;
use super::columns::{Column, Kind, Mapping, kind};
use super::options::{Children, Options};
use super::spool::Cells;
use super::zone::Zone;
use crate::entity::{Field, Json};
use crate::error::{Error, Result};

/// The columns of the rows below the rows, behind the one that names the parent.
#[derive(Debug)]
pub(super) struct ChildColumns {
    pub(super) children: Children,
    pub(super) list: Vec<Column>,
}

impl ChildColumns {
    /// The columns for rows that have these fields.
    pub(super) fn new(children: &Children, fields: &BTreeMap<String, Field>, seen: &BTreeSet<String>) -> Result<Self> {
        let list = match &children.target {
            Some(target) => vec![Column { name: target.clone(), kind: Kind::Lookup("id".to_owned()) }],
            None => {
                let options = Options { lookups: children.lookups.clone(), ..Options::default() };
                let names = seen.iter().filter(|name| *name != "id" && **name != children.parent);
                let column = |name: &String| {
                    let kind = kind(&children.module, &options, fields, name, false)?;
                    Ok(Column { name: name.clone(), kind })
                };
                names.map(column).collect::<Result<_>>()?
            }
        };
        Ok(Self { children: children.clone(), list })
    }

    pub(super) fn file_name(&self) -> String {
        format!("{}.csv", self.children.module)
    }

    /// The `field_mappings`: the parent is told by what the first column of its own file holds.
    pub(super) fn mappings(&self) -> Vec<Mapping<'_>> {
        let parent = Mapping::of_parent(&self.children.parent);
        std::iter::once(parent).chain((1..).zip(&self.list).map(|(index, column)| Mapping::of(column, index))).collect()
    }

    /// The names of all columns.
    pub(super) fn heading(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.children.parent.as_str()).chain(self.list.iter().map(|column| column.name.as_str()))
    }

    /// The cells of the rows that a row lists, without the first one.
    pub(super) fn rows(&self, members: &Cells<'_>, zone: &Zone) -> Result<Vec<Vec<String>>> {
        let member = self.children.member.as_str();
        let list = members.get(member).map(|list| Json::from_raw((*list).to_owned())).unwrap_or_default();
        if list.is_null() {
            return Ok(Vec::new());
        }
        let elements = list.elements().ok_or_else(|| Error::invalid(format!("{member} is no list")))?;
        let row = |(place, element): (usize, &Json)| {
            self.cells(element, zone).map_err(|error| Error::invalid(format!("row {place} of {member}: {error}")))
        };
        (1..).zip(&elements).map(row).collect()
    }

    fn cells(&self, element: &Json, zone: &Zone) -> Result<Vec<String>> {
        let cell = |column: &Column, value: &RawValue| match column.kind.cell(value, zone) {
            Ok(Cell::Text(text)) => Ok(text),
            Ok(Cell::Null) => Ok(String::new()),
            Err(reason) => Err(Error::invalid(format!("{} {reason}", column.name))),
        };
        let no_object = || Error::invalid("it is no object");
        let raw = serde_json::from_str::<&RawValue>(element.raw()).map_err(|_| no_object())?;
        if self.children.target.is_some() {
            return self.list.iter().map(|column| cell(column, raw)).collect();
        }
        let members: Cells<'_> = serde_json::from_str(raw.get()).map_err(|_| no_object())?;
        let of = |column: &Column| match members.get(column.name.as_str()) {
            Some(value) => cell(column, value),
            None => Ok(String::new()),
        };
        self.list.iter().map(of).collect()
    }
}

/// The rows below the rows of one job, in a temporary file.
pub(super) struct ChildLines<'a> {
    columns: &'a ChildColumns,
    lines: csv::Writer<File>,
    pub(super) rows: u64,
}

impl<'a> ChildLines<'a> {
    pub(super) fn new(columns: &'a ChildColumns) -> io::Result<Self> {
        let mut lines = csv::Writer::from_writer(tempfile::tempfile()?);
        lines.write_record(columns.heading())?;
        Ok(Self { columns, lines, rows: 0 })
    }

    /// Adds rows of the parent that this key names.
    pub(super) fn add(&mut self, key: &str, rows: &[Vec<String>]) -> io::Result<()> {
        for row in rows {
            self.lines.write_record(std::iter::once(key).chain(row.iter().map(String::as_str)))?;
            self.rows = self.rows.saturating_add(1);
        }
        Ok(())
    }

    pub(super) fn file_name(&self) -> String {
        self.columns.file_name()
    }

    /// Copies them to where they are to be.
    pub(super) fn copy_to(self, target: &mut impl Write) -> io::Result<()> {
        let mut file = self.lines.into_inner().map_err(|cause| io::Error::other(cause.to_string()))?;
        file.rewind()?;
        io::copy(&mut file, target).map(drop)
    }
}
