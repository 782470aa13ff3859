//! Networks that drop everything: how long each call takes then.

use std::thread;
use std::time::{Duration, Instant};

use zcrm_core::persistence::{PersistenceErrorKind, PersistenceHandler};
use zcrm_persist_mysql::MysqlPersistence;

use crate::support::proxy::Proxy;
use crate::support::{LONG, server, sessions, through, tokens, user, wait_until, wide};

/// What a busy machine may add to a limit.
const SLACK: Duration = Duration::from_secs(8);

#[track_caller]
fn within<T>(limit: Duration, what: &str, work: impl FnOnce() -> T) -> T {
    let begun = Instant::now();
    let outcome = work();
    let elapsed = begun.elapsed();
    eprintln!("{what}: {elapsed:?}");
    assert!(elapsed < limit + SLACK, "{what} took {elapsed:?}, the limit is {limit:?}");
    outcome
}

#[test]
fn an_idle_connection_that_a_firewall_dropped_is_replaced() {
    let (_, database) = wide();
    let proxy = Proxy::to(server().port());
    let store = through(&proxy, &database).build().unwrap();
    store.save_oauth_tokens(&tokens("a@x.com", 1)).unwrap();
    proxy.drop_open();
    // Five seconds for the statement, two for its response.
    let read = within(Duration::from_secs(7), "after a moment", || store.get_oauth_tokens(&user("a@x.com")));
    assert!(read.unwrap().is_some());

    proxy.drop_open();
    let mut admin = server().connect().unwrap();
    wait_until("the server closed the idle session", || sessions(&mut admin, &database).is_empty());
    let accepted = proxy.accepted();
    assert!(store.get_oauth_tokens(&user("a@x.com")).unwrap().is_some());
    assert_eq!(proxy.accepted(), accepted + 1, "a connection that was idle for so long is not used");
}

/// A call of the store, and how it fails.
type Call = fn(&MysqlPersistence) -> Option<PersistenceErrorKind>;

#[test]
fn no_call_outlasts_its_limits() {
    let (_, database) = wide();
    let second = Duration::from_secs(1);
    // One attempt may begin when the time for an outage is nearly over; it has a second, and two for the response.
    let limit = second * 4;
    let calls: [(&str, Call); 4] = [
        ("get", |store| store.get_oauth_tokens(&user("a@x.com")).err().map(|fault| fault.kind())),
        ("save", |store| store.save_oauth_tokens(&tokens("a@x.com", 1)).err().map(|fault| fault.kind())),
        ("delete", |store| store.delete_oauth_tokens(&user("a@x.com")).err().map(|fault| fault.kind())),
        ("ensure_schema", |store| store.ensure_schema().err().map(|fault| fault.kind())),
    ];
    thread::scope(|scope| {
        for (name, call) in calls {
            for is_connected in [true, false] {
                let database = &database;
                scope.spawn(move || {
                    let proxy = Proxy::to(server().port());
                    let settings = through(&proxy, database).statement_timeout(second).outage_timeout(second);
                    let store = settings.build().unwrap();
                    if is_connected {
                        assert_eq!(call(&store), None);
                    }
                    proxy.drop_everything();
                    // A connection that was open before costs its own timeout first.
                    let limit = if is_connected { limit + second * 3 } else { limit };
                    assert_eq!(within(limit, name, || call(&store)), Some(PersistenceErrorKind::Unavailable));
                });
            }
        }
    });
}

#[test]
fn waiting_for_a_lock_holding_it_and_letting_it_go_have_limits_too() {
    let (_, database) = wide();
    let (timeout, lease) = (Duration::from_secs(3), LONG);
    // A slice of the wait, a second more for the server, two for the response.
    let slice = Duration::from_secs(6);
    let open = || {
        let proxy = Proxy::to(server().port());
        let store = through(&proxy, &database).build().unwrap();
        (proxy, store)
    };
    thread::scope(|scope| {
        scope.spawn(|| {
            let (proxy, store) = open();
            proxy.drop_everything();
            let taken = within(timeout + slice, "taking", || store.lock_refresh(&user("a@x.com"), timeout, lease));
            assert_eq!(taken.unwrap_err().kind(), PersistenceErrorKind::Unavailable);
        });
        scope.spawn(|| {
            let (proxy, store) = open();
            let mut lock = store.lock_refresh(&user("b@x.com"), timeout, lease).unwrap();
            proxy.drop_everything();
            assert!(!within(slice, "asking", || lock.is_held()));
            within(Duration::ZERO, "dropping after that", || drop(lock));
        });
        scope.spawn(|| {
            let (proxy, store) = open();
            let lock = store.lock_refresh(&user("c@x.com"), timeout, lease).unwrap();
            proxy.drop_everything();
            within(slice, "dropping", || drop(lock));
        });
    });
}
