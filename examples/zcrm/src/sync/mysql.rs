//! MySQL and MariaDB.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use mysql::prelude::Queryable;
use mysql::{Conn, Error, OptsBuilder, Params, Row, SslOpts, Value};
use zcrm_core::Secret;

use super::cell::Cell;
use super::database::{Database, Dialect, quoted};
use crate::mysql_address::MysqlAddress;

const CONNECT: Duration = Duration::from_secs(10);

/// How long a statement may take.
const STATEMENT: Duration = Duration::from_secs(300);

/// How long the last words of a sync that was killed may take: the server may have its transaction yet to end.
const LOCK: Duration = Duration::from_secs(15);

/// The server's number for a database that is not there.
const UNKNOWN_DATABASE: u16 = 1049;

/// A database on a server.
#[derive(Debug)]
pub(super) struct Mysql(Conn);

impl Mysql {
    /// Connects, and creates the database where it is not there.
    pub(super) fn open(server: &MysqlAddress, password: &Secret) -> Result<Self> {
        let MysqlAddress { user, host, port, database, tls } = server;
        let options = OptsBuilder::new()
            .ip_or_hostname(Some(host.as_str()))
            .tcp_port(*port)
            .prefer_socket(false)
            .user(Some(user.as_str()))
            .pass(Some(password.expose()))
            .tcp_connect_timeout(Some(CONNECT))
            .read_timeout(Some(STATEMENT))
            .write_timeout(Some(STATEMENT))
            .ssl_opts(tls.then(SslOpts::default))
            // What does not fit is an error, and never cut.
            .init(vec!["SET SESSION sql_mode = 'STRICT_ALL_TABLES'".to_owned()]);
        let place = || format!("the database {database} at {host}:{port} cannot be opened");
        let mut connection = match Conn::new(options.clone().db_name(Some(database.as_str()))) {
            Ok(connection) => connection,
            Err(Error::MySqlError(refusal)) if refusal.code == UNKNOWN_DATABASE => {
                let mut connection = Conn::new(options).with_context(place)?;
                let name = quoted(database);
                let create = format!("CREATE DATABASE IF NOT EXISTS {name} CHARACTER SET utf8mb4");
                connection.query_drop(create).with_context(place)?;
                connection.query_drop(format!("USE {name}")).with_context(place)?;
                connection
            }
            Err(refusal) => return Err(refusal).with_context(place),
        };
        let lock = "SELECT GET_LOCK(CONCAT('zcrm_sync.', SHA1(DATABASE())), ?)";
        let locked: Option<Option<u8>> = connection.exec_first(lock, (LOCK.as_secs(),)).with_context(place)?;
        if locked.flatten() != Some(1) {
            bail!("another program syncs to the database {database} at {host}:{port}; let one do so at a time");
        }
        Ok(Self(connection))
    }
}

impl From<&Cell> for Value {
    fn from(cell: &Cell) -> Self {
        match cell {
            Cell::Null => Self::NULL,
            Cell::Integer(number) => Self::Int(*number),
            Cell::Text(text) => Self::Bytes(text.as_bytes().to_vec()),
        }
    }
}

fn parameters(values: &[Cell]) -> Params {
    Params::Positional(values.iter().map(Value::from).collect())
}

impl Database for Mysql {
    fn dialect(&self) -> Dialect {
        Dialect::Mysql
    }

    fn execute(&mut self, statement: &str, values: &[Cell]) -> Result<u64> {
        if values.is_empty() {
            // Not every statement can be prepared.
            self.0.query_drop(statement)?;
        } else {
            self.0.exec_drop(statement, parameters(values))?;
        }
        Ok(self.0.affected_rows())
    }

    fn texts(&mut self, query: &str, values: &[Cell]) -> Result<Vec<Vec<Option<String>>>> {
        let rows: Vec<Row> = self.0.exec(query, parameters(values))?;
        Ok(rows.into_iter().map(|row| row.unwrap_raw().into_iter().map(|value| text(value?)).collect()).collect())
    }
}

fn text(value: Value) -> Option<String> {
    match value {
        Value::NULL => None,
        Value::Bytes(bytes) => Some(String::from_utf8_lossy(&bytes).into_owned()),
        Value::Int(number) => Some(number.to_string()),
        Value::UInt(number) => Some(number.to_string()),
        value => Some(value.as_sql(true)),
    }
}
