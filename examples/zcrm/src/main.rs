//! `zcrm`: the batch jobs of a Zoho CRM as one command line.

mod commands;
mod global;

use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use commands::Command;
use global::Global;

/// Reads and writes Zoho CRM from the command line
///
/// Results go to standard output, everything else to standard error; progress is shown on a terminal only. Exit code: 0
/// all done, 1 could not (a wrong command line too), 2 done in part, or ended by Ctrl-C or another signal.
#[derive(Debug, Parser)]
#[command(name = "zcrm", version, propagate_version = true)]
struct Arguments {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

fn main() -> ExitCode {
    let Arguments { global, command } = zcrm_cli::arguments();
    zcrm_cli::run(|| command.run(&global, Arguments::command))
}
