use std::env;
use std::fmt::Write;
use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use tempfile::TempDir;

use crate::certificate::Certificate;
use crate::program::Programs;
use crate::server::{Private, Server};
use crate::supervisor::Supervisor;
use crate::{Error, server};

/// Ports below the range from which systems pick the ports of outgoing connections, so that a server that is stopped
/// finds its port free when it starts again.
const PORTS: std::ops::Range<u16> = 12_000..32_000;

/// How often another process may take the port between our look and the server's start.
const ATTEMPTS: u32 = 5;

/// Keeps a private server small and quick to start. A commit survives the death of the server, not that of the machine.
const SETTINGS: &str = "\
bind-address=127.0.0.1
innodb-buffer-pool-size=16M
innodb-flush-log-at-trx-commit=2
loose-innodb-log-file-size=8M
loose-aria-log-file-size=8M
loose-performance-schema=OFF
loose-mysqlx=0
";

/// A private server with settings of its own.
///
/// ```
/// # use zcrm_test_mariadb::Server;
/// let server = Server::builder().setting("character-set-server", "latin1").setting("sql-mode", "").start()?;
/// # Ok::<(), zcrm_test_mariadb::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
#[must_use]
pub struct Builder {
    settings: Vec<(String, String)>,
    certificate: Option<Certificate>,
}

impl Builder {
    /// Any option of the server, as it would stand in `my.cnf`: `character-set-server`, `sql-mode`, `wait-timeout`.
    pub fn setting(mut self, name: &str, value: &str) -> Self {
        self.settings.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Lets clients connect over TLS, with a certificate from the server's own CA, [`Server::ca`].
    pub fn tls(mut self, certificate: Certificate) -> Self {
        self.certificate = Some(certificate);
        self
    }

    /// Starts the server and waits until it answers.
    ///
    /// # Errors
    /// [`Error::NoServer`] without a server program, [`Error::Start`] with the server's log if it does not come up
    /// within a minute, [`Error::Certificate`] and [`Error::Io`] when its folder could not be made.
    pub fn start(&self) -> Result<Server, Error> {
        let programs = Programs::find()?;
        let mut attempt = 1;
        loop {
            match self.start_on(free_port()?, &programs) {
                // Both servers say it with this strerror text.
                Err(Error::Start(log)) if attempt < ATTEMPTS && log.contains("already in use") => attempt += 1,
                outcome => return outcome,
            }
        }
    }

    fn start_on(&self, port: u16, programs: &Programs) -> Result<Server, Error> {
        let folder = tempfile::Builder::new().prefix("zcrm-mariadb-").tempdir_in(short_temp_dir())?;
        if let Some(certificate) = self.certificate {
            certificate.write(folder.path())?;
        }
        fs::write(folder.path().join("my.cnf"), self.configuration(&folder, port))?;
        let mut supervisor = Supervisor::start(folder, programs)?;
        supervisor.install()?;
        let mut private = Private { supervisor, has_tls: self.certificate.is_some() };
        private.launch()?;
        Ok(Server::private(server::root_at(port), private))
    }

    fn configuration(&self, folder: &TempDir, port: u16) -> String {
        let path = |name: &str| folder.path().join(name).display().to_string();
        let mut text = format!("[mysqld]\nport={port}\n{SETTINGS}");
        let mut line = |name: &str, value: &str| {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{name}=\"{value}\"");
        };
        line("datadir", &path("data"));
        line("socket", &path("socket"));
        line("pid-file", &path("pid"));
        // A server that starts removes the temporary tables it finds, those of another server too.
        line("tmpdir", &folder.path().display().to_string());
        if self.certificate.is_some() {
            line("ssl-ca", &path("ca.pem"));
            line("ssl-cert", &path("cert.pem"));
            line("ssl-key", &path("key.pem"));
        }
        for (name, value) in &self.settings {
            line(name, value);
        }
        text
    }
}

/// The server that all tests of this program share, started by the first that asks.
///
/// # Errors
/// As [`Server::start`].
pub fn shared() -> Result<&'static Server, &'static Error> {
    static SHARED: OnceLock<Result<Server, Error>> = OnceLock::new();
    SHARED.get_or_init(Server::start).as_ref()
}

impl Server {
    /// The server of `TEST_MYSQL_URL` if that is set, else a private one with default settings.
    ///
    /// # Errors
    /// [`Error::Url`] or [`Error::Sql`] when `TEST_MYSQL_URL` is no URL or nobody answers there; else as
    /// [`Builder::start`].
    pub fn start() -> Result<Self, Error> {
        match env::var("TEST_MYSQL_URL") {
            Ok(url) if !url.is_empty() => Self::at(&url),
            _ => Self::builder().start(),
        }
    }

    /// A private server with settings of its own, whatever `TEST_MYSQL_URL` says.
    pub fn builder() -> Builder {
        Builder::default()
    }
}

/// A path to a socket may have about 100 characters.
fn short_temp_dir() -> PathBuf {
    let folder = env::temp_dir();
    if folder.as_os_str().len() > 60 && Path::new("/tmp").is_dir() { PathBuf::from("/tmp") } else { folder }
}

fn free_port() -> Result<u16, Error> {
    let is_free = |port: &u16| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok();
    std::iter::repeat_with(|| fastrand::u16(PORTS))
        .take(1000)
        .find(is_free)
        .ok_or_else(|| Error::Start("no free port on 127.0.0.1".to_owned()))
}
