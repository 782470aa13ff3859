//! Records written down, as NDJSON or CSV.

use std::borrow::Cow;
use std::io::Write;

use anyhow::{Result, bail};
use serde_json::value::RawValue;
use zcrm_core::config::ApiVersion;
use zcrm_core::entity::Field;
use zcrm_core::resource::Scan;
use zcrm_core::{Client, Record};

use crate::csv::{Content, NOTES};
use crate::import::ABOUT;
use crate::names;
use crate::output::{self, Lines, one_line};

/// How records are written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A JSON object a line, as Zoho sent it.
    Ndjson,
    /// A row of cells; with a byte order mark, by which some spreadsheets know UTF-8, where that is wanted.
    Csv {
        /// Whether the mark is written.
        mark: bool,
    },
}

impl Format {
    /// How many lines of the output are no records.
    #[must_use]
    pub fn header_lines(self) -> u64 {
        u64::from(self != Self::Ndjson)
    }
}

/// What an export writes down of each record.
#[derive(Debug)]
pub struct Sheet {
    columns: Vec<(String, Content)>,
    format: Format,
}

impl Sheet {
    /// What the scan gives, or those of its fields that are named; gives the scan back with these fields named.
    ///
    /// Reads the module's fields where they have to be known: those that are named have to exist, and CSV has columns.
    ///
    /// # Errors
    ///
    /// When the module or a field is not known.
    pub fn new(client: &Client, scan: Scan, module: &str, fields: &[String], format: Format) -> Result<(Scan, Self)> {
        if fields.is_empty() && format == Format::Ndjson {
            return Ok((scan, Self { columns: Vec::new(), format }));
        }
        let known = scan.describe().map_err(|error| names::unknown_module(client, module, error))?;
        names::some_field(&known, module)?;
        let mut named = if fields.is_empty() { all(&known) } else { checked(&known, module, fields)? };
        let has = |wanted: &str| named.iter().any(|name| name == wanted);
        // Notes say it within from v7 on.
        let of_note = module == NOTES && client.config().api_version() < ApiVersion::V7 && has("Parent_Id");
        // Without the module that it is of, the id says nothing to an import.
        let about = format != Format::Ndjson && (has("What_Id") || of_note);
        if about && !has(ABOUT) {
            named.push(ABOUT.to_owned());
        }
        let mut columns: Vec<(String, Content)> =
            named.iter().map(|name| (name.clone(), content(&known, module, name))).collect();
        // Zoho gives it whether it is asked for or not.
        if fields.is_empty() && !named.iter().any(|name| name == "id") {
            columns.insert(0, ("id".to_owned(), Content::Text));
        }
        let scan = if fields.is_empty() && !about { scan } else { scan.fields(named) };
        Ok((scan, Self { columns, format }))
    }

    /// What writes the records down, behind those of an earlier run if there are any.
    ///
    /// # Errors
    ///
    /// When the lines cannot be written.
    pub fn sink(self, mut lines: Lines, behind: bool) -> std::io::Result<Sink> {
        let Format::Csv { mark } = self.format else { return Ok(Sink(Form::Ndjson(lines))) };
        if behind {
            return Ok(Sink(Form::Csv(Box::new(csv::Writer::from_writer(lines)), self.columns)));
        }
        if mark {
            lines.write_all("\u{feff}".as_bytes())?;
        }
        let mut rows = csv::Writer::from_writer(lines);
        rows.write_record(self.columns.iter().map(|(name, _)| name)).map_err(std::io::Error::from)?;
        rows.flush()?;
        Ok(Sink(Form::Csv(Box::new(rows), self.columns)))
    }
}

fn all(known: &[Field]) -> Vec<String> {
    known.iter().filter_map(|field| field.api_name.clone()).collect()
}

fn checked(known: &[Field], module: &str, fields: &[String]) -> Result<Vec<String>> {
    for (at, name) in fields.iter().enumerate() {
        if fields.iter().take(at).any(|before| before == name) {
            bail!("the field {name} is named twice");
        }
        // Properties such as $approved are no fields of the metadata.
        if name != "id" && !name.starts_with('$') {
            names::field(known, module, name)?;
        }
    }
    Ok(fields.to_vec())
}

fn content(known: &[Field], module: &str, name: &str) -> Content {
    let field = known.iter().find(|field| field.api_name.as_deref() == Some(name));
    field.map_or(Content::Text, |field| Content::within(module, field))
}

/// Writes records down, one a line.
#[derive(Debug)]
pub struct Sink(Form);

#[derive(Debug)]
enum Form {
    Ndjson(Lines),
    Csv(Box<csv::Writer<Lines>>, Vec<(String, Content)>),
}

impl output::Sink for Sink {
    fn write(&mut self, record: &Record) -> std::io::Result<()> {
        match &mut self.0 {
            Form::Ndjson(lines) => {
                lines.write_all(one_line(record.raw()).as_bytes())?;
                lines.write_all(b"\n")?;
                lines.flush()
            }
            Form::Csv(rows, columns) => {
                for (column, content) in columns.iter() {
                    let value: Option<Box<RawValue>> = record.get(column).unwrap_or_default();
                    let cell = value.as_deref().map_or(Cow::Borrowed(""), |value| content.cell(value));
                    rows.write_field(cell.as_bytes()).map_err(std::io::Error::from)?;
                }
                rows.write_record(None::<&[u8]>).map_err(std::io::Error::from)?;
                rows.flush()
            }
        }
    }
}
