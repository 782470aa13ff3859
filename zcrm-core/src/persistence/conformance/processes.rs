//! The rules that hold between processes.

use std::fmt;
use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use super::locking::{LONG, take};
use super::sample::{expect, get, number, succeed, tokens, user};
use super::worker::{MARK, ORDER};
use crate::persistence::PersistenceHandler;

const WRITERS: usize = 16;
const KILLED_WRITERS: usize = 4;
/// Within this time the lock of a process that was killed has to be free.
const FREED_BY_DEATH: Duration = Duration::from_secs(10);

/// The rules that hold between the processes that share a store.
///
/// `worker` is a command that starts a program which calls [`work_if_ordered`](super::work_if_ordered) on the same
/// store as `open`. A test can start its own binary for that, with a test among its tests that does the work:
///
/// ```no_run
/// use std::{env, process::Command};
/// use zcrm_core::persistence::conformance::{Processes, work_if_ordered};
/// # use zcrm_core::persistence::InMemoryPersistence as MyStore;
/// # fn open(_: &str) -> MyStore { MyStore::new() }
///
/// // #[test]
/// fn worker() {
///     work_if_ordered(|| open(&env::var("MY_STORE").unwrap()));
/// }
///
/// // #[test]
/// fn processes() {
///     let worker = || {
///         let mut command = Command::new(env::current_exe().unwrap());
///         command.args(["--exact", "worker", "--nocapture"]).env("MY_STORE", "/path/of/it");
///         command
///     };
///     Processes::new(|| open("/path/of/it"), worker).run();
/// }
/// ```
pub struct Processes<H> {
    open: Box<dyn Fn() -> H>,
    worker: Box<dyn Fn() -> Command>,
    frozen: Option<(Duration, Duration)>,
    rounds: i64,
    acknowledged: i64,
}

impl<H: PersistenceHandler> Processes<H> {
    /// The rules over the store that `open` opens, which must be empty, and that the processes of `worker` share.
    pub fn new(open: impl Fn() -> H + 'static, worker: impl Fn() -> Command + 'static) -> Self {
        Self { open: Box::new(open), worker: Box::new(worker), frozen: None, rounds: 20, acknowledged: 500 }
    }

    /// Adds the rule that a process which stands still, having taken the lock with `lease`, loses it, so that a waiter
    /// has it within `limit`; a `lease` below [`MIN_LOCK_LEASE`](crate::persistence::MIN_LOCK_LEASE) is that. Proven
    /// where signals exist, on Unix.
    #[must_use]
    pub fn frees_frozen(mut self, lease: Duration, limit: Duration) -> Self {
        self.frozen = Some((lease, limit));
        self
    }

    /// Repeats less, for a store whose every call costs a tenth of a second, such as one that starts a process. No rule
    /// is left out.
    #[must_use]
    pub fn slow(mut self) -> Self {
        (self.rounds, self.acknowledged) = (2, 40);
        self
    }

    /// Proves every rule.
    ///
    /// # Panics
    ///
    /// When the store breaks a rule; the message names it.
    pub fn run(self) {
        self.writers_lose_nothing();
        self.what_was_acknowledged_outlives_a_kill();
        if take(&(self.open)(), &user("offered@x.com")).excludes_others() {
            self.one_process_at_a_time();
            self.death_frees_the_lock();
            if cfg!(unix) {
                self.a_frozen_holder_loses_the_lock();
            }
        } else {
            assert!(self.frozen.is_none(), "frees_frozen was promised, but the store offers no refresh lock");
        }
    }

    fn start(&self, order: String) -> Worker {
        let mut command = (self.worker)();
        command.env(ORDER, order).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap_or_else(|fault| panic!("the worker does not start: {fault}"));
        let Some(output) = child.stdout.take() else { panic!("the worker has no standard output") };
        Worker { child, output: BufReader::new(output) }
    }

    fn writers_lose_nothing(&self) {
        let name = |writer| format!("writer-{writer}@x.com");
        let workers: Vec<_> =
            (0..WRITERS).map(|writer| self.start(format!("save {} 0 {}", name(writer), self.rounds))).collect();
        for mut worker in workers {
            while worker.answer().is_some() {}
            worker.succeeded();
        }
        let store = (self.open)();
        for writer in 0..WRITERS {
            expect(&store, &tokens(&user(&name(writer)), self.rounds - 1), "processes that save at once lose nothing");
        }
    }

