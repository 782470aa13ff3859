//! Exactly one refresh, whoever asks, and none that is not needed.

use std::sync::Barrier;
use std::thread;

use zcrm_core::persistence::{PersistenceError, PersistenceHandler};
use zcrm_core::transport::TransportErrorKind;
use zcrm_core::{Client, ErrorKind, OAuthTokens, UserIdentifier};

use crate::support::*;

#[test]
fn sixteen_threads_on_an_expired_token_ask_once() {
    let (zoho, store) = (Zoho::new(), Store::default());
    store.put("1000.old", REFRESH, -10);
    let client = client(&zoho, &store);
    let start = Barrier::new(16);
    let tokens: Vec<String> = thread::scope(|scope| {
        let threads: Vec<_> = (0..16)
            .map(|_| {
                scope.spawn(|| {
                    start.wait();
                    client.oauth().get_access_token(USER).unwrap().expose().to_owned()
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(zoho.token_requests(), 1);
    assert!(tokens.iter().all(|token| *token == tokens[0]), "all share one token");
    assert_eq!(store.get(USER).unwrap().access_token().expose(), tokens[0]);
    assert_eq!(store.get(USER).unwrap().refresh_token().expose(), REFRESH, "kept: a refresh does not repeat it");
}

#[test]
fn sixteen_clients_that_share_a_store_ask_once() {
    let (zoho, store) = (Zoho::new(), Store::default());
    store.put("1000.old", REFRESH, -10);
    let start = Barrier::new(16);
    thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                let client = client(&zoho, &store);
                start.wait();
                client.oauth().get_access_token(USER).unwrap();
            });
        }
    });
    assert_eq!(zoho.token_requests(), 1);
}

/// Clients stand for processes: the token that one of them got ends within the margin of each, and yet serves them.
#[test]
fn clients_share_a_token_of_half_a_minute() {
    let (zoho, store) = (Zoho::new(), Store::default());
    zoho.life(30);
    store.put("1000.old", REFRESH, -10);
    for _ in 0..16 {
        client(&zoho, &store).oauth().get_access_token(USER).unwrap();
    }
    assert_eq!(zoho.token_requests(), 1);
}

#[test]
fn a_token_of_half_a_minute_is_not_renewed_per_call() {
    let (zoho, store) = (Zoho::new(), Store::default());
    zoho.life(30);
    store.put("1000.old", REFRESH, -10);
    let client = client(&zoho, &store);
    for _ in 0..1000 {
        client.oauth().get_access_token(USER).unwrap();
    }
    assert!(zoho.token_requests() <= 2, "{} requests", zoho.token_requests());
}

/// A store whose clock is an hour off, either way, as seen by this machine.
#[derive(Debug)]
struct Skewed(Store, i64);

impl PersistenceHandler for Skewed {
    fn save_oauth_tokens(&self, tokens: &OAuthTokens) -> Result<(), PersistenceError> {
        self.0.save_oauth_tokens(tokens)
    }

    fn get_oauth_tokens(&self, user: &UserIdentifier) -> Result<Option<OAuthTokens>, PersistenceError> {
        Ok(self.0.get_oauth_tokens(user)?.map(|tokens| {
            OAuthTokens::new(
                tokens.user().clone(),
                tokens.access_token().clone(),
                tokens.refresh_token().clone(),
                tokens.expiry_millis() + self.1,
            )
        }))
    }

    fn delete_oauth_tokens(&self, user: &UserIdentifier) -> Result<(), PersistenceError> {
        self.0.delete_oauth_tokens(user)
    }
}

#[test]
fn a_clock_an_hour_wrong_does_not_cause_a_refresh_per_call() {
    for skew in [-3_600_000, 3_600_000, -7_200_000, i64::MAX / 2, i64::MIN / 2] {
        let (zoho, store) = (Zoho::new(), Store::default());
        store.put("1000.old", REFRESH, 60);
        let client = Client::with_transport(config(&[]), Skewed(store, skew), zoho.clone());
        for _ in 0..1000 {
            client.oauth().get_access_token(USER).unwrap();
        }
        assert!(zoho.token_requests() <= 1, "skew {skew}: {} requests", zoho.token_requests());
    }
}

#[test]
fn a_good_token_of_the_store_is_read_once_and_nothing_is_asked() {
    let (zoho, store) = (Zoho::new(), Store::default());
    store.put("1000.good", REFRESH, 1800);
    let client = client(&zoho, &store);
    for _ in 0..100 {
        assert_eq!(client.oauth().get_access_token(USER).unwrap().expose(), "1000.good");
    }
    assert_eq!((zoho.token_requests(), store.reads()), (0, 1));
}

#[test]
fn the_refresh_token_sent_is_the_one_just_read() {
    let (zoho, store) = (Zoho::new(), Store::default());
    store.put("1000.old", REFRESH, -10);
    let client = client(&zoho, &store);
    client.oauth().refresh(USER).unwrap();
    store.put("1000.other", "1000.newer-refresh", -10);
    client.oauth().refresh(USER).unwrap();
    assert_eq!(zoho.seen()[1].field("refresh_token").unwrap(), "1000.newer-refresh");
}

/// One user's refresh hangs; the other's calls go through meanwhile.
#[test]
fn users_do_not_wait_for_each_other() {
    let (zoho, store) = (Zoho::new(), Store::default());
    store.put("1000.old", REFRESH, -10);
    store.rows.save_oauth_tokens(&OAuthTokens::new(user("b@xyz.com"), "1000.b", "1000.refresh-b", 0)).unwrap();
    let gate = Gate::new(&zoho, REFRESH);
    let client = Client::with_transport(config(&[]), store, gate.clone());
    thread::scope(|scope| {
        let slow = scope.spawn(|| client.oauth().get_access_token(USER).map(drop));
        gate.wait_for_arrival();
        client.oauth().get_access_token("b@xyz.com").unwrap();
        gate.open();
        slow.join().unwrap().unwrap();
    });
    assert_eq!(zoho.token_requests(), 2);
}

#[test]
fn a_busy_lock_ends_in_a_retryable_error_and_no_request() {
    let (zoho, store) = (Zoho::new(), Store::default());
    store.put("1000.old", REFRESH, -10);
    store.lock_for_ever(true);
    let client = client(&zoho, &store);
    let error = client.oauth().get_access_token(USER).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::RefreshBusy);
    assert!(error.is_retryable());
    assert_eq!(zoho.token_requests(), 0, "never an unlocked refresh");
    store.lock_for_ever(false);
    client.oauth().get_access_token(USER).unwrap();
}

