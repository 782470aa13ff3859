//! Statements that break, more often than there are connections in the pool.

use std::thread;
use std::time::Duration;

use mysql::prelude::Queryable;
use zcrm_core::persistence::{PersistenceErrorKind, PersistenceHandler};
use zcrm_test_mariadb::Server;

use crate::support::{LONG, SEED_TABLE, builder, rows, server, sessions, tokens, user, wait_until, waiting, wide};

/// More than the four connections of a pool.
const OFTEN: u32 = 10;

#[test]
fn connections_that_are_killed_in_mid_statement_are_replaced() {
    let (_, database) = wide();
    let store = builder(server(), &database).outage_timeout(LONG * 5).build().unwrap();
    store.save_oauth_tokens(&tokens("a@x.com", 1)).unwrap();
    let mut admin = server().connect().unwrap();
    let mut locker = database.connect().unwrap();
    locker.query_drop("LOCK TABLES oauthtokens WRITE").unwrap();
    thread::scope(|scope| {
        let saving = scope.spawn(|| store.save_oauth_tokens(&tokens("a@x.com", 2)));
        let mut killed = Vec::new();
        while killed.len() < OFTEN as usize {
            wait_until("the save waits for the table", || {
                waiting(&mut admin, &database, "UPDATE").iter().any(|session| !killed.contains(session))
            });
            for session in waiting(&mut admin, &database, "UPDATE") {
                // It may have ended by itself meanwhile.
                if !killed.contains(&session) && admin.query_drop(format!("KILL {session}")).is_ok() {
                    killed.push(session);
                }
            }
        }
        locker.query_drop("UNLOCK TABLES").unwrap();
        saving.join().unwrap().unwrap();
    });
    let read = store.get_oauth_tokens(&user("a@x.com")).unwrap().unwrap();
    assert_eq!(read.access_token().expose(), "1000.fake-access-2");
}

#[test]
fn statements_that_the_server_does_not_finish_leave_the_pool_whole_and_are_not_done_later() {
    let server = Server::builder().start().unwrap();
    let database = server.database().unwrap();
    let settings = builder(&server, &database).statement_timeout(Duration::from_secs(1));
    let store = settings.outage_timeout(Duration::ZERO).build().unwrap();
    store.ensure_schema().unwrap();
    store.save_oauth_tokens(&tokens("a@x.com", 1)).unwrap();
    let mut admin = server.connect().unwrap();
    let stored = || store.get_oauth_tokens(&user("a@x.com")).unwrap().unwrap().expiry_millis() - 1_700_000_000_000;

    admin.query_drop("FLUSH TABLES WITH READ LOCK").unwrap();
    for number in 2..2 + OFTEN {
        let fault = store.save_oauth_tokens(&tokens("a@x.com", number)).unwrap_err();
        assert_eq!(fault.kind(), PersistenceErrorKind::Unavailable, "{fault}");
        assert!(fault.to_string().contains("locked"), "{fault}");
    }
    admin.query_drop("UNLOCK TABLES").unwrap();
    assert_eq!(stored(), 1);
    store.save_oauth_tokens(&tokens("a@x.com", 100)).unwrap();
    assert_eq!(stored(), 100);

    // A server that is frozen does not even say that it gives up.
    server.freeze().unwrap();
    thread::scope(|scope| {
        for _ in 0..OFTEN {
            scope.spawn(|| {
                let fault = store.get_oauth_tokens(&user("a@x.com")).unwrap_err();
                assert_eq!(fault.kind(), PersistenceErrorKind::Unavailable, "{fault}");
            });
        }
    });
    server.thaw().unwrap();
    wait_until("the server goes on", || server.connect().is_ok());
    assert_eq!(stored(), 100);
    store.save_oauth_tokens(&tokens("a@x.com", 101)).unwrap();
    assert_eq!(stored(), 101);
}

