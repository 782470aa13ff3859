//! Signing in, by a code and through the browser.
#![cfg(all(feature = "file", target_os = "linux"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use std::net::TcpListener;
use std::process::Command;

use serde_json::json;
use support::{Place, Running, USER, err, finish, finish_with_input, out, refused, visit};
use zcrm_emulator::Options;

const ZCRM: &str = env!("CARGO_BIN_EXE_zcrm");
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

/// `zcrm login` of the place.
fn login(place: &Place) -> Command {
    let mut command = place.program(ZCRM);
    command.arg("login");
    command
}

/// Signs in with a grant on standard input.
fn sign_in(place: &Place, grant: &str) -> std::process::Output {
    finish_with_input(login(place).args(["--grant-token", "-"]), &format!("{grant}\r\n"))
}

#[test]
fn a_code_comes_through_a_pipe_or_in_the_environment() {
    for way in ["pipe", "environment"] {
        let place = Place::new(Options::default());
        let grant = place.emulator.new_grant(USER);
        let output = match way {
            "pipe" => sign_in(&place, &grant),
            _ => finish(login(&place).env("ZOHO_GRANT_TOKEN", &grant)),
        };
        signed_in(&place, &output);
        assert!(!out(&output).contains(&grant) && !err(&output).contains(&grant), "{way}");
    }
}

#[test]
fn a_code_on_the_command_line_is_not_taken_nor_repeated() {
    let place = Place::new(Options::default());
    let grant = place.emulator.new_grant(USER);
    let text = not_signed_in(&place, &finish(login(&place).args(["--grant-token", &grant])));
    assert!(text.contains("--grant-token -") && !text.contains(&grant), "{text}");
    assert_eq!(place.emulator.counters().total_token_requests(), 0);
    signed_in(&place, &sign_in(&place, &grant));
}

#[test]
fn a_configuration_that_others_can_read_is_warned_of() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::new(Options::default());
    let grant = place.emulator.new_grant(USER);
    std::fs::set_permissions(place.config(), PermissionsExt::from_mode(0o644)).unwrap();
    let output = sign_in(&place, &grant);
    signed_in(&place, &output);
    assert!(err(&output).contains("other users can read the configuration file"), "{output:?}");
    let output = finish(place.program(ZCRM).args(["--quiet", "whoami"]));
    assert_eq!(err(&output), "");
}

#[test]
fn a_spent_code_is_explained() {
    let place = Place::new(Options::default());
    let grant = place.emulator.new_grant(USER);
    signed_in(&place, &sign_in(&place, &grant));
    let kept = place.tokens();
    let text = refused(&sign_in(&place, &grant));
    assert!(text.contains("grant") && !text.contains(&grant), "{text}");
    assert_eq!(place.tokens(), kept);
}

#[cfg(feature = "custom")]
#[test]
fn tokens_that_could_not_be_saved_are_saved_again() {
    let place = Place::new(Options::default());
    place.change(json!({
        "token_persistence_path": null,
        "persistence_handler_class": place.folder().join("tokens.sqlite"),
        "persistence_handler_class_path": concat!(env!("CARGO_MANIFEST_DIR"), "/tests/store_held_up.py"),
    }));
    let grant = place.emulator.new_grant(USER);
    let output = sign_in(&place, &grant);
    assert!(output.status.success(), "{output:?}");
    assert!(out(&output).contains(&format!("Signed in as {USER}.")), "{output:?}");
    assert_eq!(place.emulator.counters().total_token_requests(), 1);
    assert!(finish(place.program(ZCRM).arg("whoami")).status.success());
}

#[test]
fn no_code_is_explained() {
    let place = Place::new(Options::default());
    let text = not_signed_in(&place, &finish(&mut login(&place)));
    assert!(text.contains("--grant-token -") && text.contains("--browser"), "{text}");
    assert!(!text.contains("environment variable not found"), "{text}");
    let empty = finish_with_input(login(&place).args(["--grant-token", "-"]), "\n");
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
    let consent = Consent::begin(&mut login(&place));
    assert_eq!(visit(&format!("{}/favicon.ico", consent.listens)).0, 404);
    let (status, _, page) = visit(&consent.decide("allow"));
    assert!(status == 200 && page.contains("You are signed in"), "{page}");
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
    let consent = Consent::begin(login(&place).env("BROWSER", &browser).args(["--scope", scopes]));
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
    let consent = Consent::begin(&mut login(&place));
    assert_eq!(visit(&consent.decide("refuse")).0, 400);
    assert!(not_signed_in(&place, &consent.running.end()).contains("the user refused the consent"));
}

#[test]
fn a_forged_redirect_is_not_taken_and_does_not_keep_the_user_from_signing_in() {
    for state in ["", "&state=", "&state=0123456789abcdef0123456789abcdef"] {
        let place = Place::with_redirect(ELSEWHERE);
        let grant = place.emulator.new_grant("mallory@example.com");
        let consent = Consent::begin(&mut login(&place));
        let (status, _, page) = visit(&format!("{}/callback?code={grant}{state}", consent.listens));
        assert!(status == 400 && page.contains("You are not signed in") && !page.contains(&grant), "{page}");
        assert_eq!(place.emulator.counters().total_token_requests(), 0);
        assert_eq!(visit(&consent.decide("allow")).0, 200);
        let output = consent.running.end();
        signed_in(&place, &output);
        assert!(err(&output).contains("state") && !err(&output).contains(&grant), "{output:?}");
    }
}

#[test]
fn a_redirect_is_pasted() {
    // Asked to, or because the redirect leads to another machine.
    for flags in [&["--browser", "--paste"][..], &["--browser"]] {
        let place = Place::with_redirect(ELSEWHERE);
        let mut running = Running::start(login(&place).args(flags).stdin(std::process::Stdio::piped()));
        let page = running.line("http");
        running.line("After consenting");
        let (_, location, _) = visit(&format!("{page}&emulator=allow"));
        running.type_line(&location.unwrap());
        signed_in(&place, &running.end());
    }
    let place = Place::with_redirect(ELSEWHERE);
    let nothing = finish_with_input(login(&place).args(["--browser", "--paste"]), "\n");
    assert!(not_signed_in(&place, &nothing).contains("no address was pasted"));
}

#[test]
fn a_redirect_to_this_machine_is_received_where_it_leads() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let place = Place::with_redirect(&format!("http://{address}/callback"));
    let output = finish(login(&place).arg("--browser"));
    let text = not_signed_in(&place, &output);
    assert!(text.contains(&format!("cannot listen at {address}")) && text.contains("--listen"), "{text}");
    assert_eq!(out(&output), "");

    drop(taken);
    let mut running = Running::start(login(&place).arg("--browser"));
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
    let text = not_signed_in(&place, &sign_in(&place, &grant));
    assert!(text.contains("client_secret"), "{text}");
}
