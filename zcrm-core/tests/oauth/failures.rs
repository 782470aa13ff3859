//! Each failure of the accounts server says what is wrong.

use zcrm_core::transport::TransportErrorKind;
use zcrm_core::{ErrorKind, GrantToken};

use crate::support::*;

fn grant_error(replies: impl IntoIterator<Item = Reply>) -> zcrm_core::Error {
    let (zoho, store) = (Zoho::new(), Store::default());
    zoho.next(replies);
    client(&zoho, &store).oauth().generate_access_token(GrantToken::new(GRANT)).unwrap_err()
}

#[test]
fn refusals_of_a_grant_by_kind_with_status_200_and_400() {
    for (code, kind, part) in [
        ("invalid_code", ErrorKind::InvalidGrant, "grant token"),
        ("invalid_client", ErrorKind::InvalidClient, "client_id"),
        ("invalid_client_secret", ErrorKind::InvalidClientSecret, "client_secret"),
        ("invalid_redirect_uri", ErrorKind::InvalidRedirect, "redirect_uri"),
        ("redirect_uri_mismatch", ErrorKind::InvalidRedirect, "redirect_uri"),
        ("access_denied", ErrorKind::AccessDenied, "10 grant tokens"),
        ("missing_org_info", ErrorKind::OAuth, "soid"),
        ("invalid_scope", ErrorKind::Scope, "scope"),
        ("something_new", ErrorKind::OAuth, "something_new"),
    ] {
        for http in [200, 400] {
            let error = grant_error([status(http, format!(r#"{{"error":"{code}"}}"#))]);
            assert_eq!(error.kind(), kind, "{code}");
            assert!(error.to_string().contains(part), "{error}");
            assert!(error.to_string().contains("https://accounts.zoho.com"), "{error}");
            assert_eq!((error.status(), error.path()), (Some(http), Some("/oauth/v2/token")));
            assert!(!error.is_retryable());
        }
    }
}

#[test]
fn general_error_is_tried_once_more() {
    let general = || json(r#"{"error":"general_error"}"#);
    let error = grant_error([general(), general()]);
    assert_eq!(error.kind(), ErrorKind::OAuth);
    assert!(error.to_string().contains("general_error"));

    let (zoho, store) = (Zoho::new(), Store::default());
    zoho.next([general()]);
    let _granted = client(&zoho, &store).oauth().generate_access_token(GrantToken::new(GRANT)).unwrap();
    assert_eq!(zoho.token_requests(), 2);
}

#[test]
fn answers_that_are_none() {
    for (reply, part) in [
        (status(200, "<html><body>canary-in-html</body></html>"), "not JSON"),
        (status(200, ""), "empty"),
        (
            status(200, r#"{"api_domain":"https://www.zohoapis.com","note":"canary-in-body"}"#),
            "neither an access token nor an error",
        ),
        (status(200, "[1]"), "not JSON"),
        (status(503, "<html>"), "503"),
        (status(302, ""), "redirects"),
        (status(404, "<html>"), "not JSON"),
    ] {
        let error = grant_error([reply]);
        assert_eq!(error.kind(), ErrorKind::AccountsServer, "{error}");
        assert!(error.to_string().contains(part), "{error}");
        assert!(!all_of(&error).contains("canary-in"), "{error:?}");
    }
}

#[test]
fn no_answer_at_all() {
    for (lost, kind, requests) in [
        (TransportErrorKind::NotConnected, ErrorKind::Connect, 2),
        (TransportErrorKind::Tls, ErrorKind::Tls, 1),
        (TransportErrorKind::Timeout, ErrorKind::AccountsServer, 1),
        (TransportErrorKind::Lost, ErrorKind::AccountsServer, 1),
    ] {
        let (zoho, store) = (Zoho::new(), Store::default());
        zoho.rule(move |_| Reply::Lost(lost));
        let error = client(&zoho, &store).oauth().generate_access_token(GrantToken::new(GRANT)).unwrap_err();
        assert_eq!(error.kind(), kind, "{lost:?}");
        assert_eq!(zoho.token_requests(), requests, "{lost:?}: a grant that may be spent is not sent again");
    }
}

#[test]
fn a_refresh_is_tried_again_once_when_the_failure_may_pass() {
    for reply in [
        status(502, "<html>"),
        Reply::Lost(TransportErrorKind::NotConnected),
        Reply::Lost(TransportErrorKind::Lost),
        json(r#"{"error":"general_error"}"#),
    ] {
        let (zoho, store) = (Zoho::new(), Store::default());
        store.put("1000.old", REFRESH, -10);
        zoho.next([reply]);
        client(&zoho, &store).oauth().get_access_token(USER).unwrap();
        assert_eq!(zoho.token_requests(), 2);
    }
}

#[test]
fn a_wrong_secret_is_not_sent_a_thousand_times() {
    let (zoho, store) = (Zoho::new(), Store::default());
    store.put("1000.old", REFRESH, -10);
    zoho.rule(|_| json(r#"{"error":"invalid_client_secret"}"#));
    let client = client(&zoho, &store);
    for _ in 0..1000 {
        assert_eq!(client.oauth().get_access_token(USER).unwrap_err().kind(), ErrorKind::InvalidClientSecret);
    }
    assert_eq!(zoho.token_requests(), 1);
}

#[test]
fn the_store_is_told_apart_from_an_unknown_user() {
    let (zoho, store) = (Zoho::new(), Store::default());
    let client = client(&zoho, &store);
    assert!(!client.oauth().is_token_generated(USER).unwrap());
    assert_eq!(client.oauth().get_access_token(USER).unwrap_err().kind(), ErrorKind::NoTokens);
    store.put("1000.old", REFRESH, -10);
    assert!(client.oauth().is_token_generated(USER).unwrap());
    store.fail_reads(true);
    assert_eq!(client.oauth().is_token_generated(USER).unwrap_err().kind(), ErrorKind::Persistence);
    assert_eq!(client.oauth().get_access_token(USER).unwrap_err().kind(), ErrorKind::Persistence);
    assert!(zoho.seen().is_empty());
}
