//! The refresh lock.

use std::time::{Duration, Instant};

use crate::support::proxy::Proxy;
use crate::support::{LONG, builder, server, sessions, through, tokens, user, wide};
use mysql::prelude::Queryable;
use zcrm_core::persistence::{MIN_LOCK_LEASE, PersistenceErrorKind, PersistenceHandler};

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
    drop(second.lock_refresh(&user("a@x.com"), LONG, LONG).unwrap());
}

#[test]
fn a_holder_that_stands_still_loses_the_lock_and_learns_of_it() {
    let (store, _database) = wide();
    let begun = Instant::now();
    let mut frozen = store.lock_refresh(&user("a@x.com"), LONG, MIN_LOCK_LEASE).unwrap();
    let taken = store.lock_refresh(&user("a@x.com"), LONG, LONG).unwrap();
    assert!(begun.elapsed() < LONG / 2, "{:?}", begun.elapsed());
    assert!(!frozen.is_held());
    drop(taken);
}

#[test]
fn no_transaction_is_open_while_the_lock_is_held() {
    let (store, database) = wide();
    let held = store.lock_refresh(&user("a@x.com"), LONG, LONG).unwrap();
    let mut admin = server().connect().unwrap();
    // Those of other tests are no matter of this one.
    let ours = sessions(&mut admin, &database);
    let open: Vec<u64> = admin.query("SELECT trx_mysql_thread_id FROM information_schema.innodb_trx").unwrap();
    assert!(!ours.is_empty() && open.iter().all(|session| !ours.contains(session)), "{open:?} of {ours:?}");
    drop(held);
}

#[test]
fn waiting_sends_few_statements_however_little_time_is_left() {
    let (holder, database) = wide();
    let proxy = Proxy::to(server().port());
    let waiter = through(&proxy, &database).build().unwrap();
    let held = holder.lock_refresh(&user("a@x.com"), LONG, LONG).unwrap();
    for timeout in [0, 1, 100, 990].map(Duration::from_millis) {
        let before = proxy.sent();
        assert!(waiter.lock_refresh(&user("a@x.com"), timeout, LONG).is_err());
        let sent = proxy.sent() - before;
        // Signing in, the session's settings, the statement, its executions, the goodbye.
        assert!(sent < 30, "{sent} packets within {timeout:?}");
    }
    drop(held);
}
