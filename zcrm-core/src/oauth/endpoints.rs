//! The servers in use: the configured ones, or those of the data centre that the tokens turned out to be of.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use url::Url;

use super::answer::Minted;
use crate::config::{Config, DataCenter};

/// Where tokens come from and where calls go.
///
/// Servers that the dictionary names are kept whatever Zoho says. Otherwise the client goes on with the data centre that
/// a redirect or a token answer names, if it is a known one: a host of anybody else never gets to see a token.
#[derive(Debug)]
pub(super) struct Endpoints {
    config: Arc<Config>,
    in_use: Mutex<InUse>,
}

#[derive(Debug)]
struct InUse {
    accounts_url: String,
    api_base_url: String,
    /// What was warned of already, `None` for hosts of strangers: token answers repeat themselves every hour.
    mentioned: HashSet<Option<DataCenter>>,
}

impl Endpoints {
    pub(super) fn new(config: Arc<Config>) -> Self {
        let in_use = InUse {
            accounts_url: config.accounts_url().to_owned(),
            api_base_url: config.api_base_url().to_owned(),
            mentioned: HashSet::new(),
        };
        Self { config, in_use: Mutex::new(in_use) }
    }

    pub(super) fn accounts_url(&self) -> String {
        self.in_use().accounts_url.clone()
    }

    /// Where a grant is exchanged whose redirect names this accounts server, a known one.
    pub(super) fn accounts_url_of(&self, named: Option<&str>) -> String {
        let Some(named) = named else { return self.accounts_url() };
        if !self.config.urls_given() {
            return named.to_owned();
        }
        if let Some(center) = DataCenter::from_accounts_url(named) {
            self.go_to(center);
        }
        self.accounts_url()
    }

    pub(super) fn api_base_url(&self) -> String {
        self.in_use().api_base_url.clone()
    }

    /// A token answer names the data centre of its tokens under `api_domain`.
    pub(super) fn learn(&self, minted: &Minted) {
        let Some(domain) = &minted.api_domain else { return };
        match DataCenter::from_api_url(domain) {
            // Hosts that are not Zoho's, such as an emulator's or a gateway's, are of no data centre.
            Some(_) if self.config.data_center().is_none() => {}
            Some(center) => self.go_to(center),
            None if same_server(domain, self.config.api_base_url()) => {}
            None => self.warn_once(
                None,
                "Zoho's token answer names an api_domain that is none of the known data centres; it is ignored. If it is \
                 right, set api_base_url and accounts_url",
            ),
        }
    }

    /// A grant was exchanged at this accounts server, so its tokens are refreshed there.
    pub(super) fn exchanged_at(&self, accounts_url: &str) {
        if let Some(center) = DataCenter::from_accounts_url(accounts_url) {
            self.go_to(center);
        }
    }

    fn go_to(&self, center: DataCenter) {
        if DataCenter::from_accounts_url(&self.accounts_url()) == Some(center) {
            return;
        }
        let (accounts_url, api_base_url) = (center.accounts_url(), center.api_base_url());
        if self.config.urls_given() {
            self.warn_once(
                Some(center),
                &format!(
                    "Zoho says that the tokens are of the data centre {center}, yet the configured URLs are of another and \
                     are kept; if calls fail with 401, set api_base_url to {api_base_url} and accounts_url to {accounts_url}"
                ),
            );
            return;
        }
        log::warn!(
            "the tokens are of Zoho's data centre {center}; this client goes on with it. The store cannot remember it, so \
             add these two lines to the configuration:\n\"api_base_url\": \"{api_base_url}\",\n\"accounts_url\": \
             \"{accounts_url}\""
        );
        let mut in_use = self.in_use();
        in_use.accounts_url = accounts_url;
        in_use.api_base_url = if self.config.sandbox() { center.sandbox_url() } else { api_base_url };
    }

    fn warn_once(&self, about: Option<DataCenter>, text: &str) {
        if self.in_use().mentioned.insert(about) {
            log::warn!("{text}");
        }
    }

    fn in_use(&self) -> MutexGuard<'_, InUse> {
        self.in_use.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether two URLs mean the same scheme, host and port.
pub(super) fn same_server(one: &str, other: &str) -> bool {
    match (Url::parse(one), Url::parse(other)) {
        (Ok(one), Ok(other)) => one.origin().is_tuple() && one.origin() == other.origin(),
        _ => false,
    }
}
