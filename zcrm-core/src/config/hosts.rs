//! Which hosts calls and token requests go to.

use std::net::IpAddr;

use url::{Host, Url};

use super::data_center::DataCenter;
use super::entries::Entries;
use super::key::Key;

/// The two hosts, and what is known of them.
#[derive(Debug, Clone)]
pub(super) struct Hosts {
    pub(super) api_base_url: String,
    pub(super) accounts_url: String,
    pub(super) sandbox: bool,
    /// Whether the dictionary names a host, so that none may be chosen later.
    pub(super) given: bool,
}

impl Hosts {
    /// From `api_base_url`, `accounts_url` and `sandbox`.
    pub(super) fn read(entries: &mut Entries) -> Self {
        let sandbox = entries.flag(Key::Sandbox);
        let api = read_url(entries, Key::ApiBaseUrl);
        let accounts = read_url(entries, Key::AccountsUrl);
        let given = api.is_some() || accounts.is_some();
        let api_center = api.as_deref().map(DataCenter::from_api_url);
        let accounts_center = accounts.as_deref().map(DataCenter::from_accounts_url);
        let center = match (api_center, accounts_center) {
            (None, None) => Some(DataCenter::Us),
            (Some(Some(one)), Some(Some(other))) if one != other => {
                entries.fault(
                    Key::AccountsUrl.name(),
                    &format!(
                        "it is of data centre {other}, api_base_url of {one}; give one of them and drop the other"
                    ),
                );
                Some(one)
            }
            (Some(None), None) if !entries.is_faulty(Key::AccountsUrl) => {
                entries.fault(Key::ApiBaseUrl.name(), "no data centre of Zoho has this host; give accounts_url too");
                None
            }
            (None, Some(None)) if !entries.is_faulty(Key::ApiBaseUrl) => {
                entries.fault(Key::AccountsUrl.name(), "no data centre of Zoho has this host; give api_base_url too");
                None
            }
            (Some(api), accounts) => api.or(accounts.flatten()),
            (None, accounts) => accounts.flatten(),
        };
        // The developer edition has an environment of its own and no sandbox below it.
        let has_sandbox =
            api.as_deref().is_none_or(|url| api_center.flatten().is_some() && !url.contains("//developer."));
        let production = center.unwrap_or(DataCenter::Us);
        let api_base_url = match (sandbox, api) {
            (true, Some(_)) if !has_sandbox => {
                entries.fault(Key::Sandbox.name(), "no sandbox is known for the host in api_base_url; set it to false");
                production.sandbox_url()
            }
            (true, _) => production.sandbox_url(),
            (false, Some(url)) => url,
            (false, None) => production.api_base_url(),
        };
        let sandbox = sandbox || center.is_some_and(|center| center.sandbox_url() == api_base_url);
        let accounts_url = accounts.unwrap_or_else(|| production.accounts_url());
        Self { api_base_url, accounts_url, sandbox, given }
    }
}

/// A URL without path, query and credentials: `https`, or `http` towards this machine.
fn read_url(entries: &mut Entries, key: Key) -> Option<String> {
    let text = entries.text(key)?;
    match check_url(&text) {
        Ok(url) => Some(url),
        Err(fault) => {
            entries.fault(key.name(), fault);
            None
        }
    }
}

fn check_url(text: &str) -> Result<String, &'static str> {
    let url = Url::parse(text).map_err(|_| "it is no URL; write https:// and the host")?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err("it holds a user name or password; remove them");
    }
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        return Err("it holds more than scheme and host; remove the rest");
    }
    match url.scheme() {
        "https" if url.has_host() => {}
        "http" if is_loopback(&url) => {}
        "http" => return Err("http is allowed towards this machine only; write https"),
        _ => return Err("it is no URL; write https:// and the host"),
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

/// Whether a URL leads to this machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(address)) => IpAddr::V4(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::V6(address).is_loopback(),
        None => false,
    }
}
