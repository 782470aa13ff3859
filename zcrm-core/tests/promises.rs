//! What the README promises, against an emulated Zoho over real HTTP.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use zcrm_core::config::HttpOptions;
use zcrm_core::persistence::{InMemoryPersistence, PersistenceHandler};
use zcrm_core::{Client, Config, ErrorKind, GrantToken, OAuthTokens, Record, UserIdentifier};
use zcrm_emulator::{Emulator, Fault, On, Options, Reply, Revoke};

const USER: &str = "abc@xyz.com";

fn http() -> HttpOptions {
    HttpOptions::default().retry_base(Duration::from_millis(5))
}

fn start(options: Options) -> Emulator {
    Emulator::start(options).unwrap()
}

/// A client that is signed in, and its store.
fn client_of(emulator: &Emulator, http: HttpOptions) -> (Client, InMemoryPersistence) {
    let store = InMemoryPersistence::new();
    let config = Config::from_json_str(&emulator.dictionary().to_string()).unwrap().with_http(http);
    let client = Client::new(config, store.clone()).unwrap();
    let granted = client.oauth().generate_access_token(GrantToken::new(emulator.new_grant(USER))).unwrap();
    assert_eq!(granted.user().as_str(), USER);
    emulator.reset_counters();
    (client, store)
}

fn call(client: &Client) -> Result<(), zcrm_core::Error> {
    client.users().current().map(drop)
}

#[test]
fn a_thousand_calls_in_sequence_use_one_connection() {
    let emulator = start(Options::default());
    let (client, _) = client_of(&emulator, http());
    for _ in 0..1000 {
        call(&client).unwrap();
    }
    let seen = emulator.counters();
    assert_eq!(seen.total_calls(), 1000);
    // The connection of the sign-in is used on, so none was opened since.
    assert!(seen.connections <= 1, "{seen:?}");
    assert_eq!(seen.total_token_requests(), 0);
}

#[test]
fn sixteen_threads_that_meet_an_expired_token_cause_one_token_request() {
    let emulator = start(Options::default());
    let (client, store) = client_of(&emulator, http());
    let user = UserIdentifier::new(USER).unwrap();
    let kept = store.get_oauth_tokens(&user).unwrap().unwrap();
    for round in 1..=3_u64 {
        // Once expired by the clock, twice revoked behind our back.
        let client = if round == 1 {
            let expired = OAuthTokens::new(user.clone(), "1000.fake-expired", kept.refresh_token().clone(), 1);
            store.save_oauth_tokens(&expired).unwrap();
            let config = Config::from_json_str(&emulator.dictionary().to_string()).unwrap().with_http(http());
            Client::new(config, store.clone()).unwrap()
        } else {
            emulator.revoke_tokens(USER, Revoke::AccessTokens);
            client.clone()
        };
        emulator.reset_counters();
        let together = Barrier::new(16);
        thread::scope(|scope| {
            for _ in 0..16 {
                scope.spawn(|| {
                    together.wait();
                    call(&client).unwrap();
                });
            }
        });
        assert!(emulator.counters().total_token_requests() <= 1, "{:?}", emulator.counters());
    }
}

#[test]
fn a_token_revoked_behind_our_back_costs_one_refresh_and_no_error() {
    let emulator = start(Options::default());
    let (client, _) = client_of(&emulator, http());
    emulator.revoke_tokens(USER, Revoke::AccessTokens);
    for _ in 0..10 {
        call(&client).unwrap();
    }
    assert_eq!(emulator.counters().refreshes(), 1);
    assert_eq!(emulator.counters().total_calls(), 11);
}

#[test]
fn a_server_that_refuses_every_token_sees_at_most_two_token_requests_in_a_thousand_calls() {
    let emulator = start(Options::default());
    let (client, _) = client_of(&emulator, http());
    emulator.refuse_every_token(true);
    for _ in 0..1000 {
        let error = call(&client).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unauthenticated, "{error}");
        for part in ["data center", "environment", "client_id"] {
            assert!(error.to_string().contains(part), "{error}");
        }
    }
    assert!(emulator.counters().total_token_requests() <= 2, "{:?}", emulator.counters());
}

#[test]
fn a_missing_scope_is_told_and_never_refreshed() {
    let emulator = start(Options::default());
    let (client, _) = client_of(&emulator, http());
    emulator.fault(
        On::any_call(),
        Fault::Reply(Reply::error(401, "OAUTH_SCOPE_MISMATCH", "invalid oauth scope to access this URL")),
    );
    let error = call(&client).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Scope);
    assert_eq!(emulator.counters().total_token_requests(), 0);
}

#[test]
fn a_five_second_token_causes_no_refresh_per_call() {
    let options = Options::default();
    let emulator = start(options);
    emulator.behave(|behaviour| {
        behaviour.token_life = Duration::from_secs(5);
        behaviour.token_limit = false;
    });
    let (client, _) = client_of(&emulator, http());
    let begun = Instant::now();
    for _ in 0..300 {
        call(&client).unwrap();
    }
    // One at half of each life at most.
    let lives = begun.elapsed().as_secs() / 2 + 1;
    assert!(emulator.counters().refreshes() <= lives, "{:?}", emulator.counters());
}

