//! The configuration dictionary: its sources, its rules, its values.
//!
//! The keys are those of the Ruby SDK and a few more; the README lists all of them. Every source is validated by the
//! same rules, and all faults are reported at once.

mod builder;
mod entries;
mod examined;
mod hosts;
mod http;
mod key;
mod path;
mod source;
mod store;
mod validate;
mod values;
mod version;

use std::path::Path;

pub use crate::data_center::DataCenter;
pub use builder::ConfigBuilder;
pub use http::HttpOptions;
pub use store::{CustomSettings, MysqlSettings, StoreKind};
pub use values::Config;
pub use version::{ApiVersion, UnknownApiVersion};

use entries::Entries;
pub(crate) use examined::Examined;
pub(crate) use hosts::is_loopback;

use crate::error::{Error, Result};
use crate::secret::Secret;

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
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) if the file cannot be read or is not a JSON object, and with
    /// every fault of its values.
    pub fn from_json_file(path: impl AsRef<Path>) -> Result<Self> {
        Self::from_file_and(path.as_ref(), None)
    }

    /// From a JSON file, with the environment taking precedence: a variable such as `ZCRM_CLIENT_SECRET` replaces the
    /// value of `client_secret` in the file, or adds it. So secrets can stay out of the file.
    ///
    /// An empty variable leaves the file's value, except `ZCRM_DB_PASSWORD`. Relative paths in variables are relative
    /// to the working directory.
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
    /// name begins with `ZCRM_` is an unknown key, but `ZCRM_SYNC_PASSWORD`, which is for `zcrm sync`; variables with
    /// other names are ignored.
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
}
