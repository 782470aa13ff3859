//! The rows of a query, written down.

use std::io::{self, Write};

use serde_json::value::RawValue;
use zcrm_core::Record;

use super::table::Table;
use crate::csv::Content;
use crate::output::{Lines, Sink, one_line};

/// How rows are written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A JSON object a line, as Zoho sent it.
    Ndjson,
    /// A column for each of the query's, lookups as ids, choices separated by `;`.
    Csv,
    /// The same for people: columns side by side, long values cut.
    Table,
}

impl Format {
    /// How many lines of the output are no rows.
    #[must_use]
    pub fn header_lines(self) -> u64 {
        match self {
            Self::Ndjson => 0,
            Self::Csv => 1,
            Self::Table => 2,
        }
    }
}

/// Writes the rows of a query down.
#[derive(Debug)]
pub struct Sheet(Form);

#[derive(Debug)]
enum Form {
    Ndjson(Lines),
    Csv(Box<csv::Writer<Lines>>, Vec<String>),
    Table(Table, Vec<String>),
}

impl Sheet {
    /// Begins a sheet with these columns.
    ///
    /// # Errors
    ///
    /// When the lines cannot be written.
    pub fn new(format: Format, columns: Vec<String>, lines: Lines) -> io::Result<Self> {
        Ok(Self(match format {
            Format::Ndjson => Form::Ndjson(lines),
            Format::Csv => {
                let mut rows = csv::Writer::from_writer(lines);
                rows.write_record(&columns)?;
                rows.flush()?;
                Form::Csv(Box::new(rows), columns)
            }
            Format::Table => Form::Table(Table::new(lines, columns.clone()), columns),
        }))
    }
}

impl Sink for Sheet {
    fn write(&mut self, row: &Record) -> io::Result<()> {
        match &mut self.0 {
            Form::Ndjson(lines) => {
                lines.write_all(one_line(row.raw()).as_bytes())?;
                lines.write_all(b"\n")?;
                lines.flush()
            }
            Form::Csv(rows, columns) => {
                for column in columns.iter() {
                    rows.write_field(cell(row, column))?;
                }
                rows.write_record(None::<&[u8]>)?;
                rows.flush()
            }
            Form::Table(table, columns) => table.push(columns.iter().map(|column| cell(row, column)).collect()),
        }
    }

    fn end(&mut self) -> io::Result<()> {
        match &mut self.0 {
            Form::Table(table, _) => table.end(),
            Form::Ndjson(_) | Form::Csv(..) => Ok(()),
        }
    }
}

/// A value by what it looks like: a query tells no types.
fn cell(row: &Record, column: &str) -> String {
    let value: Option<Box<RawValue>> = row.get(column).unwrap_or_default();
    let Some(value) = value else { return String::new() };
    let content = match value.get().as_bytes().first() {
        Some(b'[') => Content::Choices,
        Some(b'{') => Content::Object,
        _ => Content::Text,
    };
    content.cell(&value).into_owned()
}
