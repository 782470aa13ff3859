//! Tokens kept by an external program.

mod call;
mod check;
mod command;
mod lock;
mod process;
mod redact;
mod run;
mod wire;

use std::fmt;
use std::path::Path;
use std::time::Duration;

use zcrm_core::persistence::{PersistenceError, PersistenceErrorKind, PersistenceHandler, RefreshLock, StoredTokens};
use zcrm_core::{OAuthTokens, UserIdentifier};

use command::Program;
use wire::{ListedRow, Operation, Response};

/// Tokens kept by a program of the application's own, in any language; git and docker keep credentials the same way.
///
/// For each call the program is started with the class name as its only argument, gets one request on its standard
/// input and responds with one line on its standard output, as the [protocol](crate::protocol) says. Neither its
/// arguments nor its environment hold a secret: variables that begin with `ZCRM_`, in capitals or not, are not handed
/// on. What it writes to standard error goes to the log at WARN, line by line, without tokens.
///
/// ```no_run
/// use zcrm_persist_custom::ExternalProgram;
///
/// let store = ExternalProgram::new("/usr/local/lib/zcrm/token_helper", "tokens.sqlite")?;
/// # Ok::<(), zcrm_core::persistence::PersistenceError>(())
/// ```
#[derive(Clone)]
pub struct ExternalProgram(Program);

impl ExternalProgram {
    /// The program at `path`, which gets `class` as its argument. It is not started yet.
    ///
    /// # Errors
    ///
    /// [`Setup`](zcrm_core::persistence::PersistenceErrorKind::Setup) when the path is relative, names no file, a file
    /// that is not executable, or a Ruby class (`.rb`), or when `class` is empty or holds a NUL.
    pub fn new(path: impl AsRef<Path>, class: impl Into<String>) -> Result<Self, PersistenceError> {
        let (path, class) = (path.as_ref(), class.into());
        check::path(path)?;
        check::class(&class)?;
        Ok(Self(Program { path: path.to_owned(), class, time_limit: Duration::from_secs(30) }))
    }

    /// How long a call may take, after which the program is killed; 30 seconds when not given. Waiting for the refresh
    /// lock may take the timeout of that wait longer.
    #[must_use]
    pub fn time_limit(mut self, limit: Duration) -> Self {
        self.0.time_limit = limit;
        self
    }
}

impl PersistenceHandler for ExternalProgram {
    fn save_oauth_tokens(&self, tokens: &OAuthTokens) -> Result<(), PersistenceError> {
        match self.0.call(Operation::save(tokens), tokens.user())? {
            Response::Done => Ok(()),
            _ => Err(self.0.unexpected("save")),
        }
    }

    fn get_oauth_tokens(&self, user: &UserIdentifier) -> Result<Option<OAuthTokens>, PersistenceError> {
        match self.0.call(Operation::Get, user)? {
            Response::Tokens(row) => Ok(row.map(|row| row.into_tokens(user.clone()))),
            _ => Err(self.0.unexpected("get")),
        }
    }

    fn delete_oauth_tokens(&self, user: &UserIdentifier) -> Result<(), PersistenceError> {
        match self.0.call(Operation::Delete, user)? {
            Response::Done => Ok(()),
            _ => Err(self.0.unexpected("delete")),
        }
    }

    fn lock_refresh(
        &self,
        user: &UserIdentifier,
        timeout: Duration,
        lease: Duration,
    ) -> Result<RefreshLock, PersistenceError> {
        lock::refresh(&self.0, user, timeout, lease)
    }

    fn check_writable(&self, user: &UserIdentifier) -> Result<(), PersistenceError> {
        match self.0.call_if_known(Operation::Check, user)? {
            Some(Response::Done) | None => Ok(()),
            Some(_) => Err(self.0.unexpected("check")),
        }
    }

    fn list_tokens(&self) -> Result<Vec<StoredTokens>, PersistenceError> {
        match self.0.list()? {
            Some(Response::Users(rows)) => Ok(rows.into_iter().map(ListedRow::into_listed).collect()),
            Some(_) => Err(self.0.unexpected("list")),
            None => Err(self.0.fault(
                PersistenceErrorKind::Unsupported,
                "it does not tell whose tokens it keeps; add the operation list (see zcrm_persist_custom::protocol)",
            )),
        }
    }
}

impl fmt::Debug for ExternalProgram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExternalProgram")
            .field("path", &self.0.path)
            .field("class", &self.0.class)
            .field("time_limit", &self.0.time_limit)
            .finish()
    }
}
