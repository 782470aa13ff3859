//! The store: reading, saving and deleting one user's row.

use std::fmt;
use std::sync::OnceLock;
use std::time::Duration;

use mysql::prelude::Queryable;
use mysql::{PooledConn, Row, Value};
use zcrm_core::config::{Config, StoreKind};
use zcrm_core::persistence::{
    Backend, PersistenceError, PersistenceErrorKind, PersistenceHandler, RefreshLock, StoreLimits,
};
use zcrm_core::{OAuthTokens, UserIdentifier};

use crate::builder::MysqlBuilder;
use crate::connect::Connector;
use crate::error::name_is_outside_of_character_set;
use crate::{lock, schema};

/// How long a save waits for another save of the same user, in seconds.
const SAVE_PATIENCE_SECONDS: u32 = 10;

/// Tokens in MySQL or MariaDB. See the [crate](crate) documentation.
pub struct MysqlPersistence {
    connector: Connector,
    database: String,
    table: String,
    limits: OnceLock<StoreLimits>,
}

/// The MySQL store for `Client::from_config`. It is opened with the keys `db_*`, and creates database and table when they
/// are absent.
///
/// ```no_run
/// # fn main() -> Result<(), zcrm_core::Error> {
/// use zcrm_core::{Client, Config};
///
/// let client = Client::from_config(Config::from_json_file("zcrm.json")?, [zcrm_persist_mysql::backend()])?;
/// # let _ = client;
/// # Ok(())
/// # }
/// ```
#[must_use]
pub fn backend() -> Backend {
    Backend::new(StoreKind::Mysql, |config| {
        let store = MysqlPersistence::from_config(config)?;
        store.ensure_schema()?;
        Ok(Box::new(store))
    })
}

impl MysqlBuilder {
    /// Makes the store. The server is not asked yet.
    ///
    /// # Errors
    ///
    /// When the socket's path is not text.
    pub fn build(self) -> Result<MysqlPersistence, PersistenceError> {
        MysqlPersistence::open(self)
    }
}

impl MysqlPersistence {
    /// Settings to make a store by hand.
    pub fn builder() -> MysqlBuilder {
        MysqlBuilder::default()
    }

    /// A store with the dictionary's keys `db_*`. The server is not asked yet.
    ///
    /// # Errors
    ///
    /// When the path in `db_socket` is not text.
    pub fn from_config(config: &Config) -> Result<Self, PersistenceError> {
        Self::open(MysqlBuilder::from_config(config))
    }

    fn open(settings: MysqlBuilder) -> Result<Self, PersistenceError> {
        let connector = Connector::new(&settings)?;
        let table = schema::table(&settings.database);
        Ok(Self { connector, database: settings.database, table, limits: OnceLock::new() })
    }

    /// Creates database and table when they are absent ([`SCHEMA`](crate::SCHEMA)); checks the columns of a table that is
    /// there, and changes nothing about it.
    ///
    /// # Errors
    ///
    /// When the server cannot be reached or refuses, and when a table that is there lacks a column or has one of a type
    /// that cannot hold its value: the message names each.
    pub fn ensure_schema(&self) -> Result<(), PersistenceError> {
        let created = schema::ensure(&self.connector, &self.database)?;
        let what = if created { "was created" } else { "is there" };
        log::info!("MySQL at {}: the table {} {what}", self.connector.place(), self.table);
        Ok(())
    }

    /// The condition that finds a user. The first half can use an index; it may find too much, by the column's
    /// collation. The second half compares the bytes of the text, whatever the column's character set.
    const MATCHES: &str =
        "useridentifier = ? AND CAST(CONVERT(useridentifier USING utf8mb4) AS BINARY) = CAST(? AS BINARY)";

    fn row_of(&self, connection: &mut PooledConn, user: &str) -> mysql::Result<Option<Row>> {
        let sql = format!(
            "SELECT accesstoken, refreshtoken, expirytime FROM {} WHERE {} ORDER BY expirytime DESC LIMIT 1",
            self.table,
            Self::MATCHES
        );
        match connection.exec_first(sql, (user, user)) {
            Err(cause) if name_is_outside_of_character_set(&cause) => Ok(None),
            found => found,
        }
    }

