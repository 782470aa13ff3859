//! The rows: finding, replacing, adding and removing that of one user.
//!
//! The table is shared with Zoho's SDKs, which compare names as the column's collation does, mostly without regard to
//! case. So a name means the row that has exactly this name; where there is none, the only row that differs in case
//! alone.

use std::collections::BTreeSet;

use mysql::prelude::Queryable;
use mysql::{Conn, Row, Value};
use zcrm_core::OAuthTokens;
use zcrm_core::persistence::{PersistenceError, PersistenceErrorKind};

use crate::error::{Failure, is_duplicate, name_is_outside_of_character_set};

/// The condition that finds a row by its exact name, which is bound twice. The first half can use an index; it may find
/// too much, by the column's collation. The second half compares the bytes of the text, whatever the column's character
/// set.
const EXACTLY: &str =
    "useridentifier = ? AND CAST(CONVERT(useridentifier USING utf8mb4) AS BINARY) = CAST(? AS BINARY)";

/// The condition that finds a superset of the rows whose names differ in case alone. It reads the whole table.
const LOOSELY: &str = "CONVERT(useridentifier USING utf8mb4) COLLATE utf8mb4_general_ci = ?";

/// What names that differ in case alone have in common.
pub(crate) fn fold(name: &str) -> String {
    name.to_lowercase()
}

/// The rows of one table.
pub(crate) struct Rows {
    table: String,
    place: String,
}

impl Rows {
    /// `table`: the quoted name of the table, with that of its database; `place`: where the server is.
    pub(crate) fn new(table: String, place: String) -> Self {
        Self { table, place }
    }

    pub(crate) fn table(&self) -> &str {
        &self.table
    }

    /// Access token, refresh token and expiry time of a user.
    pub(crate) fn find(&self, connection: &mut Conn, user: &str) -> Result<Option<Row>, Failure> {
        match self.find_exactly(connection, user)? {
            None => match self.variant(connection, user)? {
                Some(other) => self.find_exactly(connection, &other),
                None => Ok(None),
            },
            found => Ok(found),
        }
    }

    /// Every name, with its access token, refresh token and expiry time: those of one name together, the one that lives
    /// longest first.
    pub(crate) fn all(&self, connection: &mut Conn) -> Result<Vec<(String, Vec<Value>)>, Failure> {
        let table = &self.table;
        let rows: Vec<Row> = connection.query(format!(
            "SELECT accesstoken, refreshtoken, expirytime, CAST(CONVERT(useridentifier USING utf8mb4) AS BINARY) FROM {table} \
             ORDER BY useridentifier, expirytime DESC"
        ))?;
        let named = rows.into_iter().map(|row| {
            let mut values = row.unwrap();
            let name = match values.pop() {
                Some(Value::Bytes(name)) => String::from_utf8_lossy(&name).into_owned(),
                _ => String::new(),
            };
            (name, values)
        });
        Ok(named.collect())
    }

    /// Of the rows that a name may have in a table without a key, the one that lives longest.
    fn find_exactly(&self, connection: &mut Conn, user: &str) -> Result<Option<Row>, Failure> {
        let table = &self.table;
        let sql = format!(
            "SELECT accesstoken, refreshtoken, expirytime FROM {table} WHERE {EXACTLY} ORDER BY expirytime DESC LIMIT 1"
        );
        match connection.exec_first(sql, (user, user)) {
            Err(cause) if name_is_outside_of_character_set(&cause) => Ok(None),
            found => Ok(found?),
        }
    }

    /// Replaces what a user's row holds; `false` when there is none.
    pub(crate) fn replace(&self, connection: &mut Conn, tokens: &OAuthTokens) -> Result<bool, Failure> {
        let user = tokens.user().as_str();
        if self.replace_exactly(connection, user, tokens)? {
            return Ok(true);
        }
        match self.variant(connection, user)? {
            Some(other) => self.replace_exactly(connection, &other, tokens),
            None => Ok(false),
        }
    }

    fn replace_exactly(&self, connection: &mut Conn, user: &str, tokens: &OAuthTokens) -> Result<bool, Failure> {
        let table = &self.table;
        connection.exec_drop(
            format!("UPDATE {table} SET accesstoken = ?, refreshtoken = ?, expirytime = ? WHERE {EXACTLY}"),
            (tokens.access_token().expose(), tokens.refresh_token().expose(), tokens.expiry_millis(), user, user),
        )?;
        Ok(connection.affected_rows() > 0)
    }

