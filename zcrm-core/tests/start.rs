//! Starting by the dictionary: which store, why, and what the log says.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::path::Path;
use std::process::{Command, Output};
use std::{env, fs};

use zcrm_core::config::StoreKind;
use zcrm_core::persistence::{Backend, InMemoryPersistence, PersistenceError, PersistenceErrorKind};
use zcrm_core::{Client, Config, ErrorKind};

const MANDATORY: [(&str, &str); 3] =
    [("client_id", "1000.FAKE"), ("client_secret", "fake-canary-secret"), ("redirect_uri", "https://www.zoho.com")];

fn config(pairs: &[(&str, &str)]) -> Config {
    Config::from_pairs(MANDATORY.iter().chain(pairs).copied()).unwrap()
}

/// A backend that opens, or one that fails.
fn backend(kind: StoreKind, works: bool) -> Backend {
    Backend::new(kind, move |_| {
        if works {
            Ok(Box::new(InMemoryPersistence::new()))
        } else {
            Err(PersistenceError::new(PersistenceErrorKind::Unavailable, format!("the {kind} store is down")))
        }
    })
}

const KEYS: [(&str, &str); 3] =
    [("persistence_handler_class", "Vault"), ("token_persistence_path", "tokens"), ("db_address", "db.example.com")];

/// Each of the eight combinations of store keys, with the kind that it asks for.
fn combinations() -> impl Iterator<Item = (Vec<(&'static str, &'static str)>, StoreKind)> {
    (0..8).map(|bits| {
        let keys: Vec<_> = (0..3).filter(|bit| bits & (1 << bit) != 0).map(|bit| KEYS[bit]).collect();
        let kind = match bits {
            bits if bits & 1 != 0 => StoreKind::Custom,
            bits if bits & 2 != 0 => StoreKind::File,
            _ => StoreKind::Mysql,
        };
        (keys, kind)
    })
}

#[test]
fn a_store_that_fails_is_an_error_and_never_replaced_by_another() {
    for (keys, kind) in combinations() {
        let offered = [StoreKind::Custom, StoreKind::File, StoreKind::Mysql].map(|each| backend(each, each != kind));
        let error = Client::from_config(config(&keys), offered).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Persistence);
        assert_eq!(error.to_string(), format!("the {kind} store is down"), "{keys:?}");
        let offered = [StoreKind::Custom, StoreKind::File, StoreKind::Mysql].map(|each| backend(each, each == kind));
        Client::from_config(config(&keys), offered).unwrap();
    }
}

#[test]
fn a_store_that_is_not_offered_is_named_with_its_key_and_crate() {
    for (keys, kind) in combinations() {
        let others = [StoreKind::Custom, StoreKind::File, StoreKind::Mysql].into_iter().filter(|each| *each != kind);
        let error = Client::from_config(config(&keys), others.map(|each| backend(each, true))).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        let text = error.to_string();
        assert!(text.contains(kind.crate_name()), "{text}");
        let key = match kind {
            StoreKind::Custom => "persistence_handler_class",
            StoreKind::File => "token_persistence_path",
            StoreKind::Mysql => "no key asks for another store",
        };
        assert!(text.contains(key), "{text}");
    }
}

#[test]
fn a_client_tells_no_secret() {
    let client = Client::new(config(&[("current_user_email", "abc@xyz.com")]), InMemoryPersistence::new()).unwrap();
    assert!(!format!("{client:?} {client:#?}").contains("canary"));
}

#[test]
fn without_a_user_the_first_call_names_both_ways() {
    let client = Client::new(config(&[]), InMemoryPersistence::new()).unwrap();
    let error = client.organization().current_user().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NoUser);
    assert!(error.to_string().contains("current_user_email") && error.to_string().contains("for_user"), "{error}");
}

