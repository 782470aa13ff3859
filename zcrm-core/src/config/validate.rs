//! From entries to a configuration: every rule, every fault.

use std::ffi::OsStr;
use std::path::PathBuf;

use url::Url;

use super::entries::Entries;
use super::hosts::Hosts;
use super::http::HttpOptions;
use super::key::Key;
use super::path::is_named_pipe;
use super::store::{CustomSettings, MysqlSettings, StoreKind};
use super::values::Config;
use super::version::{ApiVersion, UnknownApiVersion};
use crate::error::Result;
use crate::secret::Secret;
use crate::token::UserIdentifier;

/// The name of the token file; a path that ends in it stands for its folder.
const TOKEN_FILE: &str = "zcrm_oauthtokens.txt";

/// The schemes of proxies that the transport speaks.
const PROXY_SCHEMES: [&str; 5] = ["http", "https", "socks4", "socks4a", "socks5"];

pub(super) fn validate(mut entries: Entries) -> Result<Config> {
    let config = assess(&mut entries);
    match entries.into_error() {
        Some(error) => Err(error),
        None => Ok(config),
    }
}

/// The configuration as far as the entries go, each fault noted; where there is one, it is to be looked at, not used.
pub(super) fn assess(entries: &mut Entries) -> Config {
    let client_id = mandatory(entries, Key::ClientId, "copy it from Zoho's API console");
    let client_secret = mandatory(entries, Key::ClientSecret, "copy it from Zoho's API console");
    let redirect_uri = mandatory(
        entries,
        Key::RedirectUri,
        "use the registered one; for a self client any will do, such as https://www.zoho.com",
    );
    let current_user_email = user(entries);
    let hosts = Hosts::read(entries);
    let api_version = version(entries);
    if entries.text(Key::AccessType).is_some_and(|access| access != "offline") {
        entries.fault(
            Key::AccessType,
            "must be offline: with online, Zoho issues no refresh token; set it to offline or remove it",
        );
    }
    let custom = custom(entries);
    let mysql = mysql(entries);
    let token_persistence_path = token_folder(entries);
    let (store_kind, store_decided_by) = if custom.is_some() {
        (StoreKind::Custom, Some(Key::PersistenceHandlerClass.name()))
    } else if token_persistence_path.is_some() {
        (StoreKind::File, Some(Key::TokenPersistencePath.name()))
    } else {
        (StoreKind::Mysql, None)
    };
    let store_keys = entries.keys().filter(|key| key.is_of_a_store()).map(Key::name).collect();
    let ca_file = entries.path(Key::CaFile);
    let proxy = proxy(entries);
    let log_file = entries.path(Key::ApplicationLogFilePath);
    let log_in_console = entries.flag(Key::LogInConsole);
    let config = Config {
        client_id: client_id.expose().to_owned(),
        client_secret,
        redirect_uri: redirect_uri.expose().to_owned(),
        current_user_email,
        hosts,
        api_version,
        store_kind,
        store_decided_by,
        store_keys,
        token_persistence_path,
        mysql,
        custom,
        ca_file,
        proxy,
        log_file,
        log_in_console,
        warnings: Vec::new(),
        http: HttpOptions::default(),
    };
    config.with_http(HttpOptions::default())
}

fn mandatory(entries: &mut Entries, key: Key, remedy: &str) -> Secret {
    let value = entries.get(key).cloned();
    if value.as_ref().is_some_and(|value| value.expose().trim() != value.expose()) {
        entries.fault(key, "has blanks before or behind it, which Zoho takes for a part of it; remove them");
    }
    value.unwrap_or_else(|| {
        if !entries.is_faulty(key) {
            entries.fault(key, &format!("required; {remedy}"));
        }
        Secret::new("")
    })
}

fn user(entries: &mut Entries) -> Option<UserIdentifier> {
    let text = entries.text(Key::CurrentUserEmail)?;
    UserIdentifier::new(text).map_err(|fault| entries.fault(Key::CurrentUserEmail, &fault.to_string())).ok()
}

