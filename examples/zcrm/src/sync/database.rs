//! What a sync needs of a database, and how databases differ.

use anyhow::Result;

use super::cell::{Cell, Decimals, Kind, SHORT};

/// A connection.
pub trait Database {
    /// How it differs from others.
    fn dialect(&self) -> Dialect;

    /// Runs a statement with values for its question marks; how many rows it changed.
    ///
    /// # Errors
    ///
    /// When the database refuses it, or is gone.
    fn execute(&mut self, statement: &str, values: &[Cell]) -> Result<u64>;

    /// The rows of a query, as texts.
    ///
    /// # Errors
    ///
    /// When the database refuses it, or is gone.
    fn texts(&mut self, query: &str, values: &[Cell]) -> Result<Vec<Vec<Option<String>>>>;
}

/// How databases differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// SQLite.
    Sqlite,
    /// MySQL and MariaDB.
    Mysql,
}

impl Dialect {
    /// Begins a transaction that writes.
    pub(super) fn begin(self) -> &'static str {
        match self {
            Self::Sqlite => "BEGIN IMMEDIATE",
            Self::Mysql => "START TRANSACTION",
        }
    }

    /// The type of a column. SQLite would make doubles of decimals, and dates are texts to it.
    pub(super) fn type_of(self, kind: Kind) -> &'static str {
        match (self, kind) {
            (Self::Sqlite, Kind::Integer) => "INTEGER",
            (Self::Sqlite, Kind::Boolean) => "BOOLEAN",
            (Self::Sqlite, _) => "TEXT",
            (Self::Mysql, Kind::Text) => "LONGTEXT",
            (Self::Mysql, Kind::Integer) => "BIGINT",
            (Self::Mysql, Kind::Decimal) => "DECIMAL(65,30)",
            (Self::Mysql, Kind::Boolean) => "BOOLEAN",
            (Self::Mysql, Kind::Date) => "DATE",
            (Self::Mysql, Kind::DateTime | Kind::Reference) => "VARCHAR(64)",
        }
    }

    /// Which numbers a column of decimals keeps: texts, in SQLite.
    pub(super) fn decimals(self) -> Decimals {
        match self {
            Self::Sqlite => Decimals::Any,
            Self::Mysql => Decimals::OfMysql,
        }
    }

    /// The type of a key, compared letter by letter.
    pub(super) fn key(self) -> String {
        match self {
            Self::Sqlite => "TEXT PRIMARY KEY NOT NULL".to_owned(),
            Self::Mysql => format!("VARCHAR({SHORT}) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PRIMARY KEY NOT NULL"),
        }
    }

    /// What stands behind the definition of a table.
    pub(super) fn table_options(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Mysql => " ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4",
        }
    }

    /// The columns of a table, one a row; none when there is no such table.
    pub(super) fn columns_of_table(self) -> &'static str {
        match self {
            Self::Sqlite => "SELECT name FROM pragma_table_info(?)",
            Self::Mysql => {
                "SELECT column_name FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = ?"
            }
        }
    }

    /// What makes an insert of a row that is there already change it. A row that is as it was is not counted.
    pub(super) fn or_update(self, columns: &[String]) -> String {
        let sets = |of: fn(&str) -> String| columns.iter().map(move |name| format!("{name} = {}", of(name)));
        match self {
            Self::Sqlite => {
                let sets: Vec<_> = sets(|name| format!("excluded.{name}")).collect();
                let differ: Vec<_> = columns.iter().map(|name| format!("{name} IS NOT excluded.{name}")).collect();
                // SQLite nests no more than a thousand conditions.
                let differ: Vec<_> = differ.chunks(30).map(|some| format!("({})", some.join(" OR "))).collect();
                format!(" ON CONFLICT DO UPDATE SET {} WHERE {}", sets.join(", "), differ.join(" OR "))
            }
            Self::Mysql => {
                let sets: Vec<_> = sets(|name| format!("VALUES({name})")).collect();
                format!(" ON DUPLICATE KEY UPDATE {}", sets.join(", "))
            }
        }
    }
}

/// A name in a statement. Both databases take backticks, and a doubled one for one in the name.
pub(super) fn quoted(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}
