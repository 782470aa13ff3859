//! What the server's and the driver's errors mean, and what to do about each.

use std::error::Error as _;
use std::io;

use mysql::{DriverError, Error};
use zcrm_core::persistence::{PersistenceError, PersistenceErrorKind as Kind};

/// Whether the connection is gone or was never made, so that another one may do better.
pub(crate) fn connection_is_lost(cause: &Error) -> bool {
    match cause {
        _ if handshake_was_refused(cause) => false,
        Error::IoError(_) | Error::CodecError(_) => true,
        Error::DriverError(cause) => {
            matches!(cause, DriverError::ConnectTimeout | DriverError::CouldNotConnect(_) | DriverError::Timeout)
        }
        // Too many connections, shutdown, interrupted, killed (MariaDB), read timeout, idle for too long (MySQL 8).
        Error::MySqlError(cause) => {
            matches!(cause.code, 1040 | 1053 | 1159 | 1203 | 1205 | 1213 | 1317 | 1927 | 3169 | 4031)
        }
        _ => false,
    }
}

/// Whether TLS was refused: the driver shakes hands inside of its first read and reports it as invalid data.
fn handshake_was_refused(cause: &Error) -> bool {
    let io = match cause {
        Error::IoError(cause) => Some(cause),
        Error::CodecError(cause) => cause.source().and_then(|cause| cause.downcast_ref::<io::Error>()),
        _ => None,
    };
    io.is_some_and(|cause| cause.kind() == io::ErrorKind::InvalidData)
}

/// Whether the server cannot even compare a name with its column, because the column's character set lacks a character
/// of the name. No row can have such a name.
pub(crate) fn name_is_outside_of_character_set(cause: &Error) -> bool {
    matches!(cause, Error::MySqlError(server) if matches!(server.code, 1267 | 3988))
}

/// The store's error for a failure at `place`.
pub(crate) fn describe(cause: Error, place: &str) -> PersistenceError {
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
        _ if connection_is_lost(&cause) => (
            Kind::Unavailable,
            "the server cannot be reached; check that it runs, and db_address, db_port or db_socket",
        ),
        _ => (Kind::Other, "the statement failed"),
    };
    PersistenceError::new(kind, format!("MySQL at {place}: {remedy}")).with_source(cause)
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
        1406 | 1366 | 1264 | 1265 | 1292 | 1267 | 3988 => (
            Kind::DoesNotFit,
            "the table oauthtokens has no room for this token or name; the row is unchanged. Widen the columns to those of \
             schema.sql (ALTER TABLE)",
        ),
        1290 | 1792 | 1836 => {
            (Kind::Denied, "the server takes no writes at the moment; name the primary in db_address")
        }
        1040 | 1203 | 1226 => (Kind::Unavailable, "the server has too many connections at the moment"),
        _ if connection_codes(code) => (Kind::Unavailable, "the server ended the connection"),
        _ => (Kind::Other, "the server refused the statement"),
    }
}

fn connection_codes(code: u16) -> bool {
    matches!(code, 1053 | 1159 | 1205 | 1213 | 1317 | 1927 | 3169 | 4031)
}
