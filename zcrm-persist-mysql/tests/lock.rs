//! The refresh lock.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use std::time::{Duration, Instant};

use mysql::prelude::Queryable;
use support::{builder, server, tokens, user, wide};
use zcrm_core::persistence::{MIN_LOCK_LEASE, PersistenceErrorKind, PersistenceHandler};

const LONG: Duration = Duration::from_secs(20);

#[test]
fn one_holder_at_a_time_and_another_user_does_not_wait() {
    let (store, database) = wide();
    let second = builder(server(), &database).build().unwrap();
    let mut held = store.lock_refresh(&user("a@x.com"), LONG, LONG).unwrap();
    assert!(held.excludes_others() && held.is_held());
    let refused = second.lock_refresh(&user("a@x.com"), Duration::from_secs(1), LONG).unwrap_err();
    assert_eq!(refused.kind(), PersistenceErrorKind::LockTimeout);
    drop(second.lock_refresh(&user("b@x.com"), LONG, LONG).unwrap());
    // Reading and saving go on meanwhile.
    store.save_oauth_tokens(&tokens("a@x.com", 1)).unwrap();
    assert!(second.get_oauth_tokens(&user("a@x.com")).unwrap().is_some());
    drop(held);
    drop(second.lock_refresh(&user("a@x.com"), Duration::from_secs(1), LONG).unwrap());
}

#[test]
fn a_holder_that_stands_still_loses_the_lock_and_learns_of_it() {
    let (store, _database) = wide();
    let begun = Instant::now();
    let mut frozen = store.lock_refresh(&user("a@x.com"), LONG, MIN_LOCK_LEASE).unwrap();
    let taken = store.lock_refresh(&user("a@x.com"), LONG, LONG).unwrap();
    assert!(begun.elapsed() < Duration::from_secs(15), "{:?}", begun.elapsed());
    assert!(!frozen.is_held());
    drop(taken);
}

#[test]
fn no_transaction_is_open_while_the_lock_is_held() {
    let (store, _database) = wide();
    let held = store.lock_refresh(&user("a@x.com"), LONG, LONG).unwrap();
    let open: Vec<u64> =
        server().connect().unwrap().query("SELECT trx_mysql_thread_id FROM information_schema.innodb_trx").unwrap();
    assert!(open.is_empty(), "{open:?}");
    drop(held);
}
