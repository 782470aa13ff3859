//! `zcrm export`

use std::num::NonZeroUsize;
use std::path::PathBuf;

use anyhow::{Result, anyhow, bail};
use clap::{Args, ValueEnum};
use zcrm_cli::export::{Arguments, Checkpoint, Checkpoints, Format, Rows, Sheet};
use zcrm_cli::output::Lines;
use zcrm_cli::{Outcome, in_one_line, names, stdio};
use zcrm_core::resource::{Prefer, Scan, Way, Which};
use zcrm_core::{Client, Criteria, DateTime, ErrorKind};

use super::rows::Job;
use crate::global::Global;

/// Writes all records of a module down, one a line
///
/// Zoho offers three ways to read a module: pages of 200 records, queries in COQL, and bulk read. Unless --way names
/// one, the cheapest is taken, in API credits or, with --prefer time, in time; --plan tells which one it is, what it
/// costs and why, and exports nothing.
///
/// A file is written as FILE.part, with FILE.cursor beside it that tells where the export stands, and takes its name
/// when it is complete: an export that breaks off leaves the file of an earlier one alone. With --resume the next run
/// goes on where it stood, with the same arguments; without, it begins anew, unless a bulk job was started that would
/// be paid for twice. Exit code: 0 all done, 1 could not, 2 done in part (the reading broke off, the disk was full, or
/// Ctrl-C).
///
/// CSV cells are written so that import reads them as they were, those that begin with = too. A spreadsheet takes these
/// for formulas: look at what strangers may have entered before you open it there.
#[derive(Debug, Args)]
pub(crate) struct Export {
    /// The module's API name, such as Leads
    #[arg(long, value_parser = names::api_name)]
    module: String,
    /// The fields to write, by API name; all that can be had when absent
    #[arg(long, value_name = "A,B", value_delimiter = ',', value_parser = names::api_name)]
    fields: Vec<String>,
    /// Only records that match, in the syntax of COQL's where: "City = 'Oslo' and Annual_Revenue > 1000"
    #[arg(long = "where", value_name = "CONDITION", value_parser = Criteria::parse)]
    condition: Option<Criteria>,
    /// Only records created or changed after this moment, such as 2026-01-31T00:00:00+01:00
    #[arg(long, value_name = "TIME", value_parser = moment)]
    since: Option<DateTime>,
    /// Which leads: the converted ones only, those that are not (as Zoho lists them by itself), or both
    #[arg(long, value_enum, default_value_t = Converted::Without)]
    converted: Converted,
    /// NDJSON writes records as Zoho sent them; CSV one column a field, lookups as ids, choices separated by `;`
    #[arg(long, value_enum, default_value_t = Form::Ndjson)]
    format: Form,
    /// Begin CSV with a byte order mark, by which Excel knows UTF-8
    #[arg(long)]
    bom: bool,
    /// Where to write to; standard output when absent
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// How to read. Bulk gives lookups without their names, and no subforms and files
    #[arg(long, value_enum, default_value_t = How::Auto)]
    way: How,
    /// What counts when the way is chosen
    #[arg(long, value_enum, default_value_t = What::Credits)]
    prefer: What,
    /// How many requests to have in flight at once; at most --concurrency of them are. With several, rows come in no
    /// order
    #[arg(long, value_name = "N", default_value_t = NonZeroUsize::MIN)]
    workers: NonZeroUsize,
    /// Only tell the way, the requests, the credits and the time that the export would take
    #[arg(long, conflicts_with_all = ["resume", "fresh"])]
    plan: bool,
    /// Go on where an earlier run into this file broke off; begin where there is none
    #[arg(long, requires = "output", conflicts_with = "fresh")]
    resume: bool,
    /// Begin anew, whatever an earlier run into this file has left
    #[arg(long, requires = "output")]
    fresh: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum How {
    Auto,
    Pages,
    Query,
    Bulk,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum What {
    Time,
    Credits,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Converted {
    Only,
    Without,
    Both,
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

/// The word for a choice, as it is typed.
fn word(choice: impl ValueEnum) -> String {
    choice.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
}

fn going_on(scan: Scan, left: Option<Checkpoint>) -> Scan {
    match left.and_then(|left| left.cursor) {
        Some(cursor) => scan.cursor(&cursor),
        None => scan,
    }
}

impl Export {
    pub(crate) fn run(&self, global: &Global) -> Result<Outcome> {
        let format = self.format()?;
        let output = self.output.as_deref();
        let hint = if output.is_some() { "; --resume goes on with it" } else { "" };
        let job = Job::begin(global, "export", "records", output, format.header_lines(), hint)?;
        let client = global.client()?;
        let (scan, sheet) = Sheet::new(&client, self.scan(&client), &self.module, &self.fields, format)?;
        if self.plan {
            return self.tell_plan(global, &client, &scan);
        }
        let arguments = self.arguments(&client);
        let left = self.left(&arguments)?;
        if let (Some(left), Some(output)) = (&left, output)
            && left.is_whole(output)
        {
            job.say_written(left.place.lines)?;
            Checkpoints::remove(output)?;
            return Ok(Outcome::Done);
        }
        let lines = job.open(left.as_ref().map(|left| left.place))?;
        let checkpoints = match output {
            Some(output) if lines.is_aside() => Some(Checkpoints::new(output, arguments, lines.clone())),
            _ => None,
        };
        let behind = left.as_ref().is_some_and(|left| left.place.lines > 0);
        let rows = match left {
            // It was killed before the file had its name.
            Some(Checkpoint { complete: true, .. }) => None,
            left => {
                let rows = Rows::new(going_on(scan, left).iter(), checkpoints, global.quiet, job.hold());
                Some(rows.with_chosen_way(matches!(self.way, How::Auto)))
            }
        };
        let mut rows = rows.into_iter().flatten();
        // Before anything is written: an error now is about the module, or the account.
        let first = rows.next().transpose();
        let first = first.map_err(|error| self.not_begun(&client, &lines, format, error))?;
        let outcome = job.run(&lines, |lines| sheet.sink(lines, behind), first.map(Ok).into_iter().chain(rows))?;
        if let (Outcome::Done, Some(output)) = (outcome, output) {
            Checkpoints::remove(output)?;
        }
        Ok(outcome)
    }

    /// Where an earlier run has left this export, when it is to be gone on with.
    fn left(&self, arguments: &Arguments) -> Result<Option<Checkpoint>> {
        let Some(output) = self.output.as_deref().filter(|_| !self.fresh) else { return Ok(None) };
        let left = Checkpoint::left(output);
        if self.resume {
            return left?.map(|left| left.check(arguments).map(|()| left)).transpose();
        }
        // What cannot be read tells of no job.
        let left = left.ok().flatten().and_then(|left| left.cursor);
        if left.is_some_and(|cursor| cursor.way() == Some(Way::Bulk)) {
            bail!(
                "an earlier export into {} broke off after a bulk job was started, or may have been: --resume goes on \
                 with it, --fresh begins anew and pays for another one",
                output.display()
            );
        }
        Ok(None)
    }

    fn arguments(&self, client: &Client) -> Arguments {
        Arguments {
            api_version: client.config().api_version().to_string(),
            user: client.user().map(ToString::to_string).unwrap_or_default(),
            module: self.module.clone(),
            fields: self.fields.clone(),
            condition: self.condition.as_ref().map(ToString::to_string),
            since: self.since.as_ref().map(ToString::to_string),
            converted: word(self.converted),
            format: word(self.format),
            bom: self.bom,
        }
    }

    /// The error of an export of which nothing new was written.
    fn not_begun(&self, client: &Client, lines: &Lines, format: Format, error: anyhow::Error) -> anyhow::Error {
        if let Some(broken) = lines.break_off(format.header_lines())
            && broken.lines > 0
        {
            stdio::note(format_args!("the export was not gone on with: {broken}"));
        }
        match error.downcast::<zcrm_core::Error>() {
            // Nothing was written: done in part says that something was.
            Ok(error) if error.kind() == ErrorKind::Unanswered => {
                anyhow!(in_one_line(&error)).context("no second bulk job is started by itself; --fresh starts one")
            }
            Ok(error) if error.kind() == ErrorKind::JobFailed => {
                anyhow!(in_one_line(&error)).context("the bulk job gives nothing; --fresh starts another one")
            }
            Ok(error) => names::unknown_module(client, &self.module, error),
            Err(error) => error,
        }
    }

    fn tell_plan(&self, global: &Global, client: &Client, scan: &Scan) -> Result<Outcome> {
        global.read_prices(client);
        let plan = scan.plan().map_err(|error| names::unknown_module(client, &self.module, error))?;
        plan.to_string().lines().for_each(|line| global.note(line));
        let number = |number: Option<u64>| number.map_or_else(|| "unknown".to_owned(), |number| number.to_string());
        let seconds = plan.duration().map(|duration| duration.as_secs_f64().ceil() as u64);
        stdio::say(format_args!(
            "way={} calls={} credits={} seconds={}",
            plan.way(),
            number(plan.calls()),
            number(plan.credits()),
            number(seconds)
        ))?;
        Ok(Outcome::Done)
    }

    fn format(&self) -> Result<Format> {
        match self.format {
            Form::Csv => Ok(Format::Csv { mark: self.bom }),
            Form::Ndjson if self.bom => bail!("--bom is for CSV"),
            Form::Ndjson => Ok(Format::Ndjson),
        }
    }

    fn scan(&self, client: &Client) -> Scan {
        let mut scan = client.module(&self.module).scan().fields(&self.fields).workers(self.workers.get());
        if let Some(condition) = &self.condition {
            scan = scan.filter(condition.clone());
        }
        if let Some(moment) = &self.since {
            scan = scan.modified_since(moment.clone());
        }
        scan = match self.converted {
            Converted::Only => scan.converted(Which::Only),
            // What Zoho does by itself, also in modules that know no conversion.
            Converted::Without => scan,
            Converted::Both => scan.converted(Which::Both),
        };
        scan = match self.way {
            How::Auto => scan,
            How::Pages => scan.way(Way::Pages),
            How::Query => scan.way(Way::Query),
            How::Bulk => scan.way(Way::Bulk),
        };
        scan.prefer(match self.prefer {
            What::Time => Prefer::Time,
            What::Credits => Prefer::Credits,
        })
    }
}
