//! `zcrm-emulator`: a Zoho CRM on this machine, until Ctrl-C.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use serde_json::{Value, json};
use zcrm_emulator::{Behaviour, Emulator, Options};

/// A Zoho CRM that runs on this machine: it answers as Zoho does, v2 to v8, and keeps nothing when it ends.
#[derive(Parser)]
#[command(name = "zcrm-emulator", version)]
struct Arguments {
    /// Port on 127.0.0.1; 0 takes a free one
    #[arg(long, default_value_t = 8500)]
    port: u16,
    /// Speak https; the certificate authority is written beside the configuration, else to the standard output
    #[arg(long)]
    https: bool,
    /// Write a ready configuration dictionary to this file
    #[arg(long, value_name = "FILE")]
    write_config: Option<PathBuf>,
    /// Leads that are there from the start
    #[arg(long, value_name = "N", default_value_t = 0)]
    leads: u64,
    /// Life of an access token in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 3600.0)]
    token_life: f64,
    /// Whom the grant and the configuration are for
    #[arg(long, value_name = "EMAIL", default_value = "abc@xyz.com")]
    user: String,
    /// The redirect URI that is registered
    #[arg(long, value_name = "URI")]
    redirect_uri: Option<String>,
    /// The consent page lets everybody in without asking
    #[arg(long)]
    allow: bool,
    /// Any number of new access tokens, not 10 in 10 minutes
    #[arg(long)]
    no_token_limit: bool,
    /// Compress answers for clients that accept it
    #[arg(long)]
    gzip: bool,
}

fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(never) => match never {},
        Err(error) => {
            let _ = writeln!(io::stderr(), "zcrm-emulator: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> io::Result<std::convert::Infallible> {
    let defaults = Options::default();
    let behaviour = Behaviour {
        token_life: Duration::try_from_secs_f64(arguments.token_life).map_err(io::Error::other)?,
        grant_life: Duration::from_secs(600),
        token_limit: !arguments.no_token_limit,
        gzip: arguments.gzip,
        consent: arguments.allow.then_some(true),
        ..defaults.behaviour
    };
    let options = Options {
        port: arguments.port,
        https: arguments.https,
        leads: arguments.leads,
        redirect_uri: arguments.redirect_uri.clone().unwrap_or(defaults.redirect_uri),
        behaviour,
        ..defaults
    };
    let emulator = Emulator::start(options)?;
    introduce(&arguments, &emulator)?;
    loop {
        std::thread::park();
    }
}

fn introduce(arguments: &Arguments, emulator: &Emulator) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let url = emulator.url();
    writeln!(out, "Zoho CRM, emulated, at {url} (Ctrl-C ends it)")?;
    let mut dictionary = emulator.dictionary();
    if let Value::Object(keys) = &mut dictionary {
        keys.insert("current_user_email".to_owned(), json!(arguments.user));
        keys.insert("token_persistence_path".to_owned(), json!("zcrm-tokens"));
    }
    let config = match &arguments.write_config {
        Some(file) => {
            write_config(file, &dictionary)?;
            writeln!(out, "Configuration: {}", file.display())?;
            for_shell(&file.display().to_string())
        }
        None => {
            writeln!(out, "Configuration, to be saved as zcrm.json:\n{dictionary:#}")?;
            "zcrm.json".to_owned()
        }
    };
    if let Some(pem) = emulator.ca_pem() {
        match &arguments.write_config {
            Some(file) => {
                let file = file.with_extension("ca.pem");
                fs::write(&file, pem)?;
                writeln!(out, "Certificate authority: {}", file.display())?;
            }
            None => writeln!(out, "{pem}")?,
        }
    }
    let grant = emulator.new_grant(&arguments.user);
    writeln!(
        out,
        "\nGrant token, good once and for ten minutes: {grant}\n\
         Another one:  curl -X POST '{url}/emulator/grant?user={user}'\n\n\
         Next:\n\
         echo {grant} | cargo run -p zcrm-cli -- login --config {config} --grant-token -\n\
         cargo run -p zcrm-cli -- whoami --config {config}\n\
         cargo run -p zcrm-examples --bin quickstart -- --config {config}",
        user = arguments.user,
    )?;
    out.flush()
}

fn write_config(file: &Path, dictionary: &Value) -> io::Result<()> {
    fs::write(file, format!("{dictionary:#}\n"))
}

/// A path as a shell takes it for one word.
fn for_shell(path: &str) -> String {
    if path.chars().all(|character| character.is_alphanumeric() || "/\\:._-~".contains(character)) {
        return path.to_owned();
    }
    format!("'{}'", path.replace('\'', r"'\''"))
}
