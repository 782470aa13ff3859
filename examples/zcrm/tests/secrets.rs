//! No secret turns up anywhere: not in what the programs print and log at any level, not in errors, not in process
//! lists.
#![cfg(feature = "file")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use std::fmt::Write as _;
use std::process::{Command, Output};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use serde_json::json;
use support::{Place, USER, finish, finish_with_input};
use zcrm_core::GrantToken;
use zcrm_emulator::{Emulator, Fault, On, Options, Reply, Revoke};

const ZCRM: &str = env!("CARGO_BIN_EXE_zcrm");
const CLIENT_SECRET: &str = "canary3f9d17c2a86b504e";
const WRONG_SECRET: &str = "canary77b1e05d4c92fa68";

fn place() -> Place {
    let place = Place::new(Options { client_secret: CLIENT_SECRET.to_owned(), ..Options::default() });
    place.change(talkative());
    place
}

fn talkative() -> serde_json::Value {
    json!({"log_in_console": true, "application_log_file_path": "zcrm.log"})
}

/// All secrets that there were.
fn secrets(emulator: &Emulator) -> Vec<String> {
    let mut secrets = emulator.secrets();
    assert!(secrets.len() >= 2 && secrets.iter().all(|secret| secret.len() >= 20), "{secrets:?}");
    secrets.push(WRONG_SECRET.to_owned());
    secrets
}

/// The first piece of a secret, plain or in base64, that stands in the text.
///
/// Pieces of eight characters, because a dump of the wire in rows of 16 bytes leaves at least one of them whole.
fn leak<'a>(text: &str, secrets: &'a [String]) -> Option<&'a String> {
    secrets.iter().find(|secret| {
        let plain = secret.trim_start_matches("1000.").trim_start_matches("canary");
        let encoded = (0..3).map(|offset| {
            // Characters at the ends depend on what stands beside the secret.
            let code = STANDARD_NO_PAD.encode([&vec![b' '; offset][..], secret.as_bytes()].concat());
            code[4..code.len() - 4].to_owned()
        });
        std::iter::once(plain.to_owned()).chain(encoded).any(|form| {
            let bytes = form.as_bytes();
            bytes.windows(8).any(|piece| text.contains(std::str::from_utf8(piece).unwrap()))
        })
    })
}

fn assert_clean(text: &str, place: &Place) {
    let secrets = secrets(&place.emulator);
    assert_eq!(leak(text, &secrets), None, "{text}");
}

