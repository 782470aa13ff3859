//! The consent page and the redirect that follows.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use std::collections::HashMap;

use support::{Client, Got, start};
use url::Url;

const SCOPES: &str = "ZohoCRM.modules.ALL,ZohoCRM.users.READ,aaaserver.profile.READ";

fn path(client: &Client, changes: &[(&str, &str)]) -> String {
    let dictionary = client.emulator.dictionary();
    let text = |key: &str| dictionary[key].as_str().unwrap().to_owned();
    let mut parameters = HashMap::from([
        ("client_id", text("client_id")),
        ("redirect_uri", text("redirect_uri")),
        ("response_type", "code".to_owned()),
        ("scope", SCOPES.to_owned()),
        ("access_type", "offline".to_owned()),
        ("state", "a&b=c".to_owned()),
    ]);
    parameters.extend(changes.iter().map(|&(key, value)| (key, value.to_owned())));
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
    format!("/oauth/v2/auth?{query}")
}

fn redirected(got: &Got) -> HashMap<String, String> {
    assert_eq!(got.status, 302);
    Url::parse(got.header("location").unwrap()).unwrap().query_pairs().into_owned().collect()
}

#[test]
fn allowed_and_refused_without_asking() {
    let client = start();
    let got = redirected(&client.get(&path(&client, &[("emulator", "allow")])));
    assert_eq!((got["location"].as_str(), got["state"].as_str()), ("us", "a&b=c"));
    assert_eq!(got["accounts-server"], client.emulator.url());
    let answer = client.exchange(&got["code"]);
    assert!(answer["refresh_token"].is_string());
    assert_eq!(answer["scope"], SCOPES.replace(',', " "));
    client.emulator.behave(|behaviour| behaviour.consent = Some(false));
    let got = redirected(&client.get(&path(&client, &[])));
    assert_eq!((got["error"].as_str(), got["state"].as_str()), ("access_denied", "a&b=c"));
    assert!(!got.contains_key("code"));
}

#[test]
fn the_page_asks() {
    let client = start();
    let got = client.get(&path(&client, &[]));
    let page = String::from_utf8(got.bytes.clone()).unwrap();
    assert_eq!(got.status, 200);
    assert!(page.contains("ZohoCRM.users.READ") && page.contains("<form method=\"post\""));
    let press = |form: &str| {
        let headers = [("content-type", "application/x-www-form-urlencoded")];
        let body = Some(form.as_bytes().to_vec());
        redirected(&client.try_call_with("POST", &path(&client, &[]), &headers, body).unwrap())
    };
    assert_eq!(press("decision=refuse")["error"], "access_denied");
    let mut other = start();
    other.token = String::new();
    let code = press("user=b%40example.com&decision=allow")["code"].clone();
    let token = client.exchange(&code)["access_token"].as_str().unwrap().to_owned();
    let request = client.agent.get(format!("{}/oauth/user/info", client.emulator.url()));
    let mut info = request.header("authorization", format!("Zoho-oauthtoken {token}")).call().unwrap();
    assert_eq!(info.body_mut().read_json::<serde_json::Value>().unwrap()["Email"], "b@example.com");
}

#[test]
fn mistakes_get_a_page_and_no_redirect() {
    let client = start();
    for (change, words) in [
        (("client_id", "1000.OTHER"), "Invalid Client ID"),
        (("redirect_uri", "http://127.0.0.1:1/other"), "Invalid Redirect Uri"),
        (("scope", ""), "Invalid OAuth Scope"),
        (("response_type", "token"), "Invalid Response Type"),
    ] {
        let got = client.get(&path(&client, &[change]));
        assert_eq!(got.status, 400);
        assert!(String::from_utf8(got.bytes).unwrap().contains(words));
    }
}

#[test]
fn a_browser_grant_is_bound_to_its_redirect_uri() {
    let client = start();
    client.emulator.register_redirect_uri("http://127.0.0.1:1/other");
    let change = [("redirect_uri", "http://127.0.0.1:1/other"), ("emulator", "allow")];
    let code = redirected(&client.get(&path(&client, &change)))["code"].clone();
    assert_eq!(client.exchange(&code)["error"], "invalid_redirect_uri");
}

#[test]
fn a_second_consent_gives_no_refresh_token_unless_asked_for() {
    let client = start();
    let has_refresh_token = |changes: &[(&str, &str)]| {
        let mut all = vec![("emulator", "allow")];
        all.extend(changes);
        let code = redirected(&client.get(&path(&client, &all)))["code"].clone();
        client.exchange(&code).get("refresh_token").is_some()
    };
    assert!(has_refresh_token(&[]));
    assert!(!has_refresh_token(&[]));
    assert!(has_refresh_token(&[("prompt", "consent")]));
    assert!(!has_refresh_token(&[("prompt", "consent"), ("access_type", "online")]));
}
