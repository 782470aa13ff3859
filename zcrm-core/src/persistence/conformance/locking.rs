//! The refresh lock, where a store offers one.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use super::rows::told_apart;
use super::sample::{delete, expect, save, succeed, tokens, user, with_causes};
use crate::persistence::{MIN_LOCK_LEASE, PersistenceErrorKind, PersistenceHandler, RefreshLock, StoreLimits};
use crate::token::UserIdentifier;

/// More than any wait of the suite, and any lease that must not end in it.
pub(super) const LONG: Duration = Duration::from_secs(60);
const SHORT: Duration = Duration::from_secs(1);
/// What a busy machine may add to a time limit.
const SLACK: Duration = Duration::from_secs(10);

pub(super) fn prove(store: &impl PersistenceHandler, limits: StoreLimits, required: bool) {
    let user = user("lock@x.com");
    let mut lock = take(store, &user);
    if !lock.excludes_others() {
        assert!(!required, "the store must offer a refresh lock, but lock_refresh gives RefreshLock::none()");
        return;
    }
    assert!(lock.is_held(), "a lock that was just taken is held");
    a_second_taker_times_out(store, &user);
    others_do_not_wait(store, &user);
    drop(lock);
    any_duration(store);
    the_lease_is_not_the_timeout(store);
    a_waiter_follows(store, &user);
    one_at_a_time(store, &user);
    any_name(store, limits);
}

#[track_caller]
pub(super) fn take(store: &impl PersistenceHandler, user: &UserIdentifier) -> RefreshLock {
    succeed(format_args!("locking the refresh of {user}"), store.lock_refresh(user, LONG, LONG))
}

fn a_second_taker_times_out(store: &impl PersistenceHandler, user: &UserIdentifier) {
    let began = Instant::now();
    let second = store.lock_refresh(user, SHORT, LONG);
    let waited = began.elapsed();
    match second {
        Ok(_) => panic!("a held lock excludes a second taker"),
        Err(fault) => assert_eq!(
            fault.kind(),
            PersistenceErrorKind::LockTimeout,
            "a timeout that is over is a LockTimeout, but: {}",
            with_causes(&fault)
        ),
    }
    assert!(waited >= SHORT * 8 / 10, "a taker waits as long as its timeout, but gave up after {waited:?}");
    assert!(waited <= SHORT + SLACK, "a taker gives up when its timeout is over, but waited {waited:?}");
}

fn any_duration(store: &impl PersistenceHandler) {
    let user = user("durations@x.com");
    for (timeout, lease) in [
        (Duration::MAX, Duration::MAX),
        (Duration::ZERO, Duration::MAX),
        (Duration::from_nanos(1), Duration::ZERO),
        (Duration::MAX, Duration::from_nanos(1)),
    ] {
        let lock = store.lock_refresh(&user, timeout, lease);
        let mut lock = succeed(format_args!("locking, within {timeout:?} and for {lease:?}, what is free"), lock);
        assert!(lock.is_held(), "a lock that was just taken for {lease:?} is held");
    }
}

fn the_lease_is_not_the_timeout(store: &impl PersistenceHandler) {
    let user = user("lease@x.com");
    let mut lock = succeed("locking without waiting", store.lock_refresh(&user, Duration::from_millis(1), LONG));
    let second = store.lock_refresh(&user, MIN_LOCK_LEASE / 2, LONG);
    assert!(second.is_err() && lock.is_held(), "a holder that was not willing to wait keeps the lock for its lease");
}

pub(super) fn a_lock_ends_with_its_lease(store: &impl PersistenceHandler) {
    let user = user("standing-still@x.com");
    let first = store.lock_refresh(&user, LONG, MIN_LOCK_LEASE);
    let mut first = succeed("locking for the shortest lease", first);
    let second = store.lock_refresh(&user, MIN_LOCK_LEASE + SLACK, LONG);
    let mut second = succeed("locking when the lease of the holder is over", second);
    assert!(!first.is_held(), "a holder whose lease is over is told that it lost the lock");
    drop(first);
    assert!(second.is_held(), "what the former holder drops is its own lock only");
}

fn others_do_not_wait(store: &impl PersistenceHandler, locked: &UserIdentifier) {
    let tokens = tokens(locked, 1);
    save(store, &tokens);
    expect(store, &tokens, "saving and reading work while the lock is held");
    delete(store, locked);
    let began = Instant::now();
    drop(take(store, &user("other@x.com")));
    assert!(began.elapsed() < SLACK, "the lock of one user must not make another wait");
}

fn a_waiter_follows(store: &impl PersistenceHandler, user: &UserIdentifier) {
    let (send, receive) = mpsc::channel();
    let lock = take(store, user);
    thread::scope(|scope| {
        scope.spawn(move || {
            let lock = take(store, user);
            // Nobody listens any more when the suite has failed.
            let _ = send.send(());
            drop(lock);
        });
        let early = receive.recv_timeout(SHORT / 2);
        assert_eq!(early, Err(RecvTimeoutError::Timeout), "a waiter must not pass while the lock is held");
        scope.spawn(move || drop(lock));
        assert!(receive.recv_timeout(LONG).is_ok(), "a lock that is dropped, by any thread, is free for a waiter");
    });
}

fn one_at_a_time(store: &impl PersistenceHandler, user: &UserIdentifier) {
    let inside = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..3 {
                    let lock = take(store, user);
                    assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0, "the lock has one holder at a time");
                    thread::yield_now();
                    inside.fetch_sub(1, Ordering::SeqCst);
                    drop(lock);
                }
            });
        }
    });
}

fn any_name(store: &impl PersistenceHandler, limits: StoreLimits) {
    let names = ["../../up@x.com", "a'; drop table oauthtokens; --", "A@x.com", "a@x.com", "é@x.com", "e@x.com"];
    let hundred = "x".repeat(UserIdentifier::MAX_CHARACTERS);
    let names = names.into_iter().chain([hundred.as_str()]).map(user).collect();
    let held: Vec<_> = told_apart(names, limits).iter().map(|name| take(store, name)).collect();
    assert!(held.iter().all(RefreshLock::excludes_others), "a lock is offered to every user or to none");
    drop(held);
    if limits.ignores_case {
        let _held = take(store, &user("Bo@X.com"));
        let second = store.lock_refresh(&user("bo@x.com"), Duration::ZERO, LONG);
        assert!(second.is_err(), "users who may have the same row have the same lock");
    }
}