    fn what_was_acknowledged_outlives_a_kill(&self) {
        let store = (self.open)();
        let mut last = [0; KILLED_WRITERS];
        let mut acknowledged = 0;
        while acknowledged < self.acknowledged {
            let mut workers: Vec<_> = (0_usize..)
                .zip(last)
                .map(|(writer, last)| self.start(format!("save killed-{writer}@x.com {} {}", last + 1, i64::MAX)))
                .collect();
            for ((writer, worker), last) in (0..).zip(&mut workers).zip(&mut last) {
                let before = *last;
                for _ in 0..fastrand::usize(1..60) {
                    *last = worker
                        .answer()
                        .and_then(|text| text.parse().ok())
                        .unwrap_or_else(|| panic!("writers go on saving while others are killed, but this one ended"));
                }
                // The moment between two acknowledgements is as likely as that of one.
                std::thread::sleep(Duration::from_micros(fastrand::u64(0..3_000)));
                worker.kill();
                while let Some(text) = worker.answer() {
                    *last = text.parse().unwrap_or(*last);
                }
                acknowledged += *last - before;
                let user = user(&format!("killed-{writer}@x.com"));
                let Some(found) = get(&store, &user) else { panic!("an acknowledged save of {user} is lost") };
                let found = number(&found);
                assert!(found >= *last, "{user}: save {last} was acknowledged, but save {found} is what is stored");
                assert!(found <= *last + 1, "{user}: save {found} is stored, but was never made");
                *last = found;
            }
        }
    }

    fn one_process_at_a_time(&self) {
        let workers: Vec<_> = (0..4).map(|_| self.start("count counted@x.com 10".to_owned())).collect();
        for mut worker in workers {
            worker.expect("done");
            worker.succeeded();
        }
        let found = get(&(self.open)(), &user("counted@x.com")).map(|found| number(&found));
        assert_eq!(found, Some(40), "the lock has one holder at a time, of all processes");
    }

    fn death_frees_the_lock(&self) {
        let store = (self.open)();
        let user = user("dying@x.com");
        let mut holder = self.start(format!("hold {user} {}", LONG.as_millis()));
        holder.expect("held");
        assert!(
            store.lock_refresh(&user, Duration::from_millis(200), LONG).is_err(),
            "the lock of another process excludes this one"
        );
        holder.kill();
        let began = Instant::now();
        drop(take(&store, &user));
        assert!(began.elapsed() < FREED_BY_DEATH, "the lock of a dead process is free");

        let mut holder = self.start(format!("hold {user} {}", LONG.as_millis()));
        holder.expect("held");
        drop(holder.child.stdin.take());
        holder.expect("still");
        holder.succeeded();
        drop(take(&store, &user));
    }

    fn a_frozen_holder_loses_the_lock(&self) {
        let Some((lease, limit)) = self.frozen else { return };
        let store = (self.open)();
        let user = user("frozen@x.com");
        let mut holder = self.start(format!("hold {user} {}", lease.as_millis()));
        holder.expect("held");
        holder.signal("STOP");
        let began = Instant::now();
        let lock = succeed("locking while the holder is frozen", store.lock_refresh(&user, limit, LONG));
        assert!(began.elapsed() <= limit, "a frozen holder loses the lock within the stated time");
        holder.signal("CONT");
        drop(holder.child.stdin.take());
        holder.expect("lost");
        holder.succeeded();
        drop(lock);
    }
}

impl<H> fmt::Debug for Processes<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Processes").field("frozen", &self.frozen).finish_non_exhaustive()
    }
}

struct Worker {
    child: Child,
    output: BufReader<ChildStdout>,
}

impl Worker {
    /// The next answer; `None` when the worker is gone.
    fn answer(&mut self) -> Option<String> {
        loop {
            let mut line = String::new();
            match self.output.read_line(&mut line) {
                Ok(0) | Err(_) => return None,
                // A worker that was killed may leave half a line.
                Ok(_) if !line.ends_with('\n') => return None,
                Ok(_) => {}
            }
            if let Some((_, answer)) = line.split_once(MARK) {
                return Some(answer.trim_end().to_owned());
            }
        }
    }

    #[track_caller]
    fn expect(&mut self, expected: &str) {
        assert_eq!(self.answer().as_deref(), Some(expected), "a worker answers otherwise than expected");
    }

    #[track_caller]
    fn succeeded(&mut self) {
        drop(self.child.stdin.take());
        let status = self.child.wait().unwrap_or_else(|fault| panic!("a worker cannot be waited for: {fault}"));
        assert!(status.success(), "a worker failed: {status}; what it wrote to standard error says why");
    }

    fn kill(&mut self) {
        if let Err(fault) = self.child.kill() {
            panic!("a worker cannot be killed: {fault}");
        }
    }

    fn signal(&self, name: &str) {
        let status = Command::new("kill").arg(format!("-{name}")).arg(self.child.id().to_string()).status();
        assert!(status.is_ok_and(|status| status.success()), "the program `kill` cannot signal a worker");
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // It may have ended already; a killed one is waited for so that none is left behind.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
