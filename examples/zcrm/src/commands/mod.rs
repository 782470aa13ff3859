//! The subcommands, one a file.

mod api;
mod attach;
mod completions;
mod describe;
mod export;
mod export_bulk;
mod import;
mod login;
mod man;
mod query;
mod rows;
mod sync;
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
    Attach(attach::Attach),
    Api(api::Api),
    Completions(completions::Completions),
    Man(man::Man),
}

impl Command {
    /// Runs it; `whole` is the command line as a whole, for those that tell about it.
    pub(crate) fn run(&self, global: &Global, whole: fn() -> clap::Command) -> Result<Outcome> {
        if !matches!(
            self,
            Self::Export(_) | Self::Query(_) | Self::Sync(_) | Self::Import(_) | Self::Attach(_) | Self::Watch(_)
        ) {
            // These have something to put down first; of the others nothing is left.
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
            Self::Attach(attach) => attach.run(global),
            Self::Api(api) => api.run(global),
            Self::Completions(completions) => completions.run(whole()),
            Self::Man(man) => man.run(whole()),
        }
    }
}