#[test]
fn waiters_share_the_failure_of_the_one_who_asked() {
    let (zoho, store) = (Zoho::new(), Store::default());
    store.put("1000.old", REFRESH, -10);
    let gate = Gate::new(&zoho, REFRESH);
    zoho.rule(|_| Reply::Lost(TransportErrorKind::Timeout));
    let client = Client::with_transport(config(&[]), store, gate.clone());
    let started = Barrier::new(8);
    thread::scope(|scope| {
        let first = scope.spawn(|| client.oauth().get_access_token(USER));
        gate.wait_for_arrival();
        let others: Vec<_> = (0..7)
            .map(|_| {
                scope.spawn(|| {
                    started.wait();
                    client.oauth().get_access_token(USER)
                })
            })
            .collect();
        started.wait();
        gate.open();
        for thread in others.into_iter().chain([first]) {
            assert_eq!(thread.join().unwrap().unwrap_err().kind(), ErrorKind::AccountsServer);
        }
    });
}

#[test]
fn a_refused_refresh_token_is_not_tried_again_until_it_changes() {
    let (zoho, store) = (Zoho::new(), Store::default());
    store.put("1000.old", REFRESH, -10);
    zoho.next([json(r#"{"error":"invalid_code"}"#)]);
    let client = client(&zoho, &store);
    for _ in 0..1000 {
        assert_eq!(client.oauth().get_access_token(USER).unwrap_err().kind(), ErrorKind::InvalidRefreshToken);
    }
    assert_eq!(zoho.token_requests(), 1);
    store.put("1000.old", "1000.another-refresh", -10);
    client.oauth().get_access_token(USER).unwrap();
    assert_eq!(zoho.token_requests(), 2);
}

#[test]
fn a_byte_order_mark_in_front_of_a_response_is_none_of_it() {
    let (zoho, store) = (Zoho::new(), Store::default());
    store.put("1000.old", REFRESH, -10);
    zoho.next([json("\u{feff}{\"access_token\":\"1000.marked\",\"expires_in\":3600}")]);
    let token = client(&zoho, &store).oauth().get_access_token(USER).unwrap();
    assert_eq!(token.expose(), "1000.marked");
}
