//! `web_login`, as a process, with several browsers at once, against the emulator.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "../zcrm/tests/program/mod.rs"]
mod program;

use std::io::{BufRead, BufReader};
use std::process::Child;

use program::Account;
use zcrm_emulator::Options;

const WEB_LOGIN: &str = env!("CARGO_BIN_EXE_web_login");

struct Site {
    child: Child,
    url: String,
}

impl Site {
    fn of(account: &Account) -> Self {
        let mut child = account.command(WEB_LOGIN, &["--listen", "127.0.0.1:0"]).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        Self { child, url: line.trim().trim_end_matches('/').to_owned() }
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

struct Page {
    status: u16,
    location: String,
    cookie: String,
    text: String,
}

/// One request of a browser that does not follow redirects by itself.
fn get(url: &str, cookie: &str) -> Page {
    let agent = ureq::Agent::config_builder().max_redirects(0).http_status_as_error(false).proxy(None).build();
    let mut response = ureq::Agent::from(agent).get(url).header("Cookie", cookie).call().unwrap();
    let header = |name: &str| response.headers().get(name).map_or("", |value| value.to_str().unwrap()).to_owned();
    let cookie = header("set-cookie").split(';').next().unwrap().to_owned();
    let (status, location) = (response.status().as_u16(), header("location"));
    Page { status, location, cookie, text: response.body_mut().read_to_string().unwrap() }
}

/// Leaves for Zoho and consents, or not; gives the cookie and where the browser is sent back to.
fn consent(site: &Site, user: &str, decision: &str) -> (String, String) {
    let sent = get(&format!("{}/login", site.url), "");
    let consented = get(&format!("{}&emulator={decision}&login_hint={user}", sent.location), "");
    let back = consented.location.split_once("/oauth/callback?").unwrap().1;
    (sent.cookie, format!("{}/oauth/callback?{back}", site.url))
}

#[test]
fn several_users_sign_in_at_once_and_each_sees_their_own_details() {
    let account = Account::with(Options::default(), "v2");
    let site = Site::of(&account);
    assert!(get(&site.url, "").text.contains("Login with Zoho"));
    account.emulator.new_grant("other@example.com");
    let users = ["abc@xyz.com", "other@example.com"];
    let away = users.map(|user| consent(&site, user, "allow"));
    let cookies = away.map(|(cookie, back)| {
        let signed_in = get(&back, &cookie);
        assert_eq!(signed_in.status, 303, "{}", signed_in.text);
        assert_ne!(signed_in.cookie, cookie, "a new session");
        let again = get(&back, &cookie);
        assert_eq!(again.status, 400, "a redirect is taken once");
        signed_in.cookie
    });
    for (user, cookie) in users.iter().zip(&cookies) {
        let home = get(&site.url, cookie).text;
        assert!(home.contains("Hello, ") && home.contains(user), "{user}: {home}");
    }
    assert!(get(&site.url, "zcrm_session=made-up").text.contains("Login with Zoho"));
}

#[test]
fn somebody_elses_redirect_and_a_refusal_sign_nobody_in() {
    let account = Account::with(Options::default(), "v2");
    let site = Site::of(&account);
    let (_, stolen) = consent(&site, "abc@xyz.com", "allow");
    let (cookie, _) = consent(&site, "abc@xyz.com", "allow");
    let page = get(&stolen, &cookie);
    assert_eq!((page.status, page.cookie.as_str()), (502, ""));
    assert!(page.text.contains("state"), "{}", page.text);
    assert_eq!(get(&stolen, "").status, 400);
    let (cookie, back) = consent(&site, "abc@xyz.com", "refuse");
    let page = get(&back, &cookie);
    assert!(page.cookie.is_empty() && page.text.contains("refused"), "{}", page.text);
    assert!(get(&site.url, &cookie).text.contains("Login with Zoho"));
}
