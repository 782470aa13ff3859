//! The subcommands, one a file.

mod api;
mod attach;
mod completions;
mod describe;
mod export;
mod export_bulk;
mod import;
mod import_dry_run;
mod login;
mod man;
mod query;
mod rows;
mod sync;
mod undo;
mod whoami;

use anyhow::Result;
use clap::Subcommand;
use zcrm_cli::{Interrupt, Outcome, end};

use crate::global::Global;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Login(login::Login),
    Whoami(whoami::Whoami),
    Describe(describe::Describe),
    Export(export::Export),
    Query(query::Query),
    Sync(sync::Sync),
    Import(import::Import),
    Undo(undo::UndoImport),
    Attach(attach::Attach),
    Api(api::Api),
    Completions(completions::Completions),
    Man(man::Man),
}

impl Command {
    /// Runs it; `whole` is the command line as a whole, for those that tell about it.
    pub(crate) fn run(&self, global: &Global, whole: fn() -> clap::Command) -> Result<Outcome> {
        if !self.watches_signals() {
            Interrupt::watch(|| end(), || {})?;
        }
        match self {
            Self::Login(login) => login.run(global),
            Self::Whoami(whoami) => whoami.run(global),
            Self::Describe(describe) => describe.run(global),
            Self::Export(export) => export.run(global),
            Self::Query(query) => query.run(global),
            Self::Sync(sync) => sync.run(global),
            Self::Import(import) => import.run(global),
            Self::Undo(undo) => undo.run(global),
            Self::Attach(attach) => attach.run(global),
            Self::Api(api) => api.run(global),
            Self::Completions(completions) => completions.run(whole()),
            Self::Man(man) => man.run(whole()),
        }
    }
    /// Whether the command has something to put down before it ends; of the others nothing is left.
    fn watches_signals(&self) -> bool {
        let reads = matches!(self, Self::Export(_) | Self::Query(_));
        let writes = matches!(self, Self::Import(_) | Self::Undo(_) | Self::Attach(_));
        reads || writes || matches!(self, Self::Sync(_))
    }
}
