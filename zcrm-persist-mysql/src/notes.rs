//! What there is to know of a user beside the tokens, in a table of our own: that of the tokens is shared with Zoho's
//! SDKs and stays as it is.
//!
//! The table is created when it is first needed, and the store works without it: then data centers are not kept, and
//! processes do not tell each other of rate limits.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use mysql::prelude::Queryable;
use mysql::{Conn, Error, Params};
use sha2::{Digest, Sha256};
use zcrm_core::config::DataCenter;
use zcrm_core::{Secret, UserIdentifier};

use crate::error::{Failure, code};
use crate::schema;

/// A later moment is the doing of a clock that was wrong: Zoho limits for some minutes.
const LONGEST_RATE_LIMIT: Duration = Duration::from_secs(60 * 60);

/// The data center of a refresh token. It is found by the token and not by the user, so that a token which another
/// program stores is never taken to be of the data center of the one before.
const DATA_CENTER: &str = "datacenter";
/// Until when Zoho wants no token requests for a user.
const RATE_LIMIT: &str = "ratelimit";

/// The notes of one database.
pub(crate) struct Notes {
    table: String,
    create: String,
}

impl Notes {
    pub(crate) fn new(database: &str) -> Self {
        Self { table: schema::notes_table(database), create: schema::create_notes(database) }
    }

    /// The quoted name of the table.
    pub(crate) fn table(&self) -> &str {
        &self.table
    }

    pub(crate) fn data_center(&self, connection: &mut Conn, refresh: &Secret) -> Result<Option<DataCenter>, Failure> {
        let note = self.read(connection, &id(DATA_CENTER, refresh.expose()))?;
        Ok(note.and_then(|code| DataCenter::from_location(&code)))
    }

    /// Written before the tokens: whatever happens in between, the row that is there has its note.
    pub(crate) fn set_data_center(
        &self,
        connection: &mut Conn,
        user: &UserIdentifier,
        refresh: &Secret,
        center: DataCenter,
    ) -> Result<(), Failure> {
        self.write(connection, user, DATA_CENTER, &id(DATA_CENTER, refresh.expose()), center.location())
    }

    /// Forgets the data center of a user's tokens, but for that of the refresh token which is now stored.
    pub(crate) fn forget_data_centers(
        &self,
        connection: &mut Conn,
        user: &UserIdentifier,
        but: Option<&Secret>,
    ) -> Result<(), Failure> {
        let but = but.map(|refresh| id(DATA_CENTER, refresh.expose())).unwrap_or_default();
        let sql = format!("DELETE FROM {} WHERE useridentifier = ? AND kind = ? AND id <> ?", self.table);
        self.change_if_there(connection, &sql, (user.as_str(), DATA_CENTER, but))
    }

    pub(crate) fn rate_limited_until(
        &self,
        connection: &mut Conn,
        user: &UserIdentifier,
    ) -> Result<Option<SystemTime>, Failure> {
        let note = self.read(connection, &id(RATE_LIMIT, user.as_str()))?;
        let millis = note.and_then(|millis| millis.parse().ok());
        let until = millis.and_then(|millis| UNIX_EPOCH.checked_add(Duration::from_millis(millis)));
        let now = SystemTime::now();
        Ok(until.filter(|until| until.duration_since(now).is_ok_and(|left| left <= LONGEST_RATE_LIMIT)))
    }

    pub(crate) fn set_rate_limited_until(
        &self,
        connection: &mut Conn,
        user: &UserIdentifier,
        until: Option<SystemTime>,
    ) -> Result<(), Failure> {
        let id = id(RATE_LIMIT, user.as_str());
        let Some(until) = until else {
            return self.change_if_there(connection, &format!("DELETE FROM {} WHERE id = ?", self.table), (id,));
        };
        let since = until.duration_since(UNIX_EPOCH).unwrap_or_default();
        self.write(connection, user, RATE_LIMIT, &id, &since.as_millis().to_string())
    }

    fn read(&self, connection: &mut Conn, id: &str) -> Result<Option<String>, Failure> {
        match connection.exec_first(format!("SELECT note FROM {} WHERE id = ?", self.table), (id,)) {
            Err(cause) if is_not_for_us(&cause) => Ok(None),
            found => Ok(found?),
        }
    }

    fn write(
        &self,
        connection: &mut Conn,
        user: &UserIdentifier,
        kind: &str,
        id: &str,
        note: &str,
    ) -> Result<(), Failure> {
        let sql = format!(
            "INSERT INTO {} (id, useridentifier, kind, note) VALUES (?, ?, ?, ?) ON DUPLICATE KEY UPDATE note = ?",
            self.table
        );
        let values = (id, user.as_str(), kind, note, note);
        match connection.exec_drop(&sql, values) {
            Err(cause) if is_not_for_us(&cause) => {
                // Without the right to create it this is the better error of the two.
                connection.query_drop(&self.create)?;
                Ok(connection.exec_drop(&sql, values)?)
            }
            written => Ok(written?),
        }
    }

    fn change_if_there(&self, connection: &mut Conn, sql: &str, values: impl Into<Params>) -> Result<(), Failure> {
        match connection.exec_drop(sql, values.into()) {
            Err(cause) if is_not_for_us(&cause) => Ok(()),
            changed => Ok(changed?),
        }
    }
}

/// Whether the table is absent, or this user has no right to it: then nothing is noted.
fn is_not_for_us(cause: &Error) -> bool {
    matches!(code(cause), Some(1142 | 1143 | 1146))
}

/// No secret, and of one length whatever the subject.
fn id(kind: &str, subject: &str) -> String {
    let hash = Sha256::new().chain_update(kind).chain_update([0]).chain_update(subject).finalize();
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}
