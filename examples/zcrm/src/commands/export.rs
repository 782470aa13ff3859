//! `zcrm export`

use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};
use zcrm_cli::export::{Format, Plan};
use zcrm_cli::output::{Broken, Lines};
use zcrm_cli::{Interrupt, Outcome, complain, end, names, progress, stdio};
use zcrm_core::{DateTime, Record};

use crate::global::Global;

/// Writes all records of a module down, one a line
///
/// A file is written as FILE.part and takes its name when it is complete: an export that breaks off leaves the file of
/// an earlier one alone, and whole lines only in FILE.part. Exit code: 0 all done, 1 could not, 2 done in part (the
/// listing broke off, the disk was full, or Ctrl-C).
///
/// CSV cells are written so that import reads them as they were, those that begin with = too. A spreadsheet takes these
/// for formulas: look at what strangers may have entered before you open it there.
#[derive(Debug, Args)]
pub(crate) struct Export {
    /// The module's API name, such as Leads
    #[arg(long)]
    module: String,
    /// The fields to write, by API name; all when absent (from v3 on, a module may have too many: 50 at most)
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    fields: Vec<String>,
    /// NDJSON writes records as Zoho sent them; CSV one column a field, lookups as ids, choices separated by `;`
    #[arg(long, value_enum, default_value_t = Form::Ndjson)]
    format: Form,
    /// Begin CSV with a byte order mark, by which Excel knows UTF-8
    #[arg(long)]
    bom: bool,
    /// Where to write to; standard output when absent
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Only records created or changed after this moment, such as 2026-01-31T00:00:00+01:00
    #[arg(long, value_name = "TIME", value_parser = moment)]
    since: Option<DateTime>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    Ndjson,
    Csv,
}

fn moment(text: &str) -> Result<DateTime, String> {
    let moment = DateTime::from(text);
    moment.unix_seconds().ok_or("this is no moment with an offset, such as 2026-01-31T00:00:00+01:00")?;
    Ok(moment)
}

impl Export {
    pub(crate) fn run(&self, global: &Global) -> Result<Outcome> {
        let format = match self.format {
            Form::Csv => Format::Csv { mark: self.bom },
            Form::Ndjson if self.bom => bail!("--bom is for CSV"),
            Form::Ndjson => Format::Ndjson,
        };
        let header = format.header_lines();
        let output = Arc::new(OnceLock::new());
        end_at_interrupt(Arc::clone(&output), header)?;
        let client = global.client()?;
        let plan = Plan::new(&client, &self.module, &self.fields, format)?;
        let mut listing = client.module(&self.module).records().fields(&plan.asked);
        if let Some(moment) = &self.since {
            listing = listing.modified_since(moment.clone());
        }
        let mut records = listing.iter();
        // Before the output is opened: an error now is about the module, or the account.
        let first = records.next().transpose().map_err(|error| names::unknown_module(&client, &self.module, error))?;
        let lines = Lines::to(self.output.as_deref())?;
        let _ = output.set(lines.clone());
        let written = self.write(global, plan, &lines, first.map(Ok).into_iter().chain(records));
        let complete = written.and_then(|complete| match complete {
            true => self.written(lines.complete()).map(Some),
            false => Ok(None),
        });
        match complete {
            Ok(Some(all)) => {
                if self.output.is_some() {
                    stdio::say(format_args!("records={}", all.saturating_sub(header)))?;
                }
                Ok(Outcome::Done)
            }
            Ok(None) => broken_off(None, lines.break_off(header)),
            Err(cause) => broken_off(Some(cause), lines.break_off(header)),
        }
    }

    /// Writes down all that come; whether all could be read.
    fn write(
        &self,
        global: &Global,
        plan: Plan,
        lines: &Lines,
        records: impl Iterator<Item = zcrm_core::Result<Record>>,
    ) -> Result<bool> {
        let watched = self.output.is_some() || !io::stdout().is_terminal();
        let bar = if watched { global.progress(|| progress::count_of("records")) } else { progress::hidden() };
        let mut sink = self.written(plan.sink(lines.clone()))?;
        let mut complete = true;
        for record in records {
            match record {
                Ok(record) => self.written(sink.write(&record))?,
                Err(error) => {
                    bar.suspend(|| complain(&error));
                    complete = false;
                }
            }
            bar.inc(1);
        }
        bar.finish_and_clear();
        Ok(complete)
    }

    fn written<T>(&self, outcome: io::Result<T>) -> Result<T> {
        match &self.output {
            Some(file) => outcome.with_context(|| format!("{} cannot be written", file.display())),
            None => stdio::written(outcome),
        }
    }
}

/// From now on a signal ends the program at the end of a line, and a second one ends it at once.
fn end_at_interrupt(output: Arc<OnceLock<Lines>>, header: u64) -> Result<()> {
    let first = move || {
        let Some(lines) = output.get() else {
            stdio::note("interrupted: nothing was written");
            end();
        };
        stdio::note("interrupted: what was read is written; Ctrl-C again ends at once");
        if let Some(broken) = lines.break_off(header) {
            stdio::note(format_args!("the export broke off: {broken}"));
            end();
        }
    };
    Interrupt::watch(first, || {}).map(drop)
}

fn broken_off(cause: Option<anyhow::Error>, broken: Option<Broken>) -> Result<Outcome> {
    let Some(broken) = broken else { return Ok(Outcome::InPart) };
    if let Some(cause) = cause {
        if broken.lines == 0 || cause.is::<stdio::ReaderGone>() {
            return Err(cause);
        }
        complain(&*cause);
    }
    stdio::note(format_args!("the export broke off: {broken}"));
    Ok(Outcome::InPart)
}
