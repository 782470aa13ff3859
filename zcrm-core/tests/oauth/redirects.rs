//! The web consent: where the browser goes, and what it brings back.

use std::collections::HashMap;

use zcrm_core::config::DataCenter;
use zcrm_core::oauth::{OAuth, scope};
use zcrm_core::{Client, ErrorKind};

use crate::support::*;

fn oauth(zoho: &Zoho, more: &[(&str, &str)]) -> OAuth {
    listen();
    Client::with_transport(config(more), Store::default(), zoho.clone()).oauth()
}

#[test]
fn the_authorisation_url_asks_for_all_that_is_needed() {
    let oauth = oauth(
        &Zoho::new(),
        &[("accounts_url", "https://accounts.zoho.com.cn"), ("api_base_url", "https://www.zohoapis.com.cn")],
    );
    let request = oauth.authorization_request([scope::MODULES, scope::PROFILE]).unwrap();
    let url = url::Url::parse(request.url()).unwrap();
    assert_eq!(url.host_str(), Some("accounts.zoho.com.cn"));
    assert_eq!(url.path(), "/oauth/v2/auth");
    let query: HashMap<_, _> = url.query_pairs().into_owned().collect();
    for (name, value) in [
        ("response_type", "code"),
        ("client_id", "1000.CLIENT"),
        ("redirect_uri", "https://app.example/callback?a=b"),
        ("scope", "ZohoCRM.modules.ALL,AaaServer.profile.READ"),
        ("access_type", "offline"),
        ("prompt", "consent"),
        ("state", request.state()),
    ] {
        assert_eq!(query.get(name).map(String::as_str), Some(value), "{name}");
    }
    assert_eq!(request.state().len(), 32);
    assert_ne!(oauth.authorization_request(scope::USUAL).unwrap().state(), request.state());
}

#[test]
fn scopes_that_are_none() {
    let oauth = oauth(&Zoho::new(), &[]);
    for scopes in [&[][..], &[""], &["a,b"], &["a b"]] {
        assert_eq!(oauth.authorization_request(scopes).unwrap_err().kind(), ErrorKind::InvalidInput);
    }
}

#[test]
fn a_redirect_is_exchanged_at_the_accounts_server_that_it_names() {
    let zoho = Zoho::new();
    let oauth = oauth(&zoho, &[]);
    for redirected in [
        format!(
            "https://app.example/callback?a=b&state=S&code={GRANT}&location=eu&accounts-server=https%3A%2F%2Faccounts.zoho.eu"
        ),
        format!("state=S&code={GRANT}&location=eu"),
    ] {
        let redirect = oauth.read_redirect(&redirected, "S").unwrap();
        assert_eq!(redirect.accounts_url(), Some("https://accounts.zoho.eu"));
    }
    let redirect = oauth.read_redirect(&format!("/callback?code={GRANT}&state=S&location=eu"), "S").unwrap();
    assert!(!format!("{redirect:?}").contains("canary"));
    let granted = oauth.accept_redirect(redirect).unwrap();
    assert_eq!(granted.user().as_str(), USER);
    assert_eq!(zoho.seen()[0].url, "https://accounts.zoho.eu/oauth/v2/token");
    oauth.refresh(USER).unwrap();
    assert_eq!(zoho.seen().last().unwrap().url, "https://accounts.zoho.eu/oauth/v2/token", "and refreshed there");
}

#[test]
fn a_configured_server_is_never_overridden_by_a_redirect() {
    let zoho = Zoho::new();
    let oauth = oauth(&zoho, &[("accounts_url", "http://127.0.0.1:4711"), ("api_base_url", "http://127.0.0.1:4711")]);
    let redirect =
        oauth.read_redirect("code=x&state=S&accounts-server=https%3A%2F%2Faccounts.zoho.com.cn", "S").unwrap();
    assert_eq!(redirect.data_center(), Some(DataCenter::Cn));
    let _granted = oauth.accept_redirect(redirect).unwrap();
    assert_eq!(zoho.seen()[0].url, "http://127.0.0.1:4711/oauth/v2/token");
    assert!(logged("of the data center CN").iter().any(|(level, _)| *level == log::Level::Warn));
}

#[test]
fn the_configured_server_may_be_named_and_no_other_stranger() {
    let zoho = Zoho::new();
    let own = oauth(&zoho, &[("accounts_url", "http://127.0.0.1:4711"), ("api_base_url", "http://127.0.0.1:4711")]);
    let redirect = own.read_redirect("code=x&state=S&accounts-server=http%3A%2F%2F127.0.0.1%3A4711", "S").unwrap();
    assert_eq!(redirect.accounts_url(), Some("http://127.0.0.1:4711"));
    for stranger in [
        "https://accounts.zoho.com.evil.example",
        "http://accounts.zoho.com",
        "https://accounts.zoho.com:8443",
        "https://accounts.zoho.com@evil.example",
        "https://evil.example/accounts.zoho.com",
        "file:///etc/passwd",
        "nonsense",
    ] {
        let query: String = url::form_urlencoded::Serializer::new("code=x&state=S".to_owned())
            .append_pair("accounts-server", stranger)
            .finish();
        let error = own.read_redirect(&query, "S").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{stranger}");
    }
    assert!(zoho.seen().is_empty());
}

#[test]
fn refusals_and_forgeries() {
    let oauth = oauth(&Zoho::new(), &[]);
    for (query, state, kind) in [
        ("error=access_denied&state=S", "S", ErrorKind::AccessDenied),
        ("error=invalid_client&state=S", "S", ErrorKind::InvalidClient),
        ("error=strange&state=S", "S", ErrorKind::OAuth),
        ("code=x&state=T", "S", ErrorKind::InvalidInput),
        ("code=x", "S", ErrorKind::InvalidInput),
        ("code=x&state=", "", ErrorKind::InvalidInput),
        ("code=x&state=T&state=S", "S", ErrorKind::InvalidInput),
        ("error=access_denied", "S", ErrorKind::InvalidInput),
        ("state=S", "S", ErrorKind::InvalidInput),
        ("code=&state=S", "S", ErrorKind::InvalidInput),
        ("", "S", ErrorKind::InvalidInput),
    ] {
        assert_eq!(oauth.read_redirect(query, state).unwrap_err().kind(), kind, "{query}");
    }
}
