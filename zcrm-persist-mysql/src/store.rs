//! The store: reading, saving and deleting one user's row.

use std::fmt;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use mysql::{Row, Value};
use zcrm_core::config::{Config, DataCenter};
use zcrm_core::persistence::{
    MAX_LOCK_TIMEOUT, MIN_LOCK_LEASE, PersistenceError, PersistenceErrorKind, PersistenceHandler, RefreshLock,
    StoreLimits, StoredTokens,
};
use zcrm_core::{OAuthTokens, Secret, UserIdentifier};

use crate::builder::MysqlBuilder;
use crate::connect::Connector;
use crate::lock::{Held, Purpose};
use crate::notes::Notes;
use crate::rows::Rows;
use crate::schema::Shape;
use crate::{cluster, lock, schema};

/// How long adding a row may keep the lock. One whose holder is frozen is free after it.
const ADD_LEASE: Duration = Duration::from_secs(5);

/// How long adding a row waits for another program that adds one for the same user: longer than that one's lease.
const ADD_TIMEOUT: Duration = Duration::from_secs(15);

/// The Ruby SDK saves by deleting and inserting, without a transaction. A row that is absent is looked for once more
/// after this.
const RUBY_GAP: Duration = Duration::from_millis(100);

/// Tokens in MySQL or MariaDB. See the [crate](crate) documentation.
pub struct MysqlPersistence {
    connector: Connector,
    rows: Rows,
    notes: Notes,
    database: String,
    shape: OnceLock<Shape>,
    shows_tokens: bool,
    warned_of_notes: AtomicBool,
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
        let shows_tokens = settings.shows_tokens_to_the_network();
        if shows_tokens {
            log::warn!(
                "MySQL at {}: tokens travel to another host in plain text; set db_tls to true",
                connector.place()
            );
        }
        let rows = Rows::new(schema::table(&settings.database), connector.place().to_owned());
        let notes = Notes::new(&settings.database);
        let (database, shape, warned_of_notes) = (settings.database, OnceLock::new(), AtomicBool::new(false));
        Ok(Self { connector, rows, notes, database, shape, shows_tokens, warned_of_notes })
    }

    /// Creates database and table when they are absent ([`SCHEMA`](crate::SCHEMA)); checks a table that is there, and
    /// that it can be written, and changes nothing about it.
    ///
    /// # Errors
    ///
    /// [`Setup`](PersistenceErrorKind::Setup) when a table that is there lacks a column, has one that is too narrow or
    /// of another type, or one more that must have a value: the message names each.
    /// [`Denied`](PersistenceErrorKind::Denied) when the server refuses, the user lacks a right, or the server takes no
    /// writes; [`Unavailable`](PersistenceErrorKind::Unavailable) when it cannot be reached: it is not waited for.
    pub fn ensure_schema(&self) -> Result<(), PersistenceError> {
        let created = schema::ensure(&self.connector, &self.database)?;
        let what = if created { "was created" } else { "is there" };
        log::info!("MySQL at {}: the table {} {what}", self.connector.place(), self.rows.table());
        cluster::warn(&self.connector);
        Ok(())
    }

    pub(crate) fn connector(&self) -> &Connector {
        &self.connector
    }

    pub(crate) fn database(&self) -> &str {
        &self.database
    }

    /// The quoted name of the table.
    pub(crate) fn table(&self) -> &str {
        self.rows.table()
    }

    pub(crate) fn shows_tokens_to_the_network(&self) -> bool {
        self.shows_tokens
    }

    /// That it cannot be noted does not keep tokens from being saved.
    fn note_data_center(&self, tokens: &OAuthTokens, center: DataCenter) {
        let noted = self
            .connector
            .once(|connection| self.notes.set_data_center(connection, tokens.user(), tokens.refresh_token(), center));
        if let Err(cause) = noted
            && !self.warned_of_notes.swap(true, Ordering::Relaxed)
        {
            log::warn!(
                "the data center of tokens cannot be kept in {} ({cause}): after a restart those of another data center \
                 than {} are taken for that one's. Let an administrator run schema.sql and GRANT SELECT, INSERT, UPDATE, \
                 DELETE on the table to the user, or set api_base_url and accounts_url",
                self.notes.table(),
                DataCenter::Us
            );
        }
    }

    fn forget_data_centers(&self, user: &UserIdentifier, but: Option<&Secret>) {
        let forgotten = self.connector.once(|connection| self.notes.forget_data_centers(connection, user, but));
        if let Err(cause) = forgotten {
            log::debug!("the data center of former tokens of {user} stays in {}: {cause}", self.notes.table());
        }
    }

    fn with_noted_data_center(&self, tokens: OAuthTokens) -> Result<OAuthTokens, PersistenceError> {
        if tokens.refresh_token().expose().trim().is_empty() {
            return Ok(tokens);
        }
        let center = self.connector.with(|connection| self.notes.data_center(connection, tokens.refresh_token()))?;
        Ok(tokens.with_data_center(center))
    }

    /// Adds the row of a user who has none. Two programs that do so at once must not leave two rows in a table without
    /// a key, hence the lock.
    fn add(&self, tokens: &OAuthTokens) -> Result<(), PersistenceError> {
        let purpose = Purpose {
            word: "save",
            doing: "saving",
            busy: PersistenceErrorKind::Unavailable,
            database: &self.database,
            user: tokens.user(),
        };
        let deadline = Instant::now() + ADD_TIMEOUT.max(self.connector.outage_timeout());
        self.connector.until(deadline, || {
            let left = deadline.saturating_duration_since(Instant::now());
            let mut lock = lock::take(&self.connector, purpose, left, ADD_LEASE)?;
            lock.with(|connection| match self.rows.replace(connection, tokens)? {
                true => Ok(()),
                false => self.rows.add(connection, tokens),
            })
        })
    }

    fn find(&self, user: &UserIdentifier) -> Result<Option<Row>, PersistenceError> {
        self.connector.with(|connection| self.rows.find(connection, user.as_str()))
    }

    /// Whether the row of another user keeps this one from being added. Told when the user is looked for, before a
    /// grant is spent on tokens that cannot be saved.
    fn find_obstacle(&self, user: &UserIdentifier) -> Result<(), PersistenceError> {
        if !self.shape()?.has_key {
            return Ok(());
        }
        let user = user.as_str();
        match self.connector.with(|connection| self.rows.equal_by_collation(connection, user))? {
            Some(other) if other != user => Err(self.rows.key_takes_for(user, &other)),
            _ => Ok(()),
        }
    }

    fn shape(&self) -> Result<Shape, PersistenceError> {
        if let Some(shape) = self.shape.get() {
            return Ok(*shape);
        }
        let shape = schema::shape(&self.connector, &self.database)?;
        Ok(*self.shape.get_or_init(|| shape))
    }
}

