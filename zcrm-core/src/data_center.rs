//! Zoho's data centers and their hosts.

use std::fmt;

/// A data center of Zoho. The hosts are those of Zoho's own SDK for v8, except for
/// [`download_url`](Self::download_url).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DataCenter {
    /// United States
    Us,
    /// Europe
    Eu,
    /// India
    In,
    /// China
    Cn,
    /// Australia
    Au,
    /// Japan
    Jp,
    /// Canada
    Ca,
    /// Saudi Arabia
    Sa,
}

/// What the URLs of a data center are made of.
struct Hosts {
    location: &'static str,
    /// The domain of accounts, console and downloads.
    zoho: &'static str,
    /// The domain of API calls.
    api: &'static str,
    /// The host that takes the files of bulk writes.
    upload: &'static str,
}

const fn hosts(location: &'static str, zoho: &'static str, api: &'static str, upload: &'static str) -> Hosts {
    Hosts { location, zoho, api, upload }
}

impl DataCenter {
    /// All data centers.
    pub const ALL: [Self; 8] = [Self::Us, Self::Eu, Self::In, Self::Cn, Self::Au, Self::Jp, Self::Ca, Self::Sa];

    #[rustfmt::skip]
    fn hosts(self) -> Hosts {
        match self {
            Self::Us => hosts("us", "zoho.com",     "zohoapis.com",    "content.zohoapis.com"),
            Self::Eu => hosts("eu", "zoho.eu",      "zohoapis.eu",     "content.zohoapis.eu"),
            Self::In => hosts("in", "zoho.in",      "zohoapis.in",     "content.zohoapis.in"),
            Self::Cn => hosts("cn", "zoho.com.cn",  "zohoapis.com.cn", "content.zohoapis.com.cn"),
            Self::Au => hosts("au", "zoho.com.au",  "zohoapis.com.au", "content.zohoapis.com.au"),
            Self::Jp => hosts("jp", "zoho.jp",      "zohoapis.jp",     "content.zohoapis.jp"),
            Self::Ca => hosts("ca", "zohocloud.ca", "zohoapis.ca",     "upload.zohocloud.ca"),
            Self::Sa => hosts("sa", "zoho.sa",      "zohoapis.sa",     "files.zoho.sa"),
        }
    }

    /// The code that redirects carry as `location`.
    #[must_use]
    pub fn location(self) -> &'static str {
        self.hosts().location
    }

    /// The accounts server, which issues tokens, such as `https://accounts.zoho.com`.
    #[must_use]
    pub fn accounts_url(self) -> String {
        format!("https://accounts.{}", self.hosts().zoho)
    }

    /// The API server, such as `https://www.zohoapis.com`.
    #[must_use]
    pub fn api_base_url(self) -> String {
        format!("https://www.{}", self.hosts().api)
    }

    /// The API server of the sandbox, such as `https://sandbox.zohoapis.com`.
    #[must_use]
    pub fn sandbox_url(self) -> String {
        format!("https://sandbox.{}", self.hosts().api)
    }

    /// The server that takes the files of bulk writes, such as `https://content.zohoapis.com`. Sandboxes share it.
    #[must_use]
    pub fn file_upload_url(self) -> String {
        format!("https://{}", self.hosts().upload)
    }

    /// The server of the result files of bulk writes, such as `https://download-accl.zoho.com`. Zoho documents this
    /// host for the US only; for the other data centers it is derived from their domain.
    #[must_use]
    pub fn download_url(self) -> String {
        format!("https://download-accl.{}", self.hosts().zoho)
    }

    /// Zoho's API console, where apps are registered, such as `https://api-console.zoho.com`.
    #[must_use]
    pub fn console_url(self) -> String {
        format!("https://api-console.{}", self.hosts().zoho)
    }

    /// The data center of a `location` code, in whatever case.
    #[must_use]
    pub fn from_location(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|center| center.location().eq_ignore_ascii_case(code))
    }

    /// The data center of an accounts server.
    #[must_use]
    pub fn from_accounts_url(url: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|center| center.accounts_url() == url.trim_end_matches('/'))
    }

    /// The data center of an API server: production, sandbox (`sandbox.`) or developer edition (`developer.`).
    #[must_use]
    pub fn from_api_url(url: &str) -> Option<Self> {
        let host = host(url)?;
        let environments = ["www.", "sandbox.", "developer."];
        let domain = environments.into_iter().find_map(|environment| host.strip_prefix(environment)).unwrap_or(host);
        Self::ALL.into_iter().find(|center| center.hosts().api == domain)
    }

    /// The data center of a server for bulk files: the one of [`file_upload_url`](Self::file_upload_url), or
    /// `upload.` or `upload-accl.`, which Zoho's older pages name.
    #[must_use]
    pub fn from_file_upload_url(url: &str) -> Option<Self> {
        let host = host(url)?;
        let older = ["upload.", "upload-accl."].into_iter().find_map(|name| host.strip_prefix(name));
        Self::ALL.into_iter().find(|center| center.hosts().upload == host || older == Some(center.hosts().zoho))
    }

    /// The data center of a server of result files: `download-accl.`, or `download.`, which Zoho names for exports.
    #[must_use]
    pub fn from_download_url(url: &str) -> Option<Self> {
        let host = host(url)?;
        let domain = ["download-accl.", "download."].into_iter().find_map(|name| host.strip_prefix(name))?;
        Self::ALL.into_iter().find(|center| center.hosts().zoho == domain)
    }
}

/// The host of a URL that is `https://` and a host.
fn host(url: &str) -> Option<&str> {
    url.trim_end_matches('/').strip_prefix("https://")
}

impl fmt::Display for DataCenter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.location().to_ascii_uppercase())
    }
}
