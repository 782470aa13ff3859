//! The servers in use: the configured ones, or those of the data centre that the tokens turned out to be of.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::answer::Minted;
use super::centers::{Center, same_server, urls_given};
use crate::config::Config;

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
    /// What was warned of already: token answers repeat themselves every hour.
    mentioned: HashSet<String>,
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

    pub(super) fn api_base_url(&self) -> String {
        self.in_use().api_base_url.clone()
    }

    /// A token answer names the data centre of its tokens under `api_domain`.
    pub(super) fn learn(&self, minted: &Minted) {
        let Some(domain) = &minted.api_domain else { return };
        match Center::by_api_url(domain) {
            Some(center) => self.go_to(center),
            None if same_server(domain, self.config.api_base_url()) => {}
            None => self.warn_once(
                domain,
                "Zoho's token answer names an api_domain that is none of the known data centres; it is ignored. If it is \
                 right, set api_base_url and accounts_url",
            ),
        }
    }

    /// A grant was exchanged at this accounts server, so its tokens are refreshed there.
    pub(super) fn exchanged_at(&self, accounts_url: &str) {
        if let Some(center) = Center::by_accounts_url(accounts_url) {
            self.go_to(center);
        }
    }

    fn go_to(&self, center: Center) {
        let present = Center::by_accounts_url(&self.accounts_url());
        if present == Some(center) {
            return;
        }
        let api_url = center.api_url(self.config.sandbox());
        if urls_given(&self.config) {
            self.warn_once(
                center.location,
                &format!(
                    "Zoho says that the tokens are of the data centre {}, yet the configured URLs are of another and are \
                     kept; if calls fail with 401, set api_base_url to {} and accounts_url to {}",
                    center.location.to_uppercase(),
                    center.api_url(false),
                    center.accounts_url
                ),
            );
            return;
        }
        let mut in_use = self.in_use();
        center.accounts_url.clone_into(&mut in_use.accounts_url);
        api_url.clone_into(&mut in_use.api_base_url);
        drop(in_use);
        log::warn!(
            "the tokens are of Zoho's data centre {}; this client goes on with it. The store cannot remember it, so add \
             these two lines to the configuration:\n\"api_base_url\": \"{}\",\n\"accounts_url\": \"{}\"",
            center.location.to_uppercase(),
            center.api_url(false),
            center.accounts_url
        );
    }

    fn warn_once(&self, about: &str, text: &str) {
        if self.in_use().mentioned.insert(about.to_owned()) {
            log::warn!("{text}");
        }
    }

    fn in_use(&self) -> MutexGuard<'_, InUse> {
        self.in_use.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
