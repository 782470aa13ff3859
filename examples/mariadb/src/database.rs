use std::fmt;
use std::time::Duration;

use mysql::prelude::Queryable;
use mysql::{Conn, Opts, OptsBuilder};

use crate::Error;

/// How long a server that may have been frozen gets to drop a database.
const PATIENCE: Duration = Duration::from_secs(5);

/// A database of its own for one test, and a user who may do anything in it and nothing elsewhere. Dropped at the end.
pub struct Database {
    admin: OptsBuilder,
    user: OptsBuilder,
    name: String,
    password: String,
    url: String,
}

impl Database {
    pub(crate) fn create(admin: OptsBuilder, host: &str, port: u16) -> Result<Self, Error> {
        // Random, because several test programs may share the server of TEST_MYSQL_URL.
        let name = format!("zcrm_{:012x}", fastrand::u64(..1 << 48));
        let password = format!("not-secret-{:08x}", fastrand::u32(..));
        let mut statements = vec![format!("create database {name}")];
        // `%`, because from TEST_MYSQL_URL's server we may come from anywhere; an anonymous 'localhost' user of an old
        // installation would win over it for connections by the socket, hence both.
        for at in ["%", "localhost"] {
            statements.push(format!("create user '{name}'@'{at}' identified by '{password}'"));
            statements.push(format!("grant all on {name}.* to '{name}'@'{at}'"));
        }
        execute(admin.clone(), statements)?;
        let user = admin.clone().user(Some(name.clone())).pass(Some(password.clone())).db_name(Some(name.clone()));
        let url = format!("mysql://{name}:{password}@{host}:{port}/{name}");
        Ok(Self { admin, user, name, password, url })
    }

    /// The database's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The user's name.
    #[must_use]
    pub fn user(&self) -> &str {
        &self.name
    }

    /// The user's password.
    #[must_use]
    pub fn password(&self) -> &str {
        &self.password
    }

    /// `mysql://USER:PASSWORD@HOST:PORT/NAME`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A connection of its user to this database, over TCP.
    ///
    /// # Errors
    /// [`Error::Sql`] when the server does not take it.
    pub fn connect(&self) -> Result<Conn, Error> {
        Ok(Conn::new(self.user.clone())?)
    }

    /// Runs statements, one each, in this database as the server's administrator.
    ///
    /// # Errors
    /// [`Error::Sql`] for the first one that the server refuses.
    pub fn execute<S: AsRef<str>>(&self, statements: impl IntoIterator<Item = S>) -> Result<(), Error> {
        execute(self.admin.clone().db_name(Some(&self.name)), statements)
    }
}

pub(crate) fn execute<S: AsRef<str>>(
    opts: impl Into<Opts>,
    statements: impl IntoIterator<Item = S>,
) -> Result<(), Error> {
    let mut connection = Conn::new(opts.into())?;
    for statement in statements {
        connection.query_drop(statement.as_ref())?;
    }
    Ok(())
}

impl fmt::Debug for Database {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Database").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // A test may have stopped or killed the server; then there is nothing left to drop.
        // A frozen one would never answer.
        let admin = self.admin.clone().read_timeout(Some(PATIENCE));
        let _ = execute(
            admin,
            [
                format!("drop database if exists {}", self.name),
                format!("drop user if exists '{0}'@'%', '{0}'@'localhost'", self.name),
            ],
        );
    }
}
