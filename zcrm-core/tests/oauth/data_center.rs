//! A data center that turns out to be another than the one in use.

use zcrm_core::config::DataCenter;
use zcrm_core::{Client, ErrorKind, UserIdentifier};

use crate::support::*;

fn refreshed_twice(more: &[(&str, &str)], api_domain: &str) -> Vec<String> {
    listen();
    let (zoho, store) = (Zoho::new(), Store::default());
    store.put("1000.old", REFRESH, -10);
    let body = format!(r#"{{"access_token":"1000.a","expires_in":3600,"api_domain":"{api_domain}"}}"#);
    zoho.rule(move |_| json(body.clone()));
    let client = Client::with_transport(config(more), store, zoho.clone());
    client.oauth().refresh(USER).unwrap();
    client.oauth().refresh(USER).unwrap();
    zoho.seen().into_iter().map(|seen| seen.url).collect()
}

#[test]
fn without_a_configured_url_the_client_goes_on_with_the_one_zoho_names() {
    let urls = refreshed_twice(&[], "https://www.zohoapis.in");
    assert_eq!(urls, ["https://accounts.zoho.com/oauth/v2/token", "https://accounts.zoho.in/oauth/v2/token"]);
    let lines = logged("accounts.zoho.in");
    assert!(lines.iter().any(|(level, line)| *level == log::Level::Warn
        && line.contains(r#""api_base_url": "https://www.zohoapis.in""#)
        && line.contains(r#""accounts_url": "https://accounts.zoho.in""#)));
}

#[test]
fn the_sandbox_host_names_its_data_center_too() {
    let urls = refreshed_twice(&[("sandbox", "true")], "https://sandbox.zohoapis.jp");
    assert_eq!(urls[1], "https://accounts.zoho.jp/oauth/v2/token");
}

#[test]
fn a_stranger_is_never_followed() {
    for stranger in
        ["https://www.zohoapis.com.evil.example", "http://www.zohoapis.eu", "https://stranger-api.example", "%"]
    {
        let urls = refreshed_twice(&[], stranger);
        assert_eq!(urls[1], "https://accounts.zoho.com/oauth/v2/token", "{stranger}");
    }
}

#[test]
fn configured_urls_are_never_overridden() {
    let urls = [("accounts_url", "https://accounts.zoho.com.au"), ("api_base_url", "https://www.zohoapis.com.au")];
    assert_eq!(refreshed_twice(&urls, "https://www.zohoapis.sa")[1], "https://accounts.zoho.com.au/oauth/v2/token");
    assert_eq!(logged("of the data center SA").len(), 1, "said once");
    let urls = [("accounts_url", "https://accounts.zoho.com"), ("api_base_url", "https://www.zohoapis.com")];
    assert_eq!(refreshed_twice(&urls, "https://www.zohoapis.ca")[1], "https://accounts.zoho.com/oauth/v2/token");
}

const EUROPEAN: &str = "european@xyz.com";

fn last_url(zoho: &Zoho) -> String {
    zoho.seen().last().unwrap().url.clone()
}

/// Where a call of this user goes.
fn host_of_a_call(client: &Client, zoho: &Zoho, name: &str) -> String {
    // The scripted server's response is no listing; only where it went counts.
    let _ = client.for_user(name).unwrap().call(zcrm_core::transport::Method::Get, "org").send();
    url::Url::parse(&last_url(zoho)).unwrap().host_str().unwrap().to_owned()
}

#[test]
fn one_users_data_center_is_not_every_users() {
    listen();
    let (zoho, store) = (Zoho::new(), Store::default());
    store.put("1000.old", REFRESH, -10);
    let client = Client::with_transport(config(&[]), store.clone(), zoho.clone());
    client.oauth().refresh(USER).unwrap();
    zoho.next([
        json(r#"{"access_token":"1000.eu","refresh_token":"1000.eu-refresh","expires_in":3600}"#),
        json(format!(r#"{{"Email":"{EUROPEAN}"}}"#)),
    ]);
    let european = client.for_user(EUROPEAN).unwrap();
    let redirect = european.oauth().read_redirect(&format!("code={GRANT}&state=S&location=eu"), "S").unwrap();
    let granted = european.oauth().accept_redirect(redirect).unwrap();
    assert_eq!(granted.data_center(), Some(DataCenter::Eu));

    client.oauth().refresh(USER).unwrap();
    assert_eq!(last_url(&zoho), "https://accounts.zoho.com/oauth/v2/token");
    client.oauth().refresh(EUROPEAN).unwrap();
    assert_eq!(last_url(&zoho), "https://accounts.zoho.eu/oauth/v2/token");
    assert_eq!(host_of_a_call(&client, &zoho, USER), "www.zohoapis.com");
    assert_eq!(host_of_a_call(&client, &zoho, EUROPEAN), "www.zohoapis.eu");
    let consent = client.oauth().authorization_request(["ZohoCRM.modules.ALL"]).unwrap();
    assert!(consent.url().starts_with("https://accounts.zoho.com/"), "{}", consent.url());
    client.oauth().revoke(USER).unwrap();
    assert_eq!(last_url(&zoho), "https://accounts.zoho.com/oauth/v2/token/revoke");
    client.oauth().revoke(EUROPEAN).unwrap();
    assert_eq!(last_url(&zoho), "https://accounts.zoho.eu/oauth/v2/token/revoke");
}

/// The grant turns out to be somebody else's, of another data center: that one's servers change, not the configured
/// user's.
#[test]
fn the_servers_of_a_grant_go_to_the_one_who_gave_it() {
    listen();
    let (zoho, store) = (Zoho::new(), Store::default());
    store.put("1000.old", REFRESH, -10);
    let client = client(&zoho, &store);
    zoho.next([
        json(r#"{"access_token":"1000.in","refresh_token":"1000.in-refresh","api_domain":"https://www.zohoapis.in"}"#),
        json(r#"{"Email":"indian@xyz.com"}"#),
    ]);
    let granted = client.oauth().generate_access_token(zcrm_core::GrantToken::new(GRANT)).unwrap();
    assert_eq!(granted.data_center(), Some(DataCenter::In));
    client.oauth().refresh("indian@xyz.com").unwrap();
    assert_eq!(last_url(&zoho), "https://accounts.zoho.in/oauth/v2/token");
    client.oauth().refresh(USER).unwrap();
    assert_eq!(last_url(&zoho), "https://accounts.zoho.com/oauth/v2/token");
}

#[test]
fn a_program_can_tell_each_users_data_center_at_its_start() {
    listen();
    let (zoho, store) = (Zoho::new(), Store::default());
    store.put("1000.old", REFRESH, -10);
    store.put_for(EUROPEAN, "1000.old", "1000.eu-refresh", -10);
    let client = Client::with_transport(config(&[]), store.clone(), zoho.clone());
    client.oauth().set_data_center(EUROPEAN, DataCenter::Eu).unwrap();
    assert_eq!(host_of_a_call(&client, &zoho, EUROPEAN), "www.zohoapis.eu");
    assert_eq!(zoho.seen()[0].url, "https://accounts.zoho.eu/oauth/v2/token");
    client.oauth().refresh(USER).unwrap();
    assert_eq!(last_url(&zoho), "https://accounts.zoho.com/oauth/v2/token");
    assert_eq!(client.oauth().set_data_center(" ", DataCenter::Eu).unwrap_err().kind(), ErrorKind::InvalidInput);

    let given = [("accounts_url", "https://accounts.zoho.jp"), ("api_base_url", "https://www.zohoapis.jp")];
    let client = Client::with_transport(config(&given), store, zoho.clone());
    client.oauth().set_data_center(UserIdentifier::new(USER).unwrap(), DataCenter::Eu).unwrap();
    client.oauth().refresh(USER).unwrap();
    assert_eq!(last_url(&zoho), "https://accounts.zoho.jp/oauth/v2/token", "configured URLs are kept");
}

/// The store keeps the data center with the tokens, so that a new process goes on where the old one was.
#[test]
fn a_users_data_center_survives_a_restart() {
    listen();
    let (zoho, store) = (Zoho::new(), Store::default());
    zoho.next([
        json(r#"{"access_token":"1000.eu","refresh_token":"1000.eu-refresh","expires_in":3600}"#),
        json(format!(r#"{{"Email":"{EUROPEAN}"}}"#)),
    ]);
    let european = Client::with_transport(config(&[]), store.clone(), zoho.clone()).for_user(EUROPEAN).unwrap();
    let redirect = european.oauth().read_redirect(&format!("code={GRANT}&state=S&location=eu"), "S").unwrap();
    european.oauth().accept_redirect(redirect).unwrap();
    drop(european);

    let restarted = || Client::with_transport(config(&[]), store.clone(), zoho.clone());
    assert_eq!(host_of_a_call(&restarted(), &zoho, EUROPEAN), "www.zohoapis.eu", "with the stored access token");
    restarted().oauth().refresh(EUROPEAN).unwrap();
    assert_eq!(last_url(&zoho), "https://accounts.zoho.eu/oauth/v2/token");
    restarted().oauth().refresh(EUROPEAN).unwrap();
    assert_eq!(last_url(&zoho), "https://accounts.zoho.eu/oauth/v2/token", "a refresh keeps it too");
    // A grant from Zoho's console names no data center.
    let client = restarted().for_user(EUROPEAN).unwrap();
    client.oauth().generate_access_token(zcrm_core::GrantToken::new(GRANT)).unwrap();
    let asked = zoho.seen().into_iter().rfind(|seen| seen.url.ends_with("/token")).unwrap();
    assert_eq!(asked.url, "https://accounts.zoho.eu/oauth/v2/token");
    restarted().oauth().revoke(EUROPEAN).unwrap();
    assert_eq!(last_url(&zoho), "https://accounts.zoho.eu/oauth/v2/token/revoke");

    let given = [("accounts_url", "https://accounts.zoho.jp"), ("api_base_url", "https://www.zohoapis.jp")];
    store.put_for(EUROPEAN, "1000.old", "1000.eu-refresh", -10);
    let configured = Client::with_transport(config(&given), store, zoho.clone());
    configured.oauth().refresh(EUROPEAN).unwrap();
    assert_eq!(last_url(&zoho), "https://accounts.zoho.jp/oauth/v2/token", "configured URLs are kept");
}

/// A store without a place for the data center: what to configure is told where it matters.
#[test]
fn tokens_of_no_known_data_center_say_what_to_configure() {
    listen();
    let (zoho, store) = (Zoho::new(), Store::default());
    store.put_for(EUROPEAN, "1000.old", "1000.eu-refresh", -10);
    zoho.rule(|_| json(r#"{"error":"invalid_code"}"#));
    let error = Client::with_transport(config(&[]), store.clone(), zoho.clone()).oauth().refresh(EUROPEAN).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRefreshToken);
    for told in ["accounts_url", "api_base_url", "set_data_center", "https://accounts.zoho.com"] {
        assert!(error.to_string().contains(told), "{error}");
    }
    let given = [("accounts_url", "https://accounts.zoho.jp"), ("api_base_url", "https://www.zohoapis.jp")];
    let error = Client::with_transport(config(&given), store, zoho).oauth().refresh(EUROPEAN).unwrap_err();
    assert!(!error.to_string().contains("set_data_center"), "the servers are configured: {error}");
}
