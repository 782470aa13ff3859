//! Looking at a store of the application's own for the doctor: its own answers are all there is.

use std::time::Duration;

use zcrm_core::config::Config;
use zcrm_core::doctor::{Finding, State};
use zcrm_core::persistence::{Inspection, MIN_LOCK_LEASE, PersistenceError, PersistenceErrorKind, PersistenceHandler};

const CHECK: &str = "store";
/// How long a refresh lock that is held is waited for.
const LOCK_WAIT: Duration = Duration::from_secs(2);

/// What the opened store tells: whether it can be read, written to and locked.
pub(crate) fn inspect(config: &Config, opened: Result<Box<dyn PersistenceHandler>, PersistenceError>) -> Inspection {
    let mut inspection = Inspection::of(opened);
    let (Some(store), Some(user)) = (&inspection.store, config.current_user_email()) else { return inspection };
    // Of a user who is not there nothing is asked that might make something.
    if !matches!(store.get_oauth_tokens(user), Ok(Some(_))) {
        return inspection;
    }
    let writing = match store.check_writable(user) {
        Ok(()) => Finding::ok(CHECK, "says that it can be written to"),
        Err(error) => error.to_finding(CHECK),
    };
    let locking = match store.lock_refresh(user, LOCK_WAIT, MIN_LOCK_LEASE) {
        Ok(_lock) => Finding::ok(CHECK, "the refresh lock can be taken, or is not offered"),
        Err(error) => {
            let mut finding = error.to_finding(CHECK);
            if error.kind() == PersistenceErrorKind::LockTimeout {
                finding.state = State::Warn;
            }
            finding
        }
    };
    inspection.findings.extend([writing, locking]);
    inspection
}
