//! The other processes: what they are ordered to do, and how they answer.

use std::env;
use std::io::{self, Read, Write};
use std::time::Duration;

use super::locking::{LONG, take};
use super::sample::{get, number, save, succeed, tokens, user};
use crate::persistence::PersistenceHandler;

/// Not `ZCRM_`: a store that is configured by the environment would refuse the variable as an unknown key.
pub(super) const ORDER: &str = "STORE_CONFORMANCE_ORDER";
/// What an answer begins with: a test harness prints lines of its own, and may leave one unfinished.
pub(super) const MARK: &str = "conformance> ";

/// Does what [`Processes`](super::Processes) ordered, if this process is one of its workers.
///
/// To be called by the program that the `worker` command starts. The answer tells whether there was an order; without
/// one, `open` is not called and nothing happens.
///
/// # Panics
///
/// When the store breaks a rule; the suite's own process then sees that the worker is gone.
#[must_use = "a process without an order has another reason to run"]
pub fn work_if_ordered<H: PersistenceHandler>(open: impl FnOnce() -> H) -> bool {
    let Ok(order) = env::var(ORDER) else { return false };
    let words: Vec<_> = order.split(' ').collect();
    let store = open();
    match words[..] {
        ["save", name, from, to] => saves(&store, name, parse(from), parse(to)),
        ["count", name, rounds] => counts(&store, name, parse(rounds)),
        ["hold", name, lease] => hold(&store, name, Duration::from_millis(parse(lease).unsigned_abs())),
        _ => panic!("no such order: {order}"),
    }
    true
}

fn parse(word: &str) -> i64 {
    word.parse().unwrap_or_else(|fault| panic!("the order holds {word:?}: {fault}"))
}

fn answer(text: impl std::fmt::Display) {
    let mut out = io::stdout().lock();
    if writeln!(out, "{MARK}{text}").and_then(|()| out.flush()).is_err() {
        panic!("the process that gives the orders is gone");
    }
}

/// Saves tokens number `from` up to, and without, `to`, and acknowledges each.
fn saves(store: &impl PersistenceHandler, name: &str, from: i64, to: i64) {
    let user = user(name);
    for number in from..to {
        save(store, &tokens(&user, number));
        answer(number);
    }
}

/// Adds one, as often as ordered, each time under the lock: a lost update shows a lock that does not exclude.
fn counts(store: &impl PersistenceHandler, name: &str, rounds: i64) {
    let user = user(name);
    for _ in 0..rounds {
        let lock = take(store, &user);
        let before = get(store, &user).map_or(0, |found| number(&found));
        save(store, &tokens(&user, before + 1));
        drop(lock);
    }
    answer("done");
}

/// Holds the lock until standard input ends, then tells whether it was held all the time.
fn hold(store: &impl PersistenceHandler, name: &str, lease: Duration) {
    let mut lock = succeed("locking", store.lock_refresh(&user(name), LONG, lease));
    answer("held");
    let mut rest = Vec::new();
    if let Err(fault) = io::stdin().read_to_end(&mut rest) {
        panic!("standard input cannot be read: {fault}");
    }
    answer(if lock.is_held() { "still" } else { "lost" });
}
