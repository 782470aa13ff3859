//! The table: creating it, and checking one that is there.

use mysql::Conn;
use mysql::prelude::Queryable;
use zcrm_core::UserIdentifier;
use zcrm_core::persistence::{PersistenceError, PersistenceErrorKind, StoreLimits};

use crate::columns::{Column, columns};
use crate::connect::Connector;

/// The statements that [`ensure_schema`](crate::MysqlPersistence::ensure_schema) runs on an empty server, for the
/// database `zohooauth`. The file `schema.sql` of this crate holds the same.
pub const SCHEMA: &str = include_str!("../schema.sql");

pub(crate) const TABLE: &str = "oauthtokens";
const NOTES: &str = "zcrm_notes";
const NAMES: [&str; 4] = ["useridentifier", "accesstoken", "refreshtoken", "expirytime"];

/// The width of the text columns in Zoho's own table, and the longest identifier.
const WIDTH: u64 = UserIdentifier::MAX_CHARACTERS as u64;

/// What of the table bears on reading and saving.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shape {
    pub(crate) limits: StoreLimits,
    /// Whether two rows cannot have one name, by the column's collation.
    pub(crate) has_key: bool,
}

/// The name of the table with that of its database, quoted.
pub(crate) fn table(database: &str) -> String {
    format!("{}.`{TABLE}`", quote(database))
}

/// The name of the table of notes with that of its database, quoted.
pub(crate) fn notes_table(database: &str) -> String {
    format!("{}.`{NOTES}`", quote(database))
}

/// The statement that creates the table of notes if it is absent.
pub(crate) fn create_notes(database: &str) -> String {
    let table = notes_table(database);
    statements(database).find(|statement| statement.contains(&table)).unwrap_or_default()
}

