//! The table: creating it, and checking one that is there.

use mysql::PooledConn;
use mysql::prelude::Queryable;
use zcrm_core::persistence::{PersistenceError, PersistenceErrorKind, StoreLimits};

use crate::connect::Connector;

/// The statements that [`ensure_schema`](crate::MysqlPersistence::ensure_schema) runs on an empty server, for the
/// database `zohooauth`. The file `schema.sql` of this crate holds the same.
pub const SCHEMA: &str = include_str!("../schema.sql");

const TABLE: &str = "oauthtokens";
const COLUMNS: [&str; 4] = ["useridentifier", "accesstoken", "refreshtoken", "expirytime"];

/// A column as the server describes it.
#[derive(Debug)]
struct Column {
    name: String,
    data_type: String,
    characters: Option<u64>,
    character_set: Option<String>,
}

impl Column {
    fn is_text(&self) -> bool {
        matches!(
            self.data_type.as_str(),
            "char"
                | "varchar"
                | "tinytext"
                | "text"
                | "mediumtext"
                | "longtext"
                | "binary"
                | "varbinary"
                | "blob"
                | "tinyblob"
                | "mediumblob"
                | "longblob"
        )
    }

    fn holds_milliseconds(&self) -> bool {
        // Zoho's later SDKs keep the time as text.
        matches!(self.data_type.as_str(), "bigint" | "decimal")
            || (self.is_text() && self.characters.is_some_and(|length| length >= 13))
    }
}

/// The name of the table with that of its database, quoted.
pub(crate) fn table(database: &str) -> String {
    format!("{}.`{TABLE}`", quote(database))
}

fn quote(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

/// Creates what is absent and checks what is there. Says whether something was created.
pub(crate) fn ensure(connector: &Connector, database: &str) -> Result<bool, PersistenceError> {
    let found = connector.once(|connection| describe(connection, database))?;
    if !found.is_empty() {
        return check(&found, connector.place(), database).map(|()| false);
    }
    connector.once(|connection| {
        // A user with rights to the one table only may not even ask for a database that is there.
        let exists: Option<u8> =
            connection.exec_first("SELECT 1 FROM information_schema.schemata WHERE schema_name = ?", (database,))?;
        for statement in statements(database).skip(usize::from(exists.is_some())) {
            connection.query_drop(statement)?;
        }
        Ok(())
    })?;
    Ok(true)
}

/// What the table's columns cannot hold.
pub(crate) fn limits(connector: &Connector, database: &str) -> Result<StoreLimits, PersistenceError> {
    let columns = connector.with(|connection| describe(connection, database))?;
    let limits = StoreLimits::default();
    let narrowest = columns
        .iter()
        .filter(|column| column.name == "accesstoken" || column.name == "refreshtoken")
        .filter_map(|column| column.characters)
        .min();
    let limits = match narrowest.map(usize::try_from) {
        Some(Ok(bytes)) => limits.max_token_bytes(bytes),
        _ => limits,
    };
    let latin1 = columns.iter().any(|column| column.name == "useridentifier" && is_latin1(column));
    Ok(if latin1 { limits.latin1_users_only() } else { limits })
}

fn is_latin1(column: &Column) -> bool {
    column.character_set.as_deref() == Some("latin1")
}

fn statements(database: &str) -> impl Iterator<Item = String> {
    let quoted = quote(database);
    let sql: String = SCHEMA.lines().filter(|line| !line.starts_with("--")).collect::<Vec<_>>().join("\n");
    let statements: Vec<String> = sql
        .split(';')
        .map(str::trim)
        .filter(|statement| !statement.is_empty())
        .map(|statement| statement.replace("`zohooauth`", &quoted))
        .collect();
    statements.into_iter()
}

fn describe(connection: &mut PooledConn, database: &str) -> mysql::Result<Vec<Column>> {
    connection.exec_map(
        "SELECT LOWER(column_name), LOWER(data_type), character_maximum_length, character_set_name \
         FROM information_schema.columns WHERE table_schema = ? AND table_name = ?",
        (database, TABLE),
        |(name, data_type, characters, character_set)| Column { name, data_type, characters, character_set },
    )
}

/// Every fault of a table that is there, in one message.
fn check(columns: &[Column], place: &str, database: &str) -> Result<(), PersistenceError> {
    let mut faults = Vec::new();
    for name in COLUMNS {
        match columns.iter().find(|column| column.name == name) {
            None => faults.push(format!("the column {name} is missing")),
            Some(column) if name == "expirytime" => {
                if !column.holds_milliseconds() {
                    faults.push(format!(
                        "expirytime is {}, too small for milliseconds; make it bigint",
                        column.data_type
                    ));
                }
            }
            Some(column) if !column.is_text() => {
                faults.push(format!("{name} is {}; make it varchar", column.data_type));
            }
            Some(_) => {}
        }
    }
    if faults.is_empty() {
        return Ok(());
    }
    Err(PersistenceError::new(
        PersistenceErrorKind::Setup,
        format!(
            "MySQL at {place}: the table {database}.{TABLE} is not as it should be (nothing was changed): {}",
            faults.join("; ")
        ),
    ))
}
