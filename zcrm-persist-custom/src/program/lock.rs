//! The refresh lock: a run of the program that answers, stays, and ends when its standard input closes.

use std::time::Duration;

use zcrm_core::UserIdentifier;
use zcrm_core::persistence::{PersistenceError, PersistenceErrorKind, RefreshLock};

use super::ExternalProgram;
use super::run::Run;
use super::wire::{Answer, Fault, Operation, Refusal, RefusalKind, Request, read};

/// How long a program that holds a lock may take to end when it is told to.
const RELEASE: Duration = Duration::from_secs(5);

pub(super) fn refresh(
    program: &ExternalProgram,
    user: &UserIdentifier,
    patience: Duration,
) -> Result<RefreshLock, PersistenceError> {
    let millis = |duration: Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    let operation = Operation::Lock {
        patience_millis: millis(patience),
        // Below the patience of those who wait: they must get the lock of a client that stands still.
        lease_millis: millis((patience / 10).saturating_mul(9)),
    };
    let request = Request::new(operation, user);
    let mut run = Run::start(program, &request, patience.saturating_add(program.time_limit))?;
    let line = run.response()?;
    if let Err(Fault::Refused(Refusal { kind: RefusalKind::Unsupported, .. })) = read(&line) {
        log::debug!("the token program {} offers no refresh lock", program.path.display());
        return Ok(RefreshLock::none());
    }
    match program.understood(&line, &request)? {
        Answer::Done if run.is_running() => Ok(RefreshLock::leased(Held(Some(run)), Held::is_held)),
        Answer::Done => Err(program.fault(
            PersistenceErrorKind::Other,
            "it took the lock and ended; it has to stay until its standard input closes",
        )),
        Answer::Tokens(_) => Err(program.unexpected("lock")),
    }
}

struct Held(Option<Run>);

impl Held {
    /// A program that has ended holds no lock.
    fn is_held(&mut self) -> bool {
        self.0.as_ref().is_some_and(Run::is_running)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        // Once it has ended, the lock is free for the next one.
        if let Some(run) = self.0.take() {
            run.leave(RELEASE);
        }
    }
}