fn printed(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn tracing(place: &Place, arguments: &[&str]) -> Command {
    let mut command = place.program(ZCRM);
    command.env("RUST_LOG", "trace").args(arguments);
    command
}

#[test]
fn leaks_are_found() {
    let secret = format!("1000.{:032x}.{:032x}", 0x1234_5678_9abc_def0_u128, 0xfedc_ba98_7654_3210_u128);
    let secrets = [secret.clone(), CLIENT_SECRET.to_owned()];
    let mut rows = String::new();
    for row in format!("Authorization: Zoho-oauthtoken {secret}").as_bytes().chunks(16) {
        writeln!(rows, "TRACE {:?}", String::from_utf8_lossy(row)).unwrap();
    }
    assert!(leak(&rows, &secrets[..1]).is_some());
    for before in ["", "a", "ab"] {
        let encoded = STANDARD_NO_PAD.encode(format!("{before}{CLIENT_SECRET}&x=y"));
        assert!(leak(&encoded, &secrets[1..]).is_some(), "{encoded}");
    }
    assert!(leak("Zoho-oauthtoken 1000.[redacted], canary", &secrets).is_none());
}

#[test]
fn the_programs_print_and_log_no_secret() {
    let place = place();
    let grant = place.emulator.new_grant(USER);
    let mut text = String::new();
    let mut collect = |output: Output, code: i32| {
        assert_eq!(output.status.code(), Some(code), "{output:?}");
        text.push_str(&printed(&output));
    };
    collect(finish_with_input(&mut tracing(&place, &["login", "--grant-token", "-"]), &grant), 0);
    collect(finish(tracing(&place, &["login"]).env("ZOHO_GRANT_TOKEN", &grant)), 1);
    collect(finish(&mut tracing(&place, &["whoami"])), 0);
    place.emulator.expire_tokens_now();
    collect(finish(&mut tracing(&place, &["--log", "trace", "api", "GET", "users/3652397000000999999"])), 1);
    assert_eq!(place.emulator.counters().refreshes(), 1);
    for fault in [
        Fault::Reply(Reply::error(500, "INTERNAL_ERROR", "broken")),
        Fault::Reply(Reply::html(502)),
        Fault::Reply(Reply::invalid_token()),
        Fault::CutOff,
    ] {
        place.emulator.fault(On::path("/crm/v2/users/").times(1), fault);
        collect(finish(&mut tracing(&place, &["api", "get", "users/1"])), 1);
        place.emulator.clear_faults();
    }
    place.emulator.revoke_tokens(USER, Revoke::Everything);
    collect(finish(&mut tracing(&place, &["whoami"])), 1);
    place.change(json!({"log_in_console": true, "client_secret": WRONG_SECRET}));
    let other = place.emulator.new_grant(USER);
    collect(finish(tracing(&place, &["login"]).env("ZOHO_GRANT_TOKEN", &other)), 1);

    let log = std::fs::read_to_string(place.folder().join("zcrm.log")).unwrap();
    assert!(log.contains(" DEBUG ") && log.contains(" ERROR "), "{log}");
    assert!(text.contains(" DEBUG ") && text.contains(" ERROR "), "{text}");
    assert_clean(&log, &place);
    assert_clean(&text, &place);
}

#[test]
fn errors_show_no_secret() {
    let mut kinds = std::collections::BTreeSet::new();
    let mut text = String::new();
    let mut show = |error: zcrm_core::Error| {
        kinds.insert(format!("{:?}", error.kind()));
        let mut cause: Option<&dyn std::error::Error> = Some(&error);
        while let Some(current) = cause {
            writeln!(text, "{current} {current:?} {current:#?}").unwrap();
            cause = current.source();
        }
    };
    let place = place();
    let connect = || {
        let config = zcrm_cli::config(Some(&place.config())).unwrap();
        zcrm_core::Client::new(config, zcrm_core::persistence::InMemoryPersistence::new()).unwrap()
    };
    let client = connect();
    let grant = place.emulator.new_grant(USER);
    client.oauth().generate_access_token(GrantToken::new(&grant)).unwrap();
    show(client.oauth().generate_access_token(GrantToken::new(&grant)).unwrap_err());
    for fault in [
        Fault::Reply(Reply::error(500, "INTERNAL_ERROR", "broken")),
        Fault::Reply(Reply::html(502)),
        Fault::Reply(Reply::empty(204)),
        Fault::CutOff,
        Fault::ResetAfterWork,
    ] {
        place.emulator.fault(On::token_request(), fault.clone());
        let grant = place.emulator.new_grant(USER);
        show(client.oauth().generate_access_token(GrantToken::new(&grant)).unwrap_err());
        place.emulator.clear_faults();
        if !matches!(fault, Fault::Reply(ref reply) if format!("{reply:?}").contains("204")) {
            place.emulator.fault(On::any_call(), fault);
            let lead = zcrm_core::Record::new().with("Last_Name", "Bo");
            show(client.module("Leads").create_one(&lead).unwrap_err());
            place.emulator.clear_faults();
        }
    }
    place.emulator.refuse_every_token(true);
    show(client.users().current().unwrap_err());
    place.emulator.refuse_every_token(false);
    place.emulator.revoke_tokens(USER, Revoke::Everything);
    show(client.users().current().unwrap_err());
    place.change(json!({"client_secret": WRONG_SECRET}));
    let grant = place.emulator.new_grant(USER);
    show(connect().oauth().generate_access_token(GrantToken::new(&grant)).unwrap_err());
    assert!(kinds.len() >= 4, "{kinds:?}");
    assert_clean(&text, &place);
    assert_clean(&format!("{client:?} {client:#?} {:?}", client.config()), &place);
}

#[cfg(target_os = "linux")]
#[test]
fn process_lists_show_no_secret() {
    let place = place();
    let slowly = Fault::SlowHeaders(std::time::Duration::from_secs(60));
    place.emulator.fault(On::path("/oauth/v2/token"), slowly);
    let grant = place.emulator.new_grant(USER);
    let mut child = place
        .program(ZCRM)
        .args(["login", "--grant-token", "-"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), grant.as_bytes()).unwrap();
    let process = std::path::PathBuf::from(format!("/proc/{}", child.id()));
    let mut seen = std::collections::BTreeSet::new();
    while child.try_wait().unwrap().is_none() {
        let asks = place.emulator.counters().faults > 0;
        for file in ["cmdline", "environ"] {
            seen.insert(String::from_utf8_lossy(&std::fs::read(process.join(file)).unwrap_or_default()).into_owned());
        }
        if asks {
            place.emulator.clear_faults();
        }
    }
    assert!(child.wait().unwrap().success());
    let text = seen.into_iter().collect::<String>();
    assert!(text.contains("--grant-token") && text.contains("BROWSER=true"), "{text}");
    assert_clean(&text, &place);
}
