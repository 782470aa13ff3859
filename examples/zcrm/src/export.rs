//! Records written down, as NDJSON or CSV.

use std::borrow::Cow;
use std::io::Write;

use anyhow::{Result, bail};
use serde_json::value::RawValue;
use zcrm_core::entity::Field;
use zcrm_core::{Client, Record};

use crate::csv::Content;
use crate::import::ABOUT;
use crate::names;
use crate::output::{self, Lines, one_line};

/// How many fields Zoho gives at a time, from v3 on.
const MAX_FIELDS: usize = 50;

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

/// What an export asks for, and what it writes down.
#[derive(Debug)]
pub struct Plan {
    /// The fields to ask for; none asks for all that Zoho gives.
    pub asked: Vec<String>,
    columns: Vec<(String, Content)>,
    format: Format,
}

impl Plan {
    /// Finds out which fields there are, where they have to be known: those that are named have to exist, CSV has
    /// columns, and Zoho may want names (`must_name`), as it does for pages from v3 on.
    ///
    /// # Errors
    ///
    /// When the module or a field is not known, or there are too many fields.
    pub fn new(client: &Client, module: &str, fields: &[String], format: Format, must_name: bool) -> Result<Self> {
        if fields.is_empty() && !must_name && format == Format::Ndjson {
            return Ok(Self { asked: Vec::new(), columns: Vec::new(), format });
        }
        let known = names::fields_of(client, module)?;
        let mut asked = if fields.is_empty() { all(&known) } else { checked(&known, module, fields)? };
        // Without the module that it is of, the id in a What_Id says nothing to an import.
        let about_is_needed = format != Format::Ndjson && asked.iter().any(|name| name == "What_Id");
        if about_is_needed && !asked.iter().any(|name| name == ABOUT) {
            asked.push(ABOUT.to_owned());
        }
        if must_name && asked.len() > MAX_FIELDS {
            bail!(
                "{module} has {} fields, and Zoho's API {} gives at most {MAX_FIELDS} at a time: name those you want \
                 with --fields",
                asked.len(),
                client.config().api_version()
            );
        }
        let mut columns: Vec<(String, Content)> =
            asked.iter().map(|name| (name.clone(), content(&known, name))).collect();
        // Zoho gives it whether it is asked for or not.
        if fields.is_empty() && !asked.iter().any(|name| name == "id") {
            columns.insert(0, ("id".to_owned(), Content::Text));
        }
        let asked = if fields.is_empty() && !must_name { Vec::new() } else { asked };
        Ok(Self { asked, columns, format })
    }

    /// What writes the records down.
    ///
    /// # Errors
    ///
    /// When the lines cannot be written.
    pub fn sink(self, mut lines: Lines) -> std::io::Result<Sink> {
        let Format::Csv { mark } = self.format else { return Ok(Sink(Form::Ndjson(lines))) };
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

fn content(known: &[Field], name: &str) -> Content {
    known.iter().find(|field| field.api_name.as_deref() == Some(name)).map_or(Content::Text, Content::of)
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
