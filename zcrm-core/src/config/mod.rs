//! The configuration dictionary: where it comes from, its rules, and what it says.
//!
//! The keys are those of the Ruby SDK; the README lists all of them. One validation serves all sources and reports every
//! fault at once.

mod builder;
mod data_center;
mod entries;
mod hosts;
mod http;
mod key;
mod store;
mod validate;
mod version;

use std::path::{Path, PathBuf};
use std::{env, fs};

pub use builder::ConfigBuilder;
pub use data_center::DataCenter;
pub use http::HttpOptions;
pub use store::{CustomSettings, MysqlSettings, StoreKind};
pub use version::{ApiVersion, UnknownApiVersion};

use entries::Entries;
use hosts::Hosts;
pub(crate) use hosts::is_loopback;
use key::Key;

use crate::error::{Error, ErrorKind, Result};
use crate::secret::Secret;
use crate::token::UserIdentifier;

/// A validated configuration: the seed's dictionary.
///
/// Relative paths count from the folder of the JSON file that holds them, else from the working directory. An empty text
/// is an absent key, except for `db_password`. Whether files, folders and programs exist is looked at when they are used.
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
    log_file: Option<PathBuf>,
    log_in_console: bool,
    http: HttpOptions,
}

impl Config {
    /// From pairs of key and value, such as a map.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`] with every fault, each with its key and the remedy.
    pub fn from_pairs<K: AsRef<str>, V: AsRef<str>>(pairs: impl IntoIterator<Item = (K, V)>) -> Result<Self> {
        let mut entries = Entries::new(working_directory());
        for (key, value) in pairs {
            entries.add(key.as_ref(), Secret::new(value.as_ref()));
        }
        validate::validate(entries)
    }

    /// From a JSON object. Values are texts, booleans or numbers.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`] when the text is no JSON object, and with every fault of its values.
    pub fn from_json_str(json: &str) -> Result<Self> {
        Self::from_json(json, working_directory())
    }

    /// From a JSON file. Relative paths in it count from its folder.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`] when the file cannot be read or holds no JSON object, and with every fault of its values.
    pub fn from_json_file(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let unreadable = |cause| {
            Error::new(ErrorKind::Config, format!("the configuration file {} cannot be read", path.display()))
                .with_source(cause)
                .logged()
        };
        let json = fs::read_to_string(path).map_err(unreadable)?;
        let folder = std::path::absolute(path).map_err(unreadable)?.parent().map(Path::to_owned);
        // Editors of some systems begin a file with a byte order mark.
        Self::from_json(json.trim_start_matches('\u{feff}'), folder.unwrap_or_else(working_directory))
    }

    fn from_json(json: &str, folder: PathBuf) -> Result<Self> {
        let mut entries = Entries::new(folder);
        entries.add_json_object(json).map_err(|cause| {
            let error = Error::new(
                ErrorKind::Config,
                format!(
                    "the configuration is no JSON object of keys and values (line {}, column {})",
                    cause.line(),
                    cause.column()
                ),
            );
            // An error of data quotes the value, which may be a secret.
            if cause.is_data() { error.logged() } else { error.with_source(cause).logged() }
        })?;
        validate::validate(entries)
    }

    /// From environment variables: `ZCRM_` and the key in capitals, such as `ZCRM_CLIENT_ID`. Variables of other names
    /// are not looked at.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`] with every fault, each with its key and the remedy.
    pub fn from_env() -> Result<Self> {
        let mut entries = Entries::new(working_directory());
        for key in Key::ALL {
            match env::var(key.variable()) {
                Ok(value) => entries.add(key.name(), Secret::new(value)),
                Err(env::VarError::NotPresent) => {}
                Err(env::VarError::NotUnicode(_)) => {
                    entries.fault(key.name(), &format!("the variable {} is not UTF-8", key.variable()));
                }
            }
        }
        validate::validate(entries)
    }

    /// From setters of the program's own.
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

    /// Where API calls go, `https://host` without a slash at the end; the sandbox's host when `sandbox` is set.
    #[must_use]
    pub fn api_base_url(&self) -> &str {
        &self.hosts.api_base_url
    }

    /// Where tokens come from, `https://host` without a slash at the end.
    #[must_use]
    pub fn accounts_url(&self) -> &str {
        &self.hosts.accounts_url
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

    /// Which kind of store the dictionary asks for.
    #[must_use]
    pub fn store_kind(&self) -> StoreKind {
        self.store_kind
    }

    /// The key that decided on the store; `None` when MySQL is used because no key asks for another one.
    #[must_use]
    pub fn store_decided_by(&self) -> Option<&'static str> {
        self.store_decided_by
    }

    /// All keys about stores that are set.
    pub(crate) fn store_keys(&self) -> &[&'static str] {
        &self.store_keys
    }

    /// The data centre of the configured hosts; `None` for hosts that are not Zoho's.
    #[must_use]
    pub fn data_center(&self) -> Option<DataCenter> {
        DataCenter::from_accounts_url(self.accounts_url())
    }

    /// Whether the dictionary names a host, so that no other data centre may be chosen later.
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

fn working_directory() -> PathBuf {
    env::current_dir().unwrap_or_default()
}