impl PersistenceHandler for MysqlPersistence {
    fn save_oauth_tokens(&self, tokens: &OAuthTokens) -> Result<(), PersistenceError> {
        let center = tokens.data_center();
        if let Some(center) = center {
            self.note_data_center(tokens, center);
        }
        if !self.connector.with(|connection| self.rows.replace(connection, tokens))? {
            self.add(tokens)?;
        }
        if center.is_some() {
            self.forget_data_centers(tokens.user(), Some(tokens.refresh_token()));
        }
        Ok(())
    }

    fn get_oauth_tokens(&self, user: &UserIdentifier) -> Result<Option<OAuthTokens>, PersistenceError> {
        let mut row = self.find(user)?;
        if row.is_none() {
            thread::sleep(RUBY_GAP);
            row = self.find(user)?;
        }
        match row {
            Some(row) => {
                self.tokens_of(user, row.unwrap()).and_then(|tokens| self.with_noted_data_center(tokens)).map(Some)
            }
            None => self.find_obstacle(user).map(|()| None),
        }
    }

    fn delete_oauth_tokens(&self, user: &UserIdentifier) -> Result<(), PersistenceError> {
        self.connector.with(|connection| self.rows.remove(connection, user.as_str()))?;
        self.forget_data_centers(user, None);
        Ok(())
    }

