//! Pages, and sessions of browsers.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::{Context, Result};
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, COOKIE, HeaderName, SET_COOKIE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Response};

const COOKIE_NAME: &str = "zcrm_session";

/// Browsers that never come back must not fill the memory.
const MAX_SESSIONS: usize = 10_000;

/// What is known of each browser, by a cookie. All of it is forgotten when there are too many.
pub struct Sessions<T> {
    known: Mutex<HashMap<String, T>>,
    cookie_attributes: &'static str,
}

impl<T: Clone> Sessions<T> {
    /// None so far; `secure` cookies travel over https only.
    #[must_use]
    pub fn new(secure: bool) -> Self {
        // Lax: the redirect comes from Zoho's site, and has to carry the cookie.
        let cookie_attributes =
            if secure { "HttpOnly; SameSite=Lax; Path=/; Secure" } else { "HttpOnly; SameSite=Lax; Path=/" };
        Self { known: Mutex::default(), cookie_attributes }
    }

    /// Begins a session; the header gives it to the browser.
    ///
    /// # Errors
    ///
    /// When the operating system gives no random numbers.
    pub fn begin(&self, session: T) -> Result<[(HeaderName, String); 1]> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).context("the operating system gives no random numbers")?;
        let id: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let cookie = format!("{COOKIE_NAME}={id}; {}", self.cookie_attributes);
        let mut known = self.known();
        if known.len() >= MAX_SESSIONS {
            known.clear();
        }
        known.insert(id, session);
        Ok([(SET_COOKIE, cookie)])
    }

    /// A session by its id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<T> {
        self.known().get(id).cloned()
    }

    /// Ends a session, and gives it back.
    pub fn end(&self, id: &str) -> Option<T> {
        self.known().remove(id)
    }

    fn known(&self) -> MutexGuard<'_, HashMap<String, T>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> fmt::Debug for Sessions<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sessions").field("cookie_attributes", &self.cookie_attributes).finish_non_exhaustive()
    }
}

/// The id of the browser's session; empty when it has none.
#[must_use]
pub fn session_of(headers: &HeaderMap) -> &str {
    let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == COOKIE_NAME).map_or("", |(_, id)| id)
}

/// A page whose body is HTML already.
pub fn page(status: StatusCode, body: &str) -> Response {
    let html = format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Login with Zoho</title></head>\
         <body><h1>Zoho CRM</h1>{body}</body></html>"
    );
    let headers = [(CACHE_CONTROL, "no-store"), (CONTENT_SECURITY_POLICY, "default-src 'none'")];
    (status, headers, Html(html)).into_response()
}

/// Text as it stands in HTML.
#[must_use]
pub fn escape(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    text.replace('"', "&quot;").replace('\'', "&#39;")
}
