//! Where to sync to.

use std::env;
use std::io::{self, IsTerminal};
use std::path::PathBuf;

use anyhow::{Result, bail};
use zcrm_core::Secret;

use crate::mysql_address::MysqlAddress;

/// The variable that holds the password of a database.
pub const PASSWORD: &str = "ZCRM_SYNC_PASSWORD";

/// A database, by its address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// `sqlite:FILE`
    Sqlite(PathBuf),
    /// `mysql://USER@HOST:PORT/DB`
    Mysql(MysqlAddress),
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
        if text.starts_with("mysql:") {
            return Ok(Self::Mysql(MysqlAddress::parse(text, PASSWORD)?));
        }
        bail!("--to is no address of a database; write sqlite:FILE or mysql://USER@HOST:PORT/DATABASE")
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
        let Target::Mysql(server) = Target::parse("mysql://u@db.example/crm").unwrap() else { panic!("not MySQL") };
        assert_eq!((server.user.as_str(), server.host.as_str(), server.port), ("u", "db.example", 3306));
        for wrong in ["", "crm.db", "sqlite:", "postgres://u:canary@h/d", "mysql://u:canary@h/d"] {
            let told = format!("{:#}", Target::parse(wrong).unwrap_err());
            assert!(!told.contains("canary") && told.contains("--to"), "{wrong}: {told}");
        }
    }
}
