//! `zcrm import`

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::Args;
use indicatif::ProgressBar;
use zcrm_cli::csv::{Separator, Sheet};
use zcrm_cli::import::{Columns, ENDED, Files, Job, NOT_BEGUN, Tally, Writing, dry_run, leave_rest, leave_unread};
use zcrm_cli::output::part_of;
use zcrm_cli::stdio::{Informed, note};
use zcrm_cli::{Interrupt, Outcome, complain, end, names, progress};
use zcrm_core::Client;

use crate::global::Global;

/// How long an import that is ended at once reads on, to count the rows that it leaves.
const TO_READ_THE_REST: Duration = Duration::from_secs(5);

/// Creates the records of a CSV file in a module, or updates those that are there
///
/// The first row names the fields by API name. An empty cell is a field that is not sent; choices are separated by `;`,
/// lookups are ids, dates such as 2026-01-31. Columns separated by `;` or tabs, empty rows and empty columns without a
/// name, as spreadsheets write them, are understood. Rows are counted as a spreadsheet does: the header is row 1.
///
/// The last line on standard output adds up to the rows of the file, after Ctrl-C and without a connection too:
/// created=N updated=N refused=N unanswered=N not_sent=N
///
/// Ctrl-C waits for the request in flight, a second one does not: its rows are unanswered then. Exit code: 0 all done,
/// 1 could not, 2 done in part or ended by a signal.
#[derive(Debug, Args)]
pub(crate) struct Import {
    /// The module's API name, such as Leads
    #[arg(long)]
    module: String,
    /// The rows to import; `-` reads standard input
    #[arg(long, value_name = "FILE.csv")]
    input: PathBuf,
    /// What separates the columns: comma, semicolon, tab, or another character; found out when absent
    #[arg(long, value_name = "CHARACTER")]
    separator: Option<Separator>,
    /// Update the record that has the row's value in this field (or id), and create one where there is none; a call
    /// whose answer was lost is then sent again by itself
    #[arg(long, value_name = "FIELD")]
    upsert_by: Option<String>,
    /// Where rows go that were refused or not sent, with the reason as the last column; corrected, it can be imported
    /// as it is (a malformed row that nobody has corrected is refused again). Without it numbers and reasons go to
    /// standard error
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
    /// Where rows go whose answer was lost: they may be there already. Imported again, they are refused until somebody
    /// has looked, and emptied their zcrm_reason
    #[arg(long, value_name = "FILE")]
    unanswered: Option<PathBuf>,
    /// Check every row, and send none
    #[arg(long)]
    dry_run: bool,
}

impl Import {
    pub(crate) fn run(&self, global: &Global) -> Result<Outcome> {
        self.check_paths()?;
        let client = global.client()?;
        let (sheet, length) = self.open()?;
        let header = sheet.header().to_vec();
        let files = Files { rejects: self.rejects.clone(), unanswered: self.unanswered.clone() };
        let bar = if self.dry_run { progress::hidden() } else { global.progress(|| progress::bytes(length)) };
        let tally = Arc::new(Mutex::new(Tally::new(&sheet, &files, bar.clone())?));
        let sheet = Arc::new(Mutex::new(sheet));
        let interrupt = watch(&sheet, &tally, &client, &bar)?;
        let is_interrupted = || interrupt.is_asked();
        let done = self.columns(global, &client, &header).map(|columns| {
            if self.dry_run {
                return dry_run(&sheet, &columns, &tally, &is_interrupted);
            }
            let (module, progress) = (client.module(&self.module), |position| bar.set_position(position));
            let (sheet, tally) = (&sheet, &tally);
            let job = Job {
                module: &module,
                columns: &columns,
                sheet,
                tally,
                is_interrupted: &is_interrupted,
                progress: &progress,
            };
            job.run();
        });
        if done.is_err() {
            leave_rest(&sheet, &tally, if is_interrupted() { ENDED } else { NOT_BEGUN });
        }
        bar.finish_and_clear();
        let mut tally = lock(&tally);
        conclude(&mut tally);
        match done {
            Err(error) if !is_interrupted() => Err(error),
            _ if self.dry_run => tally.outcome_of_dry_run(is_interrupted()),
            _ => tally.outcome(is_interrupted()),
        }
    }

    fn columns(&self, global: &Global, client: &Client, header: &[String]) -> Result<Columns> {
        let fields = names::fields_of(client, &self.module)?;
        let writing = self.upsert_by.clone().map_or(Writing::Create, Writing::UpsertBy);
        let columns = Columns::new(header, &self.module, &fields, writing)?;
        if !columns.passed_over().is_empty() {
            global.note(format_args!("read-only, so not sent: {}", columns.passed_over().join(", ")));
        }
        Ok(columns)
    }

    /// The rows, and how many bytes they take where that is known.
    fn open(&self) -> Result<(Sheet, Option<u64>)> {
        if self.input.as_os_str() == "-" {
            return Ok((Sheet::read(io::stdin(), self.separator).context("standard input")?, None));
        }
        let unreadable = || format!("{} cannot be read", self.input.display());
        let file = File::open(&self.input).with_context(unreadable)?;
        let about = file.metadata().with_context(unreadable)?;
        if about.is_dir() {
            bail!("{} is a folder", self.input.display());
        }
        let sheet = Sheet::read(file, self.separator).with_context(|| self.input.display().to_string())?;
        Ok((sheet, about.is_file().then_some(about.len())))
    }

    fn check_paths(&self) -> Result<()> {
        for output in [&self.rejects, &self.unanswered].into_iter().flatten() {
            if is_same(output, &self.input) || is_same(&part_of(output), &self.input) {
                bail!("{} is being read; name another file to write to", output.display());
            }
        }
        if let (Some(rejects), Some(unanswered)) = (&self.rejects, &self.unanswered)
            && (rejects == unanswered || is_same(rejects, unanswered))
        {
            bail!("rows that were refused and rows that were not answered go to two files");
        }
        Ok(())
    }
}

fn is_same(one: &Path, other: &Path) -> bool {
    matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The first signal ends all waits and lets the request in flight end; the second one puts down what is known.
fn watch(
    sheet: &Arc<Mutex<Sheet>>,
    tally: &Arc<Mutex<Tally>>,
    client: &Client,
    bar: &ProgressBar,
) -> Result<Interrupt> {
    let (client, bar) = (client.clone(), bar.clone());
    let first = move || {
        client.interrupt();
        bar.suspend(|| note("interrupted: the request in flight is waited for; Ctrl-C again ends at once"));
    };
    let (sheet, tally) = (Arc::clone(sheet), Arc::clone(tally));
    let last_words = move || {
        let all = is_rest_left(&sheet, &tally);
        let mut tally = lock(&tally);
        if tally.close() {
            Informed::default().say(&*tally);
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
fn is_rest_left(sheet: &Arc<Mutex<Sheet>>, tally: &Arc<Mutex<Tally>>) -> bool {
    let (done, all) = channel();
    let (sheet, tally) = (Arc::clone(sheet), Arc::clone(tally));
    thread::spawn(move || {
        leave_unread(&sheet, &tally, ENDED);
        // The receiver is gone only when time is up.
        let _ = done.send(());
    });
    all.recv_timeout(TO_READ_THE_REST).is_ok()
}

fn conclude(tally: &mut Tally) {
    tally.close();
    let mut out = Informed::default();
    out.say(&*tally);
    if let Some(failure) = out.failure() {
        complain(&*failure);
        note(&*tally);
    }
}