fn quote(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

/// Creates what is absent and checks what is there. Says whether something was created.
pub(crate) fn ensure(connector: &Connector, database: &str) -> Result<bool, PersistenceError> {
    let found = connector.once(|connection| Ok(columns(connection, database, TABLE)?))?;
    let is_absent = found.is_empty();
    if is_absent {
        connector.once(|connection| Ok(create(connection, database)?))?;
    } else {
        check(&found, connector.place(), database)?;
    }
    connector.once(|connection| Ok(rehearse(connection, &table(database))?))?;
    Ok(is_absent)
}

/// Whether the row of a user can be written to the table that is there, at the moment.
pub(crate) fn check_writable(
    connector: &Connector,
    database: &str,
    user: &UserIdentifier,
) -> Result<(), PersistenceError> {
    let found = connector.with(|connection| Ok(columns(connection, database, TABLE)?))?;
    // A table that is absent is told of by the server.
    if !found.is_empty() {
        check_columns(&found, connector.place(), database)?;
    }
    let name = found.iter().find(|column| column.name == "useridentifier");
    if let Some(set) = name.and_then(|column| column.character_set.as_deref())
        && !connector.with(|connection| Ok(has_all_characters(connection, set, user.as_str())?))?
    {
        return Err(PersistenceError::new(
            PersistenceErrorKind::DoesNotFit,
            format!(
                "MySQL at {}: the column useridentifier of {database}.{TABLE} is {set}, which lacks a character of {:?}; \
                 make it utf8mb4 (ALTER TABLE; see schema.sql)",
                connector.place(),
                user.as_str()
            ),
        ));
    }
    connector.with(|connection| Ok(rehearse(connection, &table(database))?))
}

/// Whether a character set, named by the server, has every character of a text.
fn has_all_characters(connection: &mut Conn, set: &str, text: &str) -> mysql::Result<bool> {
    let there_and_back = format!("CONVERT(CONVERT(? USING {set}) USING utf8mb4)");
    let same: Option<Option<u8>> =
        connection.exec_first(format!("SELECT CAST({there_and_back} AS BINARY) = CAST(? AS BINARY)"), (text, text))?;
    Ok(same.flatten() == Some(1))
}

fn create(connection: &mut Conn, database: &str) -> mysql::Result<()> {
    // A user with rights to the one table only may not even ask for a database that is there.
    let exists: Option<u8> =
        connection.exec_first("SELECT 1 FROM information_schema.schemata WHERE schema_name = ?", (database,))?;
    for statement in statements(database).skip(usize::from(exists.is_some())) {
        connection.query_drop(statement)?;
    }
    Ok(())
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

/// Whether rows can be written at the moment, whatever the table's shape.
pub(crate) fn rehearse_writing(connector: &Connector, database: &str) -> Result<(), PersistenceError> {
    connector.once(|connection| Ok(rehearse(connection, &table(database))?))
}

/// Writes no row in each of the ways in which rows are written: a right that is missing, or a server that takes no
/// writes, shows now, and not when a grant has been spent.
fn rehearse(connection: &mut Conn, table: &str) -> mysql::Result<()> {
    let names = NAMES.join(", ");
    for statement in [
        format!("UPDATE {table} SET accesstoken = accesstoken WHERE 1 = 0"),
        format!("INSERT INTO {table} ({names}) SELECT {names} FROM {table} WHERE 1 = 0"),
        format!("DELETE FROM {table} WHERE 1 = 0"),
    ] {
        connection.query_drop(statement)?;
    }
    Ok(())
}

/// What the table can hold.
pub(crate) fn shape(connector: &Connector, database: &str) -> Result<Shape, PersistenceError> {
    let columns = connector.with(|connection| Ok(columns(connection, database, TABLE)?))?;
    let mut limits = StoreLimits::default().ignores_case();
    let narrowest = columns
        .iter()
        .filter(|column| column.name == "accesstoken" || column.name == "refreshtoken")
        .filter_map(|column| column.characters)
        .min();
    if let Some(Ok(bytes)) = narrowest.map(usize::try_from) {
        limits = limits.max_token_bytes(bytes);
    }
    let name = columns.iter().find(|column| column.name == "useridentifier");
    if name.is_some_and(Column::is_latin1) {
        limits = limits.latin1_users_only();
    }
    Ok(Shape { limits, has_key: name.is_some_and(|column| column.is_unique) })
}

fn check(columns: &[Column], place: &str, database: &str) -> Result<(), PersistenceError> {
    check_columns(columns, place, database)?;
    if let Some(collation) = columns.iter().find_map(Column::collation_of_key) {
        log::warn!(
            "MySQL at {place}: the key of {database}.{TABLE} compares names by {collation}, which takes some different \
             users for one (accents, say); only one of them can be kept. A binary collation tells all apart (schema.sql)"
        );
    }
    Ok(())
}

/// Every fault of a table that is there, in one message.
pub(crate) fn check_columns(columns: &[Column], place: &str, database: &str) -> Result<(), PersistenceError> {
    let mut faults: Vec<String> = NAMES
        .into_iter()
        .filter_map(|name| match columns.iter().find(|column| column.name == name) {
            None => Some(format!("the column {name} is missing")),
            Some(column) => fault_of(column),
        })
        .collect();
    faults.extend(
        columns.iter().filter(|column| !NAMES.contains(&column.name.as_str())).filter_map(Column::fault_of_more),
    );
    if !faults.is_empty() {
        return Err(PersistenceError::new(
            PersistenceErrorKind::Setup,
            format!(
                "MySQL at {place}: the table {database}.{TABLE} is not as it should be (nothing was changed): {}",
                faults.join("; ")
            ),
        ));
    }
    Ok(())
}

/// What makes a table of another shape one that can be used, as parts of `ALTER TABLE`.
pub(crate) fn corrections(columns: &[Column]) -> Vec<String> {
    let ours = NAMES.into_iter().filter_map(|name| {
        let kind = match name {
            "expirytime" => "bigint".to_owned(),
            "useridentifier" => format!("varchar({WIDTH})"),
            _ => "varchar(2048)".to_owned(),
        };
        match columns.iter().find(|column| column.name == name) {
            None => Some(format!("ADD {name} {kind} NOT NULL")),
            Some(column) => fault_of(column).map(|_| format!("MODIFY {name} {kind} NOT NULL")),
        }
    });
    let more = columns.iter().filter(|column| !NAMES.contains(&column.name.as_str()));
    ours.chain(more.filter_map(Column::correction_of_more)).collect()
}

fn fault_of(column: &Column) -> Option<String> {
    let Column { name, data_type, characters, .. } = column;
    if name == "expirytime" {
        return (!column.holds_milliseconds())
            .then(|| format!("expirytime is {data_type}, too small for milliseconds; make it bigint"));
    }
    if !column.is_text() {
        return Some(format!("{name} is {data_type}; make it varchar"));
    }
    characters.filter(|characters| *characters < WIDTH).map(|characters| {
        format!("{name} is {data_type}({characters}), too narrow; it must hold {WIDTH} characters, better those of schema.sql")
    })
}
