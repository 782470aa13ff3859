//! A spent grant never costs the refresh token: what is looked at before the exchange, and what comes after it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;
use std::time::Duration;

use zcrm_core::config::HttpOptions;
use zcrm_core::persistence::{PersistenceErrorKind, PersistenceHandler};
use zcrm_core::{Client, ErrorKind, GrantToken, OAuthTokens, Secret};

use crate::support::*;

const OTHER: &str = "somebody-else@xyz.com";

fn grant() -> GrantToken {
    GrantToken::new(GRANT)
}

/// Grants bring these tokens, and are given by `email`.
fn given_by(zoho: &Zoho, email: &'static str) {
    zoho.rule(move |seen| match seen.url.ends_with("/oauth/user/info") {
        true => json(format!(r#"{{"Email":"{email}"}}"#)),
        false => json(r#"{"access_token":"1000.granted","refresh_token":"1000.granted-refresh","expires_in":3600}"#),
    });
}

#[test]
fn a_lock_that_is_busy_costs_no_grant() {
    let (zoho, store) = (Zoho::new(), Store::default());
    store.lock_for_ever(true);
    let client = client(&zoho, &store);
    let error = client.oauth().generate_access_token(grant()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::RefreshBusy);
    let error = client.oauth().generate_access_token_from_refresh_token(Secret::new(REFRESH), USER).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::RefreshBusy);
    assert!(zoho.seen().is_empty(), "the grant is still good");
    store.lock_for_ever(false);
    let _granted = client.oauth().generate_access_token(grant()).unwrap();
}

#[test]
fn a_row_that_cannot_be_read_is_replaced_by_a_new_grant() {
    for kind in [PersistenceErrorKind::CorruptRow, PersistenceErrorKind::WrongKey] {
        let (zoho, store) = (Zoho::new(), Store::default());
        store.put("1000.lost", "1000.lost-refresh", 1800);
        store.unreadable(kind);
        let client = client(&zoho, &store);
        assert_eq!(client.oauth().access_token(USER).unwrap_err().kind(), ErrorKind::Persistence);
        let _granted = client.oauth().generate_access_token(grant()).unwrap();
        assert!(store.get(USER).unwrap().refresh_token().expose().starts_with(REFRESH));
        client.oauth().access_token(USER).unwrap();

        store.unreadable(kind);
        let _granted =
            client.oauth().generate_access_token_from_refresh_token(Secret::new("1000.brought"), USER).unwrap();
        store.unreadable(kind);
        client.oauth().save_tokens(&OAuthTokens::new(user(USER), "1000.a", "1000.saved", 1)).unwrap();
        store.unreadable(kind);
        client.oauth().delete(USER).unwrap();
        assert!(store.get(USER).is_none());
    }
}

/// The unreadable row is still there when the save fails; what the grant brought is saved over it later.
#[test]
fn what_could_not_be_saved_over_an_unreadable_row_is_saved_over_it_later() {
    let (zoho, store) = (Zoho::new(), Store::default());
    store.put("1000.lost", "1000.lost-refresh", 1800);
    store.unreadable(PersistenceErrorKind::CorruptRow);
    store.fail_saves(true);
    let client = client(&zoho, &store);
    assert_eq!(client.oauth().generate_access_token(grant()).unwrap_err().kind(), ErrorKind::TokensNotSaved);
    store.fail_saves(false);
    client.oauth().access_token(USER).unwrap();
    assert!(store.get(USER).unwrap().refresh_token().expose().starts_with(REFRESH));
}

#[test]
fn a_store_that_fails_as_a_whole_stops_the_exchange() {
    use PersistenceErrorKind as Kind;
    for kind in [Kind::Unavailable, Kind::Denied, Kind::Corrupt, Kind::Setup, Kind::Other, Kind::DoesNotFit] {
        let (zoho, store) = (Zoho::new(), Store::default());
        store.unreadable(kind);
        let error = client(&zoho, &store).oauth().generate_access_token(grant()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Persistence, "{kind:?}");
        assert!(zoho.seen().is_empty(), "{kind:?}");
    }
}

/// As on a read-only mount or a full disk, where reading and the lock succeed.
#[test]
fn a_store_that_takes_no_save_stops_the_exchange() {
    for configured in [&[("current_user_email", USER)][..], &[]] {
        let (zoho, store) = (Zoho::new(), Store::default());
        store.is_writable(false);
        let client = Client::with_transport(config(configured), store.clone(), zoho.clone());
        let error = client.oauth().generate_access_token(grant()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Persistence, "{configured:?}");
        let text = all_of(&error);
        assert!(text.contains("Zoho was not asked") && text.contains("the folder is read-only"), "{text}");
        assert!(error.tokens().is_none() && zoho.seen().is_empty(), "{configured:?}: the grant is still good");
        store.is_writable(true);
        let _granted = client.oauth().generate_access_token(grant()).unwrap();
        assert!(store.get(USER).is_some(), "{configured:?}");
    }
}

/// A refresh spends nothing that a failed save would cost: the token is used from memory.
#[test]
fn a_store_that_takes_no_save_does_not_stop_a_refresh() {
    let (zoho, store) = (Zoho::new(), Store::default());
    store.put("1000.old", REFRESH, -10);
    store.is_writable(false);
    store.fail_saves(true);
    client(&zoho, &store).oauth().access_token(USER).unwrap();
    assert_eq!(zoho.token_requests(), 1);
}

#[test]
fn the_tokens_are_in_the_store_before_zoho_is_asked_whose_they_are() {
    let (zoho, store) = (Zoho::new(), Store::default());
    let during = store.clone();
    zoho.rule(move |seen| {
        if seen.url.ends_with("/oauth/user/info") {
            assert!(during.get(USER).is_some(), "not saved yet");
            panic!("the process dies here");
        }
        json(r#"{"access_token":"1000.granted","refresh_token":"1000.granted-refresh","expires_in":3600}"#)
    });
    let client = client(&zoho, &store);
    let died = catch_unwind(AssertUnwindSafe(|| client.oauth().generate_access_token(grant())));
    assert_eq!(died.unwrap_err().downcast_ref::<&str>(), Some(&"the process dies here"));
    assert_eq!(store.get(USER).unwrap().refresh_token().expose(), "1000.granted-refresh");
    assert_eq!(super::support::client(&zoho, &store).oauth().access_token(USER).unwrap().expose(), "1000.granted");
    assert_eq!(client.oauth().access_token(USER).unwrap().expose(), "1000.granted", "nobody waits for the dead");
}

#[test]
fn the_row_moves_to_the_one_who_gave_the_grant_and_the_former_row_is_put_back() {
    for tokens_before in [false, true] {
        let (zoho, store) = (Zoho::new(), Store::default());
        if tokens_before {
            store.put("1000.own", "1000.own-refresh", 1800);
        }
        store.put_for(OTHER, "1000.former", "1000.former-refresh", 1800);
        given_by(&zoho, OTHER);
        let client = client(&zoho, &store);
        let granted = client.oauth().generate_access_token(grant()).unwrap();
        assert!(granted.is_somebody_else() && granted.user().as_str() == OTHER);
        assert_eq!(store.get(OTHER).unwrap().refresh_token().expose(), "1000.granted-refresh");
        let own = store.get(USER).map(|tokens| tokens.refresh_token().expose().to_owned());
        assert_eq!(own.as_deref(), tokens_before.then_some("1000.own-refresh"));
        assert_eq!(client.oauth().access_token(OTHER).unwrap().expose(), "1000.granted");
        match client.oauth().access_token(USER) {
            Ok(token) => assert!(tokens_before && token.expose() == "1000.own"),
            Err(error) => assert!(!tokens_before && error.kind() == ErrorKind::NoTokens),
        }
    }
}

/// While Zoho is asked whose tokens they are, nobody's call is made with them.
#[test]
fn other_threads_go_on_with_their_own_token_until_the_owner_is_known() {
    let (zoho, store) = (Zoho::new(), Store::default());
    store.put("1000.own", "1000.own-refresh", 1800);
    let client = client(&zoho, &store);
    assert_eq!(client.oauth().access_token(USER).unwrap().expose(), "1000.own");
    let meanwhile = client.clone();
    zoho.rule(move |seen| match seen.url.ends_with("/oauth/user/info") {
        true => {
            assert_eq!(meanwhile.oauth().access_token(USER).unwrap().expose(), "1000.own");
            json(format!(r#"{{"Email":"{OTHER}"}}"#))
        }
        false => json(r#"{"access_token":"1000.granted","refresh_token":"1000.granted-refresh","expires_in":3600}"#),
    });
    let _granted = client.oauth().generate_access_token(grant()).unwrap();
    assert_eq!(client.oauth().access_token(USER).unwrap().expose(), "1000.own");
}

#[test]
fn other_processes_need_not_wait_until_the_owner_is_known() {
    let (zoho, store) = (Zoho::new(), Store::default());
    let (here, another) = (client(&zoho, &store), client(&zoho, &store));
    let during = store.clone();
    zoho.rule(move |seen| match seen.url.ends_with("/oauth/user/info") {
        true => {
            let lock = during.rows.lock_refresh(&user(USER), Duration::ZERO, Duration::ZERO);
            assert!(lock.is_ok(), "the lock is free");
            assert_eq!(another.oauth().access_token(USER).unwrap().expose(), "1000.granted");
            json(format!(r#"{{"Email":"{USER}"}}"#))
        }
        false => json(r#"{"access_token":"1000.granted","refresh_token":"1000.granted-refresh","expires_in":3600}"#),
    });
    let _granted = here.oauth().generate_access_token(grant()).unwrap();
}

#[test]
fn a_grant_without_a_refresh_token_takes_the_one_of_its_owner_or_none() {
    for known in [false, true] {
        let (zoho, store) = (Zoho::new(), Store::default());
        store.put("1000.own", "1000.own-refresh", 1800);
        if known {
            store.put_for(OTHER, "1000.former", "1000.former-refresh", -10);
        }
        zoho.next([
            json(r#"{"access_token":"1000.granted","expires_in":3600}"#),
            json(format!(r#"{{"Email":"{OTHER}"}}"#)),
        ]);
        let outcome = client(&zoho, &store).oauth().generate_access_token(grant());
        assert_eq!(store.get(USER).unwrap().access_token().expose(), "1000.own", "never touched");
        match outcome {
            Ok(granted) => {
                assert!(known && granted.user().as_str() == OTHER);
                let stored = store.get(OTHER).unwrap();
                assert_eq!(stored.access_token().expose(), "1000.granted");
                assert_eq!(stored.refresh_token().expose(), "1000.former-refresh");
            }
            Err(error) => assert!(!known && error.kind() == ErrorKind::NoRefreshToken),
        }
    }
}

/// Without a configured user: the store fails between the exchange and the save, and another process is faster.
#[test]
fn tokens_of_unknown_predecessors_are_later_saved_over_older_ones_only() {
    let former = |access: &str, refresh: &str, seconds: i64| {
        OAuthTokens::new(user(USER), access, refresh, now_millis() + seconds * 1000)
    };
    for (what, meanwhile, expected) in [
        ("an older row", Some(former("1000.old", "1000.old-refresh", 60)), Some("1000.granted-refresh")),
        ("a newer grant", Some(former("1000.new", "1000.new-refresh", 3700)), Some("1000.new-refresh")),
        ("no row: the user was revoked and deleted", None, None),
    ] {
        let (zoho, store) = (Zoho::new(), Store::default());
        let failing = store.clone();
        zoho.rule(move |seen| match seen.url.ends_with("/oauth/user/info") {
            true => json(format!(r#"{{"Email":"{USER}"}}"#)),
            false => {
                failing.fail_reads(true);
                failing.fail_saves(true);
                json(r#"{"access_token":"1000.granted","refresh_token":"1000.granted-refresh","expires_in":3600}"#)
            }
        });
        listen();
        let client = Client::with_transport(config(&[]), store.clone(), zoho.clone());
        let error = client.oauth().generate_access_token(grant()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TokensNotSaved);
        assert_eq!(error.tokens().unwrap().refresh_token().expose(), "1000.granted-refresh");
        store.fail_reads(false);
        store.fail_saves(false);
        if let Some(tokens) = meanwhile {
            store.rows.save_oauth_tokens(&tokens).unwrap();
        }
        let used = client.oauth().access_token(USER);
        let stored = store.get(USER).map(|tokens| tokens.refresh_token().expose().to_owned());
        assert_eq!(stored.as_deref(), expected, "{what}");
        assert_eq!(used.is_ok(), expected.is_some(), "{what}");
    }
}

/// A refresh hangs while a grant of the same user arrives under another name: the grant's tokens win.
#[test]
fn a_refresh_in_progress_does_not_swallow_a_grant_that_could_not_wait_for_it() {
    let (zoho, store) = (Zoho::new(), Store::default());
    store.put_for(OTHER, "1000.old", "1000.old-refresh", -10);
    given_by(&zoho, OTHER);
    let gate = Gate::new(&zoho, "1000.old-refresh");
    let config = config(&[("current_user_email", USER)]).with_http(HttpOptions::default().call_timeout(Duration::ZERO));
    let client = Client::with_transport(config, store.clone(), gate.clone());
    thread::scope(|scope| {
        let refresh = scope.spawn(|| client.oauth().refresh(OTHER));
        gate.wait_for_arrival();
        let error = client.oauth().generate_access_token(grant()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TokensNotSaved);
        assert_eq!(error.tokens().unwrap().user().as_str(), OTHER);
        zoho.rule(|_| json(r#"{"access_token":"1000.refreshed","expires_in":3600}"#));
        gate.open();
        refresh.join().unwrap().unwrap();
    });
    assert_eq!(client.oauth().access_token(OTHER).unwrap().expose(), "1000.granted");
    let stored = store.get(OTHER).unwrap();
    assert_eq!(stored.refresh_token().expose(), "1000.granted-refresh");
    assert_eq!(stored.access_token().expose(), "1000.granted");
}

#[test]
fn no_lease_depends_on_how_long_the_lock_was_waited_for() {
    let (zoho, store) = (Zoho::new(), Store::default());
    store.fail_saves(true);
    let client = client(&zoho, &store);
    let _error = client.oauth().generate_access_token(grant()).unwrap_err();
    client.oauth().access_token(USER).unwrap();
    store.fail_saves(false);
    client.oauth().refresh(USER).unwrap();
    let slowest_refresh = Duration::from_secs(27 + 120);
    let locks = store.locks();
    assert!(
        locks.iter().any(|(timeout, _)| *timeout < Duration::from_secs(1)),
        "saving again does not wait: {locks:?}"
    );
    for (timeout, lease) in locks {
        let least = if timeout < Duration::from_secs(1) { Duration::from_secs(15) } else { slowest_refresh };
        assert!(lease >= least, "{timeout:?} {lease:?}");
        if timeout >= Duration::from_secs(1) {
            assert!(timeout > slowest_refresh, "a waiter outlasts the lease of a refresh: {timeout:?}");
        }
    }
}
