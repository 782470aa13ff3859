//! Revocation and deletion.

use zcrm_core::ErrorKind;
use zcrm_core::transport::TransportErrorKind;

use crate::support::*;

#[test]
fn revoking_tells_zoho_in_the_body_and_forgets_the_user() {
    let (zoho, store) = (Zoho::new(), Store::default());
    store.put("1000.good", REFRESH, 1800);
    let client = client(&zoho, &store);
    client.oauth().get_access_token(USER).unwrap();
    client.oauth().revoke(USER).unwrap();
    let seen = zoho.seen();
    assert_eq!(seen[0].url, "https://accounts.zoho.com/oauth/v2/token/revoke");
    assert_eq!(seen[0].field("token").as_deref(), Some(REFRESH));
    assert!(store.get(USER).is_none());
    assert_eq!(client.oauth().get_access_token(USER).unwrap_err().kind(), ErrorKind::NoTokens);
    assert_eq!(client.oauth().revoke(USER).unwrap_err().kind(), ErrorKind::NoTokens);
}

#[test]
fn a_token_that_zoho_does_not_know_counts_as_revoked() {
    for reply in [status(400, ""), status(400, r#"{"status":"failure"}"#), json(r#"{"error":"invalid_code"}"#)] {
        let (zoho, store) = (Zoho::new(), Store::default());
        store.put("1000.good", REFRESH, 1800);
        zoho.next([reply]);
        client(&zoho, &store).oauth().revoke(USER).unwrap();
        assert!(store.get(USER).is_none());
    }
}

#[test]
fn when_zoho_cannot_be_asked_nothing_is_deleted() {
    for (reply, kind) in [
        (Reply::Lost(TransportErrorKind::Timeout), ErrorKind::AccountsServer),
        (status(429, ""), ErrorKind::TokenThrottled),
        (json(r#"{"error":"invalid_client"}"#), ErrorKind::InvalidClient),
    ] {
        let (zoho, store) = (Zoho::new(), Store::default());
        store.put("1000.good", REFRESH, 1800);
        zoho.next([reply]);
        let client = client(&zoho, &store);
        assert_eq!(client.oauth().revoke(USER).unwrap_err().kind(), kind);
        assert!(store.get(USER).is_some());
        assert_eq!(client.oauth().get_access_token(USER).unwrap().expose(), "1000.good");
    }
}

#[test]
fn a_store_that_cannot_delete_says_that_zoho_revoked() {
    let (zoho, store) = (Zoho::new(), Store::default());
    store.put("1000.good", REFRESH, 1800);
    store.fail_deletes(true);
    let client = client(&zoho, &store);
    let error = client.oauth().revoke(USER).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Persistence);
    assert!(error.to_string().contains("revoked at Zoho"));
    store.fail_deletes(false);
    client.oauth().delete(USER).unwrap();
    client.oauth().delete(USER).unwrap();
    assert!(store.get(USER).is_none());
}

/// Rounds in which a refresh and a deletion race: the user is gone in the end.
#[test]
fn a_refresh_in_flight_never_revives_a_deleted_user() {
    for round in 0..100 {
        let (zoho, store) = (Zoho::new(), Store::default());
        store.put("1000.old", REFRESH, -10);
        let (one, other) = (client(&zoho, &store), client(&zoho, &store));
        std::thread::scope(|scope| {
            scope.spawn(|| drop(one.oauth().get_access_token(USER)));
            scope.spawn(|| other.oauth().delete(USER).unwrap());
        });
        assert!(store.get(USER).is_none(), "round {round}");
    }
}
