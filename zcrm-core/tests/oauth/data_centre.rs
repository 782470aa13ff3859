//! A data centre that turns out to be another than the one in use.

use zcrm_core::Client;

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
fn the_sandbox_host_names_its_data_centre_too() {
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
    assert_eq!(logged("of the data centre SA").len(), 1, "said once");
    let urls = [("accounts_url", "https://accounts.zoho.com"), ("api_base_url", "https://www.zohoapis.com")];
    assert_eq!(refreshed_twice(&urls, "https://www.zohoapis.ca")[1], "https://accounts.zoho.com/oauth/v2/token");
}
