//! What all of `zcrm` has in common, and its small subcommands: options, exit codes, standard streams.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod program;

#[cfg(target_os = "linux")]
use std::fs::OpenOptions;
use std::io::Write as _;
use std::process::{Command, Stdio};

use program::{Account, Ran};
use serde_json::{Value, json};
use zcrm_emulator::{Fault, On, Reply};

const ZCRM: &str = env!("CARGO_BIN_EXE_zcrm");

/// Without a configuration, and without one in the environment.
fn alone(arguments: &[&str]) -> Ran {
    let mut command = Command::new(ZCRM);
    std::env::vars_os().for_each(|(name, _)| {
        if name.to_string_lossy().starts_with("ZCRM_") {
            command.env_remove(name);
        }
    });
    Ran::of(command.args(arguments).stdin(Stdio::null()).output().unwrap())
}

#[test]
fn help_and_version_are_answers_and_a_wrong_command_line_is_not_done() {
    let ran = alone(&["--version"]);
    assert_eq!((ran.code, ran.stdout), (Some(0), format!("zcrm {}\n", env!("CARGO_PKG_VERSION"))));
    for arguments in [&["--help"][..], &["import", "--help"], &["help", "export"]] {
        let ran = alone(arguments);
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{arguments:?}");
        assert!(ran.stdout.contains("--config"), "{ran:?}");
    }
    for arguments in [
        &[][..],
        &["nonsense"],
        &["export"],
        &["export", "--module", ""],
        &["export", "--module", "Leads", "--fields", "Email,,City"],
        &["describe", " "],
        &["import", "--module", "", "--input", "x.csv"],
        &["import", "--module", "Leads", "--input", "x.csv", "--upsert-by", ""],
        &["doctor", "--module", ""],
        &["attach", "--module", "", "--record", "1", "x.txt"],
        &["export", "--module", "Leads", "--since", "yesterday"],
        &["--concurrency", "0", "whoami"],
        &["--heavy", "0", "whoami"],
        &["--log", "loud", "whoami"],
        &["completions", "nonsense"],
        &["man", "nonsense"],
        &["api", "FETCH", "users"],
        &["api", "GET", "users", "--query", "novalue"],
    ] {
        let ran = alone(arguments);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""), "{arguments:?}: {ran:?}");
        assert!(!ran.stderr.is_empty(), "{arguments:?}");
    }
}

#[test]
fn the_configuration_is_named_before_or_after_the_subcommand() {
    let account = Account::new();
    let config = account.path("zcrm.json");
    let config = config.to_str().unwrap();
    for arguments in [["--config", config, "whoami"], ["whoami", "--config", config]] {
        let ran = alone(&arguments);
        assert_eq!(ran.code, Some(0), "{ran:?}");
    }
    let ran = alone(&["whoami"]);
    assert!(ran.code == Some(1) && ran.stderr.contains("ZCRM_"), "{ran:?}");
}

#[test]
fn the_environment_is_the_configuration_where_no_file_is_named() {
    let account = Account::new();
    let dictionary: Value = serde_json::from_str(&account.read("zcrm.json")).unwrap();
    let mut command = Command::new(ZCRM);
    for (key, value) in dictionary.as_object().unwrap() {
        command.env(format!("ZCRM_{}", key.to_uppercase()), value.as_str().unwrap());
    }
    let ran = Ran::of(command.args(["whoami", "--json"]).output().unwrap());
    assert_eq!(ran.code, Some(0), "{ran:?}");
}

