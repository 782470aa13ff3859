//! `zcrm man`

use anyhow::{Context, Result};
use clap::Args;
use zcrm_cli::{Outcome, stdio};

/// Writes a manual page
///
/// For example: zcrm man import | man -l -
#[derive(Debug, Args)]
pub(crate) struct Man {
    /// The subcommand; the page of zcrm as a whole when absent
    subcommand: Option<String>,
}

impl Man {
    pub(crate) fn run(&self, mut whole: clap::Command) -> Result<Outcome> {
        whole.build();
        let command = match &self.subcommand {
            Some(name) => {
                whole.find_subcommand(name).with_context(|| format!("zcrm has no subcommand {name}"))?.clone()
            }
            None => whole,
        };
        let title = command.get_display_name().or(command.get_bin_name()).unwrap_or("zcrm").replace(' ', "-");
        let mut page = Vec::new();
        let source = concat!("zcrm ", env!("CARGO_PKG_VERSION"));
        clap_mangen::Man::new(command).title(title).source(source).render(&mut page)?;
        stdio::print(String::from_utf8(page)?)?;
        Ok(Outcome::Done)
    }
}
