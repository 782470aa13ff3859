//! Which servers are used.

use std::net::IpAddr;

use url::{Host, Url};

use super::entries::Entries;
use super::key::Key;
use crate::data_center::DataCenter;

/// The servers, and what is known about them.
#[derive(Debug, Clone)]
pub(super) struct Hosts {
    pub(super) api_base_url: String,
    pub(super) accounts_url: String,
    pub(super) file_upload_url: FileHost,
    pub(super) download_url: FileHost,
    pub(super) sandbox: bool,
    /// Whether `api_base_url` or `accounts_url` is set, so that no other data center may be used later.
    pub(super) given: bool,
}

/// A server for bulk files.
#[derive(Debug, Clone)]
pub(super) struct FileHost {
    pub(super) url: String,
    /// Whether its key is set, so that it is used whatever the data center.
    pub(super) given: bool,
}

impl Hosts {
    /// From the keys about servers.
    pub(super) fn read(entries: &mut Entries) -> Self {
        let sandbox = entries.flag(Key::Sandbox);
        let api = read_url(entries, Key::ApiBaseUrl);
        let accounts = read_url(entries, Key::AccountsUrl);
        let given = api.is_some() || accounts.is_some();
        let api_center = api.as_deref().map(DataCenter::from_api_url);
        let center = center(entries, api_center, accounts.as_deref().map(DataCenter::from_accounts_url));
        let production = center.unwrap_or(DataCenter::Us);
        let host_of_the_api = match (&api, api_center) {
            (Some(url), Some(None)) => Some(url.clone()),
            _ => None,
        };
        let file_upload_url = file_host(
            entries,
            Key::FileUploadUrl,
            center,
            DataCenter::from_file_upload_url,
            host_of_the_api.clone().unwrap_or_else(|| production.file_upload_url()),
        );
        let download_url = file_host(
            entries,
            Key::DownloadUrl,
            center,
            DataCenter::from_download_url,
            host_of_the_api.unwrap_or_else(|| production.download_url()),
        );
        // The developer edition is an environment of its own, without a sandbox.
        let has_sandbox =
            api.as_deref().is_none_or(|url| api_center.flatten().is_some() && !url.contains("//developer."));
        let api_base_url = match (sandbox, api) {
            (true, Some(_)) if !has_sandbox => {
                entries.fault(Key::Sandbox, "no sandbox is known for the host in api_base_url; set it to false");
                production.sandbox_url()
            }
            (true, _) => production.sandbox_url(),
            (false, Some(url)) => url,
            (false, None) => production.api_base_url(),
        };
        let sandbox = sandbox || center.is_some_and(|center| center.sandbox_url() == api_base_url);
        let accounts_url = accounts.unwrap_or_else(|| production.accounts_url());
        Self { api_base_url, accounts_url, file_upload_url, download_url, sandbox, given }
    }
}

/// The data center of `api_base_url` and `accounts_url`, where each is absent, or of a known centre or none.
fn center(
    entries: &mut Entries,
    api: Option<Option<DataCenter>>,
    accounts: Option<Option<DataCenter>>,
) -> Option<DataCenter> {
    match (api, accounts) {
        (None, None) => Some(DataCenter::Us),
        (Some(Some(api)), Some(Some(accounts))) if api != accounts => {
            let fault = format!("belongs to data center {accounts}, but api_base_url to {api}; remove one of them");
            entries.fault(Key::AccountsUrl, &fault);
            Some(api)
        }
        (Some(None), None) if !entries.is_faulty(Key::AccountsUrl) => {
            entries.fault(Key::ApiBaseUrl, "not a host of a known Zoho data center; set accounts_url too");
            None
        }
        (None, Some(None)) if !entries.is_faulty(Key::ApiBaseUrl) => {
            entries.fault(Key::AccountsUrl, "not a host of a known Zoho data center; set api_base_url too");
            None
        }
        (Some(api), accounts) => api.or(accounts.flatten()),
        (None, accounts) => accounts.flatten(),
    }
}

fn file_host(
    entries: &mut Entries,
    key: Key,
    center: Option<DataCenter>,
    center_of: fn(&str) -> Option<DataCenter>,
    default: String,
) -> FileHost {
    let Some(url) = read_url(entries, key) else { return FileHost { url: default, given: false } };
    if let (Some(center), Some(other)) = (center, center_of(&url))
        && center != other
    {
        let fault =
            format!("belongs to data center {other}, but the API is in {center}; remove it, or change the others");
        entries.fault(key, &fault);
    }
    FileHost { url, given: true }
}

/// A URL without path, query and credentials: `https`, or `http` for loopback.
fn read_url(entries: &mut Entries, key: Key) -> Option<String> {
    let text = entries.text(key)?;
    match check_url(&text) {
        Ok(url) => Some(url),
        Err(fault) => {
            entries.fault(key, fault);
            None
        }
    }
}

fn check_url(text: &str) -> Result<String, &'static str> {
    const NOT_A_URL: &str = "not a valid URL; use https:// and the host";
    let url = Url::parse(text).map_err(|_| NOT_A_URL)?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err("contains a user name or password; remove them");
    }
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        return Err("contains more than scheme, host and port; remove the rest");
    }
    match url.scheme() {
        "https" if url.has_host() => {}
        "http" if is_loopback(&url) => {}
        "http" => return Err("http is allowed for this machine (loopback) only; use https"),
        _ => return Err(NOT_A_URL),
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
