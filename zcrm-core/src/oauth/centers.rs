//! Zoho's data centres, as far as tokens need them.

use crate::config::Config;

/// A data centre: its short name in redirects, its accounts server and its API server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Center {
    pub(super) location: &'static str,
    pub(super) accounts_url: &'static str,
    api_url: &'static str,
    sandbox_url: &'static str,
}

const CENTERS: [Center; 8] = [
    center("us", "https://accounts.zoho.com", "https://www.zohoapis.com", "https://sandbox.zohoapis.com"),
    center("eu", "https://accounts.zoho.eu", "https://www.zohoapis.eu", "https://sandbox.zohoapis.eu"),
    center("in", "https://accounts.zoho.in", "https://www.zohoapis.in", "https://sandbox.zohoapis.in"),
    center("cn", "https://accounts.zoho.com.cn", "https://www.zohoapis.com.cn", "https://sandbox.zohoapis.com.cn"),
    center("au", "https://accounts.zoho.com.au", "https://www.zohoapis.com.au", "https://sandbox.zohoapis.com.au"),
    center("jp", "https://accounts.zoho.jp", "https://www.zohoapis.jp", "https://sandbox.zohoapis.jp"),
    center("ca", "https://accounts.zohocloud.ca", "https://www.zohoapis.ca", "https://sandbox.zohoapis.ca"),
    center("sa", "https://accounts.zoho.sa", "https://www.zohoapis.sa", "https://sandbox.zohoapis.sa"),
];

const fn center(
    location: &'static str,
    accounts_url: &'static str,
    api_url: &'static str,
    sandbox_url: &'static str,
) -> Center {
    Center { location, accounts_url, api_url, sandbox_url }
}

impl Center {
    pub(super) fn by_location(location: &str) -> Option<Self> {
        CENTERS.into_iter().find(|center| center.location.eq_ignore_ascii_case(location))
    }

    pub(super) fn by_accounts_url(url: &str) -> Option<Self> {
        CENTERS.into_iter().find(|center| same_server(center.accounts_url, url))
    }

    /// By the API server, that of production or of the sandbox.
    pub(super) fn by_api_url(url: &str) -> Option<Self> {
        CENTERS.into_iter().find(|center| same_server(center.api_url, url) || same_server(center.sandbox_url, url))
    }

    pub(super) fn api_url(self, sandbox: bool) -> &'static str {
        if sandbox { self.sandbox_url } else { self.api_url }
    }
}

/// Whether the dictionary names servers, which are then never overridden.
pub(super) fn urls_given(config: &Config) -> bool {
    Center::by_accounts_url(config.accounts_url()).is_none_or(|center| center.location != "us")
}

/// Whether two URLs mean the same scheme, host and port.
pub(super) fn same_server(one: &str, other: &str) -> bool {
    match (url::Url::parse(one), url::Url::parse(other)) {
        (Ok(one), Ok(other)) => one.origin().is_tuple() && one.origin() == other.origin(),
        _ => false,
    }
}
