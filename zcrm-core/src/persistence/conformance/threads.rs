//! Any thread at any time.

use std::sync::Barrier;
use std::thread;

use super::sample::{expect, get, number, save, tokens, user};
use crate::persistence::PersistenceHandler;

const THREADS: i64 = 8;

pub(super) fn prove<H: PersistenceHandler>(fresh: impl Fn() -> H, rounds: i64) {
    each_its_own_user(&fresh(), rounds);
    all_the_same_user(&fresh(), rounds);
}

fn at_once(work: impl Fn(i64) + Sync) {
    let start = Barrier::new(THREADS.unsigned_abs() as usize);
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let (start, work) = (&start, &work);
            scope.spawn(move || {
                start.wait();
                work(thread);
            });
        }
    });
}

fn each_its_own_user(store: &impl PersistenceHandler, rounds: i64) {
    let own = |thread| user(&format!("thread-{thread}@x.com"));
    at_once(|thread| {
        for round in 0..rounds {
            let tokens = tokens(&own(thread), round);
            save(store, &tokens);
            expect(store, &tokens, "threads that save at once lose nothing");
        }
    });
    for thread in 0..THREADS {
        expect(store, &tokens(&own(thread), rounds - 1), "threads that save at once lose nothing");
    }
}

fn all_the_same_user(store: &impl PersistenceHandler, rounds: i64) {
    let shared = user("shared@x.com");
    save(store, &tokens(&shared, 0));
    at_once(|thread| {
        for round in 0..rounds {
            save(store, &tokens(&shared, thread * rounds + round));
            let found = get(store, &shared).map(|found| number(&found));
            assert!(found.is_some(), "a reader never meets a user half saved");
        }
    });
    let Some(last) = get(store, &shared) else { panic!("threads that save at once lose nothing") };
    expect(store, &tokens(&shared, number(&last)), "a row is of one save, never a mixture of two");
    assert!(number(&last) % rounds == rounds - 1, "the last save of some thread is the one that stays");
}
