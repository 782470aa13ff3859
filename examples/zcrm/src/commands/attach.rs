//! `zcrm attach`

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Result, bail};
use clap::Args;
use indicatif::ProgressBar;
use zcrm_cli::stdio::{Informed, note};
use zcrm_cli::{Interrupt, Outcome, complain, end, names, outcome_unknown, progress};
use zcrm_core::resource::RecordHandle;
use zcrm_core::rest::Upload;
use zcrm_core::{Client, RecordId};

use crate::global::Global;

/// Attaches files to a record, and writes the id of each attachment with the file's name
///
/// A file whose upload was not answered is not sent again by itself: it may have arrived. Exit code: 0 all done, 1
/// could not, 2 done in part, or perhaps.
#[derive(Debug, Args)]
pub(crate) struct Attach {
    /// The module's API name, such as Leads
    #[arg(long, value_parser = names::api_name)]
    module: String,
    /// The record's id
    #[arg(long, value_name = "ID")]
    record: String,
    /// The files
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

/// How the uploads went.
#[derive(Default)]
struct Tally {
    attached: usize,
    in_doubt: usize,
    under_way: Option<PathBuf>,
}

impl Attach {
    pub(crate) fn run(&self, global: &Global) -> Result<Outcome> {
        let client = global.client()?;
        let record = client.module(&self.module).record(RecordId::from(self.record.as_str()));
        let tally = Arc::new(Mutex::new(Tally::default()));
        let lock = || tally.lock().unwrap_or_else(PoisonError::into_inner);
        end_at_interrupt(Arc::clone(&tally))?;
        let mut out = Informed::default();
        for file in &self.files {
            lock().under_way = Some(file.clone());
            let uploaded = upload(global, &client, &self.module, &record, file);
            let mut tally = lock();
            tally.under_way = None;
            match uploaded {
                Ok(id) => {
                    let line = format!("{id} {}", file.display());
                    if !out.say(&line) && !out.is_unread() {
                        note(line);
                    }
                    tally.attached += 1;
                }
                Err(error) => {
                    let in_doubt = outcome_unknown(&error);
                    tally.in_doubt += usize::from(in_doubt);
                    let word = if in_doubt { "may be attached: look before you try again" } else { "was not attached" };
                    complain(&*error.context(format!("{} {word}", file.display())));
                }
            }
        }
        if let Some(failure) = out.failure() {
            complain(&*failure);
        }
        let tally = lock();
        match tally.attached {
            all if all == self.files.len() => Ok(Outcome::Done),
            0 if tally.in_doubt == 0 => bail!("no file was attached"),
            _ => Ok(Outcome::InPart),
        }
    }
}

/// What is attached was told already; what is under way may be.
fn end_at_interrupt(tally: Arc<Mutex<Tally>>) -> Result<()> {
    let first = move || {
        let tally = tally.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(file) = &tally.under_way {
            note(format_args!("interrupted: {} may be attached, what comes after it is not", file.display()));
        }
        end();
    };
    Interrupt::watch(first, || {}).map(drop)
}

fn upload(global: &Global, client: &Client, module: &str, record: &RecordHandle, file: &Path) -> Result<RecordId> {
    let bar = global.progress(|| progress::bytes(None));
    bar.set_message(file.display().to_string());
    let upload = Upload::from_path(file)?.progress(shown(&bar));
    let attached = record.attachments().upload(upload);
    bar.finish_and_clear();
    attached.map(|saved| saved.id).map_err(|error| names::unknown_module(client, module, error))
}

/// What shows the bytes sent; how many there are is told with the first of them.
fn shown(bar: &ProgressBar) -> impl FnMut(u64, Option<u64>) + '_ {
    let length = Cell::new(None);
    move |sent, all| {
        if length.replace(all) != all {
            all.map_or_else(|| bar.unset_length(), |all| bar.set_length(all));
        }
        bar.set_position(sent);
    }
}
