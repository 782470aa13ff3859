//! Signing in, by a code and through the browser.
#![cfg(all(feature = "file", target_os = "linux"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use std::net::TcpListener;
use std::process::Command;
use std::time::Duration;

use serde_json::json;
use support::{Place, Running, USER, err, finish, finish_with_input, out, refused, visit};
use zcrm_emulator::Options;

const LOGIN: &str = env!("CARGO_BIN_EXE_login");
const ELSEWHERE: &str = "https://app.example.com/callback";

fn signed_in(place: &Place, output: &std::process::Output) {
    assert!(output.status.success(), "{output:?}");
    assert!(out(output).contains(&format!("Signed in as {USER}. The tokens are in the file ")), "{output:?}");
    assert!(place.tokens().contains(USER));
}

fn not_signed_in(place: &Place, output: &std::process::Output) -> String {
    assert_eq!(place.tokens(), "");
    refused(output)
}

#[test]
fn a_code_comes_as_argument_through_a_pipe_or_in_the_environment() {
    for way in ["argument", "pipe", "environment"] {
        let place = Place::new(Options::default());
        let grant = place.emulator.new_grant(USER);
        let mut login = place.program(LOGIN);
        let output = match way {
            "argument" => finish(login.args(["--grant-token", &grant])),
            "pipe" => finish_with_input(login.args(["--grant-token", "-"]), &format!("{grant}\r\n")),
            _ => finish(login.env("ZOHO_GRANT_TOKEN", &grant)),
        };
        signed_in(&place, &output);
        assert!(!out(&output).contains(&grant) && !err(&output).contains(&grant), "{way}");
    }
}

#[test]
fn a_spent_code_is_explained() {
    let place = Place::new(Options::default());
    let grant = place.emulator.new_grant(USER);
    signed_in(&place, &finish(place.program(LOGIN).args(["--grant-token", &grant])));
    let kept = place.tokens();
    let text = refused(&finish(place.program(LOGIN).args(["--grant-token", &grant])));
    assert!(text.contains("grant") && !text.contains(&grant), "{text}");
    assert_eq!(place.tokens(), kept);
}

#[test]
fn no_code_is_explained() {
    let place = Place::new(Options::default());
    let text = not_signed_in(&place, &finish(&mut place.program(LOGIN)));
    assert!(text.contains("--grant-token CODE") && text.contains("--browser"), "{text}");
    assert!(!text.contains("environment variable not found"), "{text}");
    let empty = finish_with_input(place.program(LOGIN).args(["--grant-token", "-"]), "\n");
    assert!(not_signed_in(&place, &empty).contains("the grant token is empty"));
    assert_eq!(place.emulator.counters().total_token_requests(), 0);
}

/// `login --browser` that listens at a free port for a redirect registered elsewhere.
struct Consent {
    running: Running,
    page: String,
    listens: String,
}

impl Consent {
    fn begin(command: &mut Command) -> Self {
        let mut running = Running::start(command.args(["--browser", "--listen", "127.0.0.1:0"]));
        let page = running.line("http");
        let waiting = running.line("Waiting for the redirect at ");
        let listens = waiting.split_whitespace().nth(5).unwrap().to_owned();
        Self { running, page, listens }
    }

    /// Decides on the consent page; where the browser is sent, on the address that the program listens at.
    fn decide(&self, decision: &str) -> String {
        let (status, location, page) = visit(&format!("{}&emulator={decision}", self.page));
        assert_eq!(status, 302, "{page}");
        location.unwrap().replace(ELSEWHERE, &format!("{}/callback", self.listens))
    }
}

#[test]
fn consent_is_given_in_the_browser() {
    let place = Place::with_redirect(ELSEWHERE);
    let consent = Consent::begin(&mut place.program(LOGIN));
    assert_eq!(visit(&format!("{}/favicon.ico", consent.listens)).0, 404);
    let (status, _, page) = visit(&consent.decide("allow"));
    assert!(status == 200 && page.contains("You can close this page"), "{page}");
    signed_in(&place, &consent.running.end());
}

