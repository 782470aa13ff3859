//! `zcrm import`

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use clap::Args;
use indicatif::ProgressBar;
use zcrm_cli::csv::{Separator, Sheet};
use zcrm_cli::import::{
    Blocks, Clock, Columns, Counts, ENDED, Files, Input, Job, Keep, Mapping, NOT_BEGUN, Plan, Tally, Way, Writing,
    count_unanswered, first_sent, hash_of, import_by_bulk, import_by_records, leave_rest, leave_unread, settle,
    take_up_jobs,
};
use zcrm_cli::output::part_of;
use zcrm_cli::stdio::{Informed, note, try_note};
use zcrm_cli::{Interrupt, Outcome, complain, end, names, progress};
use zcrm_core::Client;
use zcrm_core::entity::Field;
use zcrm_core::journal::Journal;

use super::import_dry_run::DryRun;
use crate::global::Global;

/// How long an import that is ended at once reads on, to count the rows that it leaves.
const TO_READ_THE_REST: Duration = Duration::from_secs(5);

/// Writes the rows of a CSV file to a module, and accounts for each
///
/// The first row names the columns: fields by API name, or whatever the mapping file says. An empty cell is a field
/// that is not sent; choices are separated by `;`, lookups are ids, dates such as 2026-01-31. Columns separated by `;`
/// or tabs, empty rows and empty columns without a name, as spreadsheets write them, are understood. Rows count from
/// 1, the header not counted.
///
/// Before a call goes out and after its outcome is known, that is put down in a journal beside the input
/// (FILE.csv.journal). After Ctrl-C, `kill -9`, power loss or spent credits the same command goes on: rows that are
/// done are not sent again, and of rows that were sent without an answer it finds out what became of them, where
/// Zoho's records tell; others are named. When everything was done, the journal is removed.
///
/// The last line on standard output adds up to the rows of the file, over all runs:
/// created=N updated=N refused=N unanswered=N not_sent=N
///
/// Ctrl-C waits for the requests in flight, a second one does not: their rows are unanswered then. Exit code: 0 all
/// done, 1 could not, 2 done in part or ended by a signal.
#[derive(Debug, Args)]
pub(crate) struct Import {
    /// The module's API name, such as Leads
    #[arg(long, value_parser = names::api_name)]
    module: String,
    /// The rows to import; `-` reads standard input
    #[arg(long, value_name = "FILE.csv")]
    input: PathBuf,
    /// What separates the columns: comma, semicolon, tab, or another character; found out when absent
    #[arg(long, value_name = "CHARACTER")]
    separator: Option<Separator>,
    /// Update the record that has the row's value in this field (or id), and create one where there is none; a call
    /// whose answer was lost is then sent again by itself
    #[arg(long, value_name = "FIELD", conflicts_with = "update", value_parser = names::api_name)]
    upsert_by: Option<String>,
    /// Update the records that the column id names
    #[arg(long)]
    update: bool,
    /// What the columns mean: a mapping file, TOML or JSON
    #[arg(long, value_name = "FILE")]
    map: Option<PathBuf>,
    /// By record calls of 100 rows, by bulk write jobs of 25,000 rows, or auto: whichever is cheaper
    #[arg(long, value_name = "WAY", default_value = "records", hide_possible_values = true)]
    way: Way,
    /// How many calls are in flight
    #[arg(long, value_name = "N", default_value = "1", value_parser = clap::value_parser!(u16).range(1..=25))]
    workers: u16,
    /// The most API credits that this run may spend; the rest is not sent, and the journal stays
    #[arg(long, value_name = "N")]
    max_credits: Option<u64>,
    /// Check every row, and send none
    #[arg(long)]
    dry_run: bool,
    /// Where the journal is; beside the input when absent. For standard input there is none without it
    #[arg(long, value_name = "FILE")]
    journal: Option<PathBuf>,
    /// Begin anew, and forget what a journal says of an earlier run: rows that it has sent are sent again
    #[arg(long)]
    fresh: bool,
    /// Where rows go that were refused, with the reason as the last column; corrected, it can be imported as it is (a
    /// malformed row that nobody has corrected is refused again). Without a journal, rows that were not sent too.
    /// Without it numbers and reasons go to standard error
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
    /// Where rows go whose answer was lost: they may be there already. Imported again, they are refused until somebody
    /// has looked, and emptied their zcrm_reason
    #[arg(long, value_name = "FILE")]
    unanswered: Option<PathBuf>,
    /// Where it is said of each row what became of it: row,module,outcome,id,modified_time,code,message
    #[arg(long, value_name = "FILE")]
    results: Option<PathBuf>,
    /// Where the values are kept that are overwritten, for `zcrm undo`; they are read before each call
    #[arg(long, value_name = "FILE")]
    keep_old: Option<PathBuf>,
}

