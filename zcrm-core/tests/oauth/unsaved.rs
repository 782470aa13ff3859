//! A refresh whose save failed: served from memory, saved at the next call, never over what came later.

use zcrm_core::persistence::PersistenceHandler;
use zcrm_core::{ErrorKind, GrantToken};

use crate::support::*;

#[test]
fn the_token_is_served_from_memory_and_saved_at_the_next_call() {
    let (zoho, store) = (Zoho::new(), Store::default());
    store.put("1000.old", REFRESH, -10);
    store.fail_saves(true);
    let client = client(&zoho, &store);
    let token = client.oauth().get_access_token(USER).unwrap();
    assert_eq!(store.get(USER).unwrap().access_token().expose(), "1000.old");
    assert!(!logged("could not be saved").is_empty());
    store.fail_saves(false);
    assert!(client.oauth().get_access_token(USER).unwrap().same_as(&token));
    assert!(store.get(USER).unwrap().access_token().same_as(&token));
    assert_eq!(zoho.token_requests(), 1);
}

#[test]
fn a_store_that_stays_down_costs_neither_requests_nor_a_save_per_call() {
    let (zoho, store) = (Zoho::new(), Store::default());
    store.put("1000.old", REFRESH, -10);
    store.fail_saves(true);
    let client = client(&zoho, &store);
    for _ in 0..1000 {
        client.oauth().get_access_token(USER).unwrap();
    }
    assert_eq!(zoho.token_requests(), 1);
    assert!(store.reads() < 10, "{} reads", store.reads());
}

#[test]
fn it_is_not_saved_over_a_newer_grant() {
    let (zoho, store) = (Zoho::new(), Store::default());
    store.put("1000.old", REFRESH, -10);
    store.fail_saves(true);
    let client = client(&zoho, &store);
    client.oauth().get_access_token(USER).unwrap();
    store.fail_saves(false);
    store.put("1000.newer", "1000.newer-refresh", 1800);
    client.oauth().get_access_token(USER).unwrap();
    assert_eq!(store.get(USER).unwrap().refresh_token().expose(), "1000.newer-refresh");
}

#[test]
fn a_user_deleted_meanwhile_stays_deleted() {
    let (zoho, store) = (Zoho::new(), Store::default());
    store.put("1000.old", REFRESH, -10);
    store.fail_saves(true);
    let (one, other) = (client(&zoho, &store), client(&zoho, &store));
    one.oauth().get_access_token(USER).unwrap();
    store.fail_saves(false);
    other.oauth().delete(USER).unwrap();
    assert_eq!(one.oauth().get_access_token(USER).unwrap_err().kind(), ErrorKind::NoTokens);
    assert!(store.get(USER).is_none());
}

#[test]
fn a_holder_that_lost_its_lock_does_not_save() {
    let (zoho, store) = (Zoho::new(), Store::default());
    store.put("1000.old", REFRESH, -10);
    store.lose_locks(true);
    let client = client(&zoho, &store);
    client.oauth().get_access_token(USER).unwrap();
    assert_eq!(store.get(USER).unwrap().access_token().expose(), "1000.old", "saved without the lock");
    client.oauth().get_access_token(USER).unwrap();
    assert_eq!(store.get(USER).unwrap().access_token().expose(), "1000.old", "saved again without the lock");
}

#[test]
fn what_a_lost_lock_left_unsaved_is_saved_at_the_next_call_that_holds_it() {
    let (zoho, store) = (Zoho::new(), Store::default());
    store.put("1000.old", REFRESH, -10);
    store.lose_locks(true);
    let client = client(&zoho, &store);
    let token = client.oauth().get_access_token(USER).unwrap();
    store.lose_locks(false);
    assert!(client.oauth().get_access_token(USER).unwrap().same_as(&token));
    assert!(store.get(USER).unwrap().access_token().same_as(&token));
    assert_eq!(zoho.token_requests(), 1);
}

/// The store's lock fell, or it has none: what somebody else stored during the request stays.
#[test]
fn what_changes_during_the_request_is_not_written_over() {
    let (zoho, store) = (Zoho::new(), Store::default());
    store.put("1000.old", REFRESH, -10);
    let during = store.clone();
    zoho.rule(move |_| {
        during.put("1000.newer", "1000.newer-refresh", 1800);
        json(r#"{"access_token":"1000.ours","expires_in":3600}"#)
    });
    assert_eq!(client(&zoho, &store).oauth().get_access_token(USER).unwrap().expose(), "1000.ours");
    assert_eq!(store.get(USER).unwrap().refresh_token().expose(), "1000.newer-refresh");
}

#[test]
fn who_is_deleted_during_the_request_stays_deleted() {
    let (zoho, store) = (Zoho::new(), Store::default());
    store.put("1000.old", REFRESH, -10);
    let during = store.clone();
    zoho.rule(move |_| {
        during.rows.delete_oauth_tokens(&user(USER)).unwrap();
        json(r#"{"access_token":"1000.ours","expires_in":3600}"#)
    });
    assert_eq!(client(&zoho, &store).oauth().get_access_token(USER).unwrap_err().kind(), ErrorKind::NoTokens);
    assert!(store.get(USER).is_none());
}

/// A grant that could not be saved is refreshed and still cannot be saved: its refresh token is the one that counts.
#[test]
fn an_unsaved_grant_survives_refreshes_until_the_store_is_back() {
    let (zoho, store) = (Zoho::new(), Store::default());
    store.put("1000.old", "1000.former-refresh", 1800);
    store.fail_saves(true);
    let client = client(&zoho, &store);
    let error = client.oauth().generate_access_token(GrantToken::new(GRANT)).unwrap_err();
    let refresh_token = error.tokens().unwrap().refresh_token().clone();
    client.oauth().refresh(USER).unwrap();
    client.oauth().refresh(USER).unwrap();
    assert_eq!(zoho.seen().last().unwrap().field("refresh_token").as_deref(), Some(refresh_token.expose()));
    store.fail_saves(false);
    let token = client.oauth().get_access_token(USER).unwrap();
    let stored = store.get(USER).unwrap();
    assert!(stored.refresh_token().same_as(&refresh_token) && stored.access_token().same_as(&token));
}
