//! The settings of a store that is made by hand.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use zcrm_core::Secret;
use zcrm_core::config::{Config, MysqlSettings};

const SHORTEST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// Settings for [`MysqlPersistence`](crate::MysqlPersistence); each has the default of the configuration dictionary.
#[derive(Debug, Clone)]
#[must_use = "nothing happens before `build`"]
pub struct MysqlBuilder {
    pub(crate) address: String,
    pub(crate) port: u16,
    pub(crate) username: String,
    pub(crate) password: Secret,
    pub(crate) database: String,
    pub(crate) socket: Option<PathBuf>,
    pub(crate) tls: bool,
    pub(crate) tls_ca: Option<PathBuf>,
    pub(crate) connect_timeout: Duration,
    pub(crate) statement_timeout: Duration,
    pub(crate) outage_timeout: Duration,
    pub(crate) max_connections: usize,
}

impl Default for MysqlBuilder {
    fn default() -> Self {
        Self {
            address: "localhost".to_owned(),
            port: 3306,
            username: "root".to_owned(),
            password: Secret::new(""),
            database: "zohooauth".to_owned(),
            socket: None,
            tls: false,
            tls_ca: None,
            connect_timeout: Duration::from_secs(5),
            statement_timeout: Duration::from_secs(5),
            outage_timeout: Duration::from_secs(10),
            max_connections: 4,
        }
    }
}

impl MysqlBuilder {
    pub(crate) fn from_config(config: &Config) -> Self {
        let MysqlSettings { address, port, username, password, database, socket, tls, tls_ca, .. } =
            config.mysql().clone();
        Self { address, port, username, password, database, socket, tls, tls_ca, ..Self::default() }
    }

    /// Whether somebody on the way to the server can read the tokens.
    pub(crate) fn shows_tokens_to_the_network(&self) -> bool {
        let address = self.address.trim_start_matches('[').trim_end_matches(']');
        let is_loopback = address.eq_ignore_ascii_case("localhost")
            || address.parse().is_ok_and(|ip: IpAddr| ip.to_canonical().is_loopback());
        !self.tls && self.socket.is_none() && !is_loopback
    }

    /// The server's name or address. Defaults to `localhost`, over TCP.
    pub fn address(mut self, address: impl Into<String>) -> Self {
        self.address = address.into();
        self
    }

    /// The server's port. Defaults to 3306.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// The database user. Defaults to `root`.
    pub fn username(mut self, username: impl Into<String>) -> Self {
        self.username = username.into();
        self
    }

    /// The database user's password. Defaults to an empty one.
    pub fn password(mut self, password: impl Into<Secret>) -> Self {
        self.password = password.into();
        self
    }

    /// The database. Defaults to `zohooauth`; the table in it is always `oauthtokens`.
    pub fn database(mut self, database: impl Into<String>) -> Self {
        self.database = database.into();
        self
    }

    /// Connects through a Unix socket in place of address and port.
    pub fn socket(mut self, path: impl Into<PathBuf>) -> Self {
        self.socket = Some(path.into());
        self
    }

    /// Encrypts connections, and refuses a server that cannot or whose certificate is not trusted. Defaults to off.
    pub fn tls(mut self, on: bool) -> Self {
        self.tls = on;
        self
    }

    /// A PEM file of certificate authorities to trust beside the built-in ones; it implies [`tls`](Self::tls).
    pub fn tls_ca(mut self, path: impl Into<PathBuf>) -> Self {
        self.tls_ca = Some(path.into());
        self.tls = true;
        self
    }

    /// How long connecting may take. Defaults to 5 seconds; at least one, at most a day.
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.connect_timeout = limit.clamp(SHORTEST, LONGEST);
        self
    }

    /// How long the server may work on a statement. Defaults to 5 seconds; at least one, at most a day. The server is
    /// told so and gives up by itself (where rows or the table are locked by others, say); one that is silent is given
    /// up two seconds later.
    pub fn statement_timeout(mut self, limit: Duration) -> Self {
        self.statement_timeout = limit.clamp(SHORTEST, LONGEST);
        self
    }

    /// How long reading, saving and deleting go on trying while the server cannot be reached or the row is locked.
    /// Defaults to 10 seconds; at most a day. Zero is one attempt.
    pub fn outage_timeout(mut self, limit: Duration) -> Self {
        self.outage_timeout = limit.min(LONGEST);
        self
    }

    /// How many connections may be open for reading, saving and deleting. Defaults to 4, at least 1. The refresh of a
    /// user uses one more while it lasts, so does the first save of a user.
    pub fn max_connections(mut self, connections: usize) -> Self {
        self.max_connections = connections.max(1);
        self
    }
}
