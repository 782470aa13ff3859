//! Gets tokens once: with a grant of a self client, or through the browser.

use std::io::{self, BufRead, IsTerminal};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::{ArgGroup, Parser};
use url::Url;
use zcrm_core::oauth::{AuthorizationRequest, Granted, scope};
use zcrm_core::{Client, Config, GrantToken};
use zcrm_examples::{Outcome, Redirects, config, connect, run, say, token_place};

/// Gets tokens once; afterwards every program with the same configuration is signed in
#[derive(Parser)]
#[command(version, group(ArgGroup::new("way").args(["grant_token", "browser"])))]
struct Arguments {
    /// The configuration dictionary as JSON; the environment (ZCRM_*) when absent
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The code from Zoho's API console; `-` reads it from standard input, without echo. Or set ZOHO_GRANT_TOKEN
    #[arg(long, value_name = "CODE")]
    grant_token: Option<String>,
    /// Sign in through the browser, as a web client does
    #[arg(long)]
    browser: bool,
    /// Where to receive the redirect; by default host and port of a redirect_uri on this machine
    #[arg(long, value_name = "ADDR", requires = "browser")]
    listen: Option<String>,
    /// Take the redirect as an address that you paste, for instance on a machine without a browser
    #[arg(long, requires = "browser", conflicts_with = "listen")]
    paste: bool,
    /// A scope to ask for; may be given several times or hold several, separated by commas
    #[arg(long, value_name = "S", value_delimiter = ',', requires = "browser")]
    scope: Vec<String>,
}

fn main() -> ExitCode {
    let arguments: Arguments = zcrm_examples::arguments();
    run(|| login(&arguments))
}

fn login(arguments: &Arguments) -> Result<Outcome> {
    let config = config(arguments.config.as_deref())?;
    let place = token_place(&config);
    let client = connect(config)?;
    let granted = if arguments.browser {
        through_browser(&client, arguments)?
    } else {
        client.oauth().generate_access_token(grant(arguments)?)?
    };
    for warning in granted.warnings() {
        eprintln!("note: {warning}");
    }
    say(format_args!("Signed in as {}. The tokens are in {place}.", granted.user()))?;
    Ok(Outcome::Done)
}

fn grant(arguments: &Arguments) -> Result<GrantToken> {
    let code = match arguments.grant_token.as_deref() {
        Some("-") if io::stdin().is_terminal() => rpassword::prompt_password("Grant token: ")?,
        Some("-") => {
            let mut line = String::new();
            io::stdin().lock().read_line(&mut line)?;
            line
        }
        Some(code) => code.to_owned(),
        None => std::env::var("ZOHO_GRANT_TOKEN")
            .ok()
            .context("name a way to sign in: --grant-token CODE, --grant-token -, ZOHO_GRANT_TOKEN, or --browser")?,
    };
    if code.trim().is_empty() {
        bail!("the grant token is empty");
    }
    Ok(GrantToken::new(code))
}

fn through_browser(client: &Client, arguments: &Arguments) -> Result<Granted> {
    let scopes =
        if arguments.scope.is_empty() { scope::USUAL.map(str::to_owned).to_vec() } else { arguments.scope.clone() };
    let redirects = listen_at(client.config(), arguments).map(|address| Redirects::listen(&address)).transpose()?;
    let request = client.oauth().authorization_request(scopes)?;
    say(format_args!("Consent here:\n\n{}\n", request.url()))?;
    if !arguments.paste
        && let Err(cause) = webbrowser::open(request.url())
    {
        eprintln!("note: no browser could be opened ({cause}); open the address yourself");
    }
    // The page stays until the grant is exchanged, to tell a browser that comes again that it is over.
    let redirected_to = match &redirects {
        Some(redirects) => {
            say(format_args!("Waiting for the redirect at http://{} ...", redirects.address()))?;
            redirects.wait()?
        }
        None => pasted()?,
    };
    accept(client, &request, &redirected_to)
}

fn accept(client: &Client, request: &AuthorizationRequest, redirected_to: &str) -> Result<Granted> {
    let redirect = client.oauth().read_redirect(redirected_to, request.state())?;
    Ok(client.oauth().accept_redirect(redirect)?)
}

/// Where to listen: as asked, else where a redirect to this machine leads; `None` when the redirect leads elsewhere.
fn listen_at(config: &Config, arguments: &Arguments) -> Option<String> {
    if arguments.paste || arguments.listen.is_some() {
        return arguments.listen.clone();
    }
    let redirect = Url::parse(config.redirect_uri()).ok().filter(|url| url.scheme() == "http")?;
    let host = redirect.host_str()?;
    let local = matches!(host, "localhost" | "127.0.0.1" | "[::1]");
    local.then(|| format!("{host}:{}", redirect.port_or_known_default().unwrap_or(80)))
}

fn pasted() -> Result<String> {
    say("After consenting, the browser shows an address that begins with your redirect_uri. Paste it here:")?;
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line)?;
    if line.trim().is_empty() {
        bail!("no address was pasted");
    }
    Ok(line)
}
