//! Tokens that are missing, wholly or for a moment.

use zcrm_core::persistence::PersistenceHandler;
use zcrm_core::{ErrorKind, GrantToken, OAuthTokens, Secret};

use crate::support::*;

#[test]
fn what_is_empty_is_named_and_not_sent() {
    let (zoho, store) = (Zoho::new(), Store::default());
    let oauth = client(&zoho, &store).oauth();
    let tokens = |access: &str, refresh: &str| OAuthTokens::new(user(USER), access, refresh, 1);
    for (error, part) in [
        (oauth.generate_access_token(GrantToken::new("")).unwrap_err(), "grant"),
        (oauth.generate_access_token(GrantToken::new(" \n")).unwrap_err(), "grant"),
        (oauth.generate_access_token_from_refresh_token(Secret::new(""), USER).unwrap_err(), "refresh token"),
        (oauth.generate_access_token_from_refresh_token(Secret::new(" "), USER).unwrap_err(), "refresh token"),
        (oauth.save_tokens(&tokens("", REFRESH)).unwrap_err(), "access token"),
        (oauth.save_tokens(&tokens("1000.a", "")).unwrap_err(), "refresh token"),
    ] {
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert!(error.to_string().contains(part), "{error}");
    }
    assert!(zoho.seen().is_empty());
    assert!(store.get(USER).is_none());
}

/// As the Ruby SDK leaves it.
#[test]
fn a_row_without_a_refresh_token_serves_until_its_end() {
    for none in ["", " ", "\t\n"] {
        let (zoho, store) = (Zoho::new(), Store::default());
        store.put("1000.living", none, 1800);
        let living = client(&zoho, &store);
        assert_eq!(living.oauth().access_token(USER).unwrap().expose(), "1000.living");
        for error in [living.oauth().refresh(USER).unwrap_err(), living.oauth().revoke(USER).unwrap_err()] {
            assert_eq!(error.kind(), ErrorKind::NoRefreshToken, "{none:?}");
            assert!(error.to_string().contains("consent again"), "{error}");
        }
        assert_eq!(living.oauth().access_token(USER).unwrap().expose(), "1000.living");
        store.put("1000.dead", none, -10);
        let error = client(&zoho, &store).oauth().access_token(USER).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NoRefreshToken, "{none:?}");
        assert!(zoho.seen().is_empty(), "{none:?}");
        // A grant that brings none is not completed with it.
        zoho.next([
            json(r#"{"access_token":"1000.granted","expires_in":3600}"#),
            json(format!(r#"{{"Email":"{USER}"}}"#)),
        ]);
        let error = client(&zoho, &store).oauth().generate_access_token(GrantToken::new(GRANT)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NoRefreshToken, "{none:?}");
    }
}

#[test]
fn a_row_without_an_access_token_is_refreshed() {
    for none in ["", " ", "\n"] {
        let (zoho, store) = (Zoho::new(), Store::default());
        store.put(none, REFRESH, 1800);
        let token = client(&zoho, &store).oauth().access_token(USER).unwrap();
        assert!(token.expose().starts_with("1000."), "{none:?}");
        assert_eq!(zoho.token_requests(), 1);
    }
}

#[test]
fn a_response_with_a_blank_token_brought_none() {
    for none in ["", " ", "\\n\\t"] {
        let (zoho, store) = (Zoho::new(), Store::default());
        store.put("1000.old", REFRESH, -10);
        zoho.rule(move |_| json(format!(r#"{{"access_token":"{none}","expires_in":3600}}"#)));
        let error = client(&zoho, &store).oauth().access_token(USER).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::AccountsServer, "{none:?}: {error}");
        zoho.rule(move |_| {
            json(format!(r#"{{"access_token":"1000.new","refresh_token":"{none}","expires_in":3600}}"#))
        });
        client(&zoho, &store).oauth().access_token(USER).unwrap();
        assert_eq!(store.get(USER).unwrap().refresh_token().expose(), REFRESH, "{none:?}");
    }
}

/// The Ruby SDK saves by deleting and inserting; each read here falls into that gap once.
#[test]
fn a_row_that_is_absent_for_a_moment_is_not_taken_for_an_unknown_user() {
    for seconds in [1800, -10] {
        let (zoho, store) = (Zoho::new(), Store::default());
        store.put("1000.stored", REFRESH, seconds);
        store.absent_for(1);
        let client = client(&zoho, &store);
        client.oauth().access_token(USER).unwrap();
        store.absent_for(1);
        assert!(client.oauth().is_token_generated(USER).unwrap());
        store.absent_for(1);
        client.oauth().refresh(USER).unwrap();
        let after = store.clone();
        zoho.rule(move |_| {
            after.absent_for(1);
            json(r#"{"access_token":"1000.new","expires_in":3600}"#)
        });
        client.oauth().refresh(USER).unwrap();
        assert_eq!(store.get(USER).unwrap().access_token().expose(), "1000.new", "nor before the save");
        store.absent_for(1);
        client.oauth().revoke(USER).unwrap_err();
    }
}

#[test]
fn tokens_of_an_error_do_not_replace_newer_ones() {
    let (zoho, store) = (Zoho::new(), Store::default());
    let client = client(&zoho, &store);
    store.fail_saves(true);
    let error = client.oauth().generate_access_token(GrantToken::new(GRANT)).unwrap_err();
    let carried = error.tokens().unwrap();
    store.fail_saves(false);
    let later = |access: &str, refresh: &Secret| {
        OAuthTokens::new(user(USER), access, refresh.clone(), carried.expiry_millis() + 1000)
    };
    store.rows.save_oauth_tokens(&later("1000.refreshed-since", carried.refresh_token())).unwrap();
    client.oauth().save_tokens(carried).unwrap();
    assert_eq!(store.get(USER).unwrap().access_token().expose(), "1000.refreshed-since");
    assert_eq!(client.oauth().access_token(USER).unwrap().expose(), "1000.refreshed-since");

    let other = Secret::new("1000.refresh-of-a-newer-sign-in");
    store.rows.save_oauth_tokens(&later("1000.newer-sign-in", &other)).unwrap();
    let refused = client.oauth().save_tokens(carried).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::InvalidInput);
    assert!(store.get(USER).unwrap().refresh_token().same_as(&other));
    client.oauth().delete(USER).unwrap();
    client.oauth().save_tokens(carried).unwrap();
    assert!(store.get(USER).unwrap().refresh_token().same_as(carried.refresh_token()));
}
