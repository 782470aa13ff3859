//! Named locks of the server, each on a connection of its own and each with a lease.

use std::time::{Duration, Instant};

use mysql::prelude::Queryable;
use mysql::{Conn, Error};
use sha2::{Digest, Sha256};
use zcrm_core::UserIdentifier;
use zcrm_core::persistence::{MAX_LOCK_TIMEOUT, PersistenceError, PersistenceErrorKind};

use crate::connect::{Connector, Limits, Pause};
use crate::error::{Failure, code};
use crate::rows::fold;

/// How long one `GET_LOCK` waits. Meanwhile nothing travels on the connection, so this is also how late a silent
/// network is noticed.
const SLICE: Duration = Duration::from_secs(3);

/// A lock on a connection of its own. The server closes the connection, and frees the lock, when the holder dies, and
/// when it has been idle for the lease.
pub(crate) struct Held {
    connection: Conn,
    name: String,
    is_lost: bool,
}

/// Whose lock it is, and for what.
#[derive(Clone, Copy)]
pub(crate) struct Purpose<'a> {
    /// A word in the lock's name.
    pub(crate) word: &'static str,
    /// What another holder is doing, for the error.
    pub(crate) doing: &'static str,
    /// The error's kind when the lock was not free in time.
    pub(crate) busy: PersistenceErrorKind,
    pub(crate) database: &'a str,
    pub(crate) user: &'a UserIdentifier,
}

/// Waits for a lock.
pub(crate) fn take(
    connector: &Connector,
    purpose: Purpose<'_>,
    timeout: Duration,
    lease: Duration,
) -> Result<Held, PersistenceError> {
    let name = purpose.name();
    let timeout = timeout.min(MAX_LOCK_TIMEOUT);
    let deadline = Instant::now() + timeout;
    let limits = Limits {
        // The server must not take the wait itself for a statement that hangs.
        statement: SLICE + Duration::from_secs(1),
        idle: lease,
        connect: timeout.max(SLICE),
    };
    let connection = connector.until(deadline, || {
        let mut connection = connector.dedicated(limits)?;
        let mut pause = Pause::default();
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match get_lock(&mut connection, &name, left.min(SLICE)) {
                Ok(true) => return Ok(connection),
                Ok(false) => {}
                Err(cause) if is_forbidden(&cause) => return Err(forbidden(connector.place(), cause).into()),
                Err(cause) => return Err(cause.into()),
            }
            if Instant::now() >= deadline {
                return Err(purpose.timed_out(connector, timeout).into());
            }
            // MySQL rounds fractions of a second, down to not waiting at all.
            pause.wait(deadline);
        }
    })?;
    Ok(Held { connection, name, is_lost: false })
}

/// Whether the lock was free within `wait`.
fn get_lock(connection: &mut Conn, name: &str, wait: Duration) -> mysql::Result<bool> {
    let answer: Option<Option<u8>> = connection.exec_first("SELECT GET_LOCK(?, ?)", (name, wait.as_secs_f64()))?;
    // NULL stands for an interrupted wait.
    Ok(answer.flatten() == Some(1))
}

fn is_forbidden(cause: &Error) -> bool {
    code(cause).is_some() && !Failure::is_passing(cause)
}

fn forbidden(place: &str, cause: Error) -> PersistenceError {
    let message = format!(
        "MySQL at {place}: the server does not allow GET_LOCK, by which programs refresh one at a time. Clusters forbid it \
         (Percona's pxc_strict_mode must be PERMISSIVE or DISABLED) and so do some proxies: name one server in db_address"
    );
    PersistenceError::new(PersistenceErrorKind::Setup, message).with_source(cause)
}

impl Purpose<'_> {
    /// The name of the lock: unlike the names of users it is short, and the same whatever the character set. Users that
    /// differ in case alone may mean the same row, so they share it.
    fn name(&self) -> String {
        let mut hash = Sha256::new();
        hash.update(self.database);
        hash.update([0]);
        hash.update(fold(self.user.as_str()));
        let hash: String = hash.finalize().iter().take(20).map(|byte| format!("{byte:02x}")).collect();
        format!("zcrm.{}.{hash}", self.word)
    }

    fn timed_out(&self, connector: &Connector, timeout: Duration) -> PersistenceError {
        let (place, doing, user) = (connector.place(), self.doing, self.user);
        PersistenceError::new(
            self.busy,
            format!(
                "MySQL at {place}: another program has been {doing} the tokens of {user} for more than {timeout:?}"
            ),
        )
    }
}

impl Held {
    /// Does `work` on the connection that holds the lock.
    pub(crate) fn with<T>(&mut self, work: impl FnOnce(&mut Conn) -> Result<T, Failure>) -> Result<T, Failure> {
        let outcome = work(&mut self.connection);
        self.is_lost = outcome.as_ref().is_err_and(Failure::spoils_connection);
        outcome
    }

    /// Not when this process stood still for so long that the server closed the connection.
    pub(crate) fn is_held(&mut self) -> bool {
        let answer: Result<Option<Option<u8>>, Error> =
            self.connection.exec_first("SELECT IS_USED_LOCK(?) = CONNECTION_ID()", (&self.name,));
        let is_held = matches!(answer, Ok(Some(Some(1))));
        self.is_lost = !is_held;
        is_held
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if self.is_lost {
            return;
        }
        // Closing the connection frees the lock as well, yet a moment later.
        if let Err(cause) = self.connection.exec_drop("DO RELEASE_LOCK(?)", (&self.name,)) {
            log::debug!("a lock had ended already: {cause}");
        }
    }
}
