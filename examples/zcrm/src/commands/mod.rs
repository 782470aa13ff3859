//! The subcommands, one a file.

mod api;
mod attach;
mod completions;
#[cfg(feature = "custom")]
mod copy_tokens;
mod describe;
mod doctor;
mod export;
mod import;
mod import_dry_run;
mod limits;
mod login;
mod man;
mod query;
mod revoke;
mod rows;
mod sync;
mod tokens;
mod undo;
mod watch;
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
    Watch(watch::Watch),
    Import(import::Import),
    Undo(undo::UndoImport),
    Attach(attach::Attach),
    Api(api::Api),
    Doctor(doctor::Examine),
    Limits(limits::ShowLimits),
    Tokens(tokens::Tokens),
    Revoke(revoke::Revoke),
    #[cfg(feature = "custom")]
    CopyTokens(copy_tokens::CopyTokens),
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
            Self::Watch(watch) => watch.run(global),
            Self::Import(import) => import.run(global),
            Self::Undo(undo) => undo.run(global),
            Self::Attach(attach) => attach.run(global),
            Self::Api(api) => api.run(global),
            Self::Doctor(doctor) => doctor.run(global),
            Self::Limits(limits) => limits.run(global),
            Self::Tokens(tokens) => tokens.run(global),
            Self::Revoke(revoke) => revoke.run(global),
            #[cfg(feature = "custom")]
            Self::CopyTokens(copy) => copy.run(global),
            Self::Completions(completions) => completions.run(whole()),
            Self::Man(man) => man.run(whole()),
        }
    }
    /// Whether the command has something to put down before it ends; of the others nothing is left.
    fn watches_signals(&self) -> bool {
        let reads = matches!(self, Self::Export(_) | Self::Query(_));
        let writes = matches!(self, Self::Import(_) | Self::Undo(_) | Self::Attach(_));
        reads || writes || matches!(self, Self::Sync(_) | Self::Watch(_))
    }
}
