//! What the server's and the driver's errors mean, and what to do about each.

use std::error::Error as _;
use std::fmt;
use std::io;

use mysql::{DriverError, Error};
use zcrm_core::persistence::{PersistenceError, PersistenceErrorKind as Kind};

/// Why an attempt failed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The server or the driver says so.
    Server(Error),
    /// We do, and no other attempt will change it.
    Store(PersistenceError),
}

impl Failure {
    /// Whether another connection, or the same one in a moment, may do better.
    pub(crate) fn may_pass(&self) -> bool {
        match self {
            Self::Server(cause) => Self::is_passing(cause),
            Self::Store(_) => false,
        }
    }

    /// [`may_pass`](Self::may_pass), for an error of the server or the driver.
    pub(crate) fn is_passing(cause: &Error) -> bool {
        connection_is_lost(cause) || statement_was_undone(cause)
    }

    /// Whether the connection is gone, or may still get the response to an earlier statement. Only a connection whose
    /// server has responded is in good order.
    pub(crate) fn spoils_connection(&self) -> bool {
        match self {
            Self::Server(cause) => connection_is_lost(cause) || !matches!(cause, Error::MySqlError(_)),
            Self::Store(_) => false,
        }
    }

    /// The store's error for a failure at `place`.
    pub(crate) fn describe(self, place: &str) -> PersistenceError {
        match self {
            Self::Server(cause) => describe(cause, place),
            Self::Store(error) => error,
        }
    }
}

impl From<Error> for Failure {
    fn from(cause: Error) -> Self {
        Self::Server(cause)
    }
}

impl From<PersistenceError> for Failure {
    fn from(error: PersistenceError) -> Self {
        Self::Store(error)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Server(cause) => fmt::Display::fmt(cause, f),
            Self::Store(error) => fmt::Display::fmt(error, f),
        }
    }
}

/// The server's number for a failure; see its manual.
pub(crate) fn code(cause: &Error) -> Option<u16> {
    match cause {
        Error::MySqlError(server) => Some(server.code),
        _ => None,
    }
}

/// Whether the connection is gone, was never made, or leads to a server that is of no use.
fn connection_is_lost(cause: &Error) -> bool {
    match cause {
        _ if handshake_was_refused(cause) => false,
        Error::IoError(_) | Error::CodecError(_) => true,
        Error::DriverError(cause) => {
            matches!(cause, DriverError::ConnectTimeout | DriverError::CouldNotConnect(_) | DriverError::Timeout)
        }
        Error::MySqlError(cause) => is_full(cause.code) || is_read_only(cause.code) || ended_the_connection(cause.code),
        _ => false,
    }
}

/// Lock wait timeout, deadlock, interrupted, out of statement time (MariaDB, MySQL): nothing was done, and the
/// connection is in good order.
fn statement_was_undone(cause: &Error) -> bool {
    code(cause).is_some_and(is_undone)
}

fn is_undone(code: u16) -> bool {
    matches!(code, 1205 | 1213 | 1317 | 1969 | 3024)
}

/// Too many connections: of the server, of the user.
fn is_full(code: u16) -> bool {
    matches!(code, 1040 | 1203 | 1226)
}

/// After a fail-over the former primary is read-only, and another connection may lead to the new one.
fn is_read_only(code: u16) -> bool {
    matches!(code, 1290 | 1836)
}

/// Shutdown, read timeout, killed (MariaDB), killed (MySQL), idle for too long (MySQL).
fn ended_the_connection(code: u16) -> bool {
    matches!(code, 1053 | 1159 | 1927 | 3169 | 4031)
}

/// Whether TLS was refused: the driver shakes hands inside of its first read and reports it as invalid data.
fn handshake_was_refused(cause: &Error) -> bool {
    io_error(cause).is_some_and(|cause| cause.kind() == io::ErrorKind::InvalidData)
}

/// Whether nothing came in time. Systems tell it as either of the two.
fn is_silent(cause: &Error) -> bool {
    matches!(cause, Error::DriverError(DriverError::ConnectTimeout))
        || io_error(cause)
            .is_some_and(|cause| matches!(cause.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut))
}

fn io_error(cause: &Error) -> Option<&io::Error> {
    match cause {
        Error::IoError(cause) => Some(cause),
        Error::CodecError(cause) => cause.source().and_then(|cause| cause.downcast_ref()),
        _ => None,
    }
}

/// Whether the server cannot even compare a name with its column, because the column's character set lacks a character
/// of the name. No row can have such a name.
pub(crate) fn name_is_outside_of_character_set(cause: &Error) -> bool {
    matches!(code(cause), Some(1267 | 3988))
}

