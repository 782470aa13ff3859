//! Connections: the pool, the connection of a lock, and waiting for a server that is away.

use std::fmt;
use std::thread;
use std::time::{Duration, Instant};

use mysql::consts::CapabilityFlags;
use mysql::{Conn, Opts, OptsBuilder, Pool, PoolConstraints, PoolOpts, PooledConn, SslOpts};
use zcrm_core::persistence::{PersistenceError, PersistenceErrorKind};

use crate::builder::MysqlBuilder;
use crate::error::{connection_is_lost, describe};

/// What every connection is told first. Without strict mode a server cuts values that do not fit, silently.
const SESSION: &str = "SET NAMES utf8mb4, SESSION sql_mode = 'STRICT_ALL_TABLES', SESSION autocommit = 1";

/// Opens connections to one server.
pub(crate) struct Connector {
    pool: Pool,
    opts: Opts,
    place: String,
    outage_patience: Duration,
    wait_for_connection: Duration,
}

impl Connector {
    pub(crate) fn new(settings: &MysqlBuilder) -> Result<Self, PersistenceError> {
        let socket = match &settings.socket {
            None => None,
            Some(path) => Some(path.to_str().ok_or_else(|| {
                PersistenceError::new(PersistenceErrorKind::Setup, "db_socket: the path is not UTF-8")
            })?),
        };
        let place = match socket {
            Some(socket) => format!("socket {socket}"),
            None => format!("{}:{}", settings.address, settings.port),
        };
        let tls = settings.tls.then(|| SslOpts::default().with_root_cert_path(settings.tls_ca.clone()));
        let constraints = PoolConstraints::new(0, settings.max_connections).unwrap_or_default();
        let opts: Opts = OptsBuilder::new()
            .ip_or_hostname(Some(settings.address.as_str()))
            .tcp_port(settings.port)
            .socket(socket)
            // The driver would otherwise move a loopback address to the server's socket, past TLS.
            .prefer_socket(false)
            .user(Some(settings.username.as_str()))
            .pass(Some(settings.password.expose()))
            .tcp_connect_timeout(Some(settings.connect_timeout))
            .read_timeout(Some(settings.statement_timeout))
            .write_timeout(Some(settings.statement_timeout))
            .ssl_opts(tls)
            // An UPDATE that changes nothing must count the rows that it found.
            .additional_capabilities(CapabilityFlags::CLIENT_FOUND_ROWS)
            .init(vec![SESSION])
            .pool_opts(PoolOpts::new().with_constraints(constraints).with_reset_connection(false))
            .into();
        let pool = Pool::new(opts.clone()).map_err(|cause| describe(cause, &place))?;
        Ok(Self {
            pool,
            opts,
            place,
            outage_patience: settings.outage_patience,
            wait_for_connection: settings.connect_timeout + settings.statement_timeout,
        })
    }

    /// Does `work` on a pooled connection. A connection that breaks is replaced, and a server that is away is waited for:
    /// `work` must be something that can be done twice.
    pub(crate) fn with<T>(&self, work: impl Fn(&mut PooledConn) -> mysql::Result<T>) -> Result<T, PersistenceError> {
        let deadline = Instant::now() + self.outage_patience;
        let mut pause = Pause::default();
        loop {
            match self.try_with(&work) {
                Err(cause) if connection_is_lost(&cause) && pause.fits(deadline) => {
                    log::debug!("MySQL at {}: {cause}; trying again", self.place);
                    pause.wait(deadline);
                }
                outcome => return outcome.map_err(|cause| describe(cause, &self.place)),
            }
        }
    }

    /// Does `work` once; for the first contact, where a server that is away should be told at once.
    pub(crate) fn once<T>(&self, work: impl Fn(&mut PooledConn) -> mysql::Result<T>) -> Result<T, PersistenceError> {
        self.try_with(&work).map_err(|cause| describe(cause, &self.place))
    }

    fn try_with<T>(&self, work: &impl Fn(&mut PooledConn) -> mysql::Result<T>) -> mysql::Result<T> {
        let mut connection = self.pool.try_get_conn(self.wait_for_connection)?;
        let outcome = work(&mut connection);
        if outcome.as_ref().is_err_and(connection_is_lost) {
            // Taken out of the pool, it is closed rather than handed out again.
            drop(connection.unwrap());
        }
        outcome
    }

    /// A connection outside of the pool that may wait for `patience` in one statement.
    pub(crate) fn dedicated(&self, patience: Duration) -> mysql::Result<Conn> {
        let longest = patience + self.opts.get_read_timeout().copied().unwrap_or_default();
        Conn::new(OptsBuilder::from_opts(self.opts.clone()).read_timeout(Some(longest)))
    }

    /// Where the server is, for people.
    pub(crate) fn place(&self) -> &str {
        &self.place
    }
}

impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.place)
    }
}

/// Growing pauses between attempts.
pub(crate) struct Pause(Duration);

impl Default for Pause {
    fn default() -> Self {
        Self(Duration::from_millis(10))
    }
}

impl Pause {
    /// Whether there is time for another attempt.
    pub(crate) fn fits(&self, deadline: Instant) -> bool {
        Instant::now() < deadline
    }

    /// Waits, no longer than to the deadline.
    pub(crate) fn wait(&mut self, deadline: Instant) {
        thread::sleep(self.0.min(deadline.saturating_duration_since(Instant::now())));
        self.0 = (self.0 * 2).min(Duration::from_millis(500));
    }
}
