//! `zcrm undo`

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use zcrm_cli::stdio::{Informed, note, say};
use zcrm_cli::undo::{Taken, Undo};
use zcrm_cli::{Interrupt, Outcome, complain, end};

use crate::global::Global;

/// Takes an import back: deletes what it created, and writes old values back
///
/// By the file of results of `zcrm import --results FILE`, and the old values of `--keep-old FILE`. A record that
/// somebody has changed since the import stays as it is, and is told with its row and id. Deleted records are in Zoho's
/// recycle bin for 60 days. Zoho's clock counts whole seconds: a change in the second of the import passes unseen.
///
/// The last line on standard output: deleted=N restored=N left=N. Exit code: 0 all taken back, 1 could not, 2
/// something was left.
#[derive(Debug, Args)]
pub(crate) struct UndoImport {
    /// The file of results of the import
    #[arg(long, value_name = "FILE")]
    results: PathBuf,
    /// The old values that the import has kept
    #[arg(long, value_name = "FILE")]
    old: Option<PathBuf>,
    /// How many calls are in flight
    #[arg(long, value_name = "N", default_value = "5", value_parser = clap::value_parser!(u16).range(1..=25))]
    workers: u16,
    /// Say what would be taken back, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Delete what the import created although somebody has changed it since
    #[arg(long)]
    force: bool,
}

impl UndoImport {
    pub(crate) fn run(&self, global: &Global) -> Result<Outcome> {
        let client = global.client()?;
        let interrupted = client.clone();
        Interrupt::watch(move || interrupted.interrupt(), || end())?;
        let undo =
            Undo { client: &client, workers: usize::from(self.workers), dry_run: self.dry_run, force: self.force };
        let mut out = Informed::default();
        let mut taken = Taken::default();
        let done = undo.run(&self.results, self.old.as_deref(), &mut taken, |left| {
            out.say(left);
        });
        if taken == Taken::default() {
            done?;
        } else if let Err(failure) = done {
            complain(&*failure);
            note("the same command goes on with the rest");
            say(taken)?;
            return Ok(Outcome::InPart);
        }
        say(taken)?;
        Ok(if taken.left == 0 { Outcome::Done } else { Outcome::InPart })
    }
}
