//! Where the server's programs are.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Error;

/// Folders that hold servers but are often not on a user's path: `sbin` on Debian, Homebrew's and Oracle's on macOS.
const BESIDE_PATH: [&str; 6] = [
    "/usr/sbin",
    "/usr/local/sbin",
    "/usr/libexec",
    "/opt/homebrew/bin",
    "/usr/local/opt/mariadb/bin",
    "/usr/local/mysql/bin",
];

/// A server program and, unless it makes its data folder itself, the one that does.
pub(crate) struct Programs {
    pub(crate) server: PathBuf,
    pub(crate) installer: Option<PathBuf>,
}

impl Programs {
    pub(crate) fn find() -> Result<Self, Error> {
        // The supervisor is a shell script.
        if !cfg!(unix) {
            return Err(Error::NoServer);
        }
        let server = find(&["mariadbd", "mysqld"]).ok_or(Error::NoServer)?;
        let installer = if is_mariadb(&server)? {
            Some(find(&["mariadb-install-db", "mysql_install_db"]).ok_or(Error::NoServer)?)
        } else {
            None
        };
        Ok(Self { server, installer })
    }
}

fn find(names: &[&str]) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = env::split_paths(&path).chain(BESIDE_PATH.iter().map(PathBuf::from)).collect();
    names
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)))
        .find(|candidate| candidate.is_file())
}

fn is_mariadb(server: &Path) -> Result<bool, Error> {
    let answer = Command::new(server).args(["--no-defaults", "--version"]).output()?;
    Ok(String::from_utf8_lossy(&answer.stdout).contains("MariaDB"))
}
