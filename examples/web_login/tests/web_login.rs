//! The pages over HTTP, with several browsers at once.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use std::collections::BTreeMap;
use std::process::Stdio;

use serde_json::json;
use support::{ABC, OTHER, Site};
use zcrm_emulator::{Emulator, Fault, On, Options, Reply, Revoke};

fn site() -> Site {
    Site::start("http://localhost:8000/callback", Some("127.0.0.1:0"))
}

struct Page {
    status: u16,
    location: String,
    cookies: Vec<String>,
    text: String,
}

impl Page {
    #[track_caller]
    fn assert(&self, status: u16, words: &[&str]) {
        assert_eq!(self.status, status, "{}", self.text);
        for word in words {
            assert!(self.text.contains(word), "{word}: {}", self.text);
        }
    }
}

/// A browser that keeps cookies and does not follow redirects.
struct Browser<'a> {
    site: &'a Site,
    cookies: BTreeMap<String, String>,
}

impl<'a> Browser<'a> {
    fn new(site: &'a Site) -> Self {
        Self { site, cookies: BTreeMap::new() }
    }

    fn get(&mut self, path: &str) -> Page {
        self.send("GET", path, "")
    }

    fn send(&mut self, method: &str, path: &str, body: &str) -> Page {
        let agent = ureq::Agent::config_builder().max_redirects(0).http_status_as_error(false).proxy(None).build();
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = ureq::http::Request::builder()
            .method(method)
            .uri(format!("http://{}{path}", self.site.address))
            .header("cookie", cookies.join("; "))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body.to_owned())
            .unwrap();
        let mut response = ureq::Agent::from(agent).run(request).unwrap();
        let headers = response.headers().clone();
        let text = |name: &str| headers.get(name).map_or("", |value| value.to_str().unwrap()).to_owned();
        assert_eq!(text("cache-control"), "no-store", "{method} {path}");
        assert_eq!(text("referrer-policy"), "no-referrer");
        assert!(text("content-security-policy").contains("frame-ancestors 'none'"));
        let cookies: Vec<_> =
            headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap().to_owned()).collect();
        for cookie in &cookies {
            let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
            match cookie.contains("Max-Age=0") {
                true => drop(self.cookies.remove(name)),
                false => drop(self.cookies.insert(name.to_owned(), value.to_owned())),
            }
        }
        let page = Page {
            status: response.status().as_u16(),
            location: text("location"),
            cookies,
            text: response.body_mut().read_to_string().unwrap(),
        };
        if page.location.is_empty() && method != "HEAD" {
            for part in ["<!DOCTYPE html><html lang=\"en\">", "name=\"viewport\"", "<title>", "<h1>"] {
                assert!(page.text.contains(part), "{method} {path}: {part}: {}", page.text);
            }
        }
        page
    }

    /// Leaves for Zoho; the address of the consent page.
    fn leave(&mut self) -> String {
        let page = self.get("/login");
        assert_eq!(page.status, 303);
        page.location
    }

    /// Where Zoho sends the browser after a decision.
    fn decide(&self, consent_page: &str, user: &str, decision: &str) -> String {
        let agent = ureq::Agent::config_builder().max_redirects(0).proxy(None).build();
        let page = format!("{consent_page}&emulator={decision}&login_hint={user}");
        let response = ureq::Agent::from(agent).get(page).call().unwrap();
        let location = response.headers()["location"].to_str().unwrap();
        location.strip_prefix("http://localhost:8000").unwrap().to_owned()
    }

    fn sign_in(&mut self, user: &str) -> Page {
        let page = self.leave();
        let back = self.decide(&page, user, "allow");
        self.get(&back)
    }

    fn sees(&mut self, user: &str) -> bool {
        let page = self.get("/");
        page.assert(200, &[]);
        page.text.contains("Hello, ") && page.text.contains(user)
    }

    fn form_token(&mut self) -> String {
        let page = self.get("/");
        let (_, rest) = page.text.split_once("name=\"token\" value=\"").unwrap();
        rest.split('"').next().unwrap().to_owned()
    }
}

fn state_of(consent_page: &str) -> &str {
    consent_page.split_once("state=").unwrap().1.split('&').next().unwrap()
}

