//! Every kind of fault against every class of call, over real HTTP against the emulator: nothing is done twice, and what
//! the caller is told is what is known.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod classes;
mod faults;

use std::time::Duration;

use classes::{Class, Kind, Seen, classes};
use faults::{Case, Known, faults};
use zcrm_core::config::HttpOptions;
use zcrm_core::persistence::InMemoryPersistence;
use zcrm_core::{Client, Config, Error, ErrorKind, GrantToken, Result};
use zcrm_emulator::{Emulator, On, Options};

fn start(version: &str) -> (Emulator, Client) {
    let emulator = Emulator::start(Options::default()).unwrap();
    emulator.behave(|behaviour| behaviour.token_limit = false);
    let mut dictionary = emulator.dictionary();
    dictionary["api_version"] = version.into();
    let http = HttpOptions::default().retry_base(Duration::from_micros(10)).max_retries(2);
    let config = Config::from_json_str(&dictionary.to_string()).unwrap().with_http(http);
    let client = Client::new(config, InMemoryPersistence::new()).unwrap();
    let _ = client.oauth().generate_access_token(GrantToken::new(emulator.new_grant("abc@xyz.com"))).unwrap();
    (emulator, client)
}

/// What is wrong with the outcome of a call that met a fault once, if anything is.
fn judge(class: &Class, case: &Case, seen: &Result<Seen>, attempts: u64) -> Option<&'static str> {
    let works = if case.worked { attempts } else { attempts.saturating_sub(1) };
    if class.kind == Kind::Once && works > 1 {
        return Some("it was done twice");
    }
    let retried = attempts == 2;
    let told = |kind: ErrorKind| match seen {
        Err(error) | Ok(Seen::NotSent(error)) => error.kind() == kind && !error.outcome_unknown(),
        _ => false,
    };
    let fine = match (case.known, class.kind) {
        (Known::NotDone, _) | (Known::Open, Kind::Idempotent) => retried && matches!(seen, Ok(Seen::Done)),
        (Known::Open | Known::Unreadable, Kind::Once) => !retried && is_open(seen),
        (Known::Unreadable, Kind::Idempotent) => !retried && unreadable(seen),
        (Known::Refused(kind), _) => {
            let rejected = matches!(seen, Ok(Seen::Rejected(error)) if error.kind() == kind);
            !retried && (rejected || told(kind))
        }
        (Known::Hopeless(kind), _) => !retried && told(kind),
        // What came may have been delivered already; an empty file is a file.
        (Known::Open, Kind::Download) => matches!(seen, Ok(Seen::Done)) && retried || is_failure(seen),
        (Known::Unreadable, Kind::Download) => is_failure(seen),
    };
    (!fine).then_some("the outcome is wrong")
}

fn is_failure(seen: &Result<Seen>) -> bool {
    matches!(seen, Err(error) if leaves_open(error))
}

fn leaves_open(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Unanswered | ErrorKind::Server | ErrorKind::InvalidResponse)
}

fn is_open(seen: &Result<Seen>) -> bool {
    match seen {
        Ok(Seen::Unanswered(error)) => leaves_open(error),
        Err(error) => leaves_open(error) && error.outcome_unknown(),
        Ok(_) => false,
    }
}

/// A read, or a write that may be repeated, whose response says nothing. Some shapes are responses with nothing in them.
fn unreadable(seen: &Result<Seen>) -> bool {
    match seen {
        Ok(Seen::Done) => true,
        Ok(Seen::Unanswered(error)) | Err(error) => leaves_open(error),
        Ok(_) => false,
    }
}

/// A few faults that stay: attempts end, and nothing is done twice.
fn lasting(version: &str) {
    let (emulator, client) = start(version);
    let lasting = ["reset after the work", "HTML 502, not done", "429", "401 invalid token"];
    let mut wrong = Vec::new();
    for class in classes(version) {
        for case in faults().into_iter().filter(|case| lasting.contains(&case.name.as_str())) {
            let id = (class.prepare)(&client);
            emulator.reset_counters();
            emulator.fault(On::any_call(), case.fault.clone());
            let seen = (class.call)(&client, &id);
            let attempts = emulator.counters().total_calls();
            emulator.clear_faults();
            let told = |kinds: &[ErrorKind]| match &seen {
                Err(error) | Ok(Seen::NotSent(error)) => kinds.contains(&error.kind()) && !error.outcome_unknown(),
                Ok(_) => false,
            };
            let fine = match (case.known, class.kind) {
                // A token may be replaced, and the next one rejected as well.
                (Known::NotDone, _) if case.name.starts_with("401") => {
                    attempts <= 4 && told(&[ErrorKind::Unauthenticated])
                }
                (Known::NotDone, _) => attempts == 3 && told(&[ErrorKind::RateLimited]),
                (_, Kind::Once) => attempts == 1 && is_open(&seen),
                (_, _) => attempts == 3 && (is_failure(&seen) || is_open(&seen)),
            };
            if !fine {
                wrong.push(format!("{} x lasting {}: {attempts} attempts: {seen:?}", class.name, case.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{version}: {} wrong\n{}", wrong.len(), wrong.join("\n"));
}

fn every_fault_once(version: &str) {
    let (emulator, client) = start(version);
    let mut wrong = Vec::new();
    for class in classes(version) {
        let id = (class.prepare)(&client);
        let untouched = (class.call)(&client, &id);
        assert!(matches!(untouched, Ok(Seen::Done)), "{version} {}: {untouched:?}", class.name);
        for case in faults() {
            let id = (class.prepare)(&client);
            emulator.reset_counters();
            emulator.fault(On::any_call().times(1), case.fault.clone());
            let seen = (class.call)(&client, &id);
            let attempts = emulator.counters().total_calls();
            emulator.clear_faults();
            if let Some(fault) = judge(&class, &case, &seen, attempts) {
                wrong.push(format!("{} x {}: {fault}, {attempts} attempts: {seen:?}", class.name, case.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{version}: {} wrong\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_fault_against_every_call_in_v2() {
    every_fault_once("v2");
    lasting("v2");
}

#[test]
fn every_fault_against_every_call_in_v8() {
    every_fault_once("v8");
    lasting("v8");
}
