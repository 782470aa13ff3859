//! Every kind of fault against every class of call, over real HTTP against the emulator: nothing is done twice, and
//! what the caller is told is what is known.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod classes;
mod faults;

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use classes::{Class, Kind, Seen, classes};
use faults::{Case, Known, faults};
use zcrm_core::config::HttpOptions;
use zcrm_core::persistence::InMemoryPersistence;
use zcrm_core::{Client, Config, Error, ErrorKind, GrantToken, Result};
use zcrm_emulator::{Emulator, Fault, On, Options};

fn start(version: &str) -> (Emulator, Client) {
    start_with(version, HttpOptions::default())
}

fn start_with(version: &str, http: HttpOptions) -> (Emulator, Client) {
    let emulator = Emulator::start(Options::default()).unwrap();
    emulator.behave(|behaviour| behaviour.token_limit = false);
    let mut dictionary = emulator.dictionary();
    dictionary["api_version"] = version.into();
    let http = http.retry_base(Duration::from_micros(10)).max_retries(2);
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

/// A read, or a write that may be repeated, whose response says nothing. Some shapes are responses with nothing in
/// them.
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

/// A server that does the work and never answers, or stands still within its answer, against every call: within the
/// time limits, and nothing is done twice.
fn standing_still(version: &str) {
    const LIMIT: Duration = Duration::from_secs(2);
    let http = HttpOptions::default().response_timeout(LIMIT).call_timeout(LIMIT).idle_timeout(LIMIT);
    let faults = || {
        [("silence", Fault::Silence), ("a standstill", Fault::SlowBody(3, LIMIT * 2))].map(|(name, fault)| Case {
            name: name.to_owned(),
            fault,
            worked: true,
            known: Known::Open,
        })
    };
    // Most of the time they wait.
    let (classes, next, wrong) = (classes(version), AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..24 {
            scope.spawn(|| {
                let (emulator, client) = start_with(version, http.clone());
                while let Some(class) = classes.get(next.fetch_add(1, Ordering::Relaxed)) {
                    for case in faults() {
                        let id = (class.prepare)(&client);
                        emulator.reset_counters();
                        emulator.fault(On::any_call().times(1), case.fault.clone());
                        let begun = Instant::now();
                        let seen = (class.call)(&client, &id);
                        let (attempts, took) = (emulator.counters().total_calls(), begun.elapsed());
                        emulator.clear_faults();
                        let slow = (took > LIMIT * 5).then_some("it took too long");
                        if let Some(fault) = judge(class, &case, &seen, attempts).or(slow) {
                            let name = (class.name, &case.name);
                            wrong
                                .lock()
                                .unwrap()
                                .push(format!("{name:?}: {fault}, {attempts} attempts, {took:?}: {seen:?}"));
                        }
                    }
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{version}: {} wrong\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn a_server_that_stands_still_against_every_call() {
    standing_still("v2");
    standing_still("v8");
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
