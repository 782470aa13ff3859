//! Named locks of the server.

use std::time::{Duration, Instant};

use mysql::Conn;
use mysql::prelude::Queryable;
use sha2::{Digest, Sha256};
use zcrm_core::UserIdentifier;
use zcrm_core::persistence::{MAX_LOCK_TIMEOUT, MIN_LOCK_LEASE, PersistenceError, PersistenceErrorKind, RefreshLock};

use crate::connect::{Connector, Pause};
use crate::error::{connection_is_lost, describe};

/// How long one `GET_LOCK` waits, in seconds. A server that limits statement time interrupts longer ones.
const SLICE_SECONDS: u32 = 5;

/// The name of a lock: unlike the names of users it is short, and the same whatever the character set.
pub(crate) fn name(purpose: &str, database: &str, user: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(database);
    hash.update([0]);
    hash.update(user);
    let hash: String = hash.finalize().iter().take(20).map(|byte| format!("{byte:02x}")).collect();
    format!("zcrm.{purpose}.{hash}")
}

/// Takes a lock on this connection; `false` when it was not free in time.
pub(crate) fn take(connection: &mut Conn, name: &str, seconds: u32) -> mysql::Result<bool> {
    // NULL stands for an interrupted wait.
    let answer: Option<Option<u8>> = connection.exec_first("SELECT GET_LOCK(?, ?)", (name, seconds))?;
    Ok(answer.flatten() == Some(1))
}

/// Frees a lock of this connection.
pub(crate) fn free(connection: &mut Conn, name: &str) -> mysql::Result<()> {
    connection.exec_drop("DO RELEASE_LOCK(?)", (name,))
}

/// Takes the refresh lock of a user on a connection of its own.
pub(crate) fn refresh(
    connector: &Connector,
    database: &str,
    user: &UserIdentifier,
    timeout: Duration,
    lease: Duration,
) -> Result<RefreshLock, PersistenceError> {
    let name = name("refresh", database, user.as_str());
    let timeout = timeout.min(MAX_LOCK_TIMEOUT);
    let lease = lease.clamp(MIN_LOCK_LEASE, MAX_LOCK_TIMEOUT);
    let deadline = Instant::now() + timeout;
    let mut pause = Pause::default();
    let mut connection = None;
    loop {
        match attempt(connector, &mut connection, &name, lease, deadline) {
            Ok(true) => {}
            Ok(false) if pause.fits(deadline) => continue,
            Ok(false) => return Err(timed_out(connector, user, timeout)),
            Err(cause) if connection_is_lost(&cause) && pause.fits(deadline) => {
                log::debug!("MySQL at {}: {cause}; trying again for the lock", connector.place());
                connection = None;
                pause.wait(deadline);
                continue;
            }
            Err(cause) => return Err(describe(cause, connector.place())),
        }
        if let Some(connection) = connection.take() {
            return Ok(RefreshLock::leased(Held { connection, name }, Held::is_held));
        }
    }
}

/// A lock on a connection of its own.
struct Held {
    connection: Conn,
    name: String,
}

impl Held {
    /// Not when this process stood still for so long that the server closed the connection.
    fn is_held(&mut self) -> bool {
        let answer: mysql::Result<Option<Option<u8>>> =
            self.connection.exec_first("SELECT IS_USED_LOCK(?) = CONNECTION_ID()", (&self.name,));
        matches!(answer, Ok(Some(Some(1))))
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        // Closing the connection frees the lock as well, yet a moment later.
        if let Err(cause) = free(&mut self.connection, &self.name) {
            log::debug!("the refresh lock had ended already: {cause}");
        }
    }
}

fn attempt(
    connector: &Connector,
    connection: &mut Option<Conn>,
    name: &str,
    lease: Duration,
    deadline: Instant,
) -> mysql::Result<bool> {
    let open = match connection {
        Some(open) => open,
        None => {
            let mut fresh = connector.dedicated(deadline.saturating_duration_since(Instant::now()))?;
            // A holder that is frozen sends nothing: the server closes its connection after this, and the lock falls.
            let seconds = lease.as_secs();
            fresh.query_drop(format!("SET SESSION wait_timeout = {seconds}"))?;
            connection.insert(fresh)
        }
    };
    let left = deadline.saturating_duration_since(Instant::now()).as_secs();
    let seconds = u32::try_from(left).unwrap_or(SLICE_SECONDS).min(SLICE_SECONDS);
    take(open, name, seconds)
}

fn timed_out(connector: &Connector, user: &UserIdentifier, timeout: Duration) -> PersistenceError {
    PersistenceError::new(
        PersistenceErrorKind::LockTimeout,
        format!(
            "MySQL at {}: another program has been refreshing the tokens of {user} for more than {timeout:?}",
            connector.place()
        ),
    )
}
