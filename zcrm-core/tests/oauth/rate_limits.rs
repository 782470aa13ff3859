//! Zoho rate-limits token requests, per refresh token.

use std::time::{Duration, SystemTime};

use zcrm_core::{Client, ErrorKind, GrantToken, Secret};

use crate::support::*;

const OTHER: &str = "other@xyz.com";

fn too_many() -> Reply {
    json(r#"{"error":"Access Denied","error_description":"too many","status":"failure"}"#)
}

#[test]
fn a_rate_limited_refresh_token_is_not_sent_and_the_error_says_for_how_long() {
    for (reply, least, most) in [
        (Reply::Answer(429, vec![("Retry-After", "30")], String::new()), 29, 30),
        (json(r#"{"error":"Access Denied","error_description":"too many","status":"failure"}"#), 599, 600),
        (status(400, r#"{"error":"访问被拒绝","error_description":"请求过多","status":"failure"}"#), 599, 600),
    ] {
        let (zoho, store) = (Zoho::new(), Store::default());
        store.put("1000.old", REFRESH, -10);
        zoho.next([reply]);
        let client = client(&zoho, &store);
        for _ in 0..100 {
            let error = client.oauth().get_access_token(USER).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::TokenThrottled);
            assert!(error.is_retryable());
            let wait = error.retry_after().unwrap();
            assert!((Duration::from_secs(least)..=Duration::from_secs(most)).contains(&wait), "{wait:?}");
        }
        assert_eq!(zoho.token_requests(), 1);
        store.put("1000.from-somebody-else", REFRESH, 1800);
        assert_eq!(client.oauth().get_access_token(USER).unwrap().expose(), "1000.from-somebody-else");
    }
}

#[test]
fn neither_another_user_nor_a_grant_is_held_up() {
    let (zoho, store) = (Zoho::new(), Store::default());
    store.put("1000.old", REFRESH, -10);
    store.put_for(OTHER, "1000.old-other", "1000.refresh-other", -10);
    zoho.next([too_many()]);
    let client = client(&zoho, &store);
    assert_eq!(client.oauth().get_access_token(USER).unwrap_err().kind(), ErrorKind::TokenThrottled);
    client.oauth().get_access_token(OTHER).unwrap();
    client.oauth().generate_access_token_from_refresh_token(Secret::new("1000.third"), "third@xyz.com").unwrap();
    let _granted = client.oauth().generate_access_token(GrantToken::new(GRANT)).unwrap();
    client.oauth().refresh(USER).unwrap();
    assert_eq!(zoho.token_requests(), 5, "the new refresh token is another one");
}

#[test]
fn a_rate_limited_grant_holds_up_no_refresh() {
    let (zoho, store) = (Zoho::new(), Store::default());
    store.put("1000.old", REFRESH, -10);
    zoho.next([too_many()]);
    let client = client(&zoho, &store);
    let error = client.oauth().generate_access_token(GrantToken::new(GRANT)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TokenThrottled);
    client.oauth().get_access_token(USER).unwrap();
}

/// Clients stand for processes, and a job that is started each minute.
#[test]
fn processes_that_share_a_store_share_the_knowledge() {
    let (zoho, store) = (Zoho::new(), Store::default());
    store.put("1000.old", REFRESH, -10);
    zoho.rule(|_| too_many());
    for _ in 0..12 {
        let error = client(&zoho, &store).oauth().get_access_token(USER).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TokenThrottled);
        assert!(error.retry_after().unwrap() > Duration::from_secs(590), "{error}");
    }
    assert_eq!(zoho.token_requests(), 1);
    assert!(store.limited_until(USER).unwrap() > SystemTime::now());
    zoho.life(3600);
    let _granted = client(&zoho, &store).oauth().generate_access_token(GrantToken::new(GRANT)).unwrap();
    assert_eq!(store.limited_until(USER), None, "the new refresh token has a limit of its own");
    client(&zoho, &store).oauth().refresh(USER).unwrap();
}

#[test]
fn an_error_of_oauth_is_no_rate_limit() {
    for code in ["unsupported_grant_type", "invalid_request", "invalid_scope", "server_error", "never_heard_of"] {
        for http in [400, 401] {
            let (zoho, store) = (Zoho::new(), Store::default());
            store.put("1000.old", REFRESH, -10);
            let body = format!(r#"{{"error":"{code}","error_description":"in words","status":"failure"}}"#);
            zoho.rule(move |_| status(http, body.clone()));
            let client = client(&zoho, &store);
            let refresh = client.oauth().refresh(USER).unwrap_err();
            let grant = client.oauth().generate_access_token(GrantToken::new(GRANT)).unwrap_err();
            let revocation = client.oauth().revoke(USER).unwrap_err();
            for error in [refresh, grant, revocation] {
                assert_ne!(error.kind(), ErrorKind::TokenThrottled, "{code} {http}: {error}");
            }
            zoho.life(3600);
            client.oauth().refresh(USER).unwrap();
        }
    }
}

#[test]
fn a_retry_after_that_has_passed_is_no_wait() {
    for value in ["0", "Thu, 01 Jan 2015 00:00:00 GMT"] {
        let (zoho, store) = (Zoho::new(), Store::default());
        store.put("1000.old", REFRESH, -10);
        zoho.next([Reply::Answer(429, vec![("Retry-After", value)], String::new())]);
        let client: Client = client(&zoho, &store);
        let error = client.oauth().get_access_token(USER).unwrap_err();
        assert_eq!((error.kind(), error.retry_after()), (ErrorKind::TokenThrottled, Some(Duration::ZERO)));
        client.oauth().get_access_token(USER).unwrap();
    }
}
