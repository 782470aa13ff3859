//! The address of a database on a MySQL or MariaDB server.

use anyhow::{Context, Result, bail};
use percent_encoding::percent_decode_str;
use url::Url;

/// A database on a MySQL or MariaDB server, without its password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MysqlAddress {
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

impl MysqlAddress {
    /// Reads `mysql://USER@HOST:PORT/DATABASE`, with `?tls=true` for an encrypted connection. The error never shows
    /// the address, as somebody may have put a password in; `variable` is where the password belongs.
    ///
    /// # Errors
    ///
    /// When it is no such address, and when there is a password in it.
    pub fn parse(address: &str, variable: &str) -> Result<Self> {
        let form = "--to is no address of a database server; write mysql://USER@HOST:PORT/DATABASE";
        let url = Url::parse(address).ok().context(form)?;
        if url.password().is_some() || url.query_pairs().any(|(name, _)| name.to_lowercase().contains("pass")) {
            bail!(
                "--to has a password in it, which every user of this machine can see: take it out, and give it in the \
                 environment variable {variable}; better change it as well"
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
        Ok(Self { user, host, port: url.port().unwrap_or(3306), database, tls })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_and_a_password_in_one_is_refused_unseen() {
        let parsed = |address: &str| MysqlAddress::parse(address, "THE_PASSWORD");
        let server = |host: &str, port, tls| {
            let (user, database) = ("a b".to_owned(), "crm".to_owned());
            MysqlAddress { user, host: host.to_owned(), port, database, tls }
        };
        assert_eq!(parsed("mysql://a%20b@db.example:3307/crm").unwrap(), server("db.example", 3307, false));
        assert_eq!(parsed("mysql://a%20b@[::1]/crm?tls=true").unwrap(), server("::1", 3306, true));
        for wrong in [
            "",
            "crm.db",
            "mysql://host/db",
            "mysql://user@host",
            "postgres://u@h/d",
            "mysql://u:canary@h/d",
            "mysql://u@h/d?password=canary",
            "mysql://u@h/d?ssl=canary",
            "mysql://u:canary@h:x/d",
        ] {
            let told = format!("{:#}", parsed(wrong).unwrap_err());
            assert!(!told.contains("canary") && told.contains("--to"), "{wrong}: {told}");
        }
        let told = format!("{:#}", parsed("mysql://u:canary@h/d").unwrap_err());
        assert!(told.contains("THE_PASSWORD"), "{told}");
    }
}
