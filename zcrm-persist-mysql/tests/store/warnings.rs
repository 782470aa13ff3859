//! What is logged as a warning.

use std::sync::{Mutex, Once};

use log::{Level, LevelFilter, Log, Metadata, Record};
use zcrm_persist_mysql::MysqlPersistence;
use zcrm_test_mariadb::Server;

use crate::support::{builder, database, server};

static WARNINGS: Mutex<Vec<String>> = Mutex::new(Vec::new());

struct Capture;

impl Log for Capture {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.level() <= Level::Warn
    }

    fn log(&self, record: &Record<'_>) {
        if self.enabled(record.metadata()) {
            WARNINGS.lock().unwrap().push(record.args().to_string());
        }
    }

    fn flush(&self) {}
}

/// The warnings that name `place` and were logged during `work`.
fn warnings(place: &str, work: impl FnOnce()) -> Vec<String> {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        log::set_logger(&Capture).unwrap();
        log::set_max_level(LevelFilter::Warn);
    });
    work();
    WARNINGS.lock().unwrap().iter().filter(|warning| warning.contains(place)).cloned().collect()
}

#[test]
fn tokens_that_travel_to_another_host_in_plain_text() {
    let warned = |address: &str| {
        warnings(&format!("MySQL at {address}:"), || {
            drop(MysqlPersistence::builder().address(address).build().unwrap())
        })
    };
    for far in ["db.example.com", "10.1.2.3", "localhost.example.com"] {
        let warnings = warned(far);
        assert!(warnings.len() == 1 && warnings[0].contains("plain text"), "{far}: {warnings:?}");
    }
    for near in ["localhost", "LocalHost", "127.0.0.9", "::ffff:127.0.0.1"] {
        assert_eq!(warned(near), Vec::<String>::new());
    }
    let safe = MysqlPersistence::builder().address("safe.example.com").tls(true);
    let socket = MysqlPersistence::builder().address("socket.example.com").socket("/tmp/socket.example.com");
    let warnings = warnings("e.example.com", || drop((safe.build().unwrap(), socket.build().unwrap())));
    assert_eq!(warnings, Vec::<String>::new());
}

#[test]
fn a_key_that_takes_different_users_for_one() {
    let warned = |columns: &str| {
        let database = database();
        database
            .execute([format!(
                "CREATE TABLE oauthtokens ({columns}, accesstoken varchar(100), refreshtoken varchar(100), expirytime bigint)"
            )])
            .unwrap();
        let store = builder(server(), &database).build().unwrap();
        warnings(database.name(), || store.ensure_schema().unwrap())
    };
    let name = "useridentifier varchar(100) CHARACTER SET utf8mb4";
    for key in ["PRIMARY KEY", "UNIQUE"] {
        let warnings = warned(&format!("{name} COLLATE utf8mb4_unicode_ci {key}"));
        assert!(warnings.len() == 1 && warnings[0].contains("utf8mb4_unicode_ci"), "{warnings:?}");
    }
    assert_eq!(warned(&format!("{name} COLLATE utf8mb4_bin PRIMARY KEY")), Vec::<String>::new());
    assert_eq!(warned(&format!("{name} COLLATE utf8mb4_unicode_ci")), Vec::<String>::new());
    let composite = format!("id int DEFAULT 0, {name} COLLATE utf8mb4_unicode_ci, UNIQUE (useridentifier, id)");
    assert_eq!(warned(&composite), Vec::<String>::new());
}

#[test]
fn a_node_of_a_cluster() {
    let cluster = Server::builder()
        .setting("wsrep-on", "ON")
        .setting("wsrep-provider", "none")
        .setting("binlog-format", "ROW")
        .start()
        .unwrap();
    let database = cluster.database().unwrap();
    let store = builder(&cluster, &database).build().unwrap();
    let place = format!("{}:{}", cluster.host(), cluster.port());
    let warnings = warnings(&place, || store.ensure_schema().unwrap());
    assert!(warnings.len() == 1 && warnings[0].contains("cluster"), "{warnings:?}");
}
