//! Shows one user of the organization.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use zcrm_cli::stdio::say;
use zcrm_cli::{Outcome, config, connect, run};
use zcrm_core::OptionalExt;

/// Shows one user of the organization
#[derive(Parser)]
#[command(name = "get_user", version)]
struct Arguments {
    /// The configuration dictionary as JSON; the environment (ZCRM_*) when absent
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The user's id, such as 3652397000000186017
    id: String,
}

fn main() -> ExitCode {
    let arguments: Arguments = zcrm_cli::arguments();
    run(|| {
        let client = connect(config(arguments.config.as_deref())?)?;
        match client.users().get(arguments.id.as_str()).optional()? {
            Some(user) => say(serde_json::to_string_pretty(&user)?)?,
            None => anyhow::bail!("there is no user {}", arguments.id),
        }
        Ok(Outcome::Done)
    })
}
