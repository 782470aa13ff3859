//! `zcrm completions`

use anyhow::Result;
use clap::Args;
use clap_complete::Shell;
use zcrm_cli::{Outcome, stdio};

/// Writes the completions of a shell
///
/// For example: zcrm completions bash > /etc/bash_completion.d/zcrm
#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// The shell
    shell: Shell,
}

impl Completions {
    pub(crate) fn run(&self, mut whole: clap::Command) -> Result<Outcome> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut whole, "zcrm", &mut script);
        stdio::print(String::from_utf8(script)?)?;
        Ok(Outcome::Done)
    }
}
