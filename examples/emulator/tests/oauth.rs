//! Grants and tokens: errors in status 200, single use, expiry, limits, revocation.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use std::time::{Duration, Instant};

use support::{USER, start, start_with};
use zcrm_emulator::{ExpiresIn, Options, Revoke};

#[test]
fn a_grant_is_good_once_and_a_refresh_gives_no_refresh_token() {
    let client = start();
    let grant = client.emulator.new_grant(USER);
    let first = client.exchange(&grant);
    assert_eq!(first["expires_in"], 3600);
    assert_eq!(first["token_type"], "Bearer");
    assert_eq!(first["api_domain"], client.emulator.url());
    let second = client.exchange(&grant);
    assert_eq!(second["error"], "invalid_code");
    let refreshed = client.refresh(first["refresh_token"].as_str().unwrap());
    assert_eq!(refreshed.status, 200);
    assert!(refreshed.json["access_token"].is_string());
    assert!(refreshed.json.get("refresh_token").is_none());
}

#[test]
fn errors_come_with_status_200() {
    let client = start();
    for (more, error) in [
        (("client_id", "1000.OTHER"), "invalid_client"),
        (("client_secret", "wrong"), "invalid_client_secret"),
        (("grant_type", "nonsense"), "general_error"),
    ] {
        // The first value of a key counts.
        let dictionary = client.emulator.dictionary();
        let mut form = vec![more];
        form.push(("client_id", dictionary["client_id"].as_str().unwrap()));
        form.push(("client_secret", dictionary["client_secret"].as_str().unwrap()));
        form.push(("grant_type", "authorization_code"));
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let got = client.try_call_with("POST", "/oauth/v2/token", &[], Some(body.into_bytes())).unwrap();
        assert_eq!((got.status, got.json["error"].as_str()), (200, Some(error)));
    }
    assert_eq!(client.refresh("1000.none.none").json["error"], "invalid_code");
}

#[test]
fn a_token_expires_after_its_life() {
    let mut client = start();
    // On a busy machine a short life may be over before the first call.
    let lives = [300, 3_000, 30_000].map(Duration::from_millis);
    let served = lives.into_iter().any(|life| {
        client.emulator.token_life(life);
        client.login();
        let (begun, mut calls) = (Instant::now(), 0);
        let refused = loop {
            let got = client.get("/crm/v2/org");
            if got.status != 200 {
                break got;
            }
            calls += 1;
            assert!(begun.elapsed() < life + Duration::from_secs(60), "it never expires");
        };
        assert_eq!((refused.status, refused.code()), (401, "INVALID_TOKEN"));
        calls > 0
    });
    assert!(served, "it expires at once");
}

#[test]
fn missing_token_and_missing_scope_differ() {
    let mut client = start();
    let bare = client.agent.get(format!("{}/crm/v2/org", client.emulator.url())).call().unwrap();
    assert_eq!(bare.status(), 401);
    let grant = client.emulator.new_grant_with_scopes(USER, &["ZohoCRM.modules.ALL"]);
    client.token = client.exchange(&grant)["access_token"].as_str().unwrap().to_owned();
    let got = client.get("/crm/v2/org");
    assert_eq!((got.status, got.code()), (401, "OAUTH_SCOPE_MISMATCH"));
    assert_eq!(client.get("/crm/v2/Leads").status, 204);
    assert_eq!(client.get("/oauth/user/info").status, 401);
}

#[test]
fn ten_tokens_in_ten_minutes() {
    let client = start();
    let grant = client.emulator.new_grant(USER);
    let refresh_token = client.exchange(&grant)["refresh_token"].as_str().unwrap().to_owned();
    for _ in 0..9 {
        assert!(client.refresh(&refresh_token).json["access_token"].is_string());
    }
    let refused = client.refresh(&refresh_token);
    assert_eq!((refused.status, refused.json["status"].as_str()), (400, Some("failure")));
    client.emulator.behave(|behaviour| behaviour.token_limit = false);
    assert!(client.refresh(&refresh_token).json["access_token"].is_string());
}

#[test]
fn the_sixteenth_token_kills_the_first() {
    let mut client = start();
    client.emulator.behave(|behaviour| behaviour.token_limit = false);
    let refresh_token = client.login()["refresh_token"].as_str().unwrap().to_owned();
    for _ in 0..14 {
        client.refresh(&refresh_token);
    }
    assert_eq!(client.get("/crm/v2/org").status, 200);
    client.refresh(&refresh_token);
    assert_eq!(client.get("/crm/v2/org").code(), "INVALID_TOKEN");
}

#[test]
fn revocation_of_access_and_refresh_tokens() {
    let mut client = start();
    let refresh_token = client.login()["refresh_token"].as_str().unwrap().to_owned();
    client.emulator.revoke_tokens(USER, Revoke::AccessTokens);
    assert_eq!(client.get("/crm/v2/org").code(), "INVALID_TOKEN");
    client.token = client.refresh(&refresh_token).json["access_token"].as_str().unwrap().to_owned();
    assert_eq!(client.get("/crm/v2/org").status, 200);
    let path = format!("/oauth/v2/token/revoke?token={refresh_token}");
    let revoked = client.post(&path, serde_json::json!({}));
    assert_eq!((revoked.status, revoked.json["status"].as_str()), (200, Some("success")));
    assert_eq!(client.post(&path, serde_json::json!({})).status, 400);
    assert_eq!(client.get("/crm/v2/org").code(), "INVALID_TOKEN");
    assert_eq!(client.refresh(&refresh_token).json["error"], "invalid_code");
}

#[test]
fn the_quirks_of_token_answers() {
    let client = start();
    let life = |quirk| {
        client.emulator.behave(|behaviour| behaviour.expires_in = quirk);
        let answer = client.exchange(&client.emulator.new_grant(USER));
        (answer["expires_in"].to_string(), answer["expires_in_sec"].to_string())
    };
    assert_eq!(life(ExpiresIn::Milliseconds), ("3600000".to_owned(), "3600".to_owned()));
    assert_eq!(life(ExpiresIn::SecondsAsText), ("\"3600\"".to_owned(), "null".to_owned()));
    assert_eq!(life(ExpiresIn::MillisecondsAsText), ("\"3600000\"".to_owned(), "\"3600\"".to_owned()));
    client.emulator.behave(|behaviour| behaviour.refresh_token_given = false);
    assert!(client.exchange(&client.emulator.new_grant(USER)).get("refresh_token").is_none());
    client.emulator.behave(|behaviour| behaviour.token_endpoint_throttled = Some(200));
    let throttled = client.refresh("any");
    assert_eq!((throttled.status, throttled.json["error"].as_str()), (200, Some("Access Denied")));
}

#[test]
fn user_information_names_the_user() {
    let client = start_with(Options::default());
    assert_eq!(client.get("/oauth/user/info").json["Email"], USER);
    client.emulator.behave(|behaviour| behaviour.user_info_email = Some("other@xyz.com".to_owned()));
    assert_eq!(client.get("/oauth/user/info").json["Email"], "other@xyz.com");
    client.emulator.behave(|behaviour| behaviour.user_info_allowed = false);
    assert_eq!(client.get("/oauth/user/info").status, 401);
    assert_eq!(client.emulator.counters().user_info_requests, 3);
}
