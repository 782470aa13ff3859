//! `zcrm tokens`

use anyhow::Result;
use clap::Args;
use zcrm_cli::{Outcome, fleet, stdio, stores, table};

use crate::global::Global;

/// Shows whose tokens lie in the store, how old they are, and by which program they were saved; never a token
///
/// Exit code 2 when a row cannot be used.
#[derive(Debug, Args)]
pub(crate) struct Tokens {
    /// Write one line of JSON a user
    #[arg(long)]
    json: bool,
}

impl Tokens {
    pub(crate) fn run(&self, global: &Global) -> Result<Outcome> {
        let mut rows = stores::configured(&global.config()?)?.list_tokens()?;
        rows.sort_by(|one, other| one.user.cmp(&other.user));
        if self.json {
            stdio::print(rows.iter().map(|row| format!("{}\n", fleet::as_json(row))).collect::<String>())?;
        } else {
            let header = ["User", "Access token", "Refresh token", "Saved", "By"];
            stdio::print(table(&header, rows.iter().map(fleet::as_cells)))?;
        }
        let faulty = rows.iter().filter(|row| row.fault.is_some()).count();
        if faulty > 0 {
            global.note(format_args!(
                "{faulty} of {} rows cannot be used: these users have to sign in again",
                rows.len()
            ));
            return Ok(Outcome::InPart);
        }
        Ok(Outcome::Done)
    }
}
