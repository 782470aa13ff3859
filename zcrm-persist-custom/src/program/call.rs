//! One request, one response.

use zcrm_core::UserIdentifier;
use zcrm_core::persistence::{PersistenceError, PersistenceErrorKind};
use zeroize::Zeroizing;

use super::command::Program;
use super::run::Run;
use super::wire::{self, Fault, Operation, Refusal, Request, Response};

impl Program {
    /// Sends a request, and waits for the response and the end of the program.
    pub(super) fn call(&self, operation: Operation<'_>, user: &UserIdentifier) -> Result<Response, PersistenceError> {
        let request = Request::new(operation, user);
        let (run, line) = self.send(&request)?;
        self.done(run, &line, &request)
    }

    /// The same for an operation that the program need not know; `None` when it does not.
    pub(super) fn call_if_known(
        &self,
        operation: Operation<'_>,
        user: &UserIdentifier,
    ) -> Result<Option<Response>, PersistenceError> {
        let request = Request::new(operation, user);
        let (run, line) = self.send(&request)?;
        if wire::is_unsupported(&line) {
            return Ok(None);
        }
        self.done(run, &line, &request).map(Some)
    }

    /// Whose tokens there are; `None` when the program cannot tell.
    pub(super) fn list(&self) -> Result<Option<Response>, PersistenceError> {
        let request = Request::list();
        let (run, line) = self.send(&request)?;
        if wire::is_unsupported(&line) {
            return Ok(None);
        }
        self.done(run, &line, &request).map(Some)
    }

    fn send(&self, request: &Request<'_>) -> Result<(Run, Zeroizing<Vec<u8>>), PersistenceError> {
        let mut run = Run::start(self, request, self.time_limit)?;
        run.close_input();
        let line = run.response()?;
        Ok((run, line))
    }

    fn done(&self, run: Run, line: &[u8], request: &Request<'_>) -> Result<Response, PersistenceError> {
        let response = self.understood(line, request)?;
        run.succeeded()?;
        Ok(response)
    }

    pub(super) fn understood(&self, line: &[u8], request: &Request<'_>) -> Result<Response, PersistenceError> {
        wire::read(line).map_err(|fault| match fault {
            Fault::Refused(Refusal { kind, message }) => self.fault(kind.into(), &request.secrets().redact(&message)),
            Fault::CorruptRow => self.fault(
                PersistenceErrorKind::CorruptRow,
                "the tokens in its response cannot be understood; exchange a new grant token, which replaces them",
            ),
            Fault::Garbled(why) => self.fault(
                PersistenceErrorKind::Other,
                &format!("{why}; see the protocol in zcrm_persist_custom::protocol"),
            ),
        })
    }

    pub(super) fn unexpected(&self, what: &str) -> PersistenceError {
        self.fault(PersistenceErrorKind::Other, &format!("its response to {what} is one to another operation"))
    }
}