    fn lock_refresh(
        &self,
        user: &UserIdentifier,
        timeout: Duration,
        lease: Duration,
    ) -> Result<RefreshLock, PersistenceError> {
        let lease = lease.clamp(MIN_LOCK_LEASE, MAX_LOCK_TIMEOUT);
        let purpose = Purpose {
            word: "refresh",
            doing: "refreshing",
            busy: PersistenceErrorKind::LockTimeout,
            database: &self.database,
            user,
        };
        let lock = lock::take(&self.connector, purpose, timeout, lease)?;
        Ok(RefreshLock::leased(lock, Held::is_held))
    }

    fn check_writable(&self, user: &UserIdentifier) -> Result<(), PersistenceError> {
        schema::check_writable(&self.connector, &self.database, user)
    }

    fn rate_limited_until(&self, user: &UserIdentifier) -> Result<Option<SystemTime>, PersistenceError> {
        self.connector.with(|connection| self.notes.rate_limited_until(connection, user))
    }

    fn set_rate_limited_until(&self, user: &UserIdentifier, until: Option<SystemTime>) -> Result<(), PersistenceError> {
        self.connector.once(|connection| self.notes.set_rate_limited_until(connection, user, until))
    }

    fn list_tokens(&self) -> Result<Vec<StoredTokens>, PersistenceError> {
        let rows = self.connector.with(|connection| self.rows.all(connection))?;
        let mut listed: Vec<StoredTokens> = rows.into_iter().map(|(name, row)| self.listed(name, row)).collect();
        // Of the rows of one name, that which lives longest counts, and comes first.
        listed.dedup_by(|later, first| later.user == first.user);
        Ok(listed)
    }

    fn limits(&self) -> StoreLimits {
        self.shape().map(|shape| shape.limits).unwrap_or_else(|cause| {
            log::warn!("the limits of the token table are not known: {cause}");
            StoreLimits::default().ignores_case()
        })
    }
}

impl MysqlPersistence {
    fn listed(&self, name: String, row: Vec<Value>) -> StoredTokens {
        let tokens = match UserIdentifier::new(name.clone()) {
            Ok(user) => self.tokens_of(&user, row).map_err(|error| error.to_string()),
            Err(fault) => Err(fault.to_string()),
        };
        match tokens {
            Ok(tokens) => StoredTokens::of(&tokens),
            Err(fault) => StoredTokens::named(name).unusable(fault),
        }
    }

    fn tokens_of(&self, user: &UserIdentifier, row: Vec<Value>) -> Result<OAuthTokens, PersistenceError> {
        let values: [Value; 3] = row.try_into().map_err(|_| self.corrupt(user, "has too few columns"))?;
        let [access, refresh, expiry] = values;
        let expiry = match expiry {
            Value::Int(millis) => Some(millis),
            Value::UInt(millis) => i64::try_from(millis).ok(),
            Value::Bytes(text) => std::str::from_utf8(&text).ok().and_then(|text| text.trim().parse().ok()),
            _ => None,
        };
        let refresh = match refresh {
            // As the Ruby SDK leaves it; the access token still works.
            Value::NULL => Some(String::new()),
            refresh => text(refresh),
        };
        Ok(OAuthTokens::new(
            user.clone(),
            text(access)
                .filter(|access| !access.is_empty())
                .ok_or_else(|| self.corrupt(user, "has no access token"))?,
            refresh.ok_or_else(|| self.corrupt(user, "has a refresh token that is no text"))?,
            expiry.ok_or_else(|| self.corrupt(user, "has no expiry time in milliseconds"))?,
        ))
    }

    fn corrupt(&self, user: &UserIdentifier, fault: &str) -> PersistenceError {
        PersistenceError::new(
            PersistenceErrorKind::CorruptRow,
            format!(
                "MySQL at {}: the row of {user} in {} {fault}; exchange a new grant token",
                self.connector.place(),
                self.rows.table()
            ),
        )
    }
}

fn text(value: Value) -> Option<String> {
    match value {
        Value::Bytes(bytes) => String::from_utf8(bytes).ok(),
        _ => None,
    }
}

impl fmt::Debug for MysqlPersistence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MysqlPersistence")
            .field("server", &self.connector)
            .field("table", &self.rows.table())
            .finish_non_exhaustive()
    }
}
