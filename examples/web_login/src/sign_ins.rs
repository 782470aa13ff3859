//! Sign-ins in progress: browsers that are away at Zoho's consent page.
//!
//! Each is a cookie of its own, named after the state that was sent to Zoho, and encrypted with its name, so that
//! nobody can make one up. So any number of tabs can sign in at once, a redirect counts only in the browser that was
//! sent out, and strangers can neither fill the server's memory nor displace anybody's sign-in.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::http::HeaderMap;
use axum_extra::extract::cookie::{Cookie, CookieJar, PrivateCookieJar};
use sha2::{Digest, Sha256};

use crate::sessions::cookie;

const PREFIX: &str = "zcrm_sign_in_";

/// The oldest sign-in of a browser is dropped when it begins more.
const MAX_SIGN_INS: usize = 8;

const LIFE: Duration = Duration::from_secs(30 * 60);

/// A sign-in that this browser began.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct SignIn {
    began: u64,
    /// A fingerprint of the code that completed it.
    completed_by: Option<String>,
}

impl SignIn {
    /// The sign-in of a redirect with this state, if this browser began it and it is not too old.
    pub(crate) fn of(jar: &PrivateCookieJar, state: &str) -> Option<Self> {
        Self::parse(jar.get(&format!("{PREFIX}{state}"))?.value())
    }

    /// Whether this code has completed it: a reload of the redirect, and no new consent.
    pub(crate) fn was_completed_by(&self, code: &str) -> bool {
        self.completed_by.as_deref() == Some(&fingerprint(code))
    }

    fn parse(value: &str) -> Option<Self> {
        let (began, completed_by) = value.split_once('.')?;
        let began = began.parse().ok()?;
        let completed_by = Some(completed_by.to_owned()).filter(|text| !text.is_empty());
        (now().checked_sub(began)? <= LIFE.as_secs()).then_some(Self { began, completed_by })
    }
}

/// Notes that a browser is sent to Zoho with this state, and drops its oldest sign-ins.
pub(crate) fn begin(mut jar: PrivateCookieJar, headers: &HeaderMap, state: &str, secure: bool) -> PrivateCookieJar {
    let all = CookieJar::from_headers(headers);
    let names: Vec<_> = all.iter().map(Cookie::name).filter(|name| name.starts_with(PREFIX)).collect();
    // Those that are too old, or were made before the last restart, count as the oldest.
    let mut known: Vec<_> = names
        .into_iter()
        .map(|name| (jar.get(name).and_then(|cookie| SignIn::parse(cookie.value())).map(|known| known.began), name))
        .collect();
    known.sort_unstable();
    let surplus = (known.len() + 1).saturating_sub(MAX_SIGN_INS);
    for (index, (began, name)) in known.into_iter().enumerate() {
        if index < surplus || began.is_none() {
            jar = jar.remove(Cookie::build(name.to_owned()).path("/"));
        }
    }
    keep(jar, state, &format!("{}.", now()), secure)
}

/// Notes which code completed a sign-in. It stays: someone who goes back to Zoho's page may consent again.
pub(crate) fn complete(
    jar: PrivateCookieJar,
    state: &str,
    sign_in: &SignIn,
    code: &str,
    secure: bool,
) -> PrivateCookieJar {
    keep(jar, state, &format!("{}.{}", sign_in.began, fingerprint(code)), secure)
}

fn keep(jar: PrivateCookieJar, state: &str, value: &str, secure: bool) -> PrivateCookieJar {
    let mut cookie = cookie(format!("{PREFIX}{state}"), value.to_owned(), secure);
    cookie.set_max_age(LIFE.try_into().ok());
    jar.add(cookie)
}

fn fingerprint(code: &str) -> String {
    Sha256::digest(code).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
