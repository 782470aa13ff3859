//! SQLite.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use rusqlite::{Connection, ToSql, params_from_iter};

use super::cell::Cell;
use super::database::{Database, Dialect};

/// How long to wait for another program that writes.
const PATIENCE: Duration = Duration::from_secs(30);

/// A database in a file.
#[derive(Debug)]
pub(super) struct Sqlite(Connection);

impl Sqlite {
    pub(super) fn open(file: &Path) -> Result<Self> {
        let opened = || {
            let connection = Connection::open(file)?;
            connection.busy_timeout(PATIENCE)?;
            Ok::<_, rusqlite::Error>(connection)
        };
        Ok(Self(opened().with_context(|| format!("the database {} cannot be opened", file.display()))?))
    }
}

impl ToSql for Cell {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Self::Null => ToSqlOutput::Owned(Value::Null),
            Self::Integer(number) => ToSqlOutput::Owned(Value::Integer(*number)),
            Self::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
        })
    }
}

impl Database for Sqlite {
    fn dialect(&self) -> Dialect {
        Dialect::Sqlite
    }

    fn execute(&mut self, statement: &str, values: &[Cell]) -> Result<u64> {
        let changed = self.0.prepare_cached(statement)?.execute(params_from_iter(values))?;
        Ok(u64::try_from(changed).unwrap_or(u64::MAX))
    }

    fn texts(&mut self, query: &str, values: &[Cell]) -> Result<Vec<Vec<Option<String>>>> {
        let mut statement = self.0.prepare(query)?;
        let columns = statement.column_count();
        let row = |row: &rusqlite::Row<'_>| {
            let text = |place| row.get::<_, Value>(place).map(text);
            (0..columns).map(text).collect::<rusqlite::Result<Vec<_>>>()
        };
        Ok(statement.query_map(params_from_iter(values), row)?.collect::<rusqlite::Result<_>>()?)
    }
}

fn text(value: Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::Integer(number) => Some(number.to_string()),
        Value::Real(number) => Some(number.to_string()),
        Value::Text(text) => Some(text),
        Value::Blob(bytes) => Some(String::from_utf8_lossy(&bytes).into_owned()),
    }
}
