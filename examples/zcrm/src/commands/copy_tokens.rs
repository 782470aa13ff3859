//! `zcrm copy-tokens`

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use clap::Args;
use zcrm_cli::{Outcome, in_one_line, stdio, stores};
use zcrm_core::UserIdentifier;
use zcrm_core::persistence::PersistenceHandler;
use zcrm_persist_custom::{Newer, copy_tokens};

use crate::global::Global;

/// Copies tokens from the store of the configuration to another one, which may be encrypted
///
/// The store copied from keeps its own. Stop the programs that use it: both would go on with the same refresh token.
/// Exit code 2 when some users' tokens were not copied.
#[derive(Debug, Args)]
pub(crate) struct CopyTokens {
    /// The other store: a configuration file, of which the keys for stores count, `file:FOLDER`, or
    /// `mysql://USER@HOST:PORT/DATABASE`, with ?tls=true for an encrypted connection, and its password in the
    /// environment variable ZOHO_DB_PASSWORD
    #[arg(long, value_name = "STORE")]
    to: String,
    /// Whose; may be given several times; everybody's when absent
    #[arg(long = "user", value_name = "EMAIL")]
    users: Vec<UserIdentifier>,
    /// Encrypt them in the other store with the key in this file
    #[arg(long, value_name = "KEYFILE")]
    encrypt_with: Option<PathBuf>,
    /// Replace newer tokens in the other store too, whose access tokens end later
    #[arg(long)]
    overwrite: bool,
    /// They are encrypted, with the key in this file
    #[arg(long, value_name = "KEYFILE")]
    decrypt_with: Option<PathBuf>,
}

impl CopyTokens {
    pub(crate) fn run(&self, global: &Global) -> Result<Outcome> {
        let from = stores::configured(&global.config()?)?;
        let to = stores::named(&self.to)?;
        if format!("{from:?}") == format!("{to:?}") && self.encrypt_with.is_none() && self.decrypt_with.is_none() {
            bail!("both are the same store: {from:?}");
        }
        let users = self.users(&*from)?;
        let from = stores::encrypted(from, self.decrypt_with.as_deref())?;
        let to = stores::encrypted(to, self.encrypt_with.as_deref())?;
        let newer = if self.overwrite { Newer::Replace } else { Newer::Keep };
        let report = copy_tokens(&*from, &*to, users, newer);
        report.copied.iter().try_for_each(|user| stdio::say(format_args!("copied       {user}")))?;
        report.kept.iter().try_for_each(|user| {
            stdio::say(format_args!(
                "kept         {user}: the other store's tokens are newer; --overwrite replaces them"
            ))
        })?;
        report.unknown.iter().try_for_each(|user| stdio::say(format_args!("not there    {user}")))?;
        report
            .failed
            .iter()
            .try_for_each(|(user, fault)| stdio::say(format_args!("not copied   {user}: {}", in_one_line(fault))))?;
        global.note(format_args!(
            "{} copied, {} not",
            report.copied.len(),
            report.kept.len() + report.unknown.len() + report.failed.len()
        ));
        if report.copied.is_empty() && report.kept.is_empty() {
            bail!("nobody's tokens were copied");
        }
        Ok(if report.is_complete() { Outcome::Done } else { Outcome::InPart })
    }

    fn users(&self, from: &dyn PersistenceHandler) -> Result<Vec<UserIdentifier>> {
        if !self.users.is_empty() {
            return Ok(self.users.iter().map(|user| stores::spelled(from, user)).collect());
        }
        let rows = from.list_tokens().context("name the users with --user")?;
        let users: Result<Vec<_>, _> = rows.into_iter().map(|row| UserIdentifier::new(row.user)).collect();
        users.context("a name in the store cannot be used; name the users with --user")
    }
}
