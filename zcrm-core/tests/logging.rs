//! The two logging keys. A process has one logger, so each test runs a program of its own: this one again, doing a
//! deed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![cfg(feature = "logging")]

mod fake;

use std::collections::HashSet;
use std::path::Path;
use std::process::{Command, Output};
use std::{env, fs};

use zcrm_core::config::{HttpOptions, StoreKind};
use zcrm_core::persistence::{Backend, InMemoryPersistence, PersistenceHandler};
use zcrm_core::{Client, Config, OAuthTokens, UserIdentifier};

const MANDATORY: [(&str, &str); 3] =
    [("client_id", "1000.FAKE"), ("client_secret", "fake-canary-secret"), ("redirect_uri", "https://www.zoho.com")];

/// The variables by which a test tells its child what to do.
const DEED: &str = "ZCRM_TEST_DEED";
const FOLDER: &str = "ZCRM_TEST_FOLDER";

fn config(pairs: &[(&str, &str)]) -> Config {
    // A port of this machine that nobody listens at.
    let host = "http://127.0.0.1:9";
    let hosts = [("api_base_url", host), ("accounts_url", host), ("current_user_email", "abc@xyz.com")];
    Config::from_pairs(MANDATORY.iter().chain(&hosts).chain(pairs).copied())
        .unwrap()
        .with_http(HttpOptions::default().max_retries(0))
}

fn backend() -> Backend {
    in_memory(StoreKind::Mysql)
}

/// A store in memory that passes for another kind.
fn in_memory(kind: StoreKind) -> Backend {
    Backend::new(kind, |_| {
        let store = InMemoryPersistence::new();
        let user = UserIdentifier::new("abc@xyz.com").expect("a good name");
        store.save_oauth_tokens(&OAuthTokens::new(user, "1000.canary-access", "1000.canary-refresh", i64::MAX))?;
        Ok(Box::new(store))
    })
}

fn start(pairs: &[(&str, &str)]) -> Client {
    Client::from_config(config(pairs), [backend()]).unwrap()
}

fn fail(client: &Client) {
    client.organization().get().unwrap_err();
}

/// What a child does; nothing in the test program itself.
#[test]
fn deed() {
    let Ok(deed) = env::var(DEED) else { return };
    let folder = env::var(FOLDER).unwrap();
    let (one, two) = (format!("{folder}/one.log"), format!("{folder}/two.log"));
    let (file, console) = (("application_log_file_path", one.as_str()), ("log_in_console", "true"));
    match deed.as_str() {
        "both" => fail(&start(&[file, console])),
        "file" => fail(&start(&[file])),
        "console" => fail(&start(&[console])),
        "neither" => fail(&start(&[])),
        "nothing there" => {
            zcrm_core::logging::init(&config(&[file, console])).unwrap();
            let (client, _) = fake::serving("v2", |_| fake::Answer::Json(204, serde_json::Value::Null));
            client.users().get("5").unwrap_err();
        }
        "unreadable" => {
            zcrm_core::logging::init(&config(&[file, console])).unwrap();
            let (client, _) = fake::serving("v2", |_| fake::Answer::Json(200, serde_json::json!({})));
            client.module("Leads").records().iter().next().unwrap().unwrap_err();
        }
        "not sendable" => {
            let client = start(&[file, console]);
            client.module("Leads").records().per_page(201).send().unwrap_err();
            client.module("Leads").record("..").get().unwrap_err();
            client.call(zcrm_core::Method::Get, "../x").send().unwrap_err();
        }
        "same twice" => {
            start(&[file, console]);
            fail(&start(&[file, console]));
        }
        "console later" => {
            start(&[file]);
            fail(&start(&[console]));
        }
        "another file" => {
            start(&[file]);
            fail(&start(&[("application_log_file_path", &two)]));
        }
        "no folder" => {
            let absent = format!("{folder}/absent/one.log");
            let error = Client::from_config(config(&[("application_log_file_path", &absent), console]), [backend()]);
            println!("refused: {}", error.unwrap_err());
        }
        "logger there" => {
            env_logger::Builder::new().filter_level(log::LevelFilter::Warn).init();
            fail(&start(&[file]));
        }
        "by hand" => {
            env_logger::Builder::new().filter_level(log::LevelFilter::Warn).init();
            let keys = [file, ("token_persistence_path", "tokens"), ("db_password", "fake-canary")];
            Client::new(config(&keys), InMemoryPersistence::new()).unwrap();
        }
        "stores" => {
            let keys =
                [("persistence_handler_class", "Vault"), ("token_persistence_path", "tokens"), ("db_port", "3306")];
            for bits in 0..8 {
                let set = keys.iter().enumerate().filter(|(index, _)| bits & (1 << index) != 0).map(|(_, pair)| *pair);
                let pairs: Vec<_> = set.chain([console]).collect();
                let kinds = [StoreKind::Custom, StoreKind::File, StoreKind::Mysql];
                Client::from_config(config(&pairs), kinds.map(in_memory)).unwrap();
            }
        }
        "wrong configuration" => {
            start(&[console]);
            Config::from_pairs([("sandbox", "fake-canary"), ("clientid", "fake-canary")]).unwrap_err();
            Config::from_json_str("\"fake-canary\"").unwrap_err();
            Config::from_json_file("absent/zcrm.json").unwrap_err();
        }
        "open to others" => {
            let path = format!("{folder}/zcrm.json");
            let json = r#"{"client_id":"1000.FAKE","client_secret":"fake-canary","redirect_uri":"https://www.zoho.com",
                "log_in_console":true}"#;
            fs::write(&path, json).unwrap();
            #[cfg(unix)]
            fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
            Client::from_config(Config::from_json_file(&path).unwrap(), [backend()]).unwrap();
        }
        "talkative" => {
            start(&[console]);
            for target in ["ureq", "ureq::pool", "ureq_proto::client", "rustls::conn", "mysql::conn"] {
                log::debug!(target: target, "must stay unheard");
                log::trace!(target: target, "must stay unheard");
                log::warn!(target: target, "may be heard");
            }
            log::trace!(target: "mysqlish", "is somebody else");
        }
        "lines" => {
            start(&[file]);
            log::error!("one\n2026-01-01T00:00:00Z ERROR forged\r\u{1b}[31m");
        }
        other => panic!("unknown deed {other}"),
    }
}