/// What is known when an import begins.
struct Begun {
    columns: Columns,
    fields: Vec<Field>,
    clock: Clock,
}

impl Import {
    pub(crate) fn run(&self, global: &Global) -> Result<Outcome> {
        self.check_paths()?;
        let mapping = self.map.as_deref().map(Mapping::read).transpose()?.unwrap_or_default();
        let client = self.client(global)?;
        let input = Input::open(&self.input, self.journal.is_some() || self.dry_run)?;
        let separator = self.separator.or(mapping.separator);
        let sheet = input.sheet(separator)?;
        if self.dry_run {
            let Begun { columns, fields, clock } = self.begin(global, &client, sheet.header(), &mapping)?;
            let (columns, fields, clock) = (&columns, fields.as_slice(), &clock);
            let (module, input, workers) = (self.module.as_str(), &input, usize::from(self.workers));
            let client = &client;
            return DryRun { global, client, module, input, separator, columns, fields, clock, way: self.way, workers }
                .run();
        }
        let journal = self.open_journal(&client, &input, &sheet, &mapping)?.map(Arc::new);
        if let Some(journal) = &journal
            && let Some(summary) = journal.finished()
        {
            return repeat(journal, &summary);
        }
        let header = sheet.header().to_vec();
        let bar = global.progress(|| progress::bytes(input.length()));
        let again = self.fresh || journal.as_deref().is_some_and(Journal::is_resumed);
        let tally = Arc::new(Mutex::new(Tally::new(&sheet, &self.module, &self.files(again), bar.clone())?));
        let sheet = Arc::new(Mutex::new(sheet));
        let interrupt = watch(&sheet, &tally, journal.as_ref(), &client, &bar)?;
        let is_interrupted = || interrupt.is_asked();
        let progress = |position| bar.set_position(position);
        let done = self.begin(global, &client, &header, &mapping).and_then(|Begun { columns, fields, clock }| {
            let module = client.module(&self.module);
            let keep =
                self.keep_old.as_deref().map(|file| Keep::new(&client, &module, (&columns, &fields), file, again));
            let keep = keep.transpose()?;
            let mut job = Job {
                client: &client,
                module: &module,
                columns: &columns,
                sheet: &sheet,
                tally: &tally,
                journal: journal.clone(),
                keep: keep.as_ref(),
                clock: &clock,
                workers: usize::from(self.workers),
                is_interrupted: &is_interrupted,
                progress: &progress,
                held: BTreeSet::new(),
                first_sent: BTreeMap::new(),
                blocks: Blocks::default(),
            };
            if let Some(journal) = &journal
                && journal.is_resumed()
            {
                self.take_up(global, &mut job, journal, &input, separator)?;
            }
            match self.way(global, &job, &input, separator, &fields)? {
                Way::Bulk => import_by_bulk(&job),
                _ => import_by_records(&job),
            }
            Ok(())
        });
        if done.is_err() {
            leave_rest(&sheet, &tally, journal.as_deref(), if is_interrupted() { ENDED } else { NOT_BEGUN });
        }
        bar.finish_and_clear();
        let mut tally = lock(&tally);
        conclude(&mut tally, journal.as_deref());
        let counts = tally.counts();
        let is_create = self.writing() == Writing::Create;
        if is_create && self.rejects.is_none() && counts.is_final() && counts.created > 0 && counts.refused > 0 {
            global.note(
                "correct the refused rows and import these alone (--rejects FILE collects them): the whole file again \
                 would create the others twice",
            );
        }
        match done {
            Err(error) if !is_interrupted() => Err(error),
            _ => tally.outcome(is_interrupted()),
        }
    }

