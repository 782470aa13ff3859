//! What keeps a program from working with Zoho CRM, found and named, with a remedy.
//!
//! ```no_run
//! use zcrm_core::doctor::{Doctor, State};
//!
//! # fn file_backend() -> zcrm_core::persistence::Backend { unimplemented!() }
//! let findings = Doctor::of_json_file_and_env("zcrm.json").backends([file_backend()]).modules(["Leads"]).examine();
//! for finding in &findings {
//!     println!("{finding}"); // "FAIL  store: MySQL at localhost:3306: the server cannot be reached; check that ..."
//! }
//! let fails = findings.iter().any(|finding| finding.state == State::Fail);
//! # let _ = fails;
//! ```
//!
//! It looks at the configuration, the log file, the store, the way to Zoho's servers, the clock, the tokens, whose they
//! are and of which organization, data center and environment, the version of the API, the scopes, the limits of the
//! edition, and at modules that are named. A check that fails does not keep the next ones from being made, as far as
//! they can be.
//!
//! It changes nothing, with one exception: where the stored access token is dead, or Zoho rejects it, a new one is
//! obtained and saved in its place, as any call would do; the refresh token stays. It sends at most 12 calls and one
//! token request, and shows no secret.
//!
//! - `config`: the configuration and the log file. `store`: what a backend tells of its store.
//! - `budget`: the limit of calls. `network`, `proxy`, `clock`: the way to Zoho.
//! - `tokens`: whether there are tokens and they work. `account`: whose they are, and what the organization may do.
//! - `scopes`, `modules`: what the tokens allow.
//! - `explain`: errors in the words of findings.

mod account;
mod budget;
mod clock;
mod config;
mod explain;
mod modules;
mod network;
mod proxy;
mod scopes;
mod store;
mod tokens;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

pub use crate::finding::{Finding, State};

use budget::Budget;
use tokens::Access;

use crate::client::Client;
use crate::config::{Config, Examined, HttpOptions};
use crate::persistence::Backend;

/// Connections that take longer are told as faults.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(8);
const CALL_TIMEOUT: Duration = Duration::from_secs(30);

/// An examination that is being put together; see the [module](self).
#[derive(Debug)]
#[must_use = "nothing is examined before `examine`"]
pub struct Doctor {
    examined: Examined,
    source: String,
    backends: Vec<Backend>,
    modules: Vec<String>,
}

impl Doctor {
    fn over(examined: Examined, source: String) -> Self {
        Self { examined, source, backends: Vec::new(), modules: Vec::new() }
    }

    /// Of a program with this configuration.
    pub fn new(config: Config) -> Self {
        Self::over(Examined::valid(config), "given by the program".to_owned())
    }

    /// Of a program whose configuration is in a JSON file, with the environment taking precedence, as
    /// [`Config::from_json_file_and_env`] reads it. What is wrong with it is found too.
    pub fn of_json_file_and_env(path: impl AsRef<Path>) -> Self {
        let path = path.as_ref();
        Self::over(Examined::read(Some(path)), path.display().to_string())
    }

    /// Of a program whose configuration is in the environment, as [`Config::from_env`] reads it.
    pub fn of_env() -> Self {
        Self::over(Examined::read(None), "the environment variables ZCRM_*".to_owned())
    }

    /// The stores that the program offers, as for [`Client::from_config`].
    pub fn backends(mut self, backends: impl IntoIterator<Item = Backend>) -> Self {
        self.backends.extend(backends);
        self
    }

    /// Looks at these modules too, by their API names.
    pub fn modules<M: Into<String>>(mut self, modules: impl IntoIterator<Item = M>) -> Self {
        self.modules.extend(modules.into_iter().map(Into::into));
        self
    }

    /// Makes all checks. It takes as long as the servers take to answer, and about a minute where none does.
    #[must_use]
    pub fn examine(self) -> Vec<Finding> {
        let mut findings = config::check(&self.examined, &self.source);
        let is_usable = self.examined.faults.is_empty();
        let hosts_alone = Config::builder("-", "-", "-").build().ok();
        let Some(config) = self.examined.config.clone().or(hosts_alone) else { return findings };
        findings.extend(config::check_log_file(&config));
        let http = options(config.http());
        let config = config.with_http(http);
        let transport = match crate::transport::default_transport(config.http()) {
            Ok(transport) => Some(Budget::new(transport)),
            Err(error) => {
                findings.push(explain::failure("network", &error));
                None
            }
        };
        if let Some(transport) = &transport {
            let found = network::check(&config, transport);
            // Where the configuration cannot be used, it is not known that these are the right servers.
            findings.extend(found.into_iter().map(|finding| if is_usable { finding } else { finding.weakened() }));
        }
        if !is_usable {
            let what = "not checked: the store, the tokens and what they allow";
            findings.push(Finding::warn("the rest", what, "correct the configuration first, then run this again"));
            return findings;
        }
        let (found, store) = store::check(&config, &self.backends);
        findings.extend(found);
        let (Some(store), Some(transport)) = (store, transport) else {
            let why = "not checked: the tokens and what they allow";
            findings.push(Finding::warn("the rest", why, "correct what failed above first, then run this again"));
            return findings;
        };
        let client = Client::assemble(config, Arc::from(store), Arc::new(transport.clone()));
        findings.extend(examine_account(&client, &transport, &self.modules));
        findings
    }
}

/// What the tokens are and allow.
fn examine_account(client: &Client, transport: &Budget, modules: &[String]) -> Vec<Finding> {
    let (mut findings, access) = tokens::check(client);
    let was_refreshed = client.told().is_some();
    if access == Access::None {
        let why = "not checked: whose the tokens are and what they allow";
        findings.push(Finding::warn("the rest", why, "correct what failed above first, then run this again"));
        return findings;
    }
    let account = account::check(client, transport);
    if !was_refreshed && client.told().is_some() {
        let found = "Zoho no longer took the stored access token; a new one was obtained and saved";
        findings.push(Finding::ok("refresh", found));
    }
    findings.extend(account.findings);
    if account.is_open {
        let scopes = scopes::Scopes::told(client);
        let (found, known) = modules::check(client, transport, modules);
        findings.extend(found);
        findings.extend(scopes::check(client, transport, scopes, account.probes, known));
    }
    findings
}

/// Those of the program, but for what would send more, or wait longer, than a person wants to.
fn options(http: &HttpOptions) -> HttpOptions {
    let http = http.clone().max_retries(0).refresh_margin(Duration::ZERO).queue_timeout(CALL_TIMEOUT);
    let (connect, call) = (http.connect_timeout.min(CONNECT_TIMEOUT), http.call_timeout.min(CALL_TIMEOUT));
    http.connect_timeout(connect).response_timeout(call).call_timeout(call)
}
