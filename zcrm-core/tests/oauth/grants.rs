//! A grant becomes tokens, under the right name, and a spent grant never costs them.

use zcrm_core::transport::TransportErrorKind;
use zcrm_core::{Client, ErrorKind, GrantToken, Secret};

use crate::support::*;

fn token(access: &str) -> Reply {
    json(format!(r#"{{"access_token":"{access}","refresh_token":"{REFRESH}","expires_in":3600}}"#))
}

fn named(email: &str) -> Reply {
    json(format!(r#"{{"First_Name":"A","Email":"{email}"}}"#))
}

fn nobody_configured(zoho: &Zoho, store: &Store) -> Client {
    listen();
    Client::with_transport(config(&[]), store.clone(), zoho.clone())
}

#[test]
fn parameters_travel_in_the_body_and_the_url_holds_no_secret() {
    let (zoho, store) = (Zoho::new(), Store::default());
    let granted = client(&zoho, &store).oauth().generate_access_token(GrantToken::new(format!(" {GRANT}\n"))).unwrap();
    assert_eq!(granted.user().as_str(), USER);
    assert!(granted.warnings().is_empty() && !granted.is_somebody_else());
    let seen = zoho.seen();
    let exchange = &seen[0];
    assert_eq!((exchange.method.as_str(), exchange.url.as_str()), ("POST", "https://accounts.zoho.com/oauth/v2/token"));
    assert_eq!(exchange.content_type.as_deref(), Some("application/x-www-form-urlencoded"));
    for (name, value) in [
        ("grant_type", "authorization_code"),
        ("client_id", "1000.CLIENT"),
        ("client_secret", SECRET),
        ("redirect_uri", "https://app.example/callback?a=b"),
        ("code", GRANT),
    ] {
        assert_eq!(exchange.field(name).as_deref(), Some(value), "{name}");
    }
    assert_eq!((seen[1].method.as_str(), seen[1].url.as_str()), ("GET", "https://accounts.zoho.com/oauth/user/info"));
    assert!(seen[1].authorization.as_deref().unwrap().starts_with("Zoho-oauthtoken 1000.canary-access"));
    assert!(store.get(USER).unwrap().refresh_token().expose().starts_with(REFRESH));
    client(&zoho, &store).oauth().get_access_token(USER).unwrap();
    assert_eq!(zoho.token_requests(), 1, "the token that came with the grant is used");
}

#[test]
fn a_name_that_differs_in_case_is_the_configured_one() {
    let (zoho, store) = (Zoho::new(), Store::default());
    zoho.next([token("1000.a"), named("ABC@Xyz.com")]);
    let granted = client(&zoho, &store).oauth().generate_access_token(GrantToken::new(GRANT)).unwrap();
    assert_eq!(granted.user().as_str(), USER);
    assert!(store.get("ABC@Xyz.com").is_none());
}

#[test]
fn without_a_configured_user_zoho_names_them() {
    let (zoho, store) = (Zoho::new(), Store::default());
    zoho.next([token("1000.a"), named("who@xyz.com")]);
    let granted = nobody_configured(&zoho, &store).oauth().generate_access_token(GrantToken::new(GRANT)).unwrap();
    assert_eq!(granted.user().as_str(), "who@xyz.com");
    assert!(store.get("who@xyz.com").is_some());
}

#[test]
fn without_the_scope_the_configured_name_counts_with_a_warning() {
    let scope = || status(401, r#"{"code":"OAUTH_SCOPE_MISMATCH"}"#);
    let lost = || Reply::Lost(TransportErrorKind::Lost);
    for answers in [
        vec![scope()],
        vec![json("{}")],
        vec![status(503, "<html>"), status(503, "<html>")],
        vec![lost(), lost()],
        vec![lost(), scope()],
    ] {
        let (zoho, store) = (Zoho::new(), Store::default());
        zoho.next([token("1000.a")].into_iter().chain(answers));
        let granted = client(&zoho, &store).oauth().generate_access_token(GrantToken::new(GRANT)).unwrap();
        assert_eq!(granted.user().as_str(), USER);
        assert!(granted.warnings()[0].contains("AaaServer.profile.READ"));
        assert!(store.get(USER).is_some());
    }
}

#[test]
fn somebody_elses_grant_is_kept_under_their_name_and_every_later_call_says_so() {
    let (zoho, store) = (Zoho::new(), Store::default());
    zoho.next([token("1000.a"), named("alias-of-grants-test@xyz.com")]);
    let client = client(&zoho, &store);
    let granted = client.oauth().generate_access_token(GrantToken::new(GRANT)).unwrap();
    assert_eq!(granted.user().as_str(), "alias-of-grants-test@xyz.com");
    assert!(granted.is_somebody_else());
    assert!(granted.warnings()[0].contains("alias-of-grants-test@xyz.com"));
    assert!(store.get(USER).is_none());
    let error = client.oauth().get_access_token(USER).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NoTokens);
    assert!(error.to_string().contains("alias-of-grants-test@xyz.com"), "{error}");
    let before = logged("alias-of-grants-test@xyz.com").len();
    store.put("1000.good", REFRESH, 1800);
    client.oauth().get_access_token(USER).unwrap();
    assert!(logged("alias-of-grants-test@xyz.com").len() > before, "also when there are older tokens");
    assert_eq!(client.oauth().get_access_token("alias-of-grants-test@xyz.com").unwrap().expose(), "1000.a");
}

#[test]
fn with_no_name_at_all_the_error_carries_the_tokens() {
    let (zoho, store) = (Zoho::new(), Store::default());
    zoho.next([token("1000.a"), status(401, "{}")]);
    let client = nobody_configured(&zoho, &store);
    let error = client.oauth().generate_access_token(GrantToken::new(GRANT)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TokensNotSaved);
    assert!(error.to_string().contains("current_user_email"));
    let tokens = error.tokens().unwrap().clone().for_user(user(USER));
    client.oauth().save_tokens(&tokens).unwrap();
    assert_eq!(store.get(USER).unwrap().refresh_token().expose(), REFRESH);
    assert_eq!(client.oauth().get_access_token(USER).unwrap().expose(), "1000.a");
}

#[test]
fn a_store_that_is_down_does_not_cost_the_grant() {
    for configured in [true, false] {
        let (zoho, store) = (Zoho::new(), Store::default());
        store.fail_reads(true);
        let client = if configured { client(&zoho, &store) } else { nobody_configured(&zoho, &store) };
        let error = client.oauth().generate_access_token(GrantToken::new(GRANT)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Persistence);
        assert!(zoho.seen().is_empty());
    }
}

#[test]
fn tokens_that_cannot_be_saved_are_in_the_error_go_on_working_and_are_saved_later() {
    let (zoho, store) = (Zoho::new(), Store::default());
    store.fail_saves(true);
    let client = client(&zoho, &store);
    let error = client.oauth().generate_access_token(GrantToken::new(GRANT)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TokensNotSaved);
    let tokens = error.tokens().unwrap();
    assert_eq!(tokens.user().as_str(), USER);
    assert!(store.get(USER).is_none());
    assert!(client.oauth().is_token_generated(USER).unwrap());
    store.fail_saves(false);
    let used = client.oauth().get_access_token(USER).unwrap();
    assert!(used.same_as(tokens.access_token()));
    assert!(store.get(USER).unwrap().refresh_token().same_as(tokens.refresh_token()), "saved at the next call");
    assert_eq!(zoho.token_requests(), 1);
}

#[test]
fn a_missing_refresh_token_is_explained() {
    let (zoho, store) = (Zoho::new(), Store::default());
    zoho.next([json(r#"{"access_token":"1000.a","expires_in":3600}"#)]);
    let error = client(&zoho, &store).oauth().generate_access_token(GrantToken::new(GRANT)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NoRefreshToken);
    for part in ["access_type=offline", "prompt=consent"] {
        assert!(error.to_string().contains(part));
    }
    assert!(store.get(USER).is_none());
}

#[test]
fn a_missing_refresh_token_is_replaced_by_the_stored_one_of_the_same_user() {
    let (zoho, store) = (Zoho::new(), Store::default());
    store.put("1000.old", "1000.stored-refresh", -10);
    zoho.next([json(r#"{"access_token":"1000.a","expires_in":3600}"#)]);
    let granted = client(&zoho, &store).oauth().generate_access_token(GrantToken::new(GRANT)).unwrap();
    assert!(granted.warnings()[0].contains("prompt=consent"));
    let stored = store.get(USER).unwrap();
    assert_eq!((stored.access_token().expose(), stored.refresh_token().expose()), ("1000.a", "1000.stored-refresh"));
}

#[test]
fn a_refresh_token_from_elsewhere_is_adopted() {
    let (zoho, store) = (Zoho::new(), Store::default());
    let oauth = client(&zoho, &store).oauth();
    let granted = oauth.generate_access_token_from_refresh_token(Secret::new(REFRESH), "b@xyz.com").unwrap();
    assert_eq!(granted.user().as_str(), "b@xyz.com");
    assert_eq!(store.get("b@xyz.com").unwrap().refresh_token().expose(), REFRESH);
    let error = oauth.generate_access_token_from_refresh_token(Secret::new(REFRESH), " b@xyz.com").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
}

#[test]
fn a_new_grant_makes_up_for_a_refused_refresh_token() {
    let (zoho, store) = (Zoho::new(), Store::default());
    store.put("1000.old", "1000.revoked", -10);
    zoho.next([json(r#"{"error":"invalid_code"}"#)]);
    let client = client(&zoho, &store);
    assert_eq!(client.oauth().get_access_token(USER).unwrap_err().kind(), ErrorKind::InvalidRefreshToken);
    let _granted = client.oauth().generate_access_token(GrantToken::new(GRANT)).unwrap();
    client.oauth().get_access_token(USER).unwrap();
}

/// Rounds in which a refresh and a new grant race: the new refresh token always wins.
#[test]
fn a_refresh_in_flight_never_writes_over_a_new_grant() {
    for round in 0..100 {
        let (zoho, store) = (Zoho::new(), Store::default());
        store.put("1000.old", "1000.old-refresh", -10);
        let (one, other) = (client(&zoho, &store), client(&zoho, &store));
        std::thread::scope(|scope| {
            scope.spawn(|| drop(one.oauth().get_access_token(USER)));
            scope.spawn(|| drop(other.oauth().generate_access_token(GrantToken::new(GRANT)).unwrap()));
        });
        let stored = store.get(USER).unwrap();
        assert!(stored.refresh_token().expose().starts_with(REFRESH), "round {round}");
    }
}