    fn write(&self, connection: &mut PooledConn, tokens: &OAuthTokens) -> mysql::Result<()> {
        let user = tokens.user().as_str();
        let values = (tokens.access_token().expose(), tokens.refresh_token().expose(), tokens.expiry_millis());
        connection.exec_drop(
            format!(
                "UPDATE {} SET accesstoken = ?, refreshtoken = ?, expirytime = ? WHERE {}",
                self.table,
                Self::MATCHES
            ),
            (values.0, values.1, values.2, user, user),
        )?;
        if connection.affected_rows() == 0 {
            connection.exec_drop(
                format!(
                    "INSERT INTO {} (useridentifier, accesstoken, refreshtoken, expirytime) VALUES (?, ?, ?, ?)",
                    self.table
                ),
                (user, values.0, values.1, values.2),
            )?;
        }
        Ok(())
    }
}

impl PersistenceHandler for MysqlPersistence {
    fn save_oauth_tokens(&self, tokens: &OAuthTokens) -> Result<(), PersistenceError> {
        let name = lock::name("save", &self.database, tokens.user().as_str());
        let saved = self.connector.with(|connection| {
            if !lock::take(connection.as_mut(), &name, SAVE_PATIENCE_SECONDS)? {
                return Ok(false);
            }
            let written = self.write(connection, tokens);
            // A lock that cannot be freed goes with its connection, which `with` then closes.
            lock::free(connection.as_mut(), &name).and(written).map(|()| true)
        })?;
        if saved {
            return Ok(());
        }
        Err(PersistenceError::new(
            PersistenceErrorKind::Unavailable,
            format!(
                "MySQL at {}: another program has been saving tokens of {} for more than {SAVE_PATIENCE_SECONDS} s",
                self.connector.place(),
                tokens.user()
            ),
        ))
    }

    fn get_oauth_tokens(&self, user: &UserIdentifier) -> Result<Option<OAuthTokens>, PersistenceError> {
        let row = self.connector.with(|connection| self.row_of(connection, user.as_str()))?;
        row.map(|row| self.tokens_of(user, row)).transpose()
    }

    fn delete_oauth_tokens(&self, user: &UserIdentifier) -> Result<(), PersistenceError> {
        let sql = format!("DELETE FROM {} WHERE {}", self.table, Self::MATCHES);
        self.connector.with(|connection| match connection.exec_drop(&sql, (user.as_str(), user.as_str())) {
            Err(cause) if name_is_outside_of_character_set(&cause) => Ok(()),
            done => done,
        })
    }

    fn lock_refresh(
        &self,
        user: &UserIdentifier,
        timeout: Duration,
        lease: Duration,
    ) -> Result<RefreshLock, PersistenceError> {
        lock::refresh(&self.connector, &self.database, user, timeout, lease)
    }

    fn limits(&self) -> StoreLimits {
        if let Some(limits) = self.limits.get() {
            return *limits;
        }
        match schema::limits(&self.connector, &self.database) {
            Ok(limits) => *self.limits.get_or_init(|| limits),
            Err(cause) => {
                log::warn!("the limits of the token table are not known: {cause}");
                StoreLimits::default()
            }
        }
    }
}

impl MysqlPersistence {
    fn tokens_of(&self, user: &UserIdentifier, row: Row) -> Result<OAuthTokens, PersistenceError> {
        let values: [Value; 3] = row.unwrap().try_into().map_err(|_| self.corrupt(user, "has too few columns"))?;
        let [access, refresh, expiry] = values;
        let expiry = match expiry {
            Value::Int(millis) => Some(millis),
            Value::UInt(millis) => i64::try_from(millis).ok(),
            Value::Bytes(text) => std::str::from_utf8(&text).ok().and_then(|text| text.trim().parse().ok()),
            _ => None,
        };
        Ok(OAuthTokens::new(
            user.clone(),
            text(access).ok_or_else(|| self.corrupt(user, "has no access token"))?,
            text(refresh).ok_or_else(|| self.corrupt(user, "has no refresh token"))?,
            expiry.ok_or_else(|| self.corrupt(user, "has no expiry time in milliseconds"))?,
        ))
    }

    fn corrupt(&self, user: &UserIdentifier, fault: &str) -> PersistenceError {
        PersistenceError::new(
            PersistenceErrorKind::CorruptRow,
            format!(
                "MySQL at {}: the row of {user} in {} {fault}; exchange a new grant token",
                self.connector.place(),
                self.table
            ),
        )
    }
}

fn text(value: Value) -> Option<String> {
    match value {
        Value::Bytes(bytes) => String::from_utf8(bytes).ok().filter(|text| !text.is_empty()),
        _ => None,
    }
}

impl fmt::Debug for MysqlPersistence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MysqlPersistence")
            .field("server", &self.connector)
            .field("table", &self.table)
            .finish_non_exhaustive()
    }
}
