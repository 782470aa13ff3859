//! A process that is frozen while it saves.

use std::env;
use std::io::Read;
use std::process::{Child, Command, Stdio};

use zcrm_core::persistence::PersistenceHandler;
use zcrm_persist_mysql::MysqlPersistence;

use crate::support::proxy::Proxy;
use crate::support::{rows, seeded, server, tokens, wide};

const DATABASE: &str = "TEST_FROZEN";
const MARK: &str = "frozen> ";

/// The other process, if this is it.
#[test]
fn worker() {
    let Ok(words) = env::var(DATABASE) else { return };
    let words: Vec<&str> = words.split(' ').collect();
    let store = MysqlPersistence::builder()
        .address("127.0.0.1")
        .port(words[0].parse().unwrap())
        .username(words[1])
        .password(words[2])
        .database(words[3])
        .build()
        .unwrap();
    store.save_oauth_tokens(&tokens("new@x.com", 1)).unwrap();
    println!("{MARK}saved");
}

/// The other process; it ends with the test, also when that fails.
struct Worker(Child);

impl Worker {
    fn signal(&self, name: &str) {
        assert!(Command::new("kill").args([name, &self.0.id().to_string()]).status().unwrap().success());
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_process_that_is_frozen_while_it_saves_does_not_keep_others_from_saving() {
    for (store, database) in [seeded("ENGINE=InnoDB"), seeded("ENGINE=MyISAM"), wide()] {
        let proxy = Proxy::to(server().port());
        let held = proxy.hold("GET_LOCK", "UPDATE");
        let words = [&proxy.port().to_string(), database.user(), database.password(), database.name()].join(" ");
        let spawned = Command::new(env::current_exe().unwrap())
            .args(["--exact", "frozen::worker", "--nocapture"])
            .env(DATABASE, words)
            .stdout(Stdio::piped())
            .spawn();
        let mut frozen = Worker(spawned.unwrap());
        held.wait();
        frozen.signal("-STOP");
        store.save_oauth_tokens(&tokens("new@x.com", 2)).unwrap();
        assert_eq!(rows(&mut database.connect().unwrap())[0].1, "1000.fake-access-2");
        frozen.signal("-CONT");
        held.release();
        let mut output = String::new();
        frozen.0.stdout.take().unwrap().read_to_string(&mut output).unwrap();
        assert!(frozen.0.wait().unwrap().success() && output.contains(MARK), "{output}");
        let rows = rows(&mut database.connect().unwrap());
        assert_eq!(rows.len(), 1, "{rows:?}");
        assert_eq!(rows[0].1, "1000.fake-access-1");
    }
}
