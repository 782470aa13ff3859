//! A small pool that no number of broken connections can exhaust.
//!
//! `mysql::Pool` is not used: a connection that is taken out of it for good keeps its place there, and it opens
//! connections while it holds the lock that others need to give theirs back.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use mysql::{Conn, DriverError};

/// How long a connection may be idle and still be used. A new one costs milliseconds; one that a firewall has dropped
/// costs a timeout, and the busiest of firewalls keep a silent connection for longer than this.
pub(crate) const IDLE_LIMIT: Duration = Duration::from_secs(10);

/// At most `size` connections; those that nobody uses are kept for [`IDLE_LIMIT`].
pub(crate) struct Pool {
    size: usize,
    state: Mutex<State>,
    freed: Condvar,
}

#[derive(Default)]
struct State {
    taken: usize,
    idle: Vec<Idle>,
}

struct Idle {
    connection: Conn,
    since: Instant,
}

impl Pool {
    pub(crate) fn new(size: usize) -> Self {
        Self { size, state: Mutex::default(), freed: Condvar::new() }
    }

    /// A place in the pool, with an idle connection if there is one. Waits for a place at most for `timeout`.
    pub(crate) fn place(&self, timeout: Duration) -> mysql::Result<Place<'_>> {
        let deadline = Instant::now() + timeout;
        let mut state = self.state();
        while state.taken >= self.size {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(DriverError::Timeout.into());
            }
            state = self.freed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        state.taken += 1;
        let expired: Vec<Idle> = state.idle.extract_if(.., |idle| idle.since.elapsed() >= IDLE_LIMIT).collect();
        let connection = state.idle.pop().map(|idle| idle.connection);
        drop(state);
        // Closing says goodbye to the server; nobody else should wait for that.
        drop(expired);
        Ok(Place { pool: self, connection })
    }

    /// Closes the idle connections: what broke one of them has probably broken them all.
    pub(crate) fn close_idle(&self) {
        let idle = std::mem::take(&mut self.state().idle);
        drop(idle);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place in the pool. It is free again when this is dropped, whatever became of the connection.
pub(crate) struct Place<'a> {
    pool: &'a Pool,
    connection: Option<Conn>,
}

impl Place<'_> {
    /// The idle connection that came with the place; the caller opens one if there is none.
    pub(crate) fn take(&mut self) -> Option<Conn> {
        self.connection.take()
    }

    /// Gives the place back, and a connection in good order with it.
    pub(crate) fn give_back(mut self, connection: Conn) {
        self.connection = Some(connection);
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut state = self.pool.state();
        state.taken -= 1;
        if let Some(connection) = self.connection.take() {
            state.idle.push(Idle { connection, since: Instant::now() });
        }
        drop(state);
        self.pool.freed.notify_one();
    }
}
