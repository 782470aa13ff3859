//! The routes.

use std::fmt::Display;
use std::io::Write;
use std::sync::Arc;

use anyhow::Result;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Form, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::map_response;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum_extra::extract::cookie::{Key, PrivateCookieJar};
use maud::Markup;
use serde::Deserialize;
use url::form_urlencoded;
use zcrm_core::oauth::scope;
use zcrm_core::{Client, UserIdentifier};
use zcrm_pages::HEADERS;

use crate::failure::{self, Failure};
use crate::sessions::{Session, Sessions};
use crate::sign_ins::{self, SignIn};
use crate::views::{self, Details};

const LONGEST_FORM: usize = 1024;

pub(crate) struct Site {
    client: Client,
    sessions: Sessions,
    /// Encrypts the cookies. It is new at each start, which signs everybody out.
    key: Key,
    secure: bool,
}

/// All pages; Zoho sends browsers back to `redirect_path`.
pub(crate) fn router(site: Site, redirect_path: &str) -> Router {
    let router = Router::new()
        .route("/", get(home))
        .route("/login", get(sign_in))
        .route("/logout", post(sign_out))
        .route("/signed-out", get(async || page(StatusCode::OK, views::signed_out())));
    let router = if redirect_path == "/" { router } else { router.route(redirect_path, get(home)) };
    router
        .fallback(async || page(StatusCode::NOT_FOUND, views::not_found()))
        .method_not_allowed_fallback(async || page(StatusCode::METHOD_NOT_ALLOWED, views::not_found()))
        .layer(DefaultBodyLimit::max(LONGEST_FORM))
        .layer(map_response(with_headers))
        .with_state(Arc::new(site))
}

async fn with_headers(mut response: Response) -> Response {
    for (name, value) in HEADERS.iter() {
        if let Ok(value) = HeaderValue::from_str(value) {
            response.headers_mut().insert(*name, value);
        }
    }
    response
}

/// The start page, and the one that the browser comes back to, with a code or a refusal in its query.
async fn home(State(site): State<Arc<Site>>, headers: HeaderMap, RawQuery(query): RawQuery) -> Response {
    site.respond(headers, move |site, jar, _| {
        let query = query.unwrap_or_default();
        if parameter(&query, "code").or_else(|| parameter(&query, "error")).is_some() {
            return site.complete(jar, &query);
        }
        let Some(session) = site.sessions.of(&jar) else { return Ok(page(StatusCode::OK, views::welcome())) };
        Ok(page(StatusCode::OK, views::profile(&site.details(&session.user)?, &session)))
    })
    .await
}

/// Sends the browser to Zoho's consent page.
async fn sign_in(State(site): State<Arc<Site>>, headers: HeaderMap) -> Response {
    site.respond(headers, |site, jar, headers| {
        let request = site.client.oauth().authorization_request(scope::USUAL)?;
        let jar = sign_ins::begin(jar, headers, request.state(), site.secure);
        Ok((jar, Redirect::to(request.url())).into_response())
    })
    .await
}

#[derive(Deserialize)]
struct SignOut {
    token: String,
}

async fn sign_out(
    State(site): State<Arc<Site>>,
    headers: HeaderMap,
    form: Result<Form<SignOut>, axum::extract::rejection::FormRejection>,
) -> Response {
    let jar = site.jar(&headers);
    match (site.sessions.of(&jar), form) {
        (Some(session), Ok(Form(form))) if form.token == session.form_token => {
            (site.sessions.end(jar), Redirect::to("/signed-out")).into_response()
        }
        (Some(session), _) => failed(&failure::STALE_FORM, Some(&session)),
        (None, _) => Redirect::to("/signed-out").into_response(),
    }
}

impl Site {
    pub(crate) fn new(client: Client, secure: bool) -> Self {
        Self { client, sessions: Sessions::new(secure), key: Key::generate(), secure }
    }

    fn jar(&self, headers: &HeaderMap) -> PrivateCookieJar {
        PrivateCookieJar::from_headers(headers, self.key.clone())
    }

    /// Runs a handler on a thread for blocking work, because the SDK blocks. What fails becomes a page.
    async fn respond(
        self: Arc<Self>,
        headers: HeaderMap,
        handler: impl FnOnce(&Self, PrivateCookieJar, &HeaderMap) -> Result<Response, zcrm_core::Error> + Send + 'static,
    ) -> Response {
        let work = tokio::task::spawn_blocking(move || {
            let jar = self.jar(&headers);
            let session = self.sessions.of(&jar);
            handler(&self, jar, &headers).unwrap_or_else(|error| {
                report(&format_args!("error: {error}"));
                failed(&failure::of(error.kind()), session.as_ref())
            })
        });
        work.await.unwrap_or_else(|_| failed(&failure::BROKEN, None))
    }

    /// Takes the code of a browser that was sent out from here.
    fn complete(&self, jar: PrivateCookieJar, query: &str) -> Result<Response, zcrm_core::Error> {
        let state = parameter(query, "state").unwrap_or_default();
        let Some(sign_in) = SignIn::of(&jar, &state) else {
            return Ok(failed(&failure::UNKNOWN_STATE, self.sessions.of(&jar).as_ref()));
        };
        let code = parameter(query, "code").unwrap_or_default();
        if sign_in.was_completed_by(&code) && self.sessions.of(&jar).is_some() {
            return Ok(Redirect::to("/").into_response());
        }
        let oauth = self.client.oauth();
        let granted = oauth.accept_redirect(oauth.read_redirect(query, &state)?)?;
        granted.warnings().iter().for_each(|warning| report(&format_args!("warning: {warning}")));
        let jar = sign_ins::complete(jar, &state, &sign_in, &code, self.secure);
        Ok(match self.sessions.begin(jar, granted.user().clone()) {
            Ok(jar) => (jar, Redirect::to("/")).into_response(),
            Err(error) => {
                report(&format_args!("error: {error:#}"));
                failed(&failure::BROKEN, None)
            }
        })
    }

    fn details(&self, user: &UserIdentifier) -> Result<Details, zcrm_core::Error> {
        let me = self.client.for_user(user)?.users().current()?;
        let role = me.role.as_ref().and_then(|role| role.name.clone());
        let profile = me.profile.as_ref().and_then(|profile| profile.name.clone());
        let rows = [
            ("E-mail", me.email.clone()),
            ("Role", role),
            ("Profile", profile),
            ("Time zone", me.time_zone.clone()),
            ("User id", me.id.as_ref().map(|id| id.as_str().to_owned())),
        ];
        Ok(Details {
            name: me.full_name.or(me.last_name).unwrap_or_else(|| user.as_str().to_owned()),
            rows: rows.into_iter().filter_map(|(name, value)| Some((name, value?))).collect(),
        })
    }
}

/// Tells the operator; whether anybody reads it does not matter to the page.
pub(crate) fn report(line: &dyn Display) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// A parameter of a query.
fn parameter(query: &str, name: &str) -> Option<String> {
    form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

fn failed(failure: &Failure, session: Option<&Session>) -> Response {
    page(failure.status, views::failed(failure, session))
}

fn page(status: StatusCode, page: Markup) -> Response {
    (status, Html(page.into_string())).into_response()
}
