//! `zcrm export`

use std::path::PathBuf;

use anyhow::{Result, anyhow, bail};
use clap::{Args, ValueEnum};
use zcrm_cli::export::{Format, Plan};
use zcrm_cli::{Outcome, in_one_line, names};
use zcrm_core::config::ApiVersion;
use zcrm_core::{Client, DateTime, ErrorKind, Record};

use super::export_bulk::BulkRecords;
use super::rows::Job;
use crate::global::Global;

type Records = dyn Iterator<Item = zcrm_core::Result<Record>>;

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
    /// How to read: pages of 200 records cost 1 credit each; bulk 50 for each 200,000 records, gives lookups without
    /// their names, and no subforms and files
    #[arg(long, value_enum, default_value_t = Way::Pages)]
    way: Way,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Way {
    Pages,
    Bulk,
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
        let job = Job::begin(global, "export", "records", self.output.as_deref(), format.header_lines())?;
        let client = global.client()?;
        let must_name = self.way == Way::Pages && client.config().api_version() >= ApiVersion::V3;
        let plan = Plan::new(&client, &self.module, &self.fields, format, must_name)?;
        let mut records = self.records(global, &client, &plan.asked);
        // Before the output is opened: an error now is about the module, or the account.
        let first = records.next().transpose().map_err(|error| match error.kind() {
            // Nothing was written: done in part says that something was.
            ErrorKind::Unanswered => anyhow!(in_one_line(&error)),
            _ => names::unknown_module(&client, &self.module, error),
        })?;
        job.run(|lines| plan.sink(lines), first.map(Ok).into_iter().chain(records))
    }

    fn records(&self, global: &Global, client: &Client, fields: &[String]) -> Box<Records> {
        let module = client.module(&self.module);
        if self.way == Way::Bulk {
            return Box::new(BulkRecords::new(&module, fields, self.since.as_ref(), global.quiet));
        }
        let mut listing = module.records().fields(fields);
        if let Some(moment) = &self.since {
            listing = listing.modified_since(moment.clone());
        }
        Box::new(listing.iter())
    }
}
