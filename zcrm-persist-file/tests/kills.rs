//! Processes that are killed at any moment: no acknowledged save is lost, no file is unreadable, no lock stays.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::env;
use std::io::{BufRead, BufReader, Lines, Write, stdout};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;
use zcrm_core::persistence::PersistenceHandler;
use zcrm_core::{OAuthTokens, UserIdentifier};
use zcrm_persist_file::FilePersistence;

const WORK: &str = "TEST_WORK";
const FOLDER: &str = "TEST_FOLDER";
const MARK: &str = "did> ";
const LONG: Duration = Duration::from_secs(60);
const WRITERS: usize = 3;

fn user(name: &str) -> UserIdentifier {
    UserIdentifier::new(name).unwrap()
}

fn tokens(name: &str, number: i64) -> OAuthTokens {
    OAuthTokens::new(user(name), format!("1000.fake-{number}"), format!("1000.fake-refresh-{number}"), number)
}

/// In memory where the system offers that: a process that dies loses nothing that it wrote, forced to a disk or not.
fn quick_folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { TempDir::new_in(memory) } else { TempDir::new() }.unwrap()
}

/// What the killed processes do. Without an order it is a test that a store saves and locks.
#[test]
fn worker() {
    // Not beside an order: a process that is killed would leave it behind.
    let own = env::var_os(FOLDER).is_none().then(|| TempDir::new().unwrap());
    let path = own.as_ref().map_or_else(|| PathBuf::from(env::var_os(FOLDER).unwrap()), |own| own.path().to_owned());
    let store = FilePersistence::new(path).unwrap();
    let did = |what: &str| {
        let mut out = stdout().lock();
        writeln!(out, "{MARK}{what}").and_then(|()| out.flush()).unwrap();
    };
    match env::var(WORK).unwrap_or_default().split_once(' ') {
        Some(("save", rest)) => {
            let (name, from) = rest.split_once(' ').unwrap();
            for number in from.parse::<i64>().unwrap().. {
                store.save_oauth_tokens(&tokens(name, number)).unwrap();
                did(&number.to_string());
            }
        }
        Some(("lock", name)) => loop {
            let lock = store.lock_refresh(&user(name), LONG, LONG).unwrap();
            did("held");
            drop(lock);
        },
        _ => {
            store.save_oauth_tokens(&tokens("a@x.com", 1)).unwrap();
            assert!(store.lock_refresh(&user("a@x.com"), LONG, LONG).unwrap().is_held());
        }
    }
}

struct Worker {
    child: Child,
    did: Lines<BufReader<ChildStdout>>,
}

impl Worker {
    fn start(folder: &TempDir, work: String) -> Self {
        let mut command = Command::new(env::current_exe().unwrap());
        command.args(["--exact", "worker", "--nocapture"]).env(FOLDER, folder.path()).env(WORK, work);
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let did = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, did }
    }

    fn next(&mut self) -> Option<String> {
        self.did.by_ref().map_while(Result::ok).find_map(|line| line.split_once(MARK).map(|(_, what)| what.to_owned()))
    }

    /// Kills the process after up to `most`, and tells the last thing that it did.
    fn kill_within(mut self, most: Duration) -> Option<String> {
        let mut last = self.next();
        // Any moment of a save or of a lock is as likely as any other.
        thread::sleep(most.mul_f64(fastrand::f64()));
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        while let Some(next) = self.next() {
            last = Some(next);
        }
        last
    }
}

#[test]
fn three_hundred_kills_during_saves_lose_nothing() {
    let folder = quick_folder();
    let store = FilePersistence::new(folder.path()).unwrap();
    for number in 0..20 {
        store.save_oauth_tokens(&tokens(&format!("bystander-{number}@x.com"), number)).unwrap();
    }
    let mut saved = [0; WRITERS];
    for _ in 0..100 {
        let name = |writer: usize| format!("writer-{writer}@x.com");
        let workers: Vec<_> = (0..WRITERS)
            .map(|writer| Worker::start(&folder, format!("save {} {}", name(writer), saved[writer] + 1)))
            .collect();
        for (writer, worker) in workers.into_iter().enumerate() {
            let last: i64 = worker.kill_within(Duration::from_millis(6)).unwrap().parse().unwrap();
            let found = store.get_oauth_tokens(&user(&name(writer))).unwrap().expect("no save is lost").expiry_millis();
            assert!(found == last || found == last + 1, "save {last} was acknowledged, and {found} is stored");
            saved[writer] = found;
        }
        for number in 0..20 {
            let found = store.get_oauth_tokens(&user(&format!("bystander-{number}@x.com"))).unwrap().unwrap();
            assert_eq!(found.expiry_millis(), number);
        }
    }
}

#[test]
fn a_hundred_kills_of_lock_holders_leave_the_lock_free() {
    let folder = quick_folder();
    let store = FilePersistence::new(folder.path()).unwrap();
    for round in 0..100 {
        let worker = Worker::start(&folder, "lock abc@xyz.com".to_owned());
        assert!(worker.kill_within(Duration::from_millis(3)).is_some());
        let began = Instant::now();
        let mut lock = store.lock_refresh(&user("abc@xyz.com"), LONG, LONG).unwrap();
        assert!(lock.is_held() && lock.excludes_others(), "round {round}");
        assert!(began.elapsed() < Duration::from_secs(10), "round {round}: a dead process keeps the lock");
    }
}