#[test]
fn the_browser_is_opened_at_the_consent_page_and_the_scopes_are_asked_for() {
    let place = Place::with_redirect(ELSEWHERE);
    let seen = place.folder().join("seen");
    let browser = place.folder().join("browser");
    std::fs::write(&browser, format!("#!/bin/sh\nprintf %s \"$1\" > '{}'\n", seen.display())).unwrap();
    std::fs::set_permissions(&browser, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
    let scopes = "ZohoCRM.users.READ,aaaserver.profile.READ";
    let consent = Consent::begin(place.program(LOGIN).env("BROWSER", &browser).args(["--scope", scopes]));
    let query = url::Url::parse(&consent.page).unwrap();
    assert!(query.query_pairs().any(|(key, value)| key == "scope" && value == scopes), "{query}");
    visit(&consent.decide("allow"));
    let page = consent.page.clone();
    signed_in(&place, &consent.running.end());
    assert_eq!(std::fs::read_to_string(seen).unwrap(), page);
}

#[test]
fn consent_is_refused_in_the_browser() {
    let place = Place::with_redirect(ELSEWHERE);
    let consent = Consent::begin(&mut place.program(LOGIN));
    assert_eq!(visit(&consent.decide("refuse")).0, 200);
    assert!(not_signed_in(&place, &consent.running.end()).contains("the user refused the consent"));
}

#[test]
fn a_forged_redirect_stores_nothing() {
    for state in ["", "&state=", "&state=0123456789abcdef0123456789abcdef"] {
        let place = Place::with_redirect(ELSEWHERE);
        let grant = place.emulator.new_grant("mallory@example.com");
        let consent = Consent::begin(&mut place.program(LOGIN));
        visit(&format!("{}/callback?code={grant}{state}", consent.listens));
        let text = not_signed_in(&place, &consent.running.end());
        assert!(text.contains("state") && !text.contains(&grant), "{text}");
        assert_eq!(place.emulator.counters().total_token_requests(), 0);
    }
}

#[test]
fn a_second_redirect_learns_that_it_is_over() {
    let place = Place::with_redirect(ELSEWHERE);
    place.emulator.behave(|behaviour| behaviour.token_delay = Duration::from_secs(2));
    let consent = Consent::begin(&mut place.program(LOGIN));
    let redirect = consent.decide("allow");
    assert_eq!(visit(&redirect).0, 200);
    let (status, _, page) = visit(&redirect);
    assert!(status == 410 && page.contains("This is over"), "{status} {page}");
    signed_in(&place, &consent.running.end());
    assert_eq!(place.emulator.counters().total_token_requests(), 1);
}

#[test]
fn a_redirect_is_pasted() {
    // Asked to, or because the redirect leads to another machine.
    for flags in [&["--browser", "--paste"][..], &["--browser"]] {
        let place = Place::with_redirect(ELSEWHERE);
        let mut running = Running::start(place.program(LOGIN).args(flags).stdin(std::process::Stdio::piped()));
        let page = running.line("http");
        running.line("After consenting");
        let (_, location, _) = visit(&format!("{page}&emulator=allow"));
        running.type_line(&location.unwrap());
        signed_in(&place, &running.end());
    }
    let place = Place::with_redirect(ELSEWHERE);
    let nothing = finish_with_input(place.program(LOGIN).args(["--browser", "--paste"]), "\n");
    assert!(not_signed_in(&place, &nothing).contains("no address was pasted"));
}

#[test]
fn a_redirect_to_this_machine_is_received_where_it_leads() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let place = Place::with_redirect(&format!("http://{address}/callback"));
    let output = finish(place.program(LOGIN).arg("--browser"));
    let text = not_signed_in(&place, &output);
    assert!(text.contains(&format!("cannot listen at {address}")) && text.contains("--listen"), "{text}");
    assert_eq!(out(&output), "");

    drop(taken);
    let mut running = Running::start(place.program(LOGIN).arg("--browser"));
    let page = running.line("http");
    running.line(&format!("Waiting for the redirect at http://{address}"));
    let (_, location, _) = visit(&format!("{page}&emulator=allow"));
    assert_eq!(visit(&location.unwrap()).0, 200);
    signed_in(&place, &running.end());
}

#[test]
fn a_wrong_secret_is_explained() {
    let place = Place::new(Options::default());
    place.change(json!({"client_secret": "wrong"}));
    let grant = place.emulator.new_grant(USER);
    let text = not_signed_in(&place, &finish(place.program(LOGIN).args(["--grant-token", &grant])));
    assert!(text.contains("client_secret"), "{text}");
}
