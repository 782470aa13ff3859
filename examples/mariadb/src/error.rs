use std::fmt;
use std::io;

/// Why there is no server, or why it did not do what it was asked.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// No server program on this machine; the message says what to type.
    NoServer,
    /// `TEST_MYSQL_URL` is not the URL of a MySQL server.
    Url(String),
    /// The server did not come up; what it logged.
    Start(String),
    /// Asked to stop, kill or freeze the server of `TEST_MYSQL_URL`, which is not ours.
    NotOurs,
    /// The certificate for the server could not be made.
    Certificate(rcgen::Error),
    /// The server refused a statement or a connection.
    Sql(mysql::Error),
    /// The server's folder or its supervisor failed.
    Io(io::Error),
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoServer => write!(
                out,
                "no database server here: these tests need the program mariadbd or mysqld on the path.\n\
                 Debian, Ubuntu:  sudo apt-get install -y mariadb-server\n\
                 Fedora:          sudo dnf install -y mariadb-server\n\
                 macOS:           brew install mariadb\n\
                 or set TEST_MYSQL_URL=mysql://root:PASSWORD@127.0.0.1:3306 to an administrator of a running server \
                 (enough for all tests but those that restart a server or give it settings of their own)"
            ),
            Self::Url(reason) => write!(out, "TEST_MYSQL_URL: {reason}"),
            Self::Start(log) => write!(out, "the database server did not come up; it said:\n{log}"),
            Self::NotOurs => {
                write!(out, "the server of TEST_MYSQL_URL is not ours to stop; use Server::builder() for one that is")
            }
            Self::Certificate(error) => write!(out, "cannot make a certificate: {error}"),
            Self::Sql(error) => write!(out, "the database server: {error}"),
            Self::Io(error) => write!(out, "the database server's folder or process: {error}"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Certificate(error) => Some(error),
            Self::Sql(error) => Some(error),
            Self::Io(error) => Some(error),
            Self::NoServer | Self::Url(_) | Self::Start(_) | Self::NotOurs => None,
        }
    }
}

impl From<mysql::Error> for Error {
    fn from(error: mysql::Error) -> Self {
        Self::Sql(error)
    }
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<rcgen::Error> for Error {
    fn from(error: rcgen::Error) -> Self {
        Self::Certificate(error)
    }
}
