//! The configuration dictionary: its sources, its rules, its values.
//!
//! The keys are those of the Ruby SDK and a few more; the README lists all of them. Every source is validated by the same
//! rules, and all faults are reported at once.

mod builder;
mod data_center;
mod entries;
mod hosts;
mod http;
mod key;
mod path;
mod source;
mod store;
mod validate;
mod version;

use std::path::{Path, PathBuf};

pub use builder::ConfigBuilder;
pub use data_center::DataCenter;
pub use http::HttpOptions;
pub use store::{CustomSettings, MysqlSettings, StoreKind};
pub use version::{ApiVersion, UnknownApiVersion};

use entries::Entries;
use hosts::Hosts;
pub(crate) use hosts::is_loopback;

use crate::error::{Error, Result};
use crate::secret::Secret;
use crate::token::UserIdentifier;

/// A validated configuration.
///
/// * Relative paths are relative to the folder of the JSON file that contains them, otherwise to the working directory.
/// * A path is taken literally: a leading `~` and variables such as `%LOCALAPPDATA%` or `$HOME` are refused, not expanded.
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
    client_id: String,
    client_secret: Secret,
    redirect_uri: String,
    current_user_email: Option<UserIdentifier>,
    hosts: Hosts,
    api_version: ApiVersion,
    store_kind: StoreKind,
    store_decided_by: Option<&'static str>,
    store_keys: Vec<&'static str>,
    token_persistence_path: Option<PathBuf>,
    mysql: MysqlSettings,
    custom: Option<CustomSettings>,
    ca_file: Option<PathBuf>,
    proxy: Option<Secret>,
    log_file: Option<PathBuf>,
    log_in_console: bool,
    warnings: Vec<String>,
    http: HttpOptions,
}

impl Config {
    /// From pairs of key and value, such as a map.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) with every fault, each with its key and the remedy.
    pub fn from_pairs<K: AsRef<str>, V: AsRef<str>>(pairs: impl IntoIterator<Item = (K, V)>) -> Result<Self> {
        Self::from_entries(source::from_pairs(pairs))
    }

    /// From a JSON object. Values are strings, booleans or numbers.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) if the text is not a JSON object, and with every fault of its
    /// values.
    pub fn from_json_str(json: &str) -> Result<Self> {
        source::from_json(json).map_err(Error::logged).and_then(Self::from_entries)
    }

    /// From a JSON file. Relative paths in it are relative to its folder.
    ///
    /// If the file contains a secret and users other than its owner can read it (on Unix), this is one of the
    /// [`warnings`](Self::warnings).
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) if the file cannot be read or is not a JSON object, and with every
    /// fault of its values.
    pub fn from_json_file(path: impl AsRef<Path>) -> Result<Self> {
        Self::from_file_and(path.as_ref(), None)
    }

    /// From a JSON file, with the environment taking precedence: a variable such as `ZCRM_CLIENT_SECRET` replaces the value
    /// of `client_secret` in the file, or adds it. So secrets can stay out of the file.
    ///
    /// An empty variable leaves the file's value, except `ZCRM_DB_PASSWORD`. Relative paths in variables are relative to
    /// the working directory.
    ///
    /// ```no_run
    /// use zcrm_core::Config;
    ///
    /// // ZCRM_CLIENT_SECRET is set by the service manager, everything else by the file.
    /// let config = Config::from_json_file_and_env("zcrm.json")?;
    /// # Ok::<(), zcrm_core::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As for [`from_json_file`](Self::from_json_file) and [`from_env`](Self::from_env).
    pub fn from_json_file_and_env(path: impl AsRef<Path>) -> Result<Self> {
        Self::from_file_and(path.as_ref(), Some(source::from_env()))
    }

    fn from_file_and(path: &Path, environment: Option<Entries>) -> Result<Self> {
        let mut entries = source::from_file(path).map_err(Error::logged)?;
        let warning = source::warn_if_others_can_read(path, &entries);
        if let Some(environment) = environment {
            entries.override_with(environment);
        }
        let mut config = Self::from_entries(entries)?;
        config.warnings.extend(warning);
        Ok(config)
    }

    /// From environment variables: `ZCRM_` and the key in capitals, such as `ZCRM_CLIENT_ID`. Any other variable whose
    /// name begins with `ZCRM_` is an unknown key; variables with other names are ignored.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) with every fault, each with its variable and the remedy.
    pub fn from_env() -> Result<Self> {
        Self::from_entries(source::from_env())
    }

    fn from_entries(entries: Entries) -> Result<Self> {
        validate::validate(entries).map_err(Error::logged)
    }

    /// From values in the program.
    ///
    /// ```
    /// use zcrm_core::Config;
    /// use zcrm_core::config::ApiVersion;
    ///
    /// let config = Config::builder("1000.FAKE", "fake-secret", "https://www.zoho.com")
    ///     .current_user_email("abc@xyz.com")
    ///     .api_version(ApiVersion::V8)
    ///     .build()?;
    /// assert_eq!(config.api_version(), ApiVersion::V8);
    /// # Ok::<(), zcrm_core::Error>(())
    /// ```
    pub fn builder(client_id: &str, client_secret: impl Into<Secret>, redirect_uri: &str) -> ConfigBuilder {
        ConfigBuilder::new(client_id, client_secret.into(), redirect_uri)
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

    /// The server that takes the files of bulk writes. If the key is not set, the one of the data centre; if the API
    /// server is not Zoho's, the API server.
    #[must_use]
    pub fn file_upload_url(&self) -> &str {
        &self.hosts.file_upload_url.url
    }

    /// The server of the result files of bulk writes, with the same default as [`file_upload_url`](Self::file_upload_url).
    #[must_use]
    pub fn download_url(&self) -> &str {
        &self.hosts.download_url.url
    }

    /// [`file_upload_url`](Self::file_upload_url) for a user of this data centre: the key if it is set, otherwise the
    /// server of the data centre.
    #[must_use]
    pub fn file_upload_url_in(&self, center: DataCenter) -> String {
        let host = &self.hosts.file_upload_url;
        if host.given { host.url.clone() } else { center.file_upload_url() }
    }

    /// [`download_url`](Self::download_url) for a user of this data centre: the key if it is set, otherwise the server of
    /// the data centre.
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

    /// The data centre of the configured servers; `None` for servers that are not Zoho's.
    #[must_use]
    pub fn data_center(&self) -> Option<DataCenter> {
        DataCenter::from_accounts_url(self.accounts_url())
    }

    /// Whether `api_base_url` or `accounts_url` is set, so that no other data centre may be used later.
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

    /// What is allowed but inadvisable in this configuration, such as a file with secrets that others can read. A client
    /// logs each of them at `warn` when it starts.
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