fn version(entries: &mut Entries) -> ApiVersion {
    let Some(text) = entries.text(Key::ApiVersion) else { return ApiVersion::default() };
    text.parse().unwrap_or_else(|fault: UnknownApiVersion| {
        entries.fault(Key::ApiVersion, &fault.to_string());
        ApiVersion::default()
    })
}

fn token_folder(entries: &mut Entries) -> Option<PathBuf> {
    let path = entries.path(Key::TokenPersistencePath)?;
    if path.file_name() == Some(OsStr::new(TOKEN_FILE)) { path.parent().map(Into::into) } else { Some(path) }
}

fn custom(entries: &mut Entries) -> Option<CustomSettings> {
    let path = entries.path_as_written(Key::PersistenceHandlerClassPath);
    let class = entries.text(Key::PersistenceHandlerClass);
    match (class, path) {
        (Some(class), path) => Some(CustomSettings { class, path }),
        (None, Some(_)) => {
            entries.fault(
                Key::PersistenceHandlerClass,
                "required when persistence_handler_class_path is set; it is passed to the program as its argument",
            );
            None
        }
        (None, None) => None,
    }
}

fn mysql(entries: &mut Entries) -> MysqlSettings {
    let username = either(entries, Key::DbUsername, Key::MysqlUsername);
    let password = either(entries, Key::DbPassword, Key::MysqlPassword);
    let port = either(entries, Key::DbPort, Key::MysqlPort);
    let port = port.map_or(3306, |(key, text)| match text.expose().parse() {
        Ok(port) if port != 0 => port,
        _ => {
            entries.fault(key, "not a valid port; use a number from 1 to 65535");
            3306
        }
    });
    let tls_ca = entries.path(Key::DbTlsCa);
    MysqlSettings {
        address: entries.text(Key::DbAddress).unwrap_or_else(|| "localhost".to_owned()),
        port,
        username: username.map_or_else(|| "root".to_owned(), |(_, name)| name.expose().to_owned()),
        password: password.map_or_else(|| Secret::new(""), |(_, password)| password),
        database: entries.text(Key::DbName).unwrap_or_else(|| "zohooauth".to_owned()),
        socket: socket(entries),
        tls: entries.flag(Key::DbTls) || tls_ca.is_some(),
        tls_ca,
    }
}

fn socket(entries: &mut Entries) -> Option<PathBuf> {
    let text = entries.text(Key::DbSocket)?;
    if cfg!(windows) || is_named_pipe(&text) {
        entries.fault(
            Key::DbSocket,
            "only Unix sockets are supported, not named pipes of Windows; use db_address and db_port",
        );
        return None;
    }
    entries.path(Key::DbSocket)
}

fn proxy(entries: &mut Entries) -> Option<Secret> {
    let proxy = entries.get(Key::Proxy)?.clone();
    let is_valid = Url::parse(proxy.expose()).is_ok_and(|url| {
        PROXY_SCHEMES.contains(&url.scheme())
            && url.has_host()
            && matches!(url.path(), "" | "/")
            && url.query().is_none()
            && url.fragment().is_none()
    });
    if !is_valid {
        entries.fault(
            Key::Proxy,
            "not a valid proxy URL; use http://host:port or http://user:password@host:port, with special characters \
             percent-encoded",
        );
        return None;
    }
    Some(proxy)
}

/// The value of a key or of its older name, and which of the two it is; two different values are a fault.
fn either(entries: &mut Entries, key: Key, older: Key) -> Option<(Key, Secret)> {
    let (value, old) = (entries.get(key).cloned(), entries.get(older).cloned());
    if let (Some(value), Some(old)) = (&value, &old)
        && !value.same_as(old)
    {
        entries.fault(older, &format!("differs from {}, which means the same; remove one of them", key.name()));
    }
    value.map(|value| (key, value)).or(old.map(|old| (older, old)))
}
