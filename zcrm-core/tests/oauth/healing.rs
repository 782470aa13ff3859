//! Tokens that are refused in mid-life, over real HTTP against the emulator.

use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use zcrm_core::config::HttpOptions;
use zcrm_core::persistence::InMemoryPersistence;
use zcrm_core::{Client, Config, ErrorKind, GrantToken};
use zcrm_emulator::{Emulator, Fault, On, Options, Reply as Scripted, Revoke};

use crate::support::{USER, listen};

fn start() -> Emulator {
    listen();
    let emulator = Emulator::start(Options::default()).unwrap();
    emulator.seed_leads(1);
    emulator
}

fn client(emulator: &Emulator, store: &InMemoryPersistence) -> Client {
    let dictionary = emulator.dictionary();
    let pairs = dictionary.as_object().unwrap().iter().map(|(key, value)| (key.as_str(), value.as_str().unwrap()));
    let config = Config::from_pairs(pairs).unwrap().with_http(HttpOptions::default().concurrency(64));
    Client::new(config, store.clone()).unwrap()
}

fn signed_in(emulator: &Emulator, store: &InMemoryPersistence) -> Client {
    let client = client(emulator, store);
    let granted = client.oauth().generate_access_token(GrantToken::new(emulator.new_grant(USER))).unwrap();
    assert_eq!(granted.user().as_str(), USER);
    client
}

/// One call that reads.
fn call(client: &Client) -> zcrm_core::Result<()> {
    client.module("Leads").records().into_iter().next().unwrap().map(drop)
}

#[test]
fn a_token_revoked_behind_our_back_costs_one_refresh_and_no_error() {
    let (emulator, store) = (start(), InMemoryPersistence::new());
    let client = signed_in(&emulator, &store);
    call(&client).unwrap();
    emulator.revoke_tokens(USER, Revoke::AccessTokens);
    for _ in 0..20 {
        call(&client).unwrap();
    }
    assert_eq!(emulator.counters().refreshes(), 1);
}

#[test]
fn a_token_revoked_before_its_first_call_is_replaced_too() {
    let (emulator, store) = (start(), InMemoryPersistence::new());
    let client = signed_in(&emulator, &store);
    emulator.revoke_tokens(USER, Revoke::AccessTokens);
    call(&client).unwrap();
    assert_eq!(emulator.counters().refreshes(), 1);
}

#[test]
fn a_rejected_token_is_told_in_any_wrapping() {
    let rejected = Scripted::invalid_token();
    let body = r#"{"code":"INVALID_TOKEN","details":{},"message":"invalid oauth token","status":"error"}"#;
    for body in [format!("\u{feff}{body}"), format!("[{body}]"), format!("{{\"data\":[{body}]}}")] {
        let (emulator, store) = (start(), InMemoryPersistence::new());
        let client = signed_in(&emulator, &store);
        emulator.fault(On::path("/crm/").times(1), Fault::Reply(rejected.clone().body(body.as_str())));
        call(&client).unwrap_or_else(|error| panic!("{body}: {error}"));
        assert_eq!(emulator.counters().refreshes(), 1, "{body}");
    }
}

#[test]
fn sixteen_threads_and_four_clients_with_a_revoked_token_refresh_once() {
    let (emulator, store) = (start(), InMemoryPersistence::new());
    let clients: Vec<_> = (0..4).map(|_| client(&emulator, &store)).collect();
    drop(signed_in(&emulator, &store));
    for client in &clients {
        call(client).unwrap();
    }
    emulator.revoke_tokens(USER, Revoke::AccessTokens);
    let together = Barrier::new(16);
    thread::scope(|scope| {
        for client in &clients {
            for _ in 0..4 {
                scope.spawn(|| {
                    together.wait();
                    call(client).unwrap();
                });
            }
        }
    });
    assert_eq!(emulator.counters().refreshes(), 1, "the others take what the first one stored");
}

#[test]
fn a_server_that_refuses_every_token_sees_at_most_two_requests() {
    for signed_in_before in [true, false] {
        let (emulator, store) = (start(), InMemoryPersistence::new());
        let first = signed_in(&emulator, &store);
        let client = if signed_in_before { first } else { client(&emulator, &store) };
        emulator.refuse_every_token(true);
        for _ in 0..1000 {
            let error = call(&client).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Unauthenticated, "{error}");
        }
        assert!(emulator.counters().total_token_requests() <= 2, "{:?}", emulator.counters());
        emulator.refuse_every_token(false);
        call(&client).unwrap();
    }
}

#[test]
fn many_threads_on_a_server_that_refuses_every_token() {
    let (emulator, store) = (start(), InMemoryPersistence::new());
    let client = signed_in(&emulator, &store);
    call(&client).unwrap();
    emulator.reset_counters();
    emulator.refuse_every_token(true);
    thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                for _ in 0..20 {
                    assert_eq!(call(&client).unwrap_err().kind(), ErrorKind::Unauthenticated);
                }
            });
        }
    });
    assert!(emulator.counters().total_token_requests() <= 2, "{:?}", emulator.counters());
}

#[test]
fn a_token_that_somebody_else_stored_meanwhile_is_taken() {
    let (emulator, store) = (start(), InMemoryPersistence::new());
    let (one, other) = (signed_in(&emulator, &store), client(&emulator, &store));
    call(&one).unwrap();
    emulator.revoke_tokens(USER, Revoke::AccessTokens);
    other.oauth().refresh(USER).unwrap();
    call(&one).unwrap();
    assert_eq!(emulator.counters().refreshes(), 1);
}

