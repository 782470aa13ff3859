//! Connections to one server: how they are opened, how long each may take, and waiting for a server that is away.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs};
use std::thread;
use std::time::{Duration, Instant};

use mysql::consts::CapabilityFlags;
use mysql::{Conn, DriverError, Error, Opts, OptsBuilder, SslOpts};
use zcrm_core::persistence::{PersistenceError, PersistenceErrorKind};

use crate::builder::MysqlBuilder;
use crate::error::Failure;
use crate::pool::{IDLE_LIMIT, Pool};

/// How much longer than the server may work on a statement its response may be on the way.
const GRACE: Duration = Duration::from_secs(2);

/// After so long without traffic the system asks whether the other side is still there.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// The limits of one connection. The server gets whole seconds, at least one.
#[derive(Clone, Copy)]
pub(crate) struct Limits {
    /// How long the server may work on a statement. It gives up before we do: a statement that nobody waits for any
    /// more must not be carried out later, over what was saved meanwhile.
    pub(crate) statement: Duration,
    /// After so long without a statement the server closes the connection, and what it has locked is free.
    pub(crate) idle: Duration,
    /// How long the TCP connection may take.
    pub(crate) connect: Duration,
}

/// Opens connections to one server.
pub(crate) struct Connector {
    pool: Pool,
    base: OptsBuilder,
    place: String,
    limits: Limits,
    outage_timeout: Duration,
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
            None if settings.address.parse::<Ipv6Addr>().is_ok() => format!("[{}]:{}", settings.address, settings.port),
            None => format!("{}:{}", settings.address, settings.port),
        };
        let tls = settings.tls.then(|| SslOpts::default().with_root_cert_path(settings.tls_ca.clone()));
        let base = OptsBuilder::new()
            .ip_or_hostname(Some(settings.address.as_str()))
            .tcp_port(settings.port)
            .socket(socket)
            // The driver would otherwise move a loopback address to the server's socket, past TLS.
            .prefer_socket(false)
            .user(Some(settings.username.as_str()))
            .pass(Some(settings.password.expose()))
            .tcp_keepalive_time_ms(u32::try_from(KEEP_ALIVE.as_millis()).ok())
            .ssl_opts(tls)
            // An UPDATE that changes nothing must count the rows that it found.
            .additional_capabilities(CapabilityFlags::CLIENT_FOUND_ROWS);
        let limits =
            Limits { statement: settings.statement_timeout, idle: IDLE_LIMIT * 2, connect: settings.connect_timeout };
        let pool = Pool::new(settings.max_connections);
        Ok(Self { pool, base, place, limits, outage_timeout: settings.outage_timeout })
    }

    /// Does `work` on a pooled connection. A connection that breaks is replaced, a deadlock is tried again, and a
    /// server that is away is waited for: `work` must be something that can be done twice.
    pub(crate) fn with<T>(&self, work: impl Fn(&mut Conn) -> Result<T, Failure>) -> Result<T, PersistenceError> {
        self.with_until(Instant::now() + self.outage_timeout, work)
    }

    /// The same with a deadline that several pieces of work share; each is tried at least once.
    pub(crate) fn with_until<T>(
        &self,
        deadline: Instant,
        work: impl Fn(&mut Conn) -> Result<T, Failure>,
    ) -> Result<T, PersistenceError> {
        self.until(deadline, || self.attempt(&work))
    }

    /// Does `work` once; for the first contact, where a server that is away should be told at once.
    pub(crate) fn once<T>(&self, work: impl Fn(&mut Conn) -> Result<T, Failure>) -> Result<T, PersistenceError> {
        self.attempt(&work).map_err(|failure| failure.describe(&self.place))
    }

    /// Repeats an attempt that another connection, or another moment, can make succeed, until `deadline`.
    pub(crate) fn until<T>(
        &self,
        deadline: Instant,
        mut attempt: impl FnMut() -> Result<T, Failure>,
    ) -> Result<T, PersistenceError> {
        let mut pause = Pause::default();
        loop {
            match attempt() {
                Err(failure) if failure.may_pass() && Instant::now() < deadline => {
                    log::debug!("MySQL at {}: {failure}; trying again", self.place);
                    pause.wait(deadline);
                }
                outcome => return outcome.map_err(|failure| failure.describe(&self.place)),
            }
        }
    }

    /// A connection outside of the pool.
    pub(crate) fn dedicated(&self, limits: Limits) -> Result<Conn, Failure> {
        let opts = self.opts(Limits { connect: limits.connect.min(self.limits.connect), ..limits });
        Ok(connect(&opts)?)
    }

    /// How long a call waits for a server that is away.
    pub(crate) fn outage_timeout(&self) -> Duration {
        self.outage_timeout
    }

    /// Where the server is, for people.
    pub(crate) fn place(&self) -> &str {
        &self.place
    }

    fn attempt<T>(&self, work: &impl Fn(&mut Conn) -> Result<T, Failure>) -> Result<T, Failure> {
        let mut place = self.pool.place(self.limits.connect + self.limits.statement)?;
        if let Some(idle) = place.take() {
            match self.work_on(idle, work) {
                // It had died unnoticed, which says nothing about the server.
                (None, Err(_)) => self.pool.close_idle(),
                (None, done) => return done,
                (Some(connection), outcome) => {
                    place.give_back(connection);
                    return outcome;
                }
            }
        }
        let (connection, outcome) = self.work_on(connect(&self.opts(self.limits))?, work);
        match connection {
            Some(connection) => place.give_back(connection),
            None => self.pool.close_idle(),
        }
        outcome
    }

    /// The outcome of `work`, and the connection if it is in good order.
    fn work_on<T>(
        &self,
        mut connection: Conn,
        work: &impl Fn(&mut Conn) -> Result<T, Failure>,
    ) -> (Option<Conn>, Result<T, Failure>) {
        let outcome = work(&mut connection);
        let in_good_order = outcome.as_ref().err().is_none_or(|failure| !failure.spoils_connection());
        (in_good_order.then_some(connection), outcome)
    }

    fn opts(&self, limits: Limits) -> Opts {
        let statement = whole_seconds(limits.statement);
        let silence = Duration::from_secs(statement) + GRACE;
        self.base
            .clone()
            .tcp_connect_timeout(Some(limits.connect))
            .read_timeout(Some(silence))
            .write_timeout(Some(silence))
            .init(vec![session(statement, whole_seconds(limits.idle))])
            .into()
    }
}