#[test]
fn the_address_to_open_is_that_of_redirect_uri() {
    let site = site();
    assert_eq!(site.url, "http://localhost:8000");
    assert!(site.address.starts_with("127.0.0.1:") && site.address != "127.0.0.1:8000");
    let proxied = Site::start("https://app.example.com/zcrm/callback", Some("127.0.0.1:0"));
    assert_eq!(proxied.url, "https://app.example.com");
    let page = Browser::new(&proxied).get("/login");
    assert!(page.cookies[0].contains("; Secure"), "{:?}", page.cookies);
}

#[test]
fn it_listens_where_redirect_uri_leads() {
    let address = support::free_address();
    let site = Site::start(&format!("http://{address}/"), None);
    assert_eq!((site.url.as_str(), site.address.as_str()), (&*format!("http://{address}"), &*address.to_string()));
    Browser::new(&site).get("/").assert(200, &["Sign in with Zoho"]);
    Browser::new(&site).get("/?code=1&state=2").assert(400, &["Sign in again"]);
}

#[test]
fn a_redirect_uri_that_leads_elsewhere_is_explained() {
    for (redirect, words) in
        [("https://www.zoho.com", "--listen"), ("http://192.0.2.1:8000/callback", "http://localhost:8000/callback")]
    {
        let emulator = Emulator::start(Options::default()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let mut config = emulator.dictionary();
        config["token_persistence_path"] = json!("tokens");
        config["redirect_uri"] = json!(redirect);
        std::fs::write(folder.path().join("zcrm.json"), config.to_string()).unwrap();
        let output = support::command(&folder).stderr(Stdio::piped()).output().unwrap();
        let text = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && text.contains(words), "{text}");
    }
}

#[test]
fn several_users_sign_in_at_once_and_each_sees_their_own_details() {
    let site = site();
    let mut browsers = [ABC, OTHER].map(|user| (Browser::new(&site), user));
    let pages: Vec<_> = browsers.iter_mut().map(|(browser, _)| browser.leave()).collect();
    for ((browser, user), page) in browsers.iter_mut().zip(&pages) {
        let back = browser.decide(page, user, "allow");
        let page = browser.get(&back);
        assert_eq!((page.status, page.location.as_str()), (303, "/"), "{}", page.text);
        for cookie in &page.cookies {
            assert!(cookie.contains("; HttpOnly") && cookie.contains("; SameSite=Lax"), "{cookie}");
            assert!(!cookie.contains("; Secure"), "http: {cookie}");
        }
    }
    for (browser, user) in &mut browsers {
        assert!(browser.sees(user) && site.tokens().contains(*user));
    }
}

#[test]
fn two_tabs_sign_in_in_any_order() {
    let site = site();
    let mut browser = Browser::new(&site);
    let pages = [browser.leave(), browser.leave(), browser.leave()];
    for (page, user) in [(&pages[1], ABC), (&pages[2], OTHER), (&pages[0], ABC)] {
        let back = browser.decide(page, user, "allow");
        assert_eq!(browser.get(&back).status, 303);
        assert!(browser.sees(user));
    }
}

#[test]
fn a_reload_of_the_redirect_and_a_second_consent_work() {
    let site = site();
    let mut browser = Browser::new(&site);
    let page = browser.leave();
    let back = browser.decide(&page, ABC, "allow");
    assert_eq!(browser.get(&back).status, 303);
    let requests = site.emulator.counters().total_token_requests();
    assert_eq!(browser.get(&back).status, 303, "a reload");
    assert!(browser.sees(ABC));
    assert_eq!(site.emulator.counters().total_token_requests(), requests, "a reload exchanges nothing");
    let back = browser.decide(&page, OTHER, "allow");
    assert_eq!(browser.get(&back).status, 303, "back to Zoho, and consented as somebody else");
    assert!(browser.sees(OTHER));
}

#[test]
fn a_sign_in_that_failed_for_a_moment_can_be_reloaded() {
    let site = site();
    let mut browser = Browser::new(&site);
    let page = browser.leave();
    let back = browser.decide(&page, ABC, "allow");
    site.emulator.fault(On::path("/oauth/v2/token"), Fault::Reply(Reply::html(502)));
    browser.get(&back).assert(502, &["Zoho cannot be reached", "Go to the start page"]);
    site.emulator.clear_faults();
    assert_eq!(browser.get(&back).status, 303);
    assert!(browser.sees(ABC));
}

