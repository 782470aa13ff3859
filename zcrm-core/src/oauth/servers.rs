//! Which servers a user's tokens belong to: the configured ones, or those of the data center that Zoho names.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use url::Url;

use super::accounts::Minted;
use crate::config::{Config, DataCenter};
use crate::token::{OAuthTokens, UserIdentifier};

/// Where one user's tokens come from and where that user's calls go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Servers {
    pub(super) accounts_url: String,
    pub(super) api_base_url: String,
}

/// Decides which servers are used.
///
/// Servers that the configuration names are kept whatever Zoho says. Otherwise a user's requests go to the data center
/// that a redirect or a token response names, if it is a known one: a host of anybody else never gets to see a token.
/// It is kept with the tokens, so that another process knows it too.
#[derive(Debug)]
pub(super) struct ServerRules {
    config: Arc<Config>,
    /// What was warned of already, `None` for unknown hosts: token responses repeat themselves every hour.
    mentioned: Mutex<HashSet<Option<DataCenter>>>,
}

impl ServerRules {
    pub(super) fn new(config: Arc<Config>) -> Self {
        Self { config, mentioned: Mutex::default() }
    }

    /// The servers of a user of whom nothing else is known.
    pub(super) fn configured(&self) -> Servers {
        Servers {
            accounts_url: self.config.accounts_url().to_owned(),
            api_base_url: self.config.api_base_url().to_owned(),
        }
    }

    /// Where a grant is exchanged whose redirect names this accounts server, a known one.
    pub(super) fn named(&self, accounts_url: &str) -> Servers {
        match DataCenter::from_accounts_url(accounts_url) {
            Some(center) => self.of(center),
            None => self.configured(),
        }
    }

    /// The servers of a data center, unless the configuration names others.
    pub(super) fn of(&self, center: DataCenter) -> Servers {
        let servers = Servers {
            accounts_url: center.accounts_url(),
            api_base_url: if self.config.sandbox() { center.sandbox_url() } else { center.api_base_url() },
        };
        if !self.config.urls_given() {
            return servers;
        }
        let configured = self.configured();
        if configured.accounts_url != servers.accounts_url {
            self.warn_once(
                Some(center),
                &format!(
                    "Zoho says that the tokens are of the data center {center}, yet the configured URLs are of another and \
                     are kept; if calls fail with 401, set api_base_url to {} and accounts_url to {}",
                    center.api_base_url(),
                    servers.accounts_url
                ),
            );
        }
        configured
    }

    /// The servers of stored tokens, unless the configuration names some.
    pub(super) fn kept(&self, tokens: &OAuthTokens) -> Option<Servers> {
        tokens.data_center().filter(|_| !self.config.urls_given()).map(|center| self.of(center))
    }

    /// The data center to keep with tokens of these servers; `None` where the configuration names the servers.
    pub(super) fn to_keep(&self, servers: &Servers) -> Option<DataCenter> {
        DataCenter::from_accounts_url(&servers.accounts_url).filter(|_| !self.config.urls_given())
    }

    /// Why a refresh token that the accounts server does not know may be good all the same: the servers are not
    /// configured, and the store does not tell the tokens' data center.
    pub(super) fn doubt(&self, user: &UserIdentifier) -> Option<String> {
        (!self.config.urls_given()).then(|| {
            let (accounts, api) = (self.config.accounts_url(), self.config.api_base_url());
            format!(
                "no servers are configured, and the store does not tell the data center of {user}'s tokens, so {accounts} \
                 was asked; if the user is of another data center, set accounts_url and api_base_url (now {api}) to its \
                 servers, or name it at each start with client.oauth().set_data_center"
            )
        })
    }

    /// The servers of tokens that were asked for at `asked`: a token response names their data center as `api_domain`.
    pub(super) fn learned(&self, minted: &Minted, asked: Servers) -> Servers {
        let Some(domain) = &minted.api_domain else { return asked };
        match DataCenter::from_api_url(domain) {
            // Hosts that are not Zoho's, such as an emulator's or a gateway's, are of no data center.
            Some(_) if self.config.data_center().is_none() => asked,
            Some(center) if center.accounts_url() == asked.accounts_url => asked,
            Some(center) => {
                let servers = self.of(center);
                if servers != asked {
                    log::warn!(
                        "tokens turn out to be of Zoho's data center {center}; their user's requests go there from now on, and \
                         stores with a place for it keep it. If all users are of this data center, better add these two \
                         lines to the configuration:\n\"api_base_url\": \"{}\",\n\"accounts_url\": \"{}\"",
                        center.api_base_url(),
                        center.accounts_url()
                    );
                }
                servers
            }
            None if same_server(domain, self.config.api_base_url()) => asked,
            None => {
                self.warn_once(
                    None,
                    "Zoho's token response names an api_domain that is none of the known data centers; it is ignored. If \
                     it is right, set api_base_url and accounts_url",
                );
                asked
            }
        }
    }

    fn warn_once(&self, about: Option<DataCenter>, text: &str) {
        if self.mentioned.lock().unwrap_or_else(PoisonError::into_inner).insert(about) {
            log::warn!("{text}");
        }
    }
}

/// Whether two URLs mean the same scheme, host and port.
pub(super) fn same_server(one: &str, other: &str) -> bool {
    match (Url::parse(one), Url::parse(other)) {
        (Ok(one), Ok(other)) => one.origin().is_tuple() && one.origin() == other.origin(),
        _ => false,
    }
}
