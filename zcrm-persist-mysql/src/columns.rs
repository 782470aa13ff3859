//! The columns of a table, as the server describes them.

use mysql::Conn;
use mysql::prelude::Queryable;

#[derive(Debug)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) data_type: String,
    pub(crate) characters: Option<u64>,
    digits: Option<u64>,
    /// Whether it is alone in a unique key.
    pub(crate) is_unique: bool,
    /// Whether an INSERT must give it a value.
    needs_value: bool,
    pub(crate) character_set: Option<String>,
    collation: Option<String>,
}

/// None when the table is absent, or when the user has no right to it.
pub(crate) fn columns(connection: &mut Conn, database: &str, table: &str) -> mysql::Result<Vec<Column>> {
    connection.exec_map(
        "SELECT LOWER(column_name), LOWER(data_type), character_maximum_length, numeric_precision, \
                column_name IN (SELECT MIN(column_name) FROM information_schema.statistics \
                    WHERE table_schema = ? AND table_name = ? AND non_unique = 0 \
                    GROUP BY index_name HAVING COUNT(*) = 1), \
                is_nullable = 'NO' AND column_default IS NULL \
                    AND extra NOT LIKE '%auto_increment%' AND extra NOT LIKE '%GENERATED%', \
                character_set_name, collation_name \
         FROM information_schema.columns WHERE table_schema = ? AND table_name = ?",
        (database, table, database, table),
        |(name, data_type, characters, digits, is_unique, needs_value, character_set, collation)| Column {
            name,
            data_type,
            characters,
            digits,
            is_unique,
            needs_value,
            character_set,
            collation,
        },
    )
}

impl Column {
    pub(crate) fn is_text(&self) -> bool {
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

    pub(crate) fn holds_milliseconds(&self) -> bool {
        const DIGITS: u64 = 13;
        match self.data_type.as_str() {
            "bigint" => true,
            "decimal" => self.digits.is_some_and(|digits| digits >= DIGITS),
            // Zoho's later SDKs keep the time as text.
            _ => self.is_text() && self.characters.is_some_and(|length| length >= DIGITS),
        }
    }

    pub(crate) fn is_latin1(&self) -> bool {
        self.character_set.as_deref() == Some("latin1")
    }

    /// What is wrong with it as a column that we do not know.
    pub(crate) fn fault_of_more(&self) -> Option<String> {
        self.needs_value
            .then(|| format!("the column {} must have a value, which nobody gives it; give it a default", self.name))
    }

    /// What gives it a value, as a part of `ALTER TABLE`.
    pub(crate) fn correction_of_more(&self) -> Option<String> {
        let default = if self.is_text() { "''" } else { "0" };
        self.needs_value.then(|| format!("ALTER `{}` SET DEFAULT {default}", self.name.replace('`', "``")))
    }

    /// The collation of a key of names, if it may take different names for one.
    pub(crate) fn collation_of_key(&self) -> Option<&str> {
        let collation = self.collation.as_deref().filter(|_| self.is_unique && self.name == "useridentifier")?;
        (!collation.ends_with("_bin")).then_some(collation)
    }
}