#[test]
fn a_clock_an_hour_wrong_causes_no_refresh_per_call() {
    let emulator = start(Options::default());
    let (client, store) = client_of(&emulator, http());
    let user = UserIdentifier::new(USER).unwrap();
    for hours in [-1_i64, 1] {
        let kept = store.get_oauth_tokens(&user).unwrap().unwrap();
        let shifted = kept.expiry_millis() + hours * 3_600_000;
        let tokens = OAuthTokens::new(user.clone(), kept.access_token().clone(), kept.refresh_token().clone(), shifted);
        store.save_oauth_tokens(&tokens).unwrap();
        let another = Client::new(client.config().clone(), store.clone()).unwrap();
        emulator.reset_counters();
        for _ in 0..50 {
            call(&another).unwrap();
        }
        assert!(emulator.counters().total_token_requests() <= 1, "{hours}: {:?}", emulator.counters());
    }
}

#[test]
fn an_endless_429_ends_in_a_typed_error_after_a_bounded_time() {
    let emulator = start(Options::default());
    let (client, _) = client_of(&emulator, http().max_retries(4).retry_budget(Duration::from_secs(60)));
    emulator.fault(On::any_call(), Fault::Reply(Reply::too_many_requests()));
    let begun = Instant::now();
    let error = call(&client).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::RateLimited);
    assert!(error.is_retryable());
    assert_eq!(error.code(), Some("TOO_MANY_REQUESTS"));
    assert!(begun.elapsed() < Duration::from_secs(60));
    assert_eq!(emulator.counters().total_calls(), 5);

    emulator.clear_faults();
    emulator.fault(On::any_call(), Fault::Reply(Reply::too_many_requests().retry_after(3600)));
    let begun = Instant::now();
    let error = call(&client).unwrap_err();
    assert_eq!(error.retry_after(), Some(Duration::from_secs(3600)));
    assert!(begun.elapsed() < Duration::from_secs(60), "a wait beyond the budget is not begun");
}

#[test]
fn a_create_whose_answer_is_lost_is_unanswered_and_sent_once() {
    let emulator = start(Options::default());
    for fault in [Fault::ResetAfterWork, Fault::ResetBeforeWork] {
        let (client, _) = client_of(&emulator, http());
        emulator.clear_faults();
        emulator.fault(On::path("/crm/v2/Leads").method("POST"), fault);
        let leads: Vec<_> = (0..3).map(|n| Record::new().with("Last_Name", format!("L{n}"))).collect();
        let report = client.module("Leads").create(&leads).unwrap();
        assert_eq!(report.unanswered().count(), 3, "{report:?}");
        assert_eq!(report.created().count() + report.rejected().count() + report.not_sent().count(), 0);
        assert_eq!(emulator.counters().calls_to("POST", "/crm/v2/Leads"), 1);
    }
}

#[test]
fn five_nested_iterators_and_an_expired_token_do_not_block_a_gate_of_five() {
    let emulator = start(Options { leads: 6, ..Options::default() });
    let (client, _) = client_of(&emulator, http().concurrency(5));
    emulator.expire_tokens_now();
    let list = || client.module("Leads").records().fields(["Last_Name"]).per_page(2).iter();
    let mut seen = 0;
    for a in list().take(2) {
        a.unwrap();
        for b in list().take(2) {
            b.unwrap();
            for c in list().take(2) {
                c.unwrap();
                emulator.expire_tokens_now();
                for d in list().take(1) {
                    d.unwrap();
                    for e in list() {
                        e.unwrap();
                        seen += 1;
                    }
                }
                emulator.behave(|behaviour| behaviour.token_limit = false);
            }
        }
    }
    assert_eq!(seen, 8 * 6);
}

#[test]
fn no_more_calls_are_in_flight_than_the_gate_lets_through() {
    let emulator = start(Options::default());
    let (client, _) = client_of(&emulator, http().concurrency(3));
    emulator.behave(|behaviour| behaviour.delay = Duration::from_millis(20));
    thread::scope(|scope| {
        for _ in 0..12 {
            let client = client.clone();
            scope.spawn(move || call(&client).unwrap());
        }
    });
    assert!(emulator.counters().highest_in_flight <= 3, "{:?}", emulator.counters());
}

#[test]
fn an_id_cannot_change_the_request() {
    let emulator = start(Options::default());
    let (client, _) = client_of(&emulator, http());
    let error = client.module("Leads").record("5/../6?x=1").get().unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::NotFound | ErrorKind::InvalidRequest), "{error}");
    let request = emulator.requests().pop().unwrap();
    assert!(request.query.is_empty(), "{request:?}");
    assert_eq!(client.module("Leads").record("..").get().unwrap_err().kind(), ErrorKind::InvalidInput);
}

#[test]
fn two_users_of_one_app_and_two_apps_of_one_process_do_not_mix() {
    let (first, second) = (start(Options::default()), start(Options::default()));
    let (client, _) = client_of(&first, http());
    let (other_app, _) = client_of(&second, http());
    let other_user = client.for_user("b@example.com").unwrap();
    assert_eq!(call(&other_user).unwrap_err().kind(), ErrorKind::NoTokens);
    call(&client).unwrap();
    call(&other_app).unwrap();
    assert_eq!((first.counters().total_calls(), second.counters().total_calls()), (1, 1));
}