#[test]
fn whoami_says_who_and_where() {
    let account = Account::new();
    let ran = account.run(ZCRM, &["whoami"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{ran:?}");
    for line in ["user             Asta Berg", "email            abc@xyz.com", "organization     Emulated Trading"] {
        assert!(ran.stdout.lines().any(|told| told == line), "{line}: {}", ran.stdout);
    }
    let ran = account.run(ZCRM, &["whoami", "--json"]);
    let told: Value = serde_json::from_str(&ran.stdout).unwrap();
    let url = account.emulator.url();
    let expected = json!({
        "user": "Asta Berg", "id": "3652397000000186017", "email": "abc@xyz.com", "organization": "Emulated Trading",
        "organization_id": "3652397000000020005", "data_center": null, "environment": "production", "host": url,
        "api_version": "v2",
    });
    assert_eq!(told, expected);
}

#[test]
fn whoami_without_the_scope_for_the_organization_is_done_in_part() {
    let account = Account::new();
    let refusal = Reply::error(401, "OAUTH_SCOPE_MISMATCH", "invalid oauth scope to access this URL");
    account.emulator.fault(On::path("/crm/v2/org"), Fault::Reply(refusal));
    let ran = account.run(ZCRM, &["whoami"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(ran.stdout.contains("Asta Berg") && ran.stderr.contains("ZohoCRM.org.READ"), "{ran:?}");
}

#[test]
fn api_writes_the_body_as_it_came() {
    let account = Account::new();
    let body = "{\"roles\":  [1.10, {\"b\": 1, \"a\": 2}]}";
    account.emulator.fault(On::path("/crm/v2/settings/roles"), Fault::Reply(Reply::empty(200).body(body)));
    let ran = account.run(ZCRM, &["api", "GET", "settings/roles", "--query", "a=b c", "--query", "d=e=f&g"]);
    assert_eq!((ran.code, ran.stdout.as_str(), ran.stderr.as_str()), (Some(0), body, ""));
    let asked = account.emulator.requests().pop().unwrap();
    assert_eq!((asked.query_value("a").as_deref(), asked.query_value("d").as_deref()), (Some("b c"), Some("e=f&g")));
    let ran = account.run(ZCRM, &["api", "get", "/crm/v8/users", "--query", "type=CurrentUser"]);
    assert!(ran.code == Some(0) && ran.stdout.contains("Asta Berg"), "{ran:?}");
}

#[test]
fn api_tells_a_rejection_as_zoho_sent_it() {
    let account = Account::new();
    let bodies = [
        (400, "{ \"code\":\"INVALID_DATA\", \"details\":{\"limit\":1.10}, \"message\":\"no\", \"status\":\"error\"}"),
        (404, "{\"code\":\"INVALID_URL_PATTERN\",\"details\":{},\"message\":\"é\",\"status\":\"error\"}"),
    ];
    for (status, body) in bodies {
        account
            .emulator
            .fault(On::path("/crm/v2/settings/roles").times(2), Fault::Reply(Reply::empty(status).body(body)));
        for arguments in [&["api", "GET", "settings/roles"][..], &["api", "GET", "settings/roles", "--output", "roles"]]
        {
            let ran = account.run(ZCRM, arguments);
            assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""), "{ran:?}");
            let (first, rest) = ran.stderr.split_once('\n').unwrap();
            assert_eq!(first, body);
            assert!(rest.starts_with("error: "), "{ran:?}");
        }
    }
}

#[cfg(unix)]
#[test]
fn a_signal_ends_with_the_same_exit_code_everywhere() {
    for arguments in [
        &["whoami"][..],
        &["describe", "Leads"],
        &["api", "POST", "Leads", "--data", "{}"],
        &["export", "--module", "Leads"],
        &["export", "--module", "Leads", "--format", "csv", "--output", "all.csv"],
    ] {
        let account = Account::new();
        account.emulator.fault(On::path("/crm/"), Fault::Silence);
        let child = account.command(ZCRM, arguments).spawn().unwrap();
        account.wait_for(|counters| counters.faults == 1);
        account.interrupt(&child);
        let ran = Ran::of(child.wait_with_output().unwrap());
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{arguments:?}: {ran:?}");
        assert!(!account.path("all.csv").exists() && !account.path("all.csv.part").exists());
    }
}

#[test]
fn api_sends_json_digit_by_digit_from_the_command_line_a_file_or_standard_input() {
    let account = Account::new();
    let body = r#"{"data":[{"Last_Name":"Berg","Annual_Revenue":12345678901234567.890}]}"#;
    account.write("body.json", body);
    for data in [body, "@body.json", "@-"] {
        account.emulator.reset_counters();
        let mut command = account.command(ZCRM, &["api", "POST", "Leads", "--data", data]);
        let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
        // Only one of the three reads it.
        let _ = child.stdin.take().unwrap().write_all(body.as_bytes());
        let ran = Ran::of(child.wait_with_output().unwrap());
        assert_eq!(ran.code, Some(0), "{ran:?}");
        assert_eq!(String::from_utf8(account.emulator.requests().pop().unwrap().body).unwrap(), body);
    }
    for data in ["{", "@nothing.json"] {
        let ran = account.run(ZCRM, &["api", "POST", "Leads", "--data", data]);
        assert_eq!(ran.code, Some(1), "{ran:?}");
    }
    assert_eq!(account.emulator.count_records("Leads"), 3);
}

#[test]
fn api_tells_failed_and_unanswered_apart() {
    let account = Account::new();
    let ran = account.run(ZCRM, &["api", "GET", "Nonsense"]);
    assert!(ran.code == Some(1) && ran.stderr.contains("INVALID_MODULE"), "{ran:?}");
    account.emulator.fault(On::path("/crm/v2/Leads").method("POST"), Fault::ResetAfterWork);
    let ran = account.run(ZCRM, &["api", "POST", "Leads", "--data", r#"{"data":[{"Last_Name":"Berg"}]}"#]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert_eq!(account.emulator.count_records("Leads"), 1, "not sent twice");
    let ran = account.run(ZCRM, &["api", "GET", "https://example.com/crm"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
}

#[test]
fn api_tells_what_was_rejected_with_the_status_of_a_success() {
    for version in ["v2", "v8"] {
        let account = Account::with(zcrm_emulator::Options::default(), version);
        let post = |data: &str| account.run(ZCRM, &["api", "POST", "Leads", "--data", data]);
        let ran = post(r#"{"data":[{"Company":"Berg"}]}"#);
        assert_eq!(ran.code, Some(1), "{version} {ran:?}");
        assert!(format!("{}{}", ran.stdout, ran.stderr).contains("MANDATORY_NOT_FOUND"), "{version} {ran:?}");
        let ran = post(r#"{"data":[{"Company":"Berg"},{"Last_Name":"Berg"}]}"#);
        assert_eq!(ran.code, Some(2), "{version} {ran:?}");
        assert!(ran.stdout.starts_with("{\"data\":[") && ran.stderr.contains("MANDATORY_NOT_FOUND"), "{ran:?}");
        assert_eq!(account.emulator.count_records("Leads"), 1);
        let id =
            account.client().module("Leads").records().fields(["id"]).iter().next().unwrap().unwrap().id().unwrap();
        let path = format!("Leads/{id}");
        let lost = On::path(format!("/crm/{version}/Leads")).method("DELETE").times(1);
        account.emulator.fault(lost, Fault::ResetAfterWork);
        let ran = account.run(ZCRM, &["api", "DELETE", &path]);
        assert!(matches!(ran.code, Some(0 | 2)), "it may be gone: {version} {ran:?}");
        assert_eq!(account.emulator.count_records("Leads"), 0);
        for (code, exit) in [("INTERNAL_ERROR", 2), ("TOO_MANY_REQUESTS", 1)] {
            let fault = Fault::Reply(Reply::error(200, code, "m"));
            account.emulator.fault(On::path(format!("/crm/{version}/Leads")).times(1), fault);
            let ran = post(r#"{"data":[{"Last_Name":"Berg"}]}"#);
            assert_eq!(ran.code, Some(exit), "{version} {ran:?}");
        }
    }
}

#[test]
fn api_writes_files_of_any_kind() {
    let account = Account::new();
    let image = [0, 1, 2, 0xff, b'\n'];
    account.write("photo.png", "from yesterday");
    let photo = ["api", "GET", "Leads/1/photo", "--output", "photo.png"];
    account.emulator.fault(On::path("/crm/v2/Leads/1/photo").times(1), Fault::Reply(Reply::empty(204)));
    let ran = account.run(ZCRM, &photo);
    assert_eq!((ran.code, account.read("photo.png").as_str()), (Some(1), "from yesterday"), "{ran:?}");
    assert!(!account.path("photo.png.part").exists());
    account.emulator.fault(On::path("/crm/v2/Leads/1/photo"), Fault::Reply(Reply::empty(200).body(image)));
    let ran = account.run(ZCRM, &photo);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), ""), "{ran:?}");
    assert_eq!(std::fs::read(account.path("photo.png")).unwrap(), image);
}

#[test]
fn completions_and_manual_pages_name_every_subcommand() {
    let subcommands = ["login", "whoami", "describe", "export", "import", "attach", "api", "completions", "man"];
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let ran = alone(&["completions", shell]);
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{shell}");
        subcommands.iter().for_each(|name| assert!(ran.stdout.contains(name), "{shell}: {name}"));
    }
    let ran = alone(&["man"]);
    subcommands.iter().for_each(|name| assert!(ran.stdout.contains(name), "{name}"));
    for name in subcommands {
        let ran = alone(&["man", name]);
        assert!(ran.code == Some(0) && ran.stdout.contains(&format!(".TH zcrm-{name}")), "{name}: {}", ran.stdout);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn no_standard_stream_makes_it_panic() {
    let account = Account::new();
    for arguments in [
        &["describe"][..],
        &["describe", "Leads"],
        &["describe", "Leads", "--rust"],
        &["whoami"],
        &["api", "GET", "users"],
        &["completions", "bash"],
        &["man"],
    ] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let ran = Ran::of(account.command(ZCRM, arguments).stdout(writer).output().unwrap());
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(2), ""), "{arguments:?}: a closed pipe ends quietly");
        let full = || OpenOptions::new().write(true).open("/dev/full").unwrap();
        let ran = Ran::of(account.command(ZCRM, arguments).stdout(full()).output().unwrap());
        assert!(ran.code == Some(1) && ran.stderr.contains("standard output cannot be written"), "{ran:?}");
        let ran = Ran::of(account.command(ZCRM, arguments).stdout(full()).stderr(full()).output().unwrap());
        assert_eq!(ran.code, Some(1), "{arguments:?}");
    }
    let full = || OpenOptions::new().write(true).open("/dev/full").unwrap();
    for arguments in [&["--version"][..], &["help"], &["export", "--help"]] {
        let ran = Ran::of(account.command(ZCRM, arguments).stdout(full()).output().unwrap());
        assert_eq!(ran.code, Some(1), "{arguments:?}");
    }
    account.emulator.seed_leads(1);
    let lead = account.client().module("Leads").records().iter().next().unwrap().unwrap().id().unwrap().to_string();
    account.write("a.txt", "a");
    let attach = ["attach", "--module", "Leads", "--record", &lead, "a.txt"];
    let ran = Ran::of(account.command(ZCRM, &attach).stdout(full()).output().unwrap());
    assert!(ran.code == Some(0) && ran.stderr.lines().any(|line| line.ends_with(" a.txt")), "the id is told: {ran:?}");
}

#[test]
fn the_log_goes_to_standard_error_at_the_level_asked_for() {
    let account = Account::new();
    let ran = account.run(ZCRM, &["--log", "debug", "whoami"]);
    assert!(ran.stderr.contains(" DEBUG ") && ran.stderr.contains("/crm/v2/users: HTTP status 200"), "{ran:?}");
    let ran = account.run(ZCRM, &["--log", "info", "whoami"]);
    assert!(ran.stderr.contains(" INFO ") && !ran.stderr.contains(" DEBUG "), "{ran:?}");
    let mut command = account.command(ZCRM, &["--log", "error", "whoami"]);
    let ran = Ran::of(command.env("RUST_LOG", "trace").output().unwrap());
    assert_eq!(ran.stderr, "", "the option wins over the environment");
}
