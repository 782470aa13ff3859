//! The refresh lock: a run of the program that responds, stays, and ends when its standard input closes.

use std::time::{Duration, Instant};

use zcrm_core::UserIdentifier;
use zcrm_core::persistence::{MAX_LOCK_TIMEOUT, MIN_LOCK_LEASE, PersistenceError, PersistenceErrorKind, RefreshLock};

use super::command::Program;
use super::run::Run;
use super::wire::{Operation, Request, Response, is_unsupported};

/// The last of so many parts of a lease is not relied on.
const PARTS_OF_A_LEASE: u32 = 10;

/// How long a program that holds a lock may take to end when it is told to.
const RELEASE: Duration = Duration::from_secs(5);

pub(super) fn refresh(
    program: &Program,
    user: &UserIdentifier,
    timeout: Duration,
    lease: Duration,
) -> Result<RefreshLock, PersistenceError> {
    let timeout = timeout.min(MAX_LOCK_TIMEOUT);
    let lease = lease.clamp(MIN_LOCK_LEASE, MAX_LOCK_TIMEOUT);
    let millis = |duration: Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    let operation = Operation::Lock { timeout_millis: millis(timeout), lease_millis: millis(lease) };
    let request = Request::new(operation, user);
    let mut run = Run::start(program, &request, timeout.saturating_add(program.time_limit))?;
    let line = run.response()?;
    if is_unsupported(&line) {
        log::debug!("the token program {} offers no refresh lock", program.path.display());
        return Ok(RefreshLock::none());
    }
    match program.understood(&line, &request)? {
        Response::Done if run.is_running() => {
            let until = Instant::now().checked_add(lease.saturating_sub(lease / PARTS_OF_A_LEASE));
            Ok(RefreshLock::leased(Held { run: Some(run), until }, Held::is_held))
        }
        Response::Done => Err(program.fault(
            PersistenceErrorKind::Other,
            "it took the lock and ended; it has to stay until its standard input closes",
        )),
        _ => Err(program.unexpected("lock")),
    }
}

struct Held {
    run: Option<Run>,
    /// When the lease is as good as over.
    until: Option<Instant>,
}

impl Held {
    /// A program that has ended holds no lock. Its file lock is gone a moment before its end can be seen, so the last
    /// part of the lease does not count.
    fn is_held(&mut self) -> bool {
        let lasts = self.until.is_none_or(|until| Instant::now() < until);
        lasts && self.run.as_ref().is_some_and(Run::is_running)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        // Once it has ended, the lock is free for the next one.
        if let Some(run) = self.run.take() {
            run.leave(RELEASE);
        }
    }
}
