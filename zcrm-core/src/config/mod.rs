//! The configuration dictionary, validated.

mod http;
mod store;
mod version;

use std::path::{Path, PathBuf};

pub use http::HttpOptions;
pub use store::{CustomSettings, MysqlSettings, StoreKind};
pub use version::{ApiVersion, UnknownApiVersion};

use crate::error::Result;
use crate::secret::Secret;
use crate::token::UserIdentifier;

/// A validated configuration.
#[derive(Debug, Clone)]
pub struct Config {
    client_id: String,
    client_secret: Secret,
    redirect_uri: String,
    current_user_email: Option<UserIdentifier>,
    api_base_url: String,
    accounts_url: String,
    sandbox: bool,
    api_version: ApiVersion,
    store_kind: StoreKind,
    token_persistence_path: Option<PathBuf>,
    mysql: MysqlSettings,
    custom: Option<CustomSettings>,
    log_file: Option<PathBuf>,
    log_in_console: bool,
    http: HttpOptions,
}

impl Config {
    /// From key and value pairs.
    ///
    /// # Errors
    ///
    /// All faults at once.
    pub fn from_pairs<K: AsRef<str>, V: AsRef<str>>(pairs: impl IntoIterator<Item = (K, V)>) -> Result<Self> {
        let _ = pairs.into_iter().count();
        todo!()
    }

    /// The app's client id.
    #[must_use]
    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    /// The app's client secret.
    #[must_use]
    pub fn client_secret(&self) -> &Secret {
        &self.client_secret
    }

    /// The app's redirect URI.
    #[must_use]
    pub fn redirect_uri(&self) -> &str {
        &self.redirect_uri
    }

    /// The user whose tokens calls use, unless `for_user` names another.
    #[must_use]
    pub fn current_user_email(&self) -> Option<&UserIdentifier> {
        self.current_user_email.as_ref()
    }

    /// Where API calls go, `https://host` without a slash at the end; the sandbox's host when `sandbox` is set.
    #[must_use]
    pub fn api_base_url(&self) -> &str {
        &self.api_base_url
    }

    /// Where tokens come from, `https://host` without a slash at the end.
    #[must_use]
    pub fn accounts_url(&self) -> &str {
        &self.accounts_url
    }

    /// Whether calls go to the sandbox.
    #[must_use]
    pub fn sandbox(&self) -> bool {
        self.sandbox
    }

    /// The version of the API.
    #[must_use]
    pub fn api_version(&self) -> ApiVersion {
        self.api_version
    }

    /// Which kind of store the dictionary asks for.
    #[must_use]
    pub fn store_kind(&self) -> StoreKind {
        self.store_kind
    }

    /// The folder of the token file, absolute.
    #[must_use]
    pub fn token_persistence_path(&self) -> Option<&Path> {
        self.token_persistence_path.as_deref()
    }

    /// The keys of the MySQL store.
    #[must_use]
    pub fn mysql(&self) -> &MysqlSettings {
        &self.mysql
    }

    /// The keys of the custom store, when it is asked for.
    #[must_use]
    pub fn custom(&self) -> Option<&CustomSettings> {
        self.custom.as_ref()
    }

    /// The file that log lines are appended to.
    #[must_use]
    pub fn log_file(&self) -> Option<&Path> {
        self.log_file.as_deref()
    }

    /// Whether log lines go to standard error.
    #[must_use]
    pub fn log_in_console(&self) -> bool {
        self.log_in_console
    }

    /// Settings beside the dictionary.
    #[must_use]
    pub fn http(&self) -> &HttpOptions {
        &self.http
    }

    /// The same configuration with other settings beside the dictionary.
    #[must_use]
    pub fn with_http(mut self, http: HttpOptions) -> Self {
        self.http = http;
        self
    }
}