/// Whether a unique key has the value already.
pub(crate) fn is_duplicate(cause: &Error) -> bool {
    matches!(code(cause), Some(1062 | 1586))
}

fn describe(cause: Error, place: &str) -> PersistenceError {
    let (kind, remedy) = match &cause {
        Error::MySqlError(server) => server_says(server.code),
        Error::TlsError(_) => TLS_REFUSED,
        _ if handshake_was_refused(&cause) => TLS_REFUSED,
        Error::DriverError(DriverError::TlsNotSupported) => {
            (Kind::Denied, "the server offers no TLS; set db_tls to false, or switch TLS on at the server")
        }
        // These two carry values of a row, which may be tokens.
        Error::FromValueError(_) | Error::FromRowError(_) => {
            return PersistenceError::new(Kind::CorruptRow, format!("MySQL at {place}: a row has an unexpected shape"));
        }
        Error::DriverError(DriverError::Timeout) => {
            (Kind::Unavailable, "all connections have been in use for too long; see MysqlBuilder::max_connections")
        }
        _ if is_silent(&cause) => {
            (Kind::Unavailable, "the server does not respond; check the network between here and there")
        }
        _ if connection_is_lost(&cause) => (
            Kind::Unavailable,
            "the server cannot be reached; check that it runs, and db_address, db_port or db_socket",
        ),
        _ => (Kind::Other, "the statement failed"),
    };
    PersistenceError::new(kind, format!("MySQL at {place}: {remedy}")).with_source(without_values(cause))
}

/// The server repeats values that it refuses, and they may be tokens.
fn without_values(cause: Error) -> Error {
    match cause {
        Error::MySqlError(mut server) if server_says(server.code).0 == Kind::DoesNotFit => {
            server.message = "the message is left out, it may hold a token".to_owned();
            Error::MySqlError(server)
        }
        cause => cause,
    }
}

const TLS_REFUSED: (Kind, &str) = (
    Kind::Denied,
    "the server's certificate is not accepted; name its certificate authority in db_tls_ca, and in db_address the name that \
     the certificate is made out to, or renew it",
);

fn server_says(code: u16) -> (Kind, &'static str) {
    match code {
        1698 => (
            Kind::Denied,
            "the server lets this user in through its Unix socket only, as a stock MariaDB does with root. Set db_socket \
             (on Debian /run/mysqld/mysqld.sock), or create a user: CREATE USER 'zcrm'@'localhost' IDENTIFIED BY \
             '...'; GRANT ALL ON zohooauth.* TO 'zcrm'@'localhost'; and name it in db_username and db_password",
        ),
        1045 => (Kind::Denied, "user name or password is wrong; check db_username and db_password"),
        1044 | 1142 | 1143 | 1227 | 1410 => (
            Kind::Denied,
            "the user lacks a right; let an administrator run schema.sql, and GRANT SELECT, INSERT, UPDATE, DELETE on \
             the table oauthtokens to the user",
        ),
        1130 => (Kind::Denied, "the server does not let this host in; create the user for this host"),
        1049 => (Kind::Setup, "the database does not exist; call ensure_schema, run schema.sql, or correct db_name"),
        1146 => (Kind::Setup, "the table oauthtokens does not exist; call ensure_schema or run schema.sql"),
        1054 => (Kind::Setup, "the table oauthtokens lacks a column; compare it with schema.sql"),
        1364 => (Kind::Setup, "the table oauthtokens has a column more, which must not be empty; give it a default"),
        1406 | 1366 | 1264 | 1265 | 1292 | 1267 | 3988 => (
            Kind::DoesNotFit,
            "the table oauthtokens has no room for this token or name; the row is unchanged. Widen the columns to those of \
             schema.sql (ALTER TABLE)",
        ),
        1062 | 1586 => (
            Kind::DoesNotFit,
            "a unique key of the table oauthtokens has this value in another row; only useridentifier may have such a key",
        ),
        1792 => (Kind::Denied, "the server takes no writes; name the primary in db_address"),
        code if is_read_only(code) => (Kind::Denied, "the server takes no writes; name the primary in db_address"),
        code if is_full(code) => (Kind::Unavailable, "the server has too many connections at the moment"),
        code if is_undone(code) => (
            Kind::Unavailable,
            "others have locked the table oauthtokens or its row for longer than a statement may take, so nothing was done; end \
             what holds the lock (SHOW PROCESSLIST), or try again later",
        ),
        code if ended_the_connection(code) => (Kind::Unavailable, "the server ended the connection"),
        _ => (Kind::Other, "the server refused the statement"),
    }
}