    /// Adds a row.
    pub(crate) fn add(&self, connection: &mut Conn, tokens: &OAuthTokens) -> Result<(), Failure> {
        let (table, user) = (&self.table, tokens.user().as_str());
        let added = connection.exec_drop(
            format!("INSERT INTO {table} (useridentifier, accesstoken, refreshtoken, expirytime) VALUES (?, ?, ?, ?)"),
            (user, tokens.access_token().expose(), tokens.refresh_token().expose(), tokens.expiry_millis()),
        );
        match added {
            Err(cause) if is_duplicate(&cause) => match self.equal_by_collation(connection, user)? {
                // A program that takes no lock was faster.
                Some(other) if other == user => self.replace(connection, tokens).map(drop),
                Some(other) => Err(self.key_takes_for(user, &other).into()),
                None => Err(cause.into()),
            },
            added => Ok(added?),
        }
    }

    /// Removes a user's row, if there is one.
    pub(crate) fn remove(&self, connection: &mut Conn, user: &str) -> Result<(), Failure> {
        if self.remove_exactly(connection, user)? {
            return Ok(());
        }
        match self.variant(connection, user)? {
            Some(other) => self.remove_exactly(connection, &other).map(drop),
            None => Ok(()),
        }
    }

    fn remove_exactly(&self, connection: &mut Conn, user: &str) -> Result<bool, Failure> {
        match connection.exec_drop(format!("DELETE FROM {} WHERE {EXACTLY}", self.table), (user, user)) {
            Ok(()) => Ok(connection.affected_rows() > 0),
            Err(cause) if name_is_outside_of_character_set(&cause) => Ok(false),
            Err(cause) => Err(cause.into()),
        }
    }

    /// The one name in the table that differs from this one in case alone.
    fn variant(&self, connection: &mut Conn, user: &str) -> Result<Option<String>, Failure> {
        let sql = format!("SELECT CONVERT(useridentifier USING utf8mb4) FROM {} WHERE {LOOSELY}", self.table);
        let names: Vec<Option<Vec<u8>>> = connection.exec(sql, (user,))?;
        let mut variants: BTreeSet<String> = names
            .into_iter()
            .filter_map(|name| String::from_utf8(name?).ok())
            .filter(|name| name != user && fold(name) == fold(user))
            .collect();
        match variants.len() {
            0 | 1 => Ok(variants.pop_first()),
            _ => Err(self.ambiguous(user, &variants).into()),
        }
    }

    /// A name that the column's collation takes for this one: this one itself, or one that differs in accents or in
    /// blanks at its end.
    pub(crate) fn equal_by_collation(&self, connection: &mut Conn, user: &str) -> Result<Option<String>, Failure> {
        let table = &self.table;
        let sql = format!("SELECT CONVERT(useridentifier USING utf8mb4) FROM {table} WHERE useridentifier = ? LIMIT 1");
        match connection.exec_first::<Option<Vec<u8>>, _, _>(sql, (user,)) {
            Ok(name) => Ok(name.flatten().map(|name| String::from_utf8_lossy(&name).into_owned())),
            Err(cause) if name_is_outside_of_character_set(&cause) => Ok(None),
            Err(cause) => Err(cause.into()),
        }
    }

    /// The error for a name that has no room beside another one.
    pub(crate) fn key_takes_for(&self, user: &str, other: &str) -> PersistenceError {
        let Self { table, place } = self;
        PersistenceError::new(
            PersistenceErrorKind::DoesNotFit,
            format!(
                "MySQL at {place}: the key of {table} takes {user:?} for the row {other:?}, which stays as it is. Rename or delete that row, \
                 or give the column useridentifier a binary collation (ALTER TABLE; see schema.sql)"
            ),
        )
    }

    fn ambiguous(&self, user: &str, variants: &BTreeSet<String>) -> PersistenceError {
        let Self { table, place } = self;
        let names: Vec<String> = variants.iter().map(|name| format!("{name:?}")).collect();
        PersistenceError::new(
            PersistenceErrorKind::Setup,
            format!(
                "MySQL at {place}: {table} has no row {user:?} but several that differ from it in case alone: {}. Delete all but one, or use \
                 one of these names",
                names.join(", ")
            ),
        )
    }
}