/// Does a deed in a program of its own.
fn child(deed: &str, folder: &Path, filters: Option<&str>) -> Output {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--exact", "deed", "--nocapture"]).env(DEED, deed).env(FOLDER, folder).env_remove("RUST_LOG");
    if let Some(filters) = filters {
        command.env("RUST_LOG", filters);
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{deed}: {}", String::from_utf8_lossy(&output.stderr));
    output
}

/// What was logged to standard error and to the file, after a deed.
fn logged(deed: &str, filters: Option<&str>) -> (Vec<String>, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    let output = child(deed, folder.path(), filters);
    assert!(!folder.path().join("two.log").exists());
    let lines = |text: &str| text.lines().filter(|line| !line.trim().is_empty()).map(str::to_owned).collect();
    let file = fs::read_to_string(folder.path().join("one.log")).unwrap_or_default();
    let console = String::from_utf8(output.stderr).unwrap();
    assert!(!console.contains("canary") && !file.contains("canary"), "{console}{file}");
    (lines(&console), lines(&file))
}

#[test]
fn one_failing_call_is_one_line_in_each_place_that_is_configured() {
    for (deed, in_console, in_file) in [
        ("both", 1, 1),
        ("file", 0, 1),
        ("console", 1, 0),
        ("neither", 0, 0),
        ("same twice", 1, 1),
        ("console later", 1, 1),
    ] {
        let (console, file) = logged(deed, None);
        assert_eq!((console.len(), file.len()), (in_console, in_file), "{deed}: {console:?} {file:?}");
        for line in console.iter().chain(&file) {
            let mut words = line.split(' ');
            let time = words.next().unwrap();
            assert!(time.starts_with("20") && time.ends_with('Z'), "{line}");
            assert!(words.next().unwrap().parse::<u32>().is_ok_and(|process| process > 0), "{line}");
            assert_eq!(words.next(), Some("ERROR"));
            assert!(line.contains("/crm/v2/org") && line.contains("127.0.0.1:9"), "{line}");
        }
    }
}

#[test]
fn an_answer_that_is_no_answer_is_an_error_and_logged_as_one() {
    for (deed, words) in [("nothing there", "/crm/v2/users/5"), ("unreadable", "/crm/v2/Leads")] {
        let (console, file) = logged(deed, None);
        assert_eq!((console.len(), file.len()), (1, 1), "{deed}: {console:?} {file:?}");
        assert!(file[0].contains(" ERROR ") && file[0].contains(words), "{file:?}");
    }
}

#[test]
fn an_argument_that_cannot_be_sent_is_logged_once() {
    let (console, file) = logged("not sendable", None);
    assert_eq!((console.len(), file.len()), (3, 3), "{console:?}");
    for (line, words) in file.iter().zip(["per_page", "part of a path", ".."]) {
        assert!(line.contains(words), "{line}");
    }
}

#[test]
fn the_file_is_appended_to_and_for_its_owner_only() {
    let folder = tempfile::tempdir().unwrap();
    for _ in 0..2 {
        child("file", folder.path(), None);
    }
    let file = folder.path().join("one.log");
    let text = fs::read_to_string(&file).unwrap();
    let processes: HashSet<_> = text.lines().map(|line| line.split(' ').nth(1).unwrap()).collect();
    assert_eq!((text.lines().count(), processes.len()), (2, 2), "each line names its process: {text}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn a_second_file_is_not_opened_and_a_warning_says_so() {
    let (_, file) = logged("another file", Some("warn"));
    assert_eq!(file.len(), 2, "{file:?}");
    assert!(file[0].contains("two.log is not used"), "{file:?}");
    assert!(file[1].contains("/crm/v2/org"), "the client works: {file:?}");
}

#[test]
fn the_folder_of_the_file_must_exist() {
    let folder = tempfile::tempdir().unwrap();
    let output = child("no folder", folder.path(), None);
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("refused: application_log_file_path") && text.contains("its folder must exist"), "{text}");
    assert_eq!(String::from_utf8_lossy(&output.stderr).matches("ERROR").count(), 1, "logged once, to the console");
}

#[test]
fn a_logger_of_the_program_stays_and_a_warning_says_what_is_not_honoured() {
    let (console, file) = logged("logger there", None);
    assert!(file.is_empty(), "{file:?}");
    assert!(console[0].contains("WARN") && console[0].contains("have no effect"), "{console:?}");
    assert!(console[1].contains("/crm/v2/org"), "the client works: {console:?}");
}

#[test]
fn a_client_with_a_store_by_hand_names_the_keys_it_does_not_act_on() {
    let (console, file) = logged("by hand", None);
    assert!(file.is_empty(), "{file:?}");
    let text = console.join("\n");
    assert!(text.contains("token_persistence_path, db_password"), "{text}");
    assert!(text.contains("application_log_file_path"), "{text}");
}

#[test]
fn the_log_says_which_key_decided_on_the_store() {
    let (console, _) = logged("stores", Some("info"));
    let decisions: Vec<_> = console.iter().filter(|line| line.contains("tokens are kept in")).collect();
    assert_eq!(decisions.len(), 8, "{console:?}");
    for (bits, line) in decisions.into_iter().enumerate() {
        let reason = match bits {
            bits if bits & 1 != 0 => "the custom store, because persistence_handler_class is set",
            bits if bits & 2 != 0 => "the file store, because token_persistence_path is set",
            _ => "the MySQL store, the default",
        };
        assert!(line.contains("INFO") && line.contains(reason), "{line}");
    }
    let folder = env::current_dir().unwrap().join("tokens");
    assert!(console.iter().any(|line| line.contains(folder.to_str().unwrap())), "{console:?}");
}

#[test]
fn a_wrong_configuration_is_logged_once_without_its_values() {
    let (console, _) = logged("wrong configuration", None);
    assert_eq!(console.len(), 3, "{console:?}");
    assert!(console[0].contains("did you mean client_id?") && console[0].contains("sandbox:"), "{console:?}");
    assert!(console[2].contains("absent/zcrm.json"), "{console:?}");
}

#[cfg(unix)]
#[test]
fn a_warning_of_the_configuration_is_logged_when_the_client_starts() {
    let (console, _) = logged("open to others", Some("warn"));
    assert_eq!(console.len(), 1, "{console:?}");
    assert!(console[0].contains(" WARN ") && console[0].contains("mode 644"), "{console:?}");
}

#[test]
fn the_level_is_that_of_rust_log_but_talkative_crates_stay_at_warn() {
    let (console, _) = logged("talkative", None);
    assert_eq!(console, Vec::<String>::new(), "the level is error");
    for filters in ["trace", "trace,ureq=trace,ureq_proto=trace,rustls=trace,mysql=trace"] {
        let (console, _) = logged("talkative", Some(filters));
        let text = console.join("\n");
        assert!(!text.contains("unheard"), "{text}");
        assert_eq!(text.matches("may be heard").count(), 5, "{text}");
        assert!(text.contains("is somebody else"), "{text}");
        assert!(text.contains("INFO zcrm_core") && text.contains("MySQL store, the default"), "{text}");
    }
}

#[test]
fn a_record_is_one_line_whatever_it_says() {
    let (_, file) = logged("lines", None);
    assert_eq!(file.len(), 1, "{file:?}");
    assert!(!file[0].contains(char::is_control), "{file:?}");
}
