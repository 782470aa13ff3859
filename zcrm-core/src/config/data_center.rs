//! Zoho's data centres and their hosts.

use std::fmt;

/// A data centre of Zoho. The hosts are those of Zoho's own SDK for v8.
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

impl DataCenter {
    /// All data centres.
    pub const ALL: [Self; 8] = [Self::Us, Self::Eu, Self::In, Self::Cn, Self::Au, Self::Jp, Self::Ca, Self::Sa];

    /// The code that redirects carry as `location`.
    #[must_use]
    pub fn location(self) -> &'static str {
        match self {
            Self::Us => "us",
            Self::Eu => "eu",
            Self::In => "in",
            Self::Cn => "cn",
            Self::Au => "au",
            Self::Jp => "jp",
            Self::Ca => "ca",
            Self::Sa => "sa",
        }
    }

    fn domain(self) -> &'static str {
        match self {
            Self::Us => "com",
            Self::Eu => "eu",
            Self::In => "in",
            Self::Cn => "com.cn",
            Self::Au => "com.au",
            Self::Jp => "jp",
            Self::Ca => "ca",
            Self::Sa => "sa",
        }
    }

    fn zoho_domain(self) -> String {
        match self {
            Self::Ca => "zohocloud.ca".to_owned(),
            other => format!("zoho.{}", other.domain()),
        }
    }

    /// Where tokens come from, such as `https://accounts.zoho.com`.
    #[must_use]
    pub fn accounts_url(self) -> String {
        format!("https://accounts.{}", self.zoho_domain())
    }

    /// Where calls go, such as `https://www.zohoapis.com`.
    #[must_use]
    pub fn api_base_url(self) -> String {
        format!("https://www.zohoapis.{}", self.domain())
    }

    /// Where calls to the sandbox go, such as `https://sandbox.zohoapis.com`.
    #[must_use]
    pub fn sandbox_url(self) -> String {
        format!("https://sandbox.zohoapis.{}", self.domain())
    }

    /// Where apps are registered, such as `https://api-console.zoho.com`.
    #[must_use]
    pub fn console_url(self) -> String {
        format!("https://api-console.{}", self.zoho_domain())
    }

    /// The data centre of a `location` code.
    #[must_use]
    pub fn from_location(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|center| center.location() == code)
    }

    /// The data centre of an accounts server.
    #[must_use]
    pub fn from_accounts_url(url: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|center| center.accounts_url() == url.trim_end_matches('/'))
    }

    /// The data centre of an API host: production, sandbox (`sandbox.`) or developer edition (`developer.`).
    #[must_use]
    pub fn from_api_url(url: &str) -> Option<Self> {
        let host = url.trim_end_matches('/').strip_prefix("https://")?;
        let domain = ["www.", "sandbox.", "developer."]
            .into_iter()
            .find_map(|environment| host.strip_prefix(environment))
            .unwrap_or(host)
            .strip_prefix("zohoapis.")?;
        Self::ALL.into_iter().find(|center| center.domain() == domain)
    }
}

impl fmt::Display for DataCenter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.location().to_ascii_uppercase())
    }
}
