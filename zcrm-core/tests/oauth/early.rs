//! Tokens that are renewed ahead of their end, and tokens that have to last.

use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use zcrm_core::config::HttpOptions;
use zcrm_core::{Client, ErrorKind};

use crate::support::*;

/// Within the margin, one thread renews and hangs; the others go on with the token that still works.
#[test]
fn a_token_within_its_margin_is_served_while_somebody_renews_it() {
    let (zoho, store) = (Zoho::new(), Store::default());
    zoho.life(3600);
    store.put("1000.working", REFRESH, 30);
    let gate = Gate::new(&zoho, REFRESH);
    let client = Client::with_transport(config(&[]), store, gate.clone());
    assert_eq!(client.oauth().get_access_token(USER).unwrap().expose(), "1000.working");
    thread::scope(|scope| {
        // The explicit refresh stands for the thread that is at it.
        let slow = scope.spawn(|| client.oauth().refresh(USER));
        gate.wait_for_arrival();
        assert_eq!(client.oauth().get_access_token(USER).unwrap().expose(), "1000.working");
        gate.open();
        slow.join().unwrap().unwrap();
    });
    assert_ne!(client.oauth().get_access_token(USER).unwrap().expose(), "1000.working");
}

#[test]
fn when_an_early_renewal_fails_the_working_token_is_served() {
    let (zoho, store) = (Zoho::new(), Store::default());
    zoho.life(8);
    store.put("1000.old", REFRESH, -10);
    let client = Client::with_transport(
        config(&[]).with_http(HttpOptions::default().refresh_margin(Duration::from_secs(60))),
        store.clone(),
        zoho.clone(),
    );
    let first = client.oauth().get_access_token(USER).unwrap();
    zoho.rule(|_| status(429, ""));
    let until_due = Duration::from_millis(4050);
    let due = std::time::Instant::now() + until_due;
    while std::time::Instant::now() < due {
        assert!(client.oauth().get_access_token(USER).unwrap().same_as(&first));
        thread::yield_now();
    }
    store.fail_reads(true);
    assert!(client.oauth().get_access_token(USER).unwrap().same_as(&first), "due, throttled, store down: still served");
    assert!(zoho.token_requests() <= 2);
}

/// The accounts server hangs while the token is due: each call goes on with the token that works.
#[test]
fn a_renewal_that_hangs_delays_no_call() {
    let (zoho, store) = (Zoho::new(), Store::default());
    store.put("1000.working", REFRESH, 10);
    let gate = Gate::new(&zoho, REFRESH);
    let client = Client::with_transport(config(&[]), store.clone(), gate.clone());
    while !gate.has_arrived() {
        assert_eq!(client.oauth().get_access_token(USER).unwrap().expose(), "1000.working");
        thread::yield_now();
    }
    for _ in 0..1000 {
        assert_eq!(client.oauth().get_access_token(USER).unwrap().expose(), "1000.working");
    }
    gate.open();
    let begun = Instant::now();
    while client.oauth().get_access_token(USER).unwrap().expose() == "1000.working" {
        assert!(begun.elapsed() < Duration::from_secs(60), "the renewal never ended");
        thread::yield_now();
    }
    assert_eq!(zoho.token_requests(), 1);
}

#[test]
fn a_token_that_has_to_last_is_renewed_once_for_all() {
    let (zoho, store) = (Zoho::new(), Store::default());
    store.put("1000.ending", REFRESH, 30);
    let client = client(&zoho, &store);
    assert_eq!(client.oauth().get_access_token(USER).unwrap().expose(), "1000.ending", "good enough for a call");
    let start = Barrier::new(8);
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                start.wait();
                let token = client.oauth().get_access_token_lasting(USER, Duration::from_secs(600)).unwrap();
                assert_ne!(token.expose(), "1000.ending");
            });
        }
    });
    // More than Zoho gives: half of it is what there is.
    client.oauth().get_access_token_lasting(USER, Duration::MAX).unwrap();
    assert_eq!(zoho.token_requests(), 1);
    let stored = store.get(USER).unwrap();
    assert!(stored.remaining() > Duration::from_secs(3000));
    let another = super::support::client(&zoho, &store);
    assert!(
        another
            .oauth()
            .get_access_token_lasting(USER, Duration::from_secs(600))
            .unwrap()
            .same_as(stored.access_token())
    );
    assert_eq!(zoho.token_requests(), 1, "one that another process stored and that lasts is taken");
}

#[test]
fn a_token_that_cannot_last_is_an_error_though_it_still_works() {
    let (zoho, store) = (Zoho::new(), Store::default());
    store.put("1000.ending", REFRESH, 30);
    zoho.rule(|_| status(500, ""));
    let client = client(&zoho, &store);
    let error = client.oauth().get_access_token_lasting(USER, Duration::from_secs(60)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AccountsServer);
    assert_eq!(client.oauth().get_access_token(USER).unwrap().expose(), "1000.ending");
}