/// What every connection is told first.
///
/// Without strict mode a server cuts values that do not fit, silently; with safe updates it refuses to write a table
/// that has no key. The first comment is read by MariaDB alone, the second by MySQL alone, whose InnoDB cannot be
/// absent.
fn session(statement: u64, idle: u64) -> String {
    format!(
        "SET NAMES utf8mb4, SESSION sql_mode = 'STRICT_ALL_TABLES', SESSION autocommit = 1, \
         SESSION sql_safe_updates = 0, SESSION wait_timeout = {idle}, SESSION lock_wait_timeout = {statement} \
         /*M!100101 , SESSION max_statement_time = {statement} */ \
         /*!50700 , SESSION innodb_lock_wait_timeout = {statement} */"
    )
}

fn whole_seconds(limit: Duration) -> u64 {
    limit.as_millis().div_ceil(1000).try_into().unwrap_or(u64::MAX).max(1)
}

/// The driver gives up after the first address of a name. `localhost` is often `::1` first, where a stock server does
/// not listen: bound to an IPv4 address of our own, the driver tries every IPv4 address of the name.
fn connect(opts: &Opts) -> mysql::Result<Conn> {
    match Conn::new(opts.clone()) {
        Err(Error::DriverError(first @ (DriverError::CouldNotConnect(_) | DriverError::ConnectTimeout)))
            if has_several_addresses(opts) =>
        {
            let any = SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0));
            match Conn::new(OptsBuilder::from_opts(opts.clone()).bind_address(Some(any))) {
                Err(Error::DriverError(DriverError::CouldNotConnect(_))) => Err(first.into()),
                outcome => outcome,
            }
        }
        outcome => outcome,
    }
}

fn has_several_addresses(opts: &Opts) -> bool {
    opts.get_socket().is_none()
        && (opts.get_ip_or_hostname().as_ref(), opts.get_tcp_port())
            .to_socket_addrs()
            .is_ok_and(|addresses| addresses.count() > 1)
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
    /// Waits, no longer than to the deadline.
    pub(crate) fn wait(&mut self, deadline: Instant) {
        thread::sleep(self.0.min(deadline.saturating_duration_since(Instant::now())));
        self.0 = (self.0 * 2).min(Duration::from_millis(500));
    }
}
