//! The validated values.

use std::path::{Path, PathBuf};

use super::hosts::Hosts;
use super::http::HttpOptions;
use super::store::{CustomSettings, MysqlSettings, StoreKind};
use super::version::ApiVersion;
use crate::data_center::DataCenter;
use crate::secret::Secret;
use crate::token::UserIdentifier;

/// A validated configuration.
///
/// * Relative paths are relative to the folder of the JSON file that contains them, otherwise to the working directory.
/// * A path is taken literally: a leading `~` and variables such as `%LOCALAPPDATA%` or `$HOME` are refused, not
///   expanded.
/// * An empty string is an absent key, except for `db_password`.
/// * Whether files, folders and programs exist is checked when they are used.
///
/// ```
/// use zcrm_core::Config;
///
/// let config = Config::from_pairs([
///     ("client_id", "1000.FAKE"),
///     ("client_secret", "fake-secret"),
///     ("redirect_uri", "https://www.zoho.com"),
///     ("current_user_email", "abc@xyz.com"),
/// ])?;
/// assert_eq!(config.api_base_url(), "https://www.zohoapis.com");
///
/// let fault = Config::from_pairs([("curent_user_email", "abc@xyz.com")]).unwrap_err();
/// assert!(fault.to_string().contains("did you mean current_user_email?"));
/// # Ok::<(), zcrm_core::Error>(())
/// ```
#[derive(Debug, Clone)]
#[doc(alias = "ZCRMConfigUtil")]
pub struct Config {
    pub(super) client_id: String,
    pub(super) client_secret: Secret,
    pub(super) redirect_uri: String,
    pub(super) current_user_email: Option<UserIdentifier>,
    pub(super) hosts: Hosts,
    pub(super) api_version: ApiVersion,
    pub(super) store_kind: StoreKind,
    pub(super) store_decided_by: Option<&'static str>,
    pub(super) store_keys: Vec<&'static str>,
    pub(super) token_persistence_path: Option<PathBuf>,
    pub(super) mysql: MysqlSettings,
    pub(super) custom: Option<CustomSettings>,
    pub(super) ca_file: Option<PathBuf>,
    pub(super) proxy: Option<Secret>,
    pub(super) log_file: Option<PathBuf>,
    pub(super) log_in_console: bool,
    pub(super) warnings: Vec<String>,
    pub(super) http: HttpOptions,
}

impl Config {
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

    /// The API server, `https://host` without a slash at the end; the sandbox's if `sandbox` is set.
    #[must_use]
    pub fn api_base_url(&self) -> &str {
        &self.hosts.api_base_url
    }

    /// The accounts server, which issues tokens, `https://host` without a slash at the end.
    #[must_use]
    pub fn accounts_url(&self) -> &str {
        &self.hosts.accounts_url
    }

    /// The server that takes the files of bulk writes. If the key is not set, the one of the data center; if the API
    /// server is not Zoho's, the API server.
    #[must_use]
    pub fn file_upload_url(&self) -> &str {
        &self.hosts.file_upload_url.url
    }

    /// The server of the result files of bulk writes, with the same default as
    /// [`file_upload_url`](Self::file_upload_url).
    #[must_use]
    pub fn download_url(&self) -> &str {
        &self.hosts.download_url.url
    }

    /// [`file_upload_url`](Self::file_upload_url) for a user of this data center: the key if it is set, otherwise the
    /// server of the data center.
    #[must_use]
    pub fn file_upload_url_in(&self, center: DataCenter) -> String {
        let host = &self.hosts.file_upload_url;
        if host.given { host.url.clone() } else { center.file_upload_url() }
    }

    /// [`download_url`](Self::download_url) for a user of this data center: the key if it is set, otherwise the server
    /// of the data center.
    #[must_use]
    pub fn download_url_in(&self, center: DataCenter) -> String {
        let host = &self.hosts.download_url;
        if host.given { host.url.clone() } else { center.download_url() }
    }

    /// Whether calls go to the sandbox.
    #[must_use]
    pub fn sandbox(&self) -> bool {
        self.hosts.sandbox
    }

    /// The version of the API.
    #[must_use]
    pub fn api_version(&self) -> ApiVersion {
        self.api_version
    }

    /// The kind of store that the keys select.
    #[must_use]
    pub fn store_kind(&self) -> StoreKind {
        self.store_kind
    }

    /// The key that selected the store; `None` if MySQL is used because no key selects another one.
    #[must_use]
    pub fn store_decided_by(&self) -> Option<&'static str> {
        self.store_decided_by
    }

    /// The keys for stores that are set.
    pub(crate) fn store_keys(&self) -> &[&'static str] {
        &self.store_keys
    }

    /// The data center of the configured servers; `None` for servers that are not Zoho's.
    #[must_use]
    pub fn data_center(&self) -> Option<DataCenter> {
        DataCenter::from_accounts_url(self.accounts_url())
    }

    /// Whether `api_base_url` or `accounts_url` is set, so that no other data center may be used later.
    pub(crate) fn urls_given(&self) -> bool {
        self.hosts.given
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

    /// The keys of the custom store, if it is selected.
    #[must_use]
    pub fn custom(&self) -> Option<&CustomSettings> {
        self.custom.as_ref()
    }

    /// The file to which log lines are appended.
    #[must_use]
    pub fn log_file(&self) -> Option<&Path> {
        self.log_file.as_deref()
    }

    /// Whether log lines go to standard error.
    #[must_use]
    pub fn log_in_console(&self) -> bool {
        self.log_in_console
    }

    /// What is allowed but inadvisable in this configuration, such as a file with secrets that others can read. A
    /// client logs each of them at `warn` when it starts.
    #[must_use]
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// The settings of connections, time limits and retries.
    #[must_use]
    pub fn http(&self) -> &HttpOptions {
        &self.http
    }

    /// The same configuration with other settings of connections, time limits and retries.
    ///
    /// A proxy in `http` takes precedence over the key `proxy`, and certificate authorities in `http` over `ca_file`;
    /// where `http` has none, the keys apply.
    #[must_use]
    pub fn with_http(mut self, mut http: HttpOptions) -> Self {
        if http.proxy.is_none() {
            http.proxy.clone_from(&self.proxy);
        }
        if http.extra_ca_files.is_empty() && http.extra_ca_pem.is_empty() {
            http.extra_ca_files.extend(self.ca_file.clone());
        }
        self.http = http;
        self
    }
}
