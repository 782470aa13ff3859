//! A small web page with "Sign in with Zoho", for any number of users at once.
//!
//! It shows how an async server uses the blocking SDK: each call runs on a thread for blocking work
//! ([`site::Site::respond`]). Strangers can reach such a page, so whatever they may fill up has a bound: a sign-in in
//! progress is kept by the browser ([`sign_ins`]), and sessions are limited in number and time ([`sessions`]).

mod failure;
mod random;
mod sessions;
mod sign_ins;
mod site;
mod views;

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use clap::Parser;
use url::Url;
use zcrm_core::config::HttpOptions;
use zcrm_core::{Client, Config};

use site::Site;

/// Serves a page with "Sign in with Zoho" that shows those who consent their name and details
#[derive(Parser)]
#[command(name = "web_login", version)]
struct Arguments {
    /// The configuration as JSON; the environment (ZCRM_*) takes precedence, and is enough by itself
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Where to listen, if not at host and port of redirect_uri; a proxy there has to pass requests on to this address
    #[arg(long, value_name = "ADDR")]
    listen: Option<String>,
}

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(told) => {
            // Some callers see only the exit code.
            let _ = told.print();
            return if told.use_stderr() { ExitCode::FAILURE } else { ExitCode::SUCCESS };
        }
    };
    match serve(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Where that fails, there is nobody left to tell.
            let _ = writeln!(io::stderr(), "error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn serve(arguments: &Arguments) -> Result<()> {
    let config = match &arguments.config {
        Some(file) => Config::from_json_file_and_env(file)?,
        None => Config::from_env()?,
    };
    config.warnings().iter().for_each(|warning| site::report(&format_args!("warning: {warning}")));
    let config = config.with_http(in_a_hurry());
    let redirect = Url::parse(config.redirect_uri()).context("redirect_uri is not a URL")?;
    let address = match &arguments.listen {
        Some(address) => address.clone(),
        None => address_of(&redirect)?,
    };
    let backends = [zcrm_persist_custom::backend(), zcrm_persist_file::backend(), zcrm_persist_mysql::backend()];
    let site = Site::new(Client::from_config(config, backends)?, redirect.scheme() == "https");

    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    let listener = runtime.block_on(tokio::net::TcpListener::bind(&address)).with_context(|| {
        format!(
            "cannot listen at {address}. redirect_uri has to lead to this page: register one such as \
             http://localhost:8000/callback, or let a proxy pass its requests on to the address in --listen"
        )
    })?;
    // The address at which the browser's cookies are valid when Zoho sends it back, not the one that is listened at.
    let mut out = std::io::stdout().lock();
    writeln!(out, "Open {}/", redirect.origin().ascii_serialization())?;
    writeln!(out, "Listening at {}; stop with Ctrl-C", listener.local_addr()?)?;
    out.flush()?;
    drop(out);
    runtime.block_on(axum::serve(listener, site::router(site, redirect.path())).into_future())?;
    Ok(())
}

/// Somebody waits in front of the page, so it tells of a failure early rather than trying for minutes.
fn in_a_hurry() -> HttpOptions {
    HttpOptions::default().call_timeout(Duration::from_secs(20)).max_retries(1).retry_budget(Duration::from_secs(20))
}

/// Host and port of a redirect URI at which this page can be served directly.
fn address_of(redirect: &Url) -> Result<String> {
    ensure!(
        redirect.scheme() == "http",
        "redirect_uri begins with {}:, which a proxy has to answer; name the address it passes requests on to with --listen",
        redirect.scheme()
    );
    let host = redirect.host_str().context("redirect_uri has no host")?;
    Ok(format!("{host}:{}", redirect.port_or_known_default().unwrap_or(80)))
}