    fn client(&self, global: &Global) -> Result<Client> {
        let config = global.config()?;
        let http = config.http().clone();
        zcrm_cli::connect(match self.max_credits {
            Some(most) => config.with_http(http.max_credits(most)),
            None => config,
        })
    }

    fn writing(&self) -> Writing {
        match &self.upsert_by {
            Some(by) => Writing::UpsertBy(by.clone()),
            None if self.update => Writing::Update,
            None => Writing::Create,
        }
    }

    fn files(&self, again: bool) -> Files {
        Files {
            rejects: self.rejects.clone(),
            unanswered: self.unanswered.clone(),
            results: self.results.clone(),
            journaled: self.journal_path().is_some(),
            again,
        }
    }

    /// Beside the input, unless it is named; none for standard input and pipes.
    fn journal_path(&self) -> Option<PathBuf> {
        if self.journal.is_some() {
            return self.journal.clone();
        }
        let mut beside = self.input.clone().into_os_string();
        beside.push(".journal");
        self.input.is_file().then(|| beside.into())
    }

    fn open_journal(
        &self,
        client: &Client,
        input: &Input,
        sheet: &Sheet,
        mapping: &Mapping,
    ) -> Result<Option<Journal>> {
        let Some(path) = self.journal_path() else { return Ok(None) };
        let how = match self.writing() {
            Writing::Create => "create".to_owned(),
            Writing::Update => "update".to_owned(),
            Writing::UpsertBy(by) => format!("upsert by {by}"),
        };
        let config = client.config();
        let subject = [
            ("input", input.hash()?),
            ("module", self.module.clone()),
            ("option --upsert-by or --update", how),
            ("option --map", self.map.as_ref().map_or("none".to_owned(), |_| hash_of(&format!("{mapping:?}")))),
            ("option --separator", char::from(sheet.separator().byte()).to_string()),
            ("server", config.api_base_url().to_owned()),
            ("user", client.user().map(|user| user.as_str().to_owned()).unwrap_or_default()),
        ];
        let opened = if self.fresh { Journal::begin_anew(&path, subject) } else { Journal::open(&path, subject) };
        let remedy = || {
            format!(
                "{} was not imported; where the journal is of an import that is over and done with, --fresh begins \
                 anew and forgets what it knows; --journal FILE keeps another one",
                input.name()
            )
        };
        opened.map(Some).with_context(remedy)
    }

    fn begin(&self, global: &Global, client: &Client, header: &[String], mapping: &Mapping) -> Result<Begun> {
        let begun = Instant::now();
        let (fields, headers) = names::fields_and_headers_of(client, &self.module)?;
        let clock = Clock::of(&headers, begun.elapsed());
        let version = client.config().api_version();
        let columns = Columns::new(header, &self.module, &fields, self.writing(), mapping, version)?;
        columns.check_references(client)?;
        if !columns.passed_over().is_empty() {
            global.note(format_args!("read-only, so not sent: {}", columns.passed_over().join(", ")));
        }
        Ok(Begun { columns, fields, clock })
    }

    /// Finds out what became of the rows that an earlier run has sent.
    fn take_up(
        &self,
        global: &Global,
        job: &mut Job<'_>,
        journal: &Journal,
        input: &Input,
        separator: Option<Separator>,
    ) -> Result<()> {
        let unanswered = count_unanswered(journal)?;
        let path = journal.path().display();
        if unanswered == 0 {
            global.note(format_args!("going on with the import of {path}"));
            return Ok(());
        }
        global.note(format_args!("going on with the import of {path}; {unanswered} rows were not answered"));
        job.held = take_up_jobs(job, journal, &|| input.sheet(separator))?;
        settle(job, journal, input.sheet(separator)?)?;
        job.first_sent = first_sent(journal)?;
        Ok(())
    }

    /// How the rows are written.
    fn way(
        &self,
        global: &Global,
        job: &Job<'_>,
        input: &Input,
        separator: Option<Separator>,
        fields: &[Field],
    ) -> Result<Way> {
        if self.way != Way::Auto {
            return Ok(self.way);
        }
        if !input.can_be_read_again() {
            global.note("by record calls: how many rows come through a pipe is not known");
            return Ok(Way::Records);
        }
        let rows = input.sheet(separator)?.count_rows()?;
        let way = self.way.decide(rows, job.columns.can_bulk(fields));
        global.note(format_args!("{}", Plan::new(way, rows, job.workers, job.clock.slowest())));
        Ok(way)
    }

