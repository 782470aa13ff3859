//! Tokens kept by an external program.

mod check;
mod lock;
mod redact;
mod run;
mod wire;

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use zcrm_core::persistence::{PersistenceError, PersistenceErrorKind, PersistenceHandler, RefreshLock};
use zcrm_core::{OAuthTokens, UserIdentifier};

use run::Run;
use wire::{Answer, Operation, Refusal, Request};

/// Tokens kept by a program of the application's own, in any language; git and docker keep credentials the same way.
///
/// For each call the program is started with the class name as its only argument, gets one request on its standard
/// input and answers with one line on its standard output, as the [protocol](crate::protocol) says. Neither its
/// arguments nor its environment hold a secret: variables that begin with `ZCRM_` are not handed on. What it writes to
/// standard error goes to the log at WARN, line by line, without tokens.
///
/// ```no_run
/// use zcrm_persist_custom::ExternalProgram;
///
/// let store = ExternalProgram::new("/usr/local/lib/zcrm/token_helper", "tokens.sqlite")?;
/// # Ok::<(), zcrm_core::persistence::PersistenceError>(())
/// ```
#[derive(Clone)]
pub struct ExternalProgram {
    path: PathBuf,
    class: String,
    time_limit: Duration,
}

impl ExternalProgram {
    /// The program at `path`, which gets `class` as its argument. It is not started yet.
    ///
    /// # Errors
    ///
    /// [`Setup`](PersistenceErrorKind::Setup) when the path is relative, names no file, a file that is not executable,
    /// or a Ruby class (`.rb`), or when `class` is empty or holds a NUL.
    pub fn new(path: impl AsRef<Path>, class: impl Into<String>) -> Result<Self, PersistenceError> {
        let (path, class) = (path.as_ref(), class.into());
        check::path(path)?;
        check::class(&class)?;
        Ok(Self { path: path.to_owned(), class, time_limit: Duration::from_secs(30) })
    }

    /// How long a call may take, after which the program is killed; 30 seconds when not given. Waiting for the refresh
    /// lock may take the timeout of that wait longer.
    #[must_use]
    pub fn time_limit(mut self, limit: Duration) -> Self {
        self.time_limit = limit;
        self
    }

    /// One request, one answer, and the end of the program.
    fn ask(&self, operation: Operation<'_>, user: &UserIdentifier) -> Result<Answer, PersistenceError> {
        let request = Request::new(operation, user);
        let mut run = Run::start(self, &request, self.time_limit)?;
        run.close_input();
        let answer = run.answer();
        let answer = answer.and_then(|line| self.understood(&line, &request))?;
        run.succeeded()?;
        Ok(answer)
    }

    fn understood(&self, line: &[u8], request: &Request<'_>) -> Result<Answer, PersistenceError> {
        wire::read(line).map_err(|fault| match fault {
            wire::Fault::Refused(Refusal { kind, message }) => {
                self.fault(kind.into(), &request.secrets().redact(message.trim()))
            }
            wire::Fault::Garbled(why) => self.fault(
                PersistenceErrorKind::Other,
                &format!("{why}; see the protocol in zcrm_persist_custom::protocol"),
            ),
        })
    }

    fn unexpected(&self, what: &str) -> PersistenceError {
        self.fault(PersistenceErrorKind::Other, &format!("its answer to {what} is one to another operation"))
    }

    fn fault(&self, kind: PersistenceErrorKind, text: &str) -> PersistenceError {
        PersistenceError::new(kind, format!("the token program {}: {text}", self.path.display()))
    }
}

impl PersistenceHandler for ExternalProgram {
    fn save_oauth_tokens(&self, tokens: &OAuthTokens) -> Result<(), PersistenceError> {
        match self.ask(Operation::save(tokens), tokens.user())? {
            Answer::Done => Ok(()),
            Answer::Tokens(_) => Err(self.unexpected("save")),
        }
    }

    fn get_oauth_tokens(&self, user: &UserIdentifier) -> Result<Option<OAuthTokens>, PersistenceError> {
        match self.ask(Operation::Get, user)? {
            Answer::Tokens(row) => Ok(row.map(|row| row.into_tokens(user.clone()))),
            Answer::Done => Err(self.unexpected("get")),
        }
    }

    fn delete_oauth_tokens(&self, user: &UserIdentifier) -> Result<(), PersistenceError> {
        match self.ask(Operation::Delete, user)? {
            Answer::Done => Ok(()),
            Answer::Tokens(_) => Err(self.unexpected("delete")),
        }
    }

    fn lock_refresh(
        &self,
        user: &UserIdentifier,
        timeout: Duration,
        lease: Duration,
    ) -> Result<RefreshLock, PersistenceError> {
        lock::refresh(self, user, timeout, lease)
    }
}

impl fmt::Debug for ExternalProgram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExternalProgram")
            .field("path", &self.path)
            .field("class", &self.class)
            .field("time_limit", &self.time_limit)
            .finish()
    }
}