#[test]
fn after_a_refused_fresh_token_a_new_one_in_the_store_is_taken_at_once() {
    let (emulator, store) = (start(), InMemoryPersistence::new());
    let (one, other) = (signed_in(&emulator, &store), client(&emulator, &store));
    emulator.refuse_every_token(true);
    call(&one).unwrap_err();
    call(&one).unwrap_err();
    other.oauth().refresh(USER).unwrap();
    emulator.refuse_every_token(false);
    emulator.fault(On::path("/crm/").times(1), Fault::Reply(Scripted::invalid_token()));
    call(&one).unwrap();
    assert_eq!(emulator.counters().refreshes(), 2, "one each: {:?}", emulator.counters());
}

#[test]
fn revoked_altogether_the_user_has_to_consent_again() {
    let (emulator, store) = (start(), InMemoryPersistence::new());
    let client = signed_in(&emulator, &store);
    call(&client).unwrap();
    emulator.revoke_tokens(USER, Revoke::Everything);
    for _ in 0..50 {
        assert_eq!(call(&client).unwrap_err().kind(), ErrorKind::InvalidRefreshToken);
    }
    assert_eq!(emulator.counters().refreshes(), 1);
    let _granted = client.oauth().generate_access_token(GrantToken::new(emulator.new_grant(USER))).unwrap();
    call(&client).unwrap();
}

#[test]
fn tokens_of_five_seconds_do_not_cost_a_refresh_per_call() {
    let (emulator, store) = (start(), InMemoryPersistence::new());
    emulator.behave(|behaviour| {
        behaviour.token_life = Duration::from_secs(5);
        behaviour.token_limit = false;
    });
    let begun = Instant::now();
    let client = signed_in(&emulator, &store);
    for _ in 0..200 {
        call(&client).unwrap();
    }
    // One at half of each life at most.
    let lives = begun.elapsed().as_secs() / 2 + 1;
    assert!(emulator.counters().refreshes() <= lives, "{:?}", emulator.counters());
}

#[test]
fn the_whole_way_of_a_user() {
    let (emulator, store) = (start(), InMemoryPersistence::new());
    let client = signed_in(&emulator, &store);
    assert!(client.oauth().is_token_generated(USER).unwrap());
    client.oauth().revoke(USER).unwrap();
    assert!(!client.oauth().is_token_generated(USER).unwrap());
    assert_eq!(call(&client).unwrap_err().kind(), ErrorKind::NoTokens);
    let counters = emulator.counters();
    assert_eq!(counters.revocations, 1);
}

/// A refresh, and the token dies before its first call: one more refresh, and no error.
#[test]
fn a_fresh_token_that_was_revoked_before_its_first_call_is_replaced() {
    let (emulator, store) = (start(), InMemoryPersistence::new());
    let client = signed_in(&emulator, &store);
    call(&client).unwrap();
    client.oauth().refresh(USER).unwrap();
    emulator.revoke_tokens(USER, Revoke::AccessTokens);
    for _ in 0..20 {
        call(&client).unwrap();
    }
    assert_eq!(emulator.counters().refreshes(), 2);
    // And again, once its successor was accepted.
    client.oauth().refresh(USER).unwrap();
    emulator.revoke_tokens(USER, Revoke::AccessTokens);
    call(&client).unwrap();
    assert_eq!(emulator.counters().refreshes(), 4);
}

/// Another process refreshed a moment ago, and its token died before this process used it.
#[test]
fn a_fresh_token_of_another_process_is_replaced_too() {
    let (emulator, store) = (start(), InMemoryPersistence::new());
    drop(signed_in(&emulator, &store));
    emulator.revoke_tokens(USER, Revoke::AccessTokens);
    call(&client(&emulator, &store)).unwrap();
    assert_eq!(emulator.counters().refreshes(), 1);
}

/// Processes that hand each other tokens which the server refuses do not egg each other on.
#[test]
fn several_processes_on_a_server_that_refuses_every_token() {
    let (emulator, store) = (start(), InMemoryPersistence::new());
    drop(signed_in(&emulator, &store));
    emulator.behave(|behaviour| behaviour.token_limit = false);
    emulator.refuse_every_token(true);
    emulator.reset_counters();
    let clients: Vec<_> = (0..4).map(|_| client(&emulator, &store)).collect();
    for _ in 0..250 {
        for client in &clients {
            assert_eq!(call(client).unwrap_err().kind(), ErrorKind::Unauthenticated);
        }
    }
    assert!(emulator.counters().refreshes() <= 2 * 4, "{:?}", emulator.counters());
}

/// All access tokens were revoked: this process's fresh one, and the fresh one that another process stored meanwhile.
#[test]
fn a_stored_successor_that_is_dead_as_well_costs_one_refresh_and_no_error() {
    let (emulator, store) = (start(), InMemoryPersistence::new());
    let (one, other) = (signed_in(&emulator, &store), client(&emulator, &store));
    other.oauth().refresh(USER).unwrap();
    emulator.revoke_tokens(USER, Revoke::AccessTokens);
    call(&one).unwrap();
    assert_eq!(emulator.counters().refreshes(), 2);
}
