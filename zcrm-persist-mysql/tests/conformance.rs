//! The conformance suite: the wide table, Zoho's own, and several processes on either.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use std::cell::RefCell;
use std::env;
use std::process::Command;
use std::rc::Rc;
use std::time::Duration;

use support::{builder, database, seeded, server, user, wide};
use zcrm_core::persistence::conformance::{Processes, Suite, work_if_ordered};
use zcrm_core::persistence::{PersistenceHandler, StoreLimits};
use zcrm_persist_mysql::MysqlPersistence;
use zcrm_test_mariadb::Database;

/// A suite over stores that `fresh` makes; their databases live as long as the suite.
fn suite(fresh: impl Fn() -> (MysqlPersistence, Database) + 'static) -> Suite<MysqlPersistence> {
    let databases = RefCell::new(Vec::new());
    let fresh = Rc::new(move |row: &str| {
        let (store, database) = fresh();
        database.execute([row]).unwrap();
        databases.borrow_mut().push(database);
        store
    });
    let damaged = Rc::clone(&fresh);
    Suite::new(move || fresh("DELETE FROM oauthtokens"))
        .unreadable_row(move || {
            (damaged("INSERT INTO oauthtokens VALUES ('damaged@x.com', '', 'r', 1)"), user("damaged@x.com"))
        })
        .requires_lock()
        .lists()
        .shares_rate_limits()
        .keeps_data_centers()
        .ends_leases()
        .broken(|| {
            // The database is there, its table is not.
            let database = database();
            builder(server(), &database).outage_timeout(Duration::ZERO).build().unwrap()
        })
}

#[test]
fn the_wide_table() {
    let (store, _database) = wide();
    let limits = store.limits();
    assert!(limits.max_token_bytes.is_none_or(|most| most >= 300) && !limits.latin1_users_only, "{limits:?}");
    suite(wide).limits(limits).run();
}

#[test]
fn the_wide_table_seen_by_two_stores() {
    let (first, database) = wide();
    let limits = first.limits();
    let shared = RefCell::new(Some(first));
    let name = database.name().to_owned();
    let (user, password) = (database.user().to_owned(), database.password().to_owned());
    let empty = move || {
        database.execute(["DELETE FROM oauthtokens", "DELETE FROM zcrm_notes"]).unwrap();
        shared.borrow_mut().take().unwrap_or_else(|| builder(server(), &database).build().unwrap())
    };
    let reopen = move |_: &MysqlPersistence| open(&server().host(), server().port(), &user, &password, &name);
    Suite::new(empty)
        .limits(limits)
        .requires_lock()
        .lists()
        .shares_rate_limits()
        .keeps_data_centers()
        .reopen(reopen)
        .run();
}

#[test]
fn the_table_of_zoho() {
    for engine in ["ENGINE=InnoDB", "ENGINE=MyISAM"] {
        let options = format!("{engine} DEFAULT CHARSET=latin1");
        let limits = StoreLimits::default().max_token_bytes(100).latin1_users_only().ignores_case();
        suite(move || seeded(&options)).limits(limits).run();
    }
}

fn open(host: &str, port: u16, user: &str, password: &str, name: &str) -> MysqlPersistence {
    let builder = MysqlPersistence::builder().address(host).port(port).username(user).password(password);
    builder.database(name).build().unwrap()
}

const STORE: &str = "TEST_STORE";

#[test]
fn worker() {
    let words = env::var(STORE);
    let ordered = work_if_ordered(|| {
        let words = words.clone().unwrap();
        let words: Vec<_> = words.split('\n').collect();
        open(words[0], words[1].parse().unwrap(), words[2], words[3], words[4])
    });
    assert_eq!(ordered, words.is_ok());
}

fn processes(database: Database) -> Processes<MysqlPersistence> {
    let port = server().port().to_string();
    let words =
        [server().host().as_str(), port.as_str(), database.user(), database.password(), database.name()].join("\n");
    let worker = move || {
        let mut command = Command::new(env::current_exe().unwrap());
        command.args(["--exact", "worker", "--nocapture"]).env(STORE, &words);
        command
    };
    Processes::new(move || builder(server(), &database).build().unwrap(), worker)
        .frees_frozen(Duration::from_secs(5), Duration::from_secs(30))
}

#[test]
fn the_wide_table_between_processes() {
    processes(wide().1).run();
}

#[test]
fn the_table_of_zoho_between_processes() {
    processes(seeded("ENGINE=MyISAM DEFAULT CHARSET=latin1").1).run();
}
