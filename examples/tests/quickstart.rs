//! The first program that anybody runs.
#![cfg(feature = "file")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "../zcrm/tests/support/mod.rs"]
mod support;

use support::{Place, USER, err, finish, finish_with_input, out, program_alone, refused};
use zcrm_cli::{is_local, may_write};
use zcrm_core::Config;
use zcrm_emulator::{Fault, On, Options, Reply};

const QUICKSTART: &str = env!("CARGO_BIN_EXE_quickstart");

#[test]
fn without_a_config_it_brings_its_own_zoho_and_ignores_the_environment() {
    let output = finish(
        program_alone(QUICKSTART)
            .env("ZCRM_CLIENT_ID", "garbage")
            .env("ZCRM_API_BASE_URL", "not a url")
            .env("ZCRM_NO_SUCH_KEY", "x"),
    );
    assert!(output.status.success(), "{output:?}");
    let text = out(&output);
    for words in ["1. Configuration: v2 of http://127.0.0.1:", "the grant is exchanged", "3. Users: I am Asta Berg"] {
        assert!(text.contains(words), "{words}: {text}");
    }
    for words in ["4. Leads: 3 created", "3 found by id", "its phone is 555 0100", "3 deleted again", "Next: your own"]
    {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert_eq!(err(&output), "");
}

#[test]
fn a_second_run_needs_no_grant() {
    let place = Place::new(Options::default());
    let grant = place.emulator.new_grant(USER);
    let first = finish_with_input(place.program(QUICKSTART).args(["--grant-token", "-"]), &grant);
    assert!(first.status.success(), "{first:?}");
    assert!(out(&first).contains("the grant is exchanged"));
    assert!(place.tokens().contains(USER));
    let second = finish(&mut place.program(QUICKSTART));
    assert!(second.status.success(), "{second:?}");
    assert!(out(&second).contains(&format!("the store holds those of {USER}")));
    assert_eq!(place.emulator.counters().total_token_requests(), 1);
    assert_eq!(place.emulator.count_records("Leads"), 0);
}

#[test]
fn without_tokens_and_grant_it_says_what_to_do() {
    let place = Place::new(Options::default());
    let text = refused(&finish(&mut place.program(QUICKSTART)));
    assert!(text.contains("Get tokens, once") && text.contains("--grant-token"), "{text}");
    assert_eq!(place.emulator.counters().total_calls(), 0);
}

#[test]
fn told_only_to_read_it_writes_nowhere() {
    let place = Place::new(Options { leads: 12, ..Options::default() });
    place.sign_in();
    let output = finish(place.program(QUICKSTART).arg("--read-only"));
    assert!(output.status.success(), "{output:?}");
    assert!(out(&output).contains("the first page holds 10, and there are more\n   Nothing was written."));
    let methods: Vec<String> = place.emulator.counters().calls.into_keys().collect();
    assert!(!methods.is_empty() && methods.iter().all(|call| call.starts_with("GET ")), "{methods:?}");
    let both = finish(place.program(QUICKSTART).args(["--read-only", "--write"]));
    assert_eq!(both.status.code(), Some(1));
}

#[test]
fn elsewhere_it_writes_only_when_told_to() {
    let config = |api: &str| {
        Config::builder("1000.FAKE", "fake", "https://www.zoho.com")
            .api_base_url(api)
            .accounts_url("https://accounts.example.com")
            .build()
            .unwrap()
    };
    for here in ["http://localhost:1", "http://127.0.0.1:1", "http://[::1]:1", "https://127.9.9.9"] {
        let config = config(here);
        assert!(is_local(&config) && may_write(&config, false, false), "{here}");
        assert!(!may_write(&config, false, true), "{here}");
    }
    for away in ["https://www.example.com", "https://localhost.example.com", "https://192.0.2.1", "https://127.example"]
    {
        let config = config(away);
        assert!(!is_local(&config) && !may_write(&config, false, false), "{away}");
        assert!(may_write(&config, true, false) && !may_write(&config, false, true), "{away}");
    }
}

#[test]
fn what_it_created_goes_whatever_fails_in_between() {
    for (method, path) in [("PUT", "/crm/v2/Leads"), ("GET", "/crm/v2/Leads/search"), ("GET", "/crm/v2/Leads/")] {
        let place = Place::new(Options::default());
        place.sign_in();
        let refusal = Reply::error(400, "INVALID_DATA", "not today");
        place.emulator.fault(On::path(path).method(method), Fault::Reply(refusal));
        let text = refused(&finish(&mut place.program(QUICKSTART)));
        assert!(text.contains("not today"), "{text}");
        assert_eq!(place.emulator.counters().calls_to("POST", "/crm/v2/Leads"), 1);
        assert_eq!(place.emulator.count_records("Leads"), 0, "{method} {path}");
    }
}

#[test]
fn what_could_not_be_created_is_neither_looked_for_nor_deleted() {
    let place = Place::new(Options::default());
    place.sign_in();
    let refusal = Reply::error(403, "NO_PERMISSION", "permission denied");
    place.emulator.fault(On::exactly("/crm/v2/Leads").method("POST"), Fault::Reply(refusal));
    let output = finish(&mut place.program(QUICKSTART));
    let text = refused(&output);
    assert!(text.contains("lead 0"), "{text}");
    assert!(!out(&output).contains("found by id"), "{output:?}");
    assert_eq!(place.emulator.counters().calls_to("GET", "/crm/v2/Leads"), 0);
}

#[test]
fn a_reader_that_goes_away_leaves_no_leads_behind() {
    let place = Place::new(Options::default());
    place.sign_in();
    let mut running = support::Running::start(&mut place.program(QUICKSTART));
    running.line("3. Users");
    let output = running.go_away();
    assert_eq!((output.status.code(), err(&output).as_str()), (Some(2), ""));
    assert_eq!(place.emulator.count_records("Leads"), 0);
}

#[test]
fn a_grant_on_the_command_line_is_not_taken_nor_repeated() {
    let place = Place::new(Options::default());
    let grant = place.emulator.new_grant(USER);
    let text = refused(&finish(place.program(QUICKSTART).args(["--grant-token", &grant])));
    assert!(text.contains("--grant-token -") && !text.contains(&grant), "{text}");
    assert_eq!(place.emulator.counters().total_token_requests(), 0);
}

#[test]
fn leads_that_may_be_there_are_no_plain_failure() {
    let place = Place::new(Options::default());
    place.sign_in();
    place.emulator.fault(On::path("/crm/v2/Leads").method("POST"), Fault::ResetAfterWork);
    let output = finish(&mut place.program(QUICKSTART));
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert!(err(&output).contains("lead 0"), "{output:?}");
}

#[test]
fn every_program_tells_its_own_name_and_version() {
    let programs = [
        ("quickstart", QUICKSTART),
        ("get_user", env!("CARGO_BIN_EXE_get_user")),
        ("fleet", env!("CARGO_BIN_EXE_fleet")),
        ("bench", env!("CARGO_BIN_EXE_bench")),
    ];
    for (name, program) in programs {
        let output = finish(program_alone(program).arg("--version"));
        assert_eq!(out(&output), format!("{name} {}\n", env!("CARGO_PKG_VERSION")));
    }
}
