//! A small web page with "Login with Zoho", for any number of users at once.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, Result};
use axum::Router;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use clap::Parser;
use url::Url;
use zcrm_cli::{Outcome, config, connect, in_one_line, run};
use zcrm_core::oauth::{AuthorizationRequest, scope};
use zcrm_core::{Client, UserIdentifier};
use zcrm_examples::web::{Sessions, escape, page, session_of};

/// Serves a page with "Login with Zoho" that shows whoever consents their name and details
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// The configuration dictionary as JSON; the environment (ZCRM_*) when absent
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Where to serve, by default at host and port of redirect_uri; that address has to lead here
    #[arg(long, value_name = "ADDR")]
    listen: Option<String>,
}

/// What a browser is up to.
#[derive(Clone)]
enum Session {
    /// Away at Zoho's consent page.
    Asked(AuthorizationRequest),
    /// Signed in.
    User(UserIdentifier),
}

struct Site {
    client: Client,
    sessions: Sessions<Session>,
}

fn main() -> ExitCode {
    let arguments: Arguments = zcrm_cli::arguments();
    run(|| serve(&arguments))
}

fn serve(arguments: &Arguments) -> Result<Outcome> {
    let client = connect(config(arguments.config.as_deref())?)?;
    let redirect = Url::parse(client.config().redirect_uri()).context("redirect_uri is no address")?;
    let site = Arc::new(Site { client, sessions: Sessions::new(redirect.scheme() == "https") });
    let mut pages = Router::new().route("/", get(home)).route("/login", get(login));
    if redirect.path() != "/" {
        pages = pages.route(redirect.path(), get(home));
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    let own = format!("{}:{}", redirect.host_str().unwrap_or_default(), redirect.port_or_known_default().unwrap_or(80));
    let address = arguments.listen.as_deref().unwrap_or(&own);
    let bound = runtime.block_on(tokio::net::TcpListener::bind(address));
    let listener =
        bound.with_context(|| format!("cannot listen at {address}; name an address of this machine with --listen"))?;
    println!("http://{}/", listener.local_addr()?);
    std::io::stdout().flush()?;
    runtime.block_on(axum::serve(listener, pages.with_state(site)).into_future())?;
    Ok(Outcome::Done)
}

/// Shows who is signed in; also where the browser comes back to, with a grant in the query.
async fn home(State(site): State<Arc<Site>>, headers: HeaderMap, RawQuery(query): RawQuery) -> Response {
    in_background(move || {
        let session = session_of(&headers);
        let query = query.unwrap_or_default();
        if url::form_urlencoded::parse(query.as_bytes()).any(|(key, _)| key == "code" || key == "error") {
            return site.come_back(session, &query);
        }
        let user = match site.sessions.get(session) {
            Some(Session::User(user)) => user,
            _ => return Ok(page(StatusCode::OK, "<p><a href=\"/login\">Login with Zoho</a></p>")),
        };
        site.details(&user)
    })
    .await
}

/// Sends the browser to Zoho's consent page.
async fn login(State(site): State<Arc<Site>>) -> Response {
    in_background(move || {
        let request = site.client.oauth().authorization_request(scope::USUAL)?;
        let to = Redirect::to(request.url());
        Ok((site.sessions.begin(Session::Asked(request))?, to).into_response())
    })
    .await
}

impl Site {
    /// Takes the grant of the browser that was sent away, once.
    fn come_back(&self, session: &str, query: &str) -> Result<Response> {
        let asked = self.sessions.end(session);
        let Some(Session::Asked(request)) = asked else {
            let text = "<p>This browser was not sent to Zoho from here, or came back before. <a href=\"/login\">Begin anew</a></p>";
            return Ok(page(StatusCode::BAD_REQUEST, text));
        };
        let oauth = self.client.oauth();
        let granted = oauth.accept_redirect(oauth.read_redirect(query, request.state())?)?;
        // A new session: nobody who knew the one before is signed in by it.
        Ok((self.sessions.begin(Session::User(granted.user().clone()))?, Redirect::to("/")).into_response())
    }

    fn details(&self, user: &UserIdentifier) -> Result<Response> {
        let me = self.client.for_user(user)?.users().current()?;
        let role = me.role.as_ref().and_then(|role| role.name.as_deref());
        let profile = me.profile.as_ref().and_then(|profile| profile.name.as_deref());
        let details = [
            ("E-mail", me.email.as_deref()),
            ("Role", role),
            ("Profile", profile),
            ("Time zone", me.time_zone.as_deref()),
            ("Id", me.id.as_ref().map(|id| id.as_str())),
        ];
        let row = |(name, value): &(&str, Option<&str>)| {
            format!("<dt>{name}</dt><dd>{}</dd>", escape(value.unwrap_or_default()))
        };
        let name = me.full_name.as_deref().or(me.last_name.as_deref()).unwrap_or_default();
        let rows: String = details.iter().map(row).collect();
        Ok(page(StatusCode::OK, &format!("<h2>Hello, {}</h2><dl>{rows}</dl>", escape(name))))
    }
}

/// The SDK blocks: its calls run beside those who serve. What fails becomes a page.
async fn in_background(work: impl FnOnce() -> Result<Response> + Send + 'static) -> Response {
    match tokio::task::spawn_blocking(work).await {
        Ok(Ok(response)) => response,
        Ok(Err(error)) => {
            let text = format!("<p>{}</p><p><a href=\"/login\">Login with Zoho</a></p>", escape(&in_one_line(&*error)));
            page(StatusCode::BAD_GATEWAY, &text)
        }
        Err(_) => page(StatusCode::INTERNAL_SERVER_ERROR, "<p>The page could not be made.</p>"),
    }
}
