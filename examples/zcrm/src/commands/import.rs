//! `zcrm import`

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result, bail};
use clap::Args;
use indicatif::ProgressBar;
use zcrm_cli::csv::{Separator, Sheet};
use zcrm_cli::import::{Columns, Files, Job, Tally, Writing, dry_run};
use zcrm_cli::output::part_of;
use zcrm_cli::stdio::{Informed, note};
use zcrm_cli::{Interrupt, Outcome, complain, end, names, progress};
use zcrm_core::Client;

use crate::global::Global;

/// Creates the records of a CSV file in a module, or updates those that are there
///
/// The first row names the fields by API name. An empty cell is a field that is not sent; choices are separated by `;`,
/// lookups are ids, dates such as 2026-01-31. Columns separated by `;` or tabs, empty rows and empty columns without a
/// name, as spreadsheets write them, are understood. Rows are counted as a spreadsheet does: the header is row 1.
///
/// The last line on standard output adds up to the rows of the file, after Ctrl-C too:
/// created=N updated=N refused=N unanswered=N not_sent=N
///
/// Exit code: 0 all done, 1 could not, 2 done in part.
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
    /// as it is. Without it numbers and reasons go to standard error
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
        let (mut sheet, length) = self.open()?;
        let fields = names::fields_of(&client, &self.module)?;
        let writing = self.upsert_by.clone().map_or(Writing::Create, Writing::UpsertBy);
        let columns = Columns::new(sheet.header(), &self.module, &fields, writing)?;
        if !columns.passed_over().is_empty() {
            global.note(format_args!("read-only, so not sent: {}", columns.passed_over().join(", ")));
        }
        let files = Files { rejects: self.rejects.clone(), unanswered: self.unanswered.clone() };
        let bar = if self.dry_run { progress::hidden() } else { global.progress(|| progress::bytes(length)) };
        let mut tally = Tally::new(&sheet, &files, bar.clone())?;
        if self.dry_run {
            dry_run(&mut sheet, &columns, &mut tally);
            return concluded(&mut tally, false, true);
        }
        let tally = Arc::new(Mutex::new(tally));
        let interrupt = watch(Arc::clone(&tally), client.clone(), bar.clone())?;
        let module = client.module(&self.module);
        Job {
            module: &module,
            columns: &columns,
            tally: &tally,
            is_interrupted: &|| interrupt.is_asked(),
            progress: &|position| bar.set_position(position),
        }
        .run(&mut sheet);
        bar.finish_and_clear();
        let mut tally = tally.lock().unwrap_or_else(PoisonError::into_inner);
        concluded(&mut tally, interrupt.is_asked(), false)
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

/// The first signal ends all waits and lets the request in flight end; the second one puts down what is known.
fn watch(tally: Arc<Mutex<Tally>>, client: Client, bar: ProgressBar) -> Result<Interrupt> {
    let first = move || {
        client.interrupt();
        bar.suspend(|| note("interrupted: the request in flight is waited for; Ctrl-C again ends at once"));
    };
    let last_words = move || {
        let mut tally = tally.lock().unwrap_or_else(PoisonError::into_inner);
        if tally.close() {
            Informed::default().say(&*tally);
            note("ended at once: the rows that were not read yet are in no count");
            end();
        }
    };
    Interrupt::watch(first, last_words)
}

fn concluded(tally: &mut Tally, interrupted: bool, dry: bool) -> Result<Outcome> {
    tally.close();
    let mut out = Informed::default();
    out.say(&*tally);
    if let Some(failure) = out.failure() {
        complain(&*failure);
        note(&*tally);
    }
    if dry { tally.outcome_of_dry_run() } else { tally.outcome(interrupted) }
}
