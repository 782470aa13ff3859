//! Stores without a client: that of a configuration, and those that tokens are copied to.

use std::path::Path;

use anyhow::{Context, Result, bail};
use zcrm_core::persistence::{PersistenceHandler, StoredTokens};
use zcrm_core::{Config, UserIdentifier};

use crate::connect::backends;
use crate::mysql_address::MysqlAddress;

/// The variable that may hold the password of a database.
const PASSWORD: &str = "ZOHO_DB_PASSWORD";

/// The store of a configuration; it is made where it is absent.
///
/// # Errors
///
/// When it cannot be opened, or this build lacks it.
pub fn configured(config: &Config) -> Result<Box<dyn PersistenceHandler>> {
    let kind = config.store_kind();
    let backend = backends().into_iter().find(|backend| backend.kind() == kind);
    let backend = backend.with_context(|| format!("this build of zcrm has no {kind} store"))?;
    Ok(backend.open(config)?)
}

/// A user's name as the store spells it: the one that is given, else the only one there that differs in case alone.
#[must_use]
pub fn spelled(store: &dyn PersistenceHandler, user: &UserIdentifier) -> UserIdentifier {
    let rows = store.list_tokens().unwrap_or_default();
    let alike = |row: &&StoredTokens| row.user.to_lowercase() == user.as_str().to_lowercase();
    let mut alike: Vec<StoredTokens> = rows.iter().filter(alike).cloned().collect();
    match alike.pop() {
        Some(only) if alike.is_empty() => UserIdentifier::new(only.user).unwrap_or_else(|_| user.clone()),
        _ => user.clone(),
    }
}

/// A store by its name: a configuration file, `file:FOLDER`, or `mysql://USER@HOST:PORT/DATABASE`. It is made where it
/// is absent.
///
/// # Errors
///
/// When it cannot be opened, the name holds a password, or this build lacks the store.
pub fn named(name: &str) -> Result<Box<dyn PersistenceHandler>> {
    if let Some(folder) = name.strip_prefix("file:") {
        if folder.is_empty() {
            bail!("name a folder: file:FOLDER");
        }
        return file(Path::new(folder));
    }
    if name.starts_with("mysql://") {
        return database(&MysqlAddress::parse(name, PASSWORD)?);
    }
    let config = Config::from_json_file(name)
        .context("a store is named by a configuration file, file:FOLDER, or mysql://USER@HOST:PORT/DATABASE")?;
    configured(&config)
}

#[cfg(feature = "file")]
fn file(folder: &Path) -> Result<Box<dyn PersistenceHandler>> {
    Ok(Box::new(zcrm_persist_file::FilePersistence::new(folder)?))
}

#[cfg(not(feature = "file"))]
fn file(_: &Path) -> Result<Box<dyn PersistenceHandler>> {
    anyhow::bail!("this build of zcrm has no file store")
}

#[cfg(feature = "mysql")]
fn database(server: &MysqlAddress) -> Result<Box<dyn PersistenceHandler>> {
    let store = zcrm_persist_mysql::MysqlPersistence::builder()
        .address(&server.host)
        .port(server.port)
        .username(&server.user)
        .database(&server.database)
        .password(std::env::var(PASSWORD).unwrap_or_default())
        .tls(server.tls)
        .build()?;
    store.ensure_schema()?;
    Ok(Box::new(store))
}

#[cfg(not(feature = "mysql"))]
fn database(_: &MysqlAddress) -> Result<Box<dyn PersistenceHandler>> {
    anyhow::bail!("this build of zcrm has no MySQL store")
}

/// The store, whose tokens are encrypted with the key in a file, if one is given.
///
/// # Errors
///
/// When the file holds no key, others can read it, or the store has no room for encrypted tokens.
#[cfg(feature = "custom")]
pub fn encrypted(store: Box<dyn PersistenceHandler>, key: Option<&Path>) -> Result<Box<dyn PersistenceHandler>> {
    use zcrm_persist_custom::{Encrypted, EncryptionKey};

    Ok(match key {
        Some(key) => Box::new(Encrypted::new(store, [EncryptionKey::from_file(key)?])?),
        None => store,
    })
}
