//! Writes all records of a module down, as NDJSON or CSV.

use std::borrow::Cow;
use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::{Parser, ValueEnum};
use zcrm_core::config::ApiVersion;
use zcrm_core::resource::ModuleHandle;
use zcrm_core::{DateTime, Record};
use zcrm_examples::cells::cell;
use zcrm_examples::{Lines, Outcome, complain, config, connect, progress, run};

/// How many fields Zoho gives at a time, from v3 on.
const MAX_FIELDS: usize = 50;

/// Writes all records of a module down, one a line
///
/// Exit code: 0 all done, 1 could not, 2 done in part (the listing broke off, or Ctrl-C). Every line is whole.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// The configuration dictionary as JSON; the environment (ZCRM_*) when absent
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The module's API name, such as Leads
    #[arg(long)]
    module: String,
    /// The fields to write, by API name; all when absent (from v3 on, a module may have too many: 50 at most)
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    fields: Vec<String>,
    /// NDJSON writes records as Zoho sent them; CSV one column a field, lookups as ids, choices separated by `;`
    #[arg(long, value_enum, default_value_t = Format::Ndjson)]
    format: Format,
    /// Where to write to; standard output when absent
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Only records created or changed after this moment, such as 2026-01-31T00:00:00+01:00
    #[arg(long, value_name = "TIME", value_parser = moment)]
    since: Option<DateTime>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Ndjson,
    Csv,
}

fn moment(text: &str) -> Result<DateTime, String> {
    let moment = DateTime::from(text);
    moment.unix_seconds().ok_or("this is no moment with an offset, such as 2026-01-31T00:00:00+01:00")?;
    Ok(moment)
}

fn main() -> ExitCode {
    let arguments: Arguments = zcrm_examples::arguments();
    run(|| export(&arguments))
}

fn export(arguments: &Arguments) -> Result<Outcome> {
    let client = connect(config(arguments.config.as_deref())?)?;
    let module = client.module(&arguments.module);
    let must_name = client.config().api_version() >= ApiVersion::V3;
    let mut columns = arguments.fields.clone();
    let mut listing = module.records().fields(&columns);
    if columns.is_empty() && (must_name || arguments.format == Format::Csv) {
        columns = all_fields(&module)?;
        if must_name && columns.len() > MAX_FIELDS {
            bail!(
                "{} has {} fields, and Zoho's API {} gives at most {MAX_FIELDS} at a time: name those you want with --fields",
                module.api_name(),
                columns.len(),
                client.config().api_version()
            );
        }
        if must_name {
            listing = listing.fields(&columns);
        }
        // Zoho gives it whether it is asked for or not.
        if !columns.iter().any(|name| name == "id") {
            columns.insert(0, "id".to_owned());
        }
    }
    if let Some(moment) = &arguments.since {
        listing = listing.modified_since(moment.clone());
    }
    let mut records = listing.iter();
    // Before the output is opened: what an earlier run has written stays where nothing can be read.
    let first = records.next().transpose()?;
    let lines = Lines::to(arguments.output.as_deref())?;
    lines.end_at_interrupt()?;
    let mut sink = Sink::new(arguments.format, lines.clone(), columns)?;
    let watched = arguments.output.is_some() || !io::stdout().is_terminal();
    let bar = if watched { progress::count_of("records") } else { indicatif::ProgressBar::hidden() };
    let mut complete = true;
    for record in first.map(Ok).into_iter().chain(records) {
        match record {
            Ok(record) => sink.write(&record)?,
            Err(error) => {
                complain(&error);
                complete = false;
            }
        }
        bar.inc(1);
    }
    lines.finish()?;
    bar.finish();
    Ok(if complete { Outcome::Done } else { Outcome::InPart })
}

fn all_fields(module: &ModuleHandle) -> Result<Vec<String>> {
    Ok(module.fields().list().all()?.into_iter().filter_map(|field| field.api_name).collect())
}

/// What writes a record down.
enum Sink {
    Ndjson(Lines),
    Csv(Box<csv::Writer<Lines>>, Vec<String>),
}

impl Sink {
    fn new(format: Format, lines: Lines, columns: Vec<String>) -> Result<Self> {
        if format == Format::Ndjson {
            return Ok(Self::Ndjson(lines));
        }
        let mut sheet = csv::Writer::from_writer(lines);
        sheet.write_record(&columns)?;
        sheet.flush()?;
        Ok(Self::Csv(Box::new(sheet), columns))
    }

    fn write(&mut self, record: &Record) -> Result<()> {
        match self {
            Self::Ndjson(lines) => {
                lines.write_all(one_line(record.raw()).as_bytes())?;
                lines.write_all(b"\n")?;
                lines.flush()?;
            }
            Self::Csv(sheet, columns) => {
                for column in columns.iter() {
                    let value = record.field(column).value().unwrap_or_default();
                    sheet.write_field(cell(&value).as_bytes())?;
                }
                sheet.write_record(None::<&[u8]>)?;
                sheet.flush()?;
            }
        }
        Ok(())
    }
}

/// JSON has line breaks between its parts only, where a blank does as well.
fn one_line(json: &str) -> Cow<'_, str> {
    if json.contains('\n') { Cow::Owned(json.replace(['\r', '\n'], " ")) } else { Cow::Borrowed(json) }
}
