//! `zcrm login`

use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::{ArgGroup, Args};
use url::Url;
use zcrm_cli::grant::{VARIABLE, grant_token};
use zcrm_cli::stdio::{note, say};
use zcrm_cli::{Outcome, connect, in_one_line, text, token_place};
use zcrm_core::oauth::{Granted, scope};
use zcrm_core::{Client, Config, Error, ErrorKind, UserIdentifier};
use zcrm_pages::Redirects;

use crate::global::Global;

/// How long to wait before each further attempt to save tokens: whatever holds their file up is mostly over by then.
const SAVE_AGAIN: [Duration; 5] = [
    Duration::from_millis(250),
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(4),
];

/// Gets tokens once; afterwards every program with the same configuration is signed in
///
/// The grant token of a self client comes on standard input (--grant-token -) or in the environment variable
/// ZOHO_GRANT_TOKEN, never on the command line, where every user of the machine could see it.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("way").args(["grant_token", "browser"])))]
pub(crate) struct Login {
    /// `-` reads the code of Zoho's API console from standard input, without echo on a terminal
    #[arg(long, value_name = "-")]
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

impl Login {
    pub(crate) fn run(&self, global: &Global) -> Result<Outcome> {
        // Before anything is done with a grant that should not have come this way.
        let grant = if self.browser { None } else { grant_token(self.grant_token.as_deref())? };
        let config = global.config()?;
        let place = token_place(&config);
        let client = connect(config)?;
        let user = if self.browser {
            through_browser(global, &client, self)?
        } else {
            let grant = grant.with_context(|| {
                format!("name a way to sign in: --grant-token - (the code on standard input), {VARIABLE}, or --browser")
            })?;
            signed_in(global, &client, client.oauth().generate_access_token(grant))?
        };
        say(format_args!("Signed in as {user}. The tokens are in {place}."))?;
        Ok(Outcome::Done)
    }
}

/// Who signed in. The grant is spent: its tokens, which an error may carry, must not be lost to a store that was held
/// up for a moment.
fn signed_in(global: &Global, client: &Client, granted: Result<Granted, Error>) -> Result<UserIdentifier> {
    let error = match granted {
        Ok(granted) => {
            granted.warnings().iter().for_each(|warning| global.note(warning));
            return Ok(granted.user().clone());
        }
        Err(error) => error,
    };
    let Some(tokens) = error.tokens() else { return Err(error.into()) };
    for pause in SAVE_AGAIN {
        thread::sleep(pause);
        if client.oauth().save_tokens(tokens).is_ok() {
            return Ok(tokens.user().clone());
        }
    }
    Err(anyhow::Error::from(error).context(
        "the tokens could not be saved, and the grant is spent: see to it that the store can be written, and sign in \
         with a new grant",
    ))
}

fn through_browser(global: &Global, client: &Client, login: &Login) -> Result<UserIdentifier> {
    let scopes = if login.scope.is_empty() { scope::USUAL.map(str::to_owned).to_vec() } else { login.scope.clone() };
    let listen = |address: String| {
        Redirects::listen(&address)
            .with_context(|| format!("cannot listen at {address}; name a free address with --listen"))
    };
    let redirects = listen_at(client.config(), login).map(listen).transpose()?;
    let request = client.oauth().authorization_request(scopes)?;
    say(format_args!("Consent here:\n\n{}\n", request.url()))?;
    if !login.paste
        && let Err(cause) = webbrowser::open(request.url())
    {
        note(format_args!("note: no browser could be opened ({cause}); open the address yourself"));
    }
    let Some(redirects) = redirects else {
        let redirect = client.oauth().read_redirect(&pasted()?, request.state())?;
        return signed_in(global, client, client.oauth().accept_redirect(redirect));
    };
    say(format_args!("Waiting for the redirect at http://{} ...", redirects.address()))?;
    loop {
        let browser = redirects.wait()?;
        let redirect = match client.oauth().read_redirect(browser.query(), request.state()) {
            Ok(redirect) => redirect,
            // Anybody can make one up: it is not what the user was asked for.
            Err(error) if error.kind() == ErrorKind::InvalidInput => {
                note(format_args!("note: a redirect was not taken, and another one is waited for: {error}"));
                browser.failed(&error.to_string());
                continue;
            }
            Err(error) => {
                browser.failed(&in_one_line(&error));
                return Err(error.into());
            }
        };
        let user = signed_in(global, client, client.oauth().accept_redirect(redirect));
        match &user {
            Ok(user) => browser.signed_in(&user.to_string()),
            Err(error) => browser.failed(&in_one_line(&**error)),
        }
        return user;
    }
}

/// Where to listen: as asked, else where a redirect to this machine leads; `None` when the redirect leads elsewhere.
fn listen_at(config: &Config, login: &Login) -> Option<String> {
    if login.paste || login.listen.is_some() {
        return login.listen.clone();
    }
    let redirect = Url::parse(config.redirect_uri()).ok().filter(|url| url.scheme() == "http")?;
    let host = redirect.host_str()?;
    let local = matches!(host, "localhost" | "127.0.0.1" | "[::1]");
    local.then(|| format!("{host}:{}", redirect.port_or_known_default().unwrap_or(80)))
}

fn pasted() -> Result<String> {
    say("After consenting, the browser shows an address that begins with your redirect_uri. Paste it here:")?;
    let line = text::line_of_stdin()?;
    if line.is_empty() {
        bail!("no address was pasted");
    }
    Ok(line)
}