#[test]
fn refusals_and_made_up_redirects_say_what_to_do_and_sign_nobody_in() {
    let site = site();
    let mut browser = Browser::new(&site);
    let page = browser.leave();
    let back = browser.decide(&page, ABC, "refuse");
    browser.get(&back).assert(403, &["You refused access", "href=\"/login\"", "Sign in again"]);
    let state = state_of(&page);
    browser.get(&format!("/callback?code=&state={state}")).assert(400, &["Sign in again"]);
    browser.get(&format!("/callback?code=1000.made.up&state={state}")).assert(400, &["has expired", "Sign in again"]);

    let mut thief = Browser::new(&site);
    let theirs = thief.leave();
    let stolen = thief.decide(&theirs, OTHER, "allow");
    let wrong =
        [stolen, "/callback?code=1".to_owned(), "/callback?code=1&state=".to_owned(), "/?error=x&state=y".to_owned()];
    for path in &wrong {
        browser.get(path).assert(400, &["This sign-in is not valid here", "Sign in again"]);
    }
    assert!(!browser.cookies.contains_key("zcrm_session"));
    browser.get("/").assert(200, &["Sign in with Zoho"]);
    assert_eq!(site.tokens(), "");

    // Who is signed in stays so, and is told.
    assert_eq!(browser.sign_in(ABC).status, 303);
    browser.get(&wrong[0]).assert(400, &["You are signed in as abc@xyz.com", "Start page"]);
    assert!(browser.sees(ABC));
}

#[test]
fn what_strangers_do_signs_nobody_out_and_drops_nobodys_sign_in() {
    let site = site();
    let mut signed_in = Browser::new(&site);
    assert_eq!(signed_in.sign_in(ABC).status, 303);
    let mut away = Browser::new(&site);
    let page = away.leave();
    for _ in 0..300 {
        Browser::new(&site).leave();
    }
    assert!(signed_in.sees(ABC));
    let back = away.decide(&page, OTHER, "allow");
    assert_eq!(away.get(&back).status, 303);
}

#[test]
fn a_browser_keeps_a_few_sign_ins_and_drops_the_oldest() {
    let site = site();
    let mut browser = Browser::new(&site);
    let pages: Vec<_> = (0..20).map(|_| browser.leave()).collect();
    assert_eq!(browser.cookies.len(), 8);
    let back = browser.decide(pages.last().unwrap(), ABC, "allow");
    assert_eq!(browser.get(&back).status, 303);
    assert!(browser.sees(ABC));
}

#[test]
fn cookies_cannot_be_made_up() {
    let site = site();
    let mut browser = Browser::new(&site);
    let state = "0123456789abcdef0123456789abcdef";
    for value in ["1", "99999999999.", "", "x"] {
        browser.cookies.insert("zcrm_session".to_owned(), value.to_owned());
        browser.cookies.insert(format!("zcrm_sign_in_{state}"), value.to_owned());
        browser.get("/").assert(200, &["Sign in with Zoho"]);
        browser.get(&format!("/callback?code=1&state={state}")).assert(400, &["not valid here"]);
    }
    // A value counts only under the name for which it was made.
    let page = browser.leave();
    let value = browser.cookies[&format!("zcrm_sign_in_{}", state_of(&page))].clone();
    browser.cookies.insert(format!("zcrm_sign_in_{state}"), value);
    browser.get(&format!("/callback?code=1&state={state}")).assert(400, &["not valid here"]);
    assert_eq!(site.emulator.counters().total_token_requests(), 0);
}