    fn check_paths(&self) -> Result<()> {
        let outputs = [&self.rejects, &self.unanswered, &self.results, &self.keep_old, &self.journal];
        let outputs: Vec<&PathBuf> = outputs.into_iter().flatten().collect();
        for (at, output) in outputs.iter().enumerate() {
            for input in [Some(&self.input), self.map.as_ref()].into_iter().flatten() {
                if is_same(output, input) || is_same(&part_of(output), input) {
                    bail!("{} is being read; name another file to write to", output.display());
                }
            }
            if outputs.iter().skip(at + 1).any(|other| other == output || is_same(other, output)) {
                bail!("{} is named for two things; name a file for each", output.display());
            }
        }
        Ok(())
    }
}

/// Whether two names lead to one file; names that differ in case may, on Windows and macOS.
fn is_same(one: &Path, other: &Path) -> bool {
    // Pipes are not to be opened.
    if one.is_file() && other.is_file() {
        return same_file::is_same_file(one, other).unwrap_or(false);
    }
    matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The first signal ends all waits and lets the requests in flight end; the second one puts down what is known.
fn watch(
    sheet: &Arc<Mutex<Sheet>>,
    tally: &Arc<Mutex<Tally>>,
    journal: Option<&Arc<Journal>>,
    client: &Client,
    bar: &ProgressBar,
) -> Result<Interrupt> {
    let (client, bar) = (client.clone(), bar.clone());
    let first = move || {
        client.interrupt();
        bar.suspend(|| note("interrupted: what is in flight is waited for; Ctrl-C again ends at once"));
    };
    let (sheet, tally, journal) = (Arc::clone(sheet), Arc::clone(tally), journal.cloned());
    let last_words = move || {
        let all = is_rest_left(&sheet, &tally, journal);
        let mut tally = lock(&tally);
        if tally.close() {
            Informed::default().say(tally.counts());
            if !all {
                note("ended at once: the rows that were not read yet are in no count");
            }
            end();
        }
    };
    Interrupt::watch(first, last_words)
}

/// Accounts for the rows that were not read yet, and whether there was time for all of them: an input that stands still
/// is not waited for.
fn is_rest_left(sheet: &Arc<Mutex<Sheet>>, tally: &Arc<Mutex<Tally>>, journal: Option<Arc<Journal>>) -> bool {
    let (done, all) = channel();
    let (sheet, tally) = (Arc::clone(sheet), Arc::clone(tally));
    thread::spawn(move || {
        leave_unread(&sheet, &tally, journal.as_deref(), ENDED);
        // The receiver is gone only when time is up.
        let _ = done.send(());
    });
    all.recv_timeout(TO_READ_THE_REST).is_ok()
}

/// Says what became of all rows. A journal of work that is done is removed when that was said, and not before.
fn conclude(tally: &mut Tally, journal: Option<&Journal>) {
    tally.close();
    let counts = tally.counts();
    let finished = counts.is_final() && !tally.is_broken();
    if finished && let Some(Err(failure)) = journal.map(|journal| journal.finish(&counts.to_string())) {
        tally.break_off(failure.into());
    }
    let is_said = say_last(&counts.to_string());
    let Some(journal) = journal else { return };
    let is_over = finished && is_said && !tally.is_broken();
    if (is_over || journal.is_empty())
        && let Err(failure) = journal.remove_file()
    {
        tally.break_off(failure.into());
    }
}

/// Says the last line, on standard error where standard output takes none; whether anybody took it.
fn say_last(line: &str) -> bool {
    let mut out = Informed::default();
    let is_said = out.say(line);
    match out.failure() {
        Some(failure) => {
            complain(&*failure);
            try_note(line).is_ok()
        }
        None => is_said,
    }
}

/// An earlier run did all, and was ended before it could say so.
fn repeat(journal: &Journal, summary: &str) -> Result<Outcome> {
    if say_last(summary) {
        journal.remove_file()?;
    }
    Counts::parse(summary).unwrap_or_default().outcome(true, false)
}
