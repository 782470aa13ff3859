//! Who is signed in. A session begins with a consent at Zoho, so strangers cannot create any.

use std::time::Duration;

use anyhow::Result;
use axum_extra::extract::cookie::{Cookie, PrivateCookieJar, SameSite};
use moka::policy::EvictionPolicy;
use moka::sync::Cache;
use zcrm_core::UserIdentifier;

use crate::random;

const COOKIE: &str = "zcrm_session";

/// The least recently used session ends when there are more.
const MAX_SESSIONS: u64 = 10_000;

/// A session ends when its browser does not come back for so long.
const IDLE: Duration = Duration::from_secs(8 * 60 * 60);

/// A browser that is signed in.
#[derive(Clone)]
pub(crate) struct Session {
    pub(crate) user: UserIdentifier,
    /// Part of the form for signing out, so that no other site can send it.
    pub(crate) form_token: String,
}

pub(crate) struct Sessions {
    by_id: Cache<String, Session>,
    secure: bool,
}

impl Sessions {
    /// None so far; `secure` cookies travel over https only.
    pub(crate) fn new(secure: bool) -> Self {
        let by_id = Cache::builder()
            .max_capacity(MAX_SESSIONS)
            .eviction_policy(EvictionPolicy::lru())
            .time_to_idle(IDLE)
            .build();
        Self { by_id, secure }
    }

    /// The session of a browser.
    pub(crate) fn of(&self, jar: &PrivateCookieJar) -> Option<Session> {
        self.by_id.get(jar.get(COOKIE)?.value())
    }

    /// Begins a session in place of the browser's former one. Its id is new: whoever knew the former one is not signed
    /// in.
    pub(crate) fn begin(&self, jar: PrivateCookieJar, user: UserIdentifier) -> Result<PrivateCookieJar> {
        let jar = self.end(jar);
        let id = random::token()?;
        self.by_id.insert(id.clone(), Session { user, form_token: random::token()? });
        Ok(jar.add(cookie(COOKIE, id, self.secure)))
    }

    /// Ends the session of a browser, if it has one.
    pub(crate) fn end(&self, jar: PrivateCookieJar) -> PrivateCookieJar {
        if let Some(id) = jar.get(COOKIE) {
            self.by_id.invalidate(id.value());
        }
        jar.remove(Cookie::build(COOKIE).path("/"))
    }
}

/// A cookie that no script reads and no other site's request carries, except for following a link: the redirect comes
/// from Zoho's site and needs it.
pub(crate) fn cookie(name: impl Into<String>, value: String, secure: bool) -> Cookie<'static> {
    Cookie::build((name.into(), value)).path("/").http_only(true).same_site(SameSite::Lax).secure(secure).build()
}
