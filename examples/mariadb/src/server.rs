use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use mysql::{Conn, Opts, OptsBuilder};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::supervisor::Supervisor;
use crate::{Database, Error, database};

/// How long a server may take to answer, on a slow machine that runs other things as well.
const READY_WITHIN: Duration = Duration::from_secs(60);

/// Between two tries to connect to a server that starts; it has no way to call us.
const TRY_EVERY: Duration = Duration::from_millis(20);

/// A database server for tests: the one of `TEST_MYSQL_URL`, or a private one.
pub struct Server {
    admin: Opts,
    // The supervisor takes one order at a time.
    private: Option<Mutex<Private>>,
    socket: Option<PathBuf>,
    ca: Option<PathBuf>,
}

/// What a server of our own has beside its address.
pub(crate) struct Private {
    pub(crate) supervisor: Supervisor,
    pub(crate) has_tls: bool,
}

impl Server {
    /// A server that runs already.
    ///
    /// # Errors
    /// [`Error::Url`] for a text that is not `mysql://USER:PASSWORD@HOST:PORT`, [`Error::Sql`] when nobody answers
    /// there.
    pub fn at(url: &str) -> Result<Self, Error> {
        let opts = Opts::from_url(url).map_err(|error| Error::Url(error.to_string()))?;
        // The tests choose between TCP and the socket themselves.
        let admin = Opts::from(OptsBuilder::from_opts(opts).prefer_socket(false).db_name(None::<String>));
        Conn::new(admin.clone())?;
        Ok(Self { admin, private: None, socket: None, ca: None })
    }

    pub(crate) fn private(admin: Opts, private: Private) -> Self {
        let folder = private.supervisor.folder();
        Self {
            admin,
            ca: private.has_tls.then(|| folder.join("ca.pem")),
            socket: Some(private.socket()),
            private: Some(Mutex::new(private)),
        }
    }

    /// The host to connect to; `127.0.0.1` for a private server.
    #[must_use]
    pub fn host(&self) -> String {
        self.admin.get_ip_or_hostname().into_owned()
    }

    /// The TCP port. It stays the same when the server is restarted.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.admin.get_tcp_port()
    }

    /// The Unix socket of a private server.
    #[must_use]
    pub fn socket(&self) -> Option<&Path> {
        self.socket.as_deref()
    }

    /// The certificate authority, as PEM, of a server that was built with TLS.
    #[must_use]
    pub fn ca(&self) -> Option<&Path> {
        self.ca.as_deref()
    }

    /// The administrator's name: `root` on a private server.
    #[must_use]
    pub fn user(&self) -> &str {
        self.admin.get_user().unwrap_or_default()
    }

    /// The administrator's password: empty on a private server.
    #[must_use]
    pub fn password(&self) -> &str {
        self.admin.get_pass().unwrap_or_default()
    }

    /// The administrator's URL, in the form of `TEST_MYSQL_URL`.
    #[must_use]
    pub fn url(&self) -> String {
        let user = utf8_percent_encode(self.user(), NON_ALPHANUMERIC);
        let password = utf8_percent_encode(self.password(), NON_ALPHANUMERIC);
        format!("mysql://{user}:{password}@{}:{}", self.host(), self.port())
    }

    /// A connection of the administrator, over TCP.
    ///
    /// # Errors
    /// [`Error::Sql`] when the server does not take it.
    pub fn connect(&self) -> Result<Conn, Error> {
        Ok(Conn::new(self.admin.clone())?)
    }

    /// Runs statements, one each, as administrator.
    ///
    /// # Errors
    /// [`Error::Sql`] for the first one that the server refuses.
    pub fn execute<S: AsRef<str>>(&self, statements: impl IntoIterator<Item = S>) -> Result<(), Error> {
        database::execute(self.admin.clone(), statements)
    }

    /// A fresh, empty database with a user of its own.
    ///
    /// # Errors
    /// [`Error::Sql`] when the administrator may not create it.
    pub fn database(&self) -> Result<Database, Error> {
        let admin = OptsBuilder::from_opts(self.admin.clone());
        Database::create(admin, &self.host(), self.port())
    }

    /// Shuts the server down in good order and waits until it is gone.
    ///
    /// # Errors
    /// [`Error::NotOurs`] on the server of `TEST_MYSQL_URL`.
    pub fn stop(&self) -> Result<(), Error> {
        self.with_private(|private| private.supervisor.order("stop"))
    }

    /// Kills the server as a crash would (`kill -9`) and waits until it is gone.
    ///
    /// # Errors
    /// [`Error::NotOurs`] on the server of `TEST_MYSQL_URL`.
    pub fn kill(&self) -> Result<(), Error> {
        self.with_private(|private| private.supervisor.order("kill"))
    }

    /// Starts a stopped or killed server again, with its data and on its port, and waits until it answers.
    ///
    /// # Errors
    /// [`Error::NotOurs`] on the server of `TEST_MYSQL_URL`, [`Error::Start`] if it does not come up.
    pub fn start_again(&self) -> Result<(), Error> {
        self.with_private(|private| private.launch())
    }

    /// [`stop`](Self::stop), then [`start_again`](Self::start_again).
    ///
    /// # Errors
    /// Those of the two.
    pub fn restart(&self) -> Result<(), Error> {
        self.with_private(|private| {
            private.supervisor.order("stop")?;
            private.launch()
        })
    }

    /// Freezes the server (SIGSTOP): connections stay open, nobody answers.
    ///
    /// # Errors
    /// [`Error::NotOurs`] on the server of `TEST_MYSQL_URL`.
    pub fn freeze(&self) -> Result<(), Error> {
        self.with_private(|private| private.supervisor.order("freeze"))
    }

    /// Lets a frozen server go on.
    ///
    /// # Errors
    /// [`Error::NotOurs`] on the server of `TEST_MYSQL_URL`.
    pub fn thaw(&self) -> Result<(), Error> {
        self.with_private(|private| private.supervisor.order("thaw"))
    }

    fn with_private<T>(&self, act: impl FnOnce(&mut Private) -> Result<T, Error>) -> Result<T, Error> {
        let private = self.private.as_ref().ok_or(Error::NotOurs)?;
        act(&mut private.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Private {
    fn socket(&self) -> PathBuf {
        self.supervisor.folder().join("socket")
    }

    /// Starts the process and waits until it takes connections.
    pub(crate) fn launch(&mut self) -> Result<(), Error> {
        self.supervisor.launch()?;
        // By its socket: on the port somebody else's server might answer. It opens the port first.
        let admin = OptsBuilder::new()
            .socket(Some(self.socket().display().to_string()))
            .user(Some("root"))
            .read_timeout(Some(READY_WITHIN));
        let deadline = Instant::now() + READY_WITHIN;
        while Conn::new(admin.clone()).is_err() {
            if !self.supervisor.is_alive()? || Instant::now() > deadline {
                return Err(Error::Start(self.supervisor.log()));
            }
            thread::sleep(TRY_EVERY);
        }
        Ok(())
    }
}

/// The administrator of a private server.
pub(crate) fn root_at(port: u16) -> Opts {
    OptsBuilder::new().ip_or_hostname(Some("127.0.0.1")).tcp_port(port).user(Some("root")).prefer_socket(false).into()
}

impl fmt::Debug for Server {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Server")
            .field("host", &self.host())
            .field("port", &self.port())
            .field("private", &self.private.is_some())
            .finish_non_exhaustive()
    }
}