#[test]
fn a_save_that_is_the_victim_of_a_deadlock_is_tried_again() {
    // Nobody else may wait for rows there.
    let server = Server::builder().start().unwrap();
    let database = server.database().unwrap();
    database.execute([SEED_TABLE]).unwrap();
    // The save must wait for the rival, however long that takes, and not give up.
    let settings = builder(&server, &database).statement_timeout(LONG * 5);
    let store = settings.outage_timeout(LONG).build().unwrap();
    store.save_oauth_tokens(&tokens("a@x.com", 0)).unwrap();
    let mut admin = server.connect().unwrap();
    let mut rival = database.connect().unwrap();
    let mut status = |name: &str| -> u32 {
        let row: Option<(String, u32)> = admin.query_first(format!("SHOW GLOBAL STATUS LIKE '{name}'")).unwrap();
        row.unwrap().1
    };
    // The server gives up the transaction that has done less.
    let much: Vec<String> = (0..100).map(|number| format!("('rival-{number}','a','r',1)")).collect();
    for round in 1..=OFTEN {
        rival.query_drop("BEGIN").unwrap();
        rival.query_drop(format!("insert into oauthtokens values {}", much.join(","))).unwrap();
        thread::scope(|scope| {
            let saving = scope.spawn(|| store.save_oauth_tokens(&tokens("a@x.com", round)));
            wait_until("the save waits for the rival's rows", || status("Innodb_row_lock_current_waits") > 0);
            rival.query_drop("update oauthtokens set expirytime = 1 where useridentifier = 'a@x.com'").unwrap();
            rival.query_drop("ROLLBACK").unwrap();
            saving.join().unwrap().unwrap();
        });
        let read = store.get_oauth_tokens(&user("a@x.com")).unwrap().unwrap();
        assert_eq!(read.expiry_millis(), 1_700_000_000_000 + i64::from(round));
        assert_eq!(status("Innodb_deadlocks"), round);
    }
}

#[test]
fn rows_that_others_keep_locked_do_not_break_the_pool() {
    let (_, database) = wide();
    let settings = builder(server(), &database).statement_timeout(Duration::from_secs(1));
    let store = settings.outage_timeout(Duration::ZERO).build().unwrap();
    store.save_oauth_tokens(&tokens("a@x.com", 1)).unwrap();
    let mut rival = database.connect().unwrap();
    rival.query_drop("BEGIN").unwrap();
    rival.query_drop("update oauthtokens set expirytime = expirytime + 0, accesstoken = 'rival'").unwrap();
    thread::scope(|scope| {
        for _ in 0..OFTEN {
            scope.spawn(|| {
                let fault = store.save_oauth_tokens(&tokens("a@x.com", 2)).unwrap_err();
                assert_eq!(fault.kind(), PersistenceErrorKind::Unavailable, "{fault}");
            });
        }
    });
    rival.query_drop("ROLLBACK").unwrap();
    assert_eq!(rows(&mut rival)[0].3, 1_700_000_000_001);
    store.save_oauth_tokens(&tokens("a@x.com", 3)).unwrap();
    assert_eq!(rows(&mut rival)[0].3, 1_700_000_000_003);
}

#[test]
fn a_restart_and_killed_connections_are_not_noticed() {
    let server = Server::builder().start().unwrap();
    let database = server.database().unwrap();
    let store = builder(&server, &database).outage_timeout(LONG).build().unwrap();
    store.ensure_schema().unwrap();
    store.save_oauth_tokens(&tokens("a@x.com", 1)).unwrap();
    server.restart().unwrap();
    assert!(store.get_oauth_tokens(&user("a@x.com")).unwrap().is_some());

    let mut admin = server.connect().unwrap();
    for _ in 0..OFTEN {
        for session in sessions(&mut admin, &database) {
            // The pool may just have closed it.
            let _ = admin.query_drop(format!("KILL {session}"));
        }
        store.save_oauth_tokens(&tokens("a@x.com", 2)).unwrap();
        assert!(!sessions(&mut admin, &database).is_empty(), "there was nothing to kill");
    }
    server.stop().unwrap();
    thread::scope(|scope| {
        let waiting = scope.spawn(|| store.get_oauth_tokens(&user("a@x.com")));
        server.start_again().unwrap();
        assert!(waiting.join().unwrap().unwrap().is_some());
    });
}

#[test]
fn the_pool_opens_at_most_its_limit_and_gives_its_connections_back() {
    let (store, database) = wide();
    thread::scope(|scope| {
        for number in 0..16 {
            let store = &store;
            scope.spawn(move || store.save_oauth_tokens(&tokens(&format!("u{number}@x.com"), number)).unwrap());
        }
    });
    let mut admin = server().connect().unwrap();
    wait_until("the locks of the saves closed", || (1..=4).contains(&sessions(&mut admin, &database).len()));
    wait_until("a pool that nobody uses closed", || sessions(&mut admin, &database).is_empty());
    store.save_oauth_tokens(&tokens("u1@x.com", 1)).unwrap();
}
