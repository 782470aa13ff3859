//! A fresh database and a store over it.

#![allow(dead_code, reason = "each test program uses a part")]

pub(crate) mod proxy;

use std::thread;
use std::time::{Duration, Instant};

use mysql::Conn;
use mysql::prelude::Queryable;
use zcrm_core::{OAuthTokens, UserIdentifier};
use zcrm_persist_mysql::{MysqlBuilder, MysqlPersistence};
use zcrm_test_mariadb::{Database, Server};

/// The table as Zoho's documentation has it.
pub(crate) const SEED_TABLE: &str = "CREATE TABLE oauthtokens (useridentifier varchar(100), accesstoken varchar(100), \
                              refreshtoken varchar(100), expirytime bigint)";

pub(crate) fn server() -> &'static Server {
    zcrm_test_mariadb::shared().expect("these tests need a MariaDB server")
}

pub(crate) fn database() -> Database {
    server().database().expect("a fresh database")
}

pub(crate) fn builder(server: &Server, database: &Database) -> MysqlBuilder {
    MysqlPersistence::builder()
        .address(server.host())
        .port(server.port())
        .username(database.user())
        .password(database.password())
        .database(database.name())
}

/// A store over the wide table.
pub(crate) fn wide() -> (MysqlPersistence, Database) {
    let database = database();
    let store = builder(server(), &database).build().unwrap();
    store.ensure_schema().unwrap();
    (store, database)
}

/// A store over the table of Zoho's SDKs, with table options such as `ENGINE=MyISAM`.
pub(crate) fn seeded(options: &str) -> (MysqlPersistence, Database) {
    let database = database();
    database.execute([format!("{SEED_TABLE} {options}")]).unwrap();
    let store = builder(server(), &database).build().unwrap();
    (store, database)
}

pub(crate) fn user(name: &str) -> UserIdentifier {
    UserIdentifier::new(name).unwrap()
}

pub(crate) fn tokens(name: &str, number: u32) -> OAuthTokens {
    OAuthTokens::new(
        user(name),
        format!("1000.fake-access-{number}"),
        format!("1000.fake-refresh-{number}"),
        1_700_000_000_000 + i64::from(number),
    )
}

/// A store that reaches the server through a proxy.
pub(crate) fn through(proxy: &proxy::Proxy, database: &Database) -> MysqlBuilder {
    builder(server(), database).address("127.0.0.1").port(proxy.port())
}

/// More than anything here takes on a busy machine.
pub(crate) const LONG: Duration = Duration::from_secs(60);

/// Waits for what the server can be asked about but does not tell by itself.
pub(crate) fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + LONG;
    while !is_so() {
        assert!(Instant::now() < deadline, "{what}: not within {LONG:?}");
        thread::sleep(Duration::from_millis(5));
    }
}

/// The connections of a database's user.
pub(crate) fn sessions(admin: &mut Conn, database: &Database) -> Vec<u64> {
    let user = database.user();
    admin.query(format!("SELECT id FROM information_schema.processlist WHERE user = '{user}'")).unwrap()
}

/// The connections of a database's user that wait in a statement which begins so.
pub(crate) fn waiting(admin: &mut Conn, database: &Database, statement: &str) -> Vec<u64> {
    let user = database.user();
    admin
        .query(format!(
            "SELECT id FROM information_schema.processlist WHERE user = '{user}' AND info LIKE '{statement}%' \
             AND state LIKE 'Waiting%'"
        ))
        .unwrap()
}

/// Every row as plain SQL sees it.
pub(crate) fn rows(connection: &mut Conn) -> Vec<(String, String, String, i64)> {
    connection.query("SELECT * FROM oauthtokens ORDER BY useridentifier, accesstoken").unwrap()
}
