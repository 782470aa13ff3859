//! `zcrm revoke`

use std::io::{self, IsTerminal};

use anyhow::{Context, Result, bail};
use clap::Args;
use zcrm_cli::{Outcome, stdio, stores, text};
use zcrm_core::UserIdentifier;

use crate::global::Global;

/// Revokes a user's refresh token at Zoho, which ends its access tokens too, and removes the user from the store
#[derive(Debug, Args)]
pub(crate) struct Revoke {
    /// Whose; current_user_email when absent
    #[arg(long, value_name = "EMAIL")]
    user: Option<UserIdentifier>,
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

impl Revoke {
    pub(crate) fn run(&self, global: &Global) -> Result<Outcome> {
        let client = global.client()?;
        let user = self.user.as_ref().or(client.user()).context("name the user: --user, or current_user_email")?;
        let user = &stores::spelled(client.store(), user);
        if !self.yes {
            confirm(user)?;
        }
        client.oauth().revoke(user)?;
        stdio::say(format_args!("The tokens of {user} are revoked, and removed from the store."))?;
        Ok(Outcome::Done)
    }
}

fn confirm(user: &UserIdentifier) -> Result<()> {
    if !io::stdin().is_terminal() {
        bail!("every program that uses the tokens of {user} will be signed out; confirm with --yes");
    }
    stdio::note(format_args!("Every program that uses the tokens of {user} will be signed out. Type yes to go on:"));
    if text::line_of_stdin()? != "yes" {
        bail!("nothing was revoked");
    }
    Ok(())
}
