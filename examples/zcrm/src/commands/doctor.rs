//! `zcrm doctor`

use anyhow::{Result, bail};
use clap::Args;
use zcrm_cli::{Outcome, backends, names, stdio};
use zcrm_core::doctor::{Doctor, Finding, State};

use crate::global::Global;

/// Finds out what keeps programs from working with Zoho CRM, and says what to do
///
/// One line a check: `ok`, `warn` or `FAIL`, what was found, and what to do. Nothing is changed, but that an access
/// token which has ended is replaced, as any call would do. At most 12 calls and one token request are sent, and no
/// secret is shown. Exit code 1 when something failed.
#[derive(Debug, Args)]
pub(crate) struct Examine {
    /// Look at a module too, by its API name; may be given several times
    #[arg(long = "module", value_name = "M", value_parser = names::api_name)]
    modules: Vec<String>,
    /// Write a list of {check, state, found, remedy} as JSON
    #[arg(long)]
    json: bool,
}

impl Examine {
    pub(crate) fn run(&self, global: &Global) -> Result<Outcome> {
        global.start_log();
        let doctor = match &global.config {
            Some(file) => Doctor::of_json_file_and_env(file),
            None => Doctor::of_env(),
        };
        let findings = doctor.backends(backends()).modules(&self.modules).examine();
        if self.json {
            stdio::say(serde_json::to_string_pretty(&findings)?)?;
        } else {
            stdio::print(findings.iter().map(|finding| format!("{finding}\n")).collect::<String>())?;
        }
        let has_failed = |finding: &&Finding| finding.state == State::Fail;
        match findings.iter().filter(has_failed).count() {
            0 => Ok(Outcome::Done),
            1 => bail!("a check failed"),
            failed => bail!("{failed} checks failed"),
        }
    }
}
