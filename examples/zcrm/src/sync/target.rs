//! Where to sync to.

use std::env;
use std::io::{self, IsTerminal};
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use percent_encoding::percent_decode_str;
use url::Url;
use zcrm_core::Secret;

/// The variable that holds the password of a database.
pub const PASSWORD: &str = "ZCRM_SYNC_PASSWORD";

/// A database, by its address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// `sqlite:FILE`
    Sqlite(PathBuf),
    /// `mysql://USER@HOST:PORT/DB`
    Mysql(Server),
}

/// A database on a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// The user.
    pub user: String,
    /// The host.
    pub host: String,
    /// The port, 3306 unless named.
    pub port: u16,
    /// The database.
    pub database: String,
    /// Whether the connection is encrypted: `?tls=true`.
    pub tls: bool,
}

impl Target {
    /// Reads an address. The error never shows it, as somebody may have put a password in.
    ///
    /// # Errors
    ///
    /// When it is no address, and when there is a password in it.
    pub fn parse(text: &str) -> Result<Self> {
        if let Some(file) = text.strip_prefix("sqlite:") {
            if file.is_empty() {
                bail!("--to names no file; write --to sqlite:FILE");
            }
            return Ok(Self::Sqlite(file.into()));
        }
        let form = "--to is no address of a database; write sqlite:FILE or mysql://USER@HOST:PORT/DATABASE";
        let url = Url::parse(text).ok().context(form)?;
        if url.password().is_some() || url.query_pairs().any(|(name, _)| name.to_lowercase().contains("pass")) {
            bail!(
                "--to has a password in it, which every user of this machine can see: take it out, and give it in the \
                 environment variable {PASSWORD} or when you are asked; better change it as well"
            );
        }
        if url.scheme() != "mysql" {
            bail!("{form}");
        }
        let decoded = |text: &str| percent_decode_str(text).decode_utf8().map(|text| text.into_owned()).context(form);
        let user = decoded(url.username())?;
        let database = decoded(url.path().trim_start_matches('/'))?;
        let host = url.host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches(']').to_owned();
        if user.is_empty() || database.is_empty() || host.is_empty() || database.contains('/') {
            bail!("{form}");
        }
        let mut tls = false;
        for (name, value) in url.query_pairs() {
            tls = match (&*name, &*value) {
                ("tls", "true") => true,
                ("tls", "false") => false,
                _ => bail!("--to takes no parameter but tls=true"),
            };
        }
        Ok(Self::Mysql(Server { user, host, port: url.port().unwrap_or(3306), database, tls }))
    }

    /// The password where one is needed: from the environment, else from a terminal, else an empty one.
    ///
    /// # Errors
    ///
    /// When it cannot be read from the terminal.
    pub fn password(&self) -> Result<Secret> {
        let Self::Mysql(server) = self else { return Ok(Secret::new("")) };
        match env::var(PASSWORD) {
            Ok(password) => Ok(Secret::new(password)),
            Err(env::VarError::NotUnicode(_)) => bail!("{PASSWORD} is not UTF-8"),
            Err(env::VarError::NotPresent) if io::stdin().is_terminal() => {
                let prompt = format!("Password of {} at {}: ", server.user, server.host);
                Ok(Secret::new(rpassword::prompt_password(prompt)?))
            }
            Err(env::VarError::NotPresent) => Ok(Secret::new("")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_and_a_password_in_one_is_refused_unseen() {
        assert_eq!(Target::parse("sqlite:a/b.db").unwrap(), Target::Sqlite("a/b.db".into()));
        let server = |host: &str, port, tls| {
            let (user, database) = ("a b".to_owned(), "crm".to_owned());
            Target::Mysql(Server { user, host: host.to_owned(), port, database, tls })
        };
        assert_eq!(Target::parse("mysql://a%20b@db.example:3307/crm").unwrap(), server("db.example", 3307, false));
        assert_eq!(Target::parse("mysql://a%20b@[::1]/crm?tls=true").unwrap(), server("::1", 3306, true));
        for wrong in [
            "",
            "crm.db",
            "sqlite:",
            "mysql://host/db",
            "mysql://user@host",
            "postgres://u@h/d",
            "mysql://u:canary@h/d",
            "mysql://u@h/d?password=canary",
            "mysql://u@h/d?ssl=canary",
            "mysql://u:canary@h:x/d",
        ] {
            let told = format!("{:#}", Target::parse(wrong).unwrap_err());
            assert!(!told.contains("canary") && told.contains("--to"), "{wrong}: {told}");
        }
    }
}
