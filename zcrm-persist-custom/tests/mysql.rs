//! Encrypted tokens in MySQL: in the wide table they conform, and Zoho's own is refused.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::env;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use zcrm_core::persistence::conformance::{Processes, Suite, work_if_ordered};
use zcrm_core::persistence::{PersistenceErrorKind, PersistenceHandler};
use zcrm_core::{OAuthTokens, UserIdentifier};
use zcrm_persist_custom::{Encrypted, EncryptionKey};
use zcrm_persist_mysql::MysqlPersistence;
use zcrm_test_mariadb::Database;

fn key() -> EncryptionKey {
    EncryptionKey::from_text(&"07".repeat(32)).unwrap()
}

fn worker(test: &str, variable: &str, value: &str) -> Command {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--exact", test, "--nocapture"]).env(variable, value);
    command
}

fn database() -> Database {
    zcrm_test_mariadb::shared().expect("these tests need a MariaDB server").database().unwrap()
}

fn mysql(database: &Database) -> MysqlPersistence {
    let server = zcrm_test_mariadb::shared().unwrap();
    open_mysql(&server.host(), server.port(), database.user(), database.password(), database.name())
}

fn open_mysql(host: &str, port: u16, user: &str, password: &str, name: &str) -> MysqlPersistence {
    let builder = MysqlPersistence::builder().address(host).port(port).username(user).password(password);
    builder.database(name).build().unwrap()
}

#[test]
fn encrypted_over_the_wide_table() {
    let databases = std::cell::RefCell::new(Vec::new());
    let store = std::rc::Rc::new(move || {
        let database = database();
        let store = Arc::new(mysql(&database));
        store.ensure_schema().unwrap();
        databases.borrow_mut().push(database);
        store
    });
    let inner = std::rc::Rc::clone(&store);
    let fresh = move || Encrypted::new(inner(), [key()]).unwrap();
    let with_a_row_of_another_key = move || {
        let (store, other) = (store(), EncryptionKey::from_text(&"08".repeat(32)).unwrap());
        let tokens = OAuthTokens::new(UserIdentifier::new("a@x.com").unwrap(), "1000.fake-a", "1000.fake-r", 1);
        Encrypted::new(Arc::clone(&store), [other]).unwrap().save_oauth_tokens(&tokens).unwrap();
        (Encrypted::new(store, [key()]).unwrap(), tokens.user().clone())
    };
    let limits = fresh().limits();
    assert!(limits.max_token_bytes.is_none_or(|most| most >= 300), "{limits:?}");
    Suite::new(fresh)
        .limits(limits)
        .unreadable_row(with_a_row_of_another_key)
        .requires_lock()
        .keeps_data_centers()
        .lists()
        .ends_leases()
        .run();
}

const MYSQL: &str = "TEST_MYSQL";

#[test]
fn mysql_worker() {
    let words = env::var(MYSQL);
    let ordered = work_if_ordered(|| {
        let words = words.clone().unwrap();
        let words: Vec<_> = words.split('\n').collect();
        let store = open_mysql(words[0], words[1].parse().unwrap(), words[2], words[3], words[4]);
        Encrypted::new(store, [key()]).unwrap()
    });
    assert_eq!(ordered, words.is_ok());
}

#[test]
fn encrypted_over_the_wide_table_between_processes() {
    let server = zcrm_test_mariadb::shared().unwrap();
    let database = database();
    mysql(&database).ensure_schema().unwrap();
    let port = server.port().to_string();
    let words =
        [server.host().as_str(), port.as_str(), database.user(), database.password(), database.name()].join("\n");
    Processes::new(
        move || Encrypted::new(mysql(&database), [key()]).unwrap(),
        move || worker("mysql_worker", MYSQL, &words),
    )
    .frees_frozen(Duration::from_secs(5), Duration::from_secs(30))
    .run();
}

#[test]
fn the_columns_of_zoho_s_table_are_too_short() {
    let database = database();
    database
        .execute(["CREATE TABLE oauthtokens (useridentifier varchar(100), accesstoken varchar(100), \
                   refreshtoken varchar(100), expirytime bigint)"])
        .unwrap();
    let fault = Encrypted::new(mysql(&database), [key()]).unwrap_err();
    assert_eq!(fault.kind(), PersistenceErrorKind::Setup);
    assert!(fault.to_string().contains("too short") && fault.to_string().contains("schema.sql"), "{fault}");
}
