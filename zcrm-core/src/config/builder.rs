//! A configuration put together in the program.

use std::path::Path;

use super::entries::Entries;
use super::key::Key;
use super::{ApiVersion, Config};
use crate::error::Result;
use crate::secret::Secret;

/// Sets the keys of the dictionary; of several values for one key the last counts. [`build`](ConfigBuilder::build)
/// validates them.
#[derive(Debug)]
#[must_use = "nothing happens before `build`"]
pub struct ConfigBuilder(Entries);

impl ConfigBuilder {
    pub(super) fn new(client_id: &str, client_secret: Secret, redirect_uri: &str) -> Self {
        let mut entries = Entries::new();
        entries.set(Key::ClientId, Secret::new(client_id));
        entries.set(Key::ClientSecret, client_secret);
        entries.set(Key::RedirectUri, Secret::new(redirect_uri));
        Self(entries)
    }

    fn set(mut self, key: Key, value: impl Into<Secret>) -> Self {
        self.0.set(key, value.into());
        self
    }

    fn set_path(mut self, key: Key, path: &Path) -> Self {
        match path.to_str() {
            Some(path) => self.set(key, path),
            None => {
                self.0.fault(key, "the path is not UTF-8; use another one");
                self
            }
        }
    }

    /// `current_user_email`: whose tokens calls use.
    pub fn current_user_email(self, email: &str) -> Self {
        self.set(Key::CurrentUserEmail, email)
    }

    /// `api_base_url`: the API server. Defaults to the data center of `accounts_url`, else the US.
    pub fn api_base_url(self, url: &str) -> Self {
        self.set(Key::ApiBaseUrl, url)
    }

    /// `accounts_url`: the accounts server. Defaults to the data center of `api_base_url`, else the US.
    pub fn accounts_url(self, url: &str) -> Self {
        self.set(Key::AccountsUrl, url)
    }

    /// `file_upload_url`: the server that takes the files of bulk writes. Defaults to the one of the data center, or to
    /// `api_base_url` where that is not Zoho's.
    pub fn file_upload_url(self, url: &str) -> Self {
        self.set(Key::FileUploadUrl, url)
    }

    /// `download_url`: the server of the result files of bulk writes. Defaults to the one of the data center, or to
    /// `api_base_url` where that is not Zoho's.
    pub fn download_url(self, url: &str) -> Self {
        self.set(Key::DownloadUrl, url)
    }

    /// `sandbox`: whether calls go to the sandbox. Defaults to false.
    pub fn sandbox(self, on: bool) -> Self {
        self.set(Key::Sandbox, on.to_string())
    }

    /// `api_version`. Defaults to v2.
    pub fn api_version(self, version: ApiVersion) -> Self {
        self.set(Key::ApiVersion, version.as_str())
    }

    /// `token_persistence_path`: the folder of the token file.
    pub fn token_persistence_path(self, folder: impl AsRef<Path>) -> Self {
        self.set_path(Key::TokenPersistencePath, folder.as_ref())
    }

    /// `db_address`. Defaults to `localhost`.
    pub fn db_address(self, address: &str) -> Self {
        self.set(Key::DbAddress, address)
    }

    /// `db_port`. Defaults to 3306.
    pub fn db_port(self, port: u16) -> Self {
        self.set(Key::DbPort, port.to_string())
    }

    /// `db_username`. Defaults to `root`.
    pub fn db_username(self, name: &str) -> Self {
        self.set(Key::DbUsername, name)
    }

    /// `db_password`. Defaults to an empty one.
    pub fn db_password(self, password: impl Into<Secret>) -> Self {
        self.set(Key::DbPassword, password)
    }

    /// `db_name`. Defaults to `zohooauth`.
    pub fn db_name(self, name: &str) -> Self {
        self.set(Key::DbName, name)
    }

    /// `db_socket`: a Unix socket in place of address and port.
    pub fn db_socket(self, path: impl AsRef<Path>) -> Self {
        self.set_path(Key::DbSocket, path.as_ref())
    }

    /// `db_tls`: whether connections are encrypted. Defaults to false.
    pub fn db_tls(self, on: bool) -> Self {
        self.set(Key::DbTls, on.to_string())
    }

    /// `db_tls_ca`: a PEM file of further certificate authorities; it switches `db_tls` on.
    pub fn db_tls_ca(self, path: impl AsRef<Path>) -> Self {
        self.set_path(Key::DbTlsCa, path.as_ref())
    }

    /// `persistence_handler_class`: a registered handler, or the argument of the external program.
    pub fn persistence_handler_class(self, class: &str) -> Self {
        self.set(Key::PersistenceHandlerClass, class)
    }

    /// `persistence_handler_class_path`: the external program, an absolute path.
    pub fn persistence_handler_class_path(self, path: impl AsRef<Path>) -> Self {
        self.set_path(Key::PersistenceHandlerClassPath, path.as_ref())
    }

    /// `ca_file`: a PEM file of certificate authorities to trust beside the built-in ones.
    pub fn ca_file(self, path: impl AsRef<Path>) -> Self {
        self.set_path(Key::CaFile, path.as_ref())
    }

    /// `proxy`: a proxy, such as `http://user:password@host:3128`.
    pub fn proxy(self, url: impl Into<Secret>) -> Self {
        self.set(Key::Proxy, url)
    }

    /// `application_log_file_path`: log lines are appended to this file.
    pub fn application_log_file_path(self, path: impl AsRef<Path>) -> Self {
        self.set_path(Key::ApplicationLogFilePath, path.as_ref())
    }

    /// `log_in_console`: whether log lines go to standard error. Defaults to false.
    pub fn log_in_console(self, on: bool) -> Self {
        self.set(Key::LogInConsole, on.to_string())
    }

    /// Validates all keys.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) with every fault, each with its key and the remedy.
    pub fn build(self) -> Result<Config> {
        Config::from_entries(self.0)
    }
}