#[test]
fn signing_out_ends_the_session_of_this_browser_only() {
    let site = site();
    let (mut one, mut other) = (Browser::new(&site), Browser::new(&site));
    assert_eq!(one.sign_in(ABC).status, 303);
    assert_eq!(other.sign_in(ABC).status, 303);
    let stolen = one.cookies.clone();
    let token = one.form_token();
    let page = one.send("POST", "/logout", &format!("token={token}"));
    assert_eq!((page.status, page.location.as_str()), (303, "/signed-out"));
    one.get("/signed-out").assert(200, &["You are signed out", "Sign in again"]);
    one.get("/").assert(200, &["Sign in with Zoho"]);
    one.cookies = stolen;
    one.get("/").assert(200, &["Sign in with Zoho"]);
    assert!(other.sees(ABC));
    assert!(site.tokens().contains(ABC), "the tokens stay for other programs");
    let again = one.send("POST", "/logout", &format!("token={token}"));
    assert_eq!(again.location, "/signed-out", "a second click is no error");
}

#[test]
fn nobody_signs_out_somebody_else() {
    let site = site();
    let (mut victim, mut attacker) = (Browser::new(&site), Browser::new(&site));
    assert_eq!(victim.sign_in(ABC).status, 303);
    assert_eq!(attacker.sign_in(OTHER).status, 303);
    let own = attacker.form_token();
    // What a form on another site could send in the victim's browser.
    for body in ["", "token=", &format!("token={own}"), "x=1", &"token=1&".repeat(1000)] {
        victim.send("POST", "/logout", body).assert(403, &["You have not been signed out", "Go to the start page"]);
    }
    victim.get("/logout").assert(405, &["Go to the start page"]);
    assert!(victim.sees(ABC));
    let token = victim.form_token();
    attacker.send("POST", "/logout", &format!("token={token}")).assert(403, &[]);
    assert!(victim.sees(ABC) && attacker.sees(OTHER));
}

#[test]
fn failures_say_what_to_do_next_and_let_one_sign_out() {
    let site = site();
    let mut browser = Browser::new(&site);
    assert_eq!(browser.sign_in(ABC).status, 303);
    for (fault, status, words) in [
        (Fault::Reply(Reply::html(502)), 502, "Zoho cannot be reached"),
        (Fault::CutOff, 502, "Zoho cannot be reached"),
        (
            Fault::Reply(Reply::error(403, "NO_PERMISSION", "permission denied <fake>")),
            403,
            "Your profile does not allow",
        ),
        (Fault::Reply(Reply::error(401, "OAUTH_SCOPE_MISMATCH", "invalid oauth scope")), 403, "Your access has ended"),
    ] {
        site.emulator.fault(On::path("/crm/v2/users"), fault);
        let page = browser.get("/");
        page.assert(status, &[words, "You are signed in as abc@xyz.com", "Sign out", "class=\"button\""]);
        assert!(!page.text.contains("fake") && !page.text.contains("/crm/"), "details are for the operator");
        site.emulator.clear_faults();
    }
    assert!(browser.sees(ABC));
    site.emulator.revoke_tokens(ABC, Revoke::Everything);
    browser.get("/").assert(403, &["Your access has ended", "Sign in again", "Sign out"]);
    assert_eq!(browser.sign_in(ABC).status, 303);
    assert!(browser.sees(ABC));
}

#[test]
fn other_addresses_lead_back_to_the_start_page() {
    let site = site();
    let mut browser = Browser::new(&site);
    for path in ["/nothing", "/callback/more", "/favicon.ico", "/login/"] {
        browser.get(path).assert(404, &["There is no such page", "href=\"/\""]);
    }
    for (method, path) in [("POST", "/"), ("DELETE", "/login"), ("PUT", "/nothing")] {
        assert!(matches!(browser.send(method, path, "").status, 404 | 405), "{method} {path}");
    }
    assert_eq!(browser.send("HEAD", "/", "").status, 200);
}

#[test]
fn a_wrong_command_line_is_a_failure_and_its_own_name_an_answer() {
    let folder = tempfile::tempdir().unwrap();
    let wrong = support::command(&folder).arg("--nonsense").output().unwrap();
    assert_eq!((wrong.status.code(), wrong.stdout.as_slice()), (Some(1), &b""[..]), "{wrong:?}");
    let version = support::command(&folder).arg("--version").output().unwrap();
    assert_eq!(version.status.code(), Some(0));
    assert_eq!(String::from_utf8(version.stdout).unwrap(), format!("web_login {}\n", env!("CARGO_PKG_VERSION")));
}