/// Runs one test of this program again, alone, as a child that does the test's work.
fn child(test: &str, variables: &[(&str, &str)]) -> Output {
    let output = Command::new(env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture", "--quiet"])
        .env_remove("RUST_LOG")
        .env("ZCRM_TEST_CHILD", "1")
        .envs(variables.iter().copied())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output
}

fn in_child() -> bool {
    env::var_os("ZCRM_TEST_CHILD").is_some()
}

fn lines_with(text: &str, part: &str) -> usize {
    text.lines().filter(|line| line.contains(part)).count()
}

#[test]
fn both_log_keys_take_one_line_each_of_a_failing_call() {
    let name = "both_log_keys_take_one_line_each_of_a_failing_call";
    if in_child() {
        let file = env::var("ZCRM_TEST_LOG").unwrap();
        let keys = [("application_log_file_path", file.as_str()), ("log_in_console", "true"), KEYS[1]];
        let client = Client::from_config(config(&keys), [backend(StoreKind::File, true)]).unwrap();
        client.organization().current_user().unwrap_err();
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("zcrm.log");
    fs::write(&file, "a line that was there before\n").unwrap();
    let output = child(name, &[("ZCRM_TEST_LOG", file.to_str().unwrap())]);
    let console = String::from_utf8(output.stderr).unwrap();
    let logged = fs::read_to_string(&file).unwrap();
    assert_eq!(lines_with(&console, "no user is set"), 1, "{console}");
    assert_eq!(lines_with(&logged, "no user is set"), 1, "{logged}");
    assert!(logged.starts_with("a line that was there before\n"), "the file is appended to");
    assert!(logged.contains(" ERROR "), "{logged}");
    assert!(!String::from_utf8_lossy(&output.stdout).contains("no user is set"), "the console is standard error");
}

#[test]
fn the_log_says_which_key_decided_on_the_store() {
    let name = "the_log_says_which_key_decided_on_the_store";
    if in_child() {
        let keys: usize = env::var("ZCRM_TEST_KEYS").unwrap().parse().unwrap();
        let (mut keys, _) = combinations().nth(keys).unwrap();
        keys.push(("log_in_console", "true"));
        let offered = [StoreKind::Custom, StoreKind::File, StoreKind::Mysql].map(|kind| backend(kind, true));
        Client::from_config(config(&keys), offered).unwrap();
        return;
    }
    for (number, (_, kind)) in combinations().enumerate() {
        let output = child(name, &[("ZCRM_TEST_KEYS", &number.to_string()), ("RUST_LOG", "info")]);
        let console = String::from_utf8(output.stderr).unwrap();
        let because = match kind {
            StoreKind::Custom => "custom store, because persistence_handler_class is set",
            StoreKind::File => "file store, because token_persistence_path is set",
            StoreKind::Mysql => "MySQL store, the default",
        };
        assert_eq!(lines_with(&console, because), 1, "{console}");
    }
}

#[test]
fn talkative_crates_stay_quiet_whatever_is_asked_for() {
    let name = "talkative_crates_stay_quiet_whatever_is_asked_for";
    if in_child() {
        zcrm_core::logging::init(&config(&[("log_in_console", "true")])).unwrap();
        for target in ["ureq_proto::client", "rustls", "mysql::conn"] {
            log::trace!(target: target, "shows the wire");
            log::debug!(target: target, "shows the wire");
        }
        log::warn!(target: "rustls::client", "a warning");
        log::trace!("an own line");
        return;
    }
    let output = child(name, &[("RUST_LOG", "trace,ureq_proto::client=trace,mysql=debug")]);
    let console = String::from_utf8(output.stderr).unwrap();
    assert_eq!(lines_with(&console, "shows the wire"), 0, "{console}");
    assert_eq!((lines_with(&console, "a warning"), lines_with(&console, "an own line")), (1, 1), "{console}");
}

#[test]
fn a_second_client_with_another_file_works_and_is_told() {
    let name = "a_second_client_with_another_file_works_and_is_told";
    if in_child() {
        let folder = env::var("ZCRM_TEST_LOG").unwrap();
        for file in ["one.log", "two.log"] {
            let path = Path::new(&folder).join(file);
            let keys = [("application_log_file_path", path.to_str().unwrap()), KEYS[1]];
            Client::from_config(config(&keys), [backend(StoreKind::File, true)]).unwrap();
        }
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    child(name, &[("ZCRM_TEST_LOG", folder.path().to_str().unwrap()), ("RUST_LOG", "warn")]);
    let first = fs::read_to_string(folder.path().join("one.log")).unwrap();
    assert_eq!(lines_with(&first, "a logger is installed already"), 1, "{first}");
}

#[test]
fn a_log_file_without_its_folder_is_an_error() {
    let keys = [("application_log_file_path", "/nonexistent/zcrm.log"), KEYS[1]];
    let error = Client::from_config(config(&keys), [backend(StoreKind::File, true)]).unwrap_err();
    assert!(error.to_string().contains("application_log_file_path"), "{error}");
}

#[cfg(unix)]
#[test]
fn a_new_log_file_is_readable_by_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let name = "a_new_log_file_is_readable_by_its_owner_only";
    if in_child() {
        let file = env::var("ZCRM_TEST_LOG").unwrap();
        zcrm_core::logging::init(&config(&[("application_log_file_path", &file)])).unwrap();
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("zcrm.log");
    child(name, &[("ZCRM_TEST_LOG", file.to_str().unwrap())]);
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
}
