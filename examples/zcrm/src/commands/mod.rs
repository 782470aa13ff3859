//! The subcommands, one a file.

mod api;
mod attach;
mod completions;
#[cfg(feature = "custom")]
mod copy_tokens;
mod describe;
mod doctor;
mod export;
mod export_bulk;
mod import;
mod limits;
mod login;
mod man;
mod query;
mod revoke;
mod rows;
mod sync;
mod tokens;
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
        if !matches!(self, Self::Export(_) | Self::Query(_) | Self::Sync(_) | Self::Import(_) | Self::Attach(_)) {
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
            Self::Import(import) => import.run(global),
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
}
