//! One request after the other, and when it makes no sense to go on.

use std::fmt;
use std::sync::Arc;

use super::effect::Effect;
use super::matching::{self, Context};
use super::outcomes::Outcome;
use super::report::BatchReport;
use super::rows::Row;
use crate::error::{Error, ErrorKind, Result};
use crate::rest::request::Request;
use crate::rest::response::{ItemResult, Key, Response, results_of_rejection};
use crate::rest::session::Session;

/// Codes of a rejection that is about the path rather than the items, so that the next request would fare no better.
const ABOUT_THE_PATH: [&str; 5] =
    ["INVALID_URL_PATTERN", "INVALID_REQUEST_METHOD", "INVALID_MODULE", "API_NOT_SUPPORTED", "VERSION_NOT_SUPPORTED"];

type MakeRequest = Arc<dyn Fn(&[Row]) -> Request<Response> + Send + Sync>;

/// What holds for each item of a batch beyond its request, such as the condition under which it is written.
pub(crate) trait Guard: Send + Sync {
    /// The item as it is sent, or why it cannot be.
    fn admit(&self, row: Row) -> Result<Row>;

    /// What became of the item, looked at more closely.
    fn settle(&self, row: &Row, outcome: Outcome) -> Outcome;
}

/// What is done with items, request after request.
#[derive(Clone)]
pub(crate) struct Batch {
    session: Session,
    key: Key,
    effect: Effect,
    per_request: usize,
    /// Whether one result stands for all items of a request.
    together: bool,
    request: MakeRequest,
    guard: Option<Arc<dyn Guard>>,
    /// Why the rest is not sent.
    stopped: Option<Error>,
}

impl Batch {
    /// Sends at most `per_request` items in a request; the results are under `key`.
    pub(crate) fn new(
        session: &Session,
        effect: Effect,
        key: impl Into<Key>,
        per_request: usize,
        request: impl Fn(&[Row]) -> Request<Response> + Send + Sync + 'static,
    ) -> Self {
        Self {
            session: session.clone(),
            key: key.into(),
            effect,
            per_request: per_request.max(1),
            together: false,
            request: Arc::new(request),
            guard: None,
            stopped: None,
        }
    }

    /// Zoho gives one result for all items of a request, in place of a list.
    pub(crate) fn together(self, together: bool) -> Self {
        Self { together, ..self }
    }

    /// The same batch, with each item in a request of its own and under a guard.
    pub(crate) fn guarded(self, guard: impl Guard + 'static) -> Self {
        Self { per_request: 1, guard: Some(Arc::new(guard)), ..self }
    }

    /// The item as it is sent.
    pub(super) fn admit(&self, row: Result<Row>) -> Result<Row> {
        match &self.guard {
            Some(guard) => row.and_then(|row| guard.admit(row)),
            None => row,
        }
    }

    pub(super) fn per_request(&self) -> usize {
        self.per_request
    }

    /// Sends all items.
    ///
    /// # Errors
    ///
    /// When an item cannot be sent, before any is; when the first request shows that nothing can be sent: no user, no
    /// tokens, no scope, no connection, a wrong host. All errors are logged.
    pub(crate) fn send_all(mut self, rows: impl IntoIterator<Item = Result<Row>>) -> Result<BatchReport> {
        let admitted =
            |(index, row): (usize, Result<Row>)| self.admit(row).map_err(|error| of_record(index, error).logged());
        let rows: Vec<Row> = rows.into_iter().enumerate().map(admitted).collect::<Result<_>>()?;
        let mut outcomes = Vec::with_capacity(rows.len());
        for chunk in rows.chunks(self.per_request) {
            outcomes.extend(self.send(chunk));
            let nothing_done = |outcome: &Outcome| matches!(outcome, Outcome::NotSent(_));
            if let Some(error) = &self.stopped
                && outcomes.len() == chunk.len()
                && outcomes.iter().all(nothing_done)
            {
                return Err(error.clone());
            }
        }
        Ok(outcomes.into_iter().collect())
    }

    /// Sends one item, whose failure is an error.
    pub(crate) fn send_one(mut self, row: Result<Row>) -> Result<Outcome> {
        let row = self.admit(row).map_err(Error::logged)?;
        match self.send(std::slice::from_ref(&row)).pop() {
            Some(Outcome::Rejected(error) | Outcome::Unanswered(error) | Outcome::NotSent(error)) => {
                Err(error.logged())
            }
            Some(outcome) => Ok(outcome),
            None => Err(Error::invalid("there is nothing to send").logged()),
        }
    }

    /// Sends some items in one request; as many outcomes as items.
    pub(super) fn send(&mut self, rows: &[Row]) -> Vec<Outcome> {
        if let Some(cause) = &self.stopped {
            return rows.iter().map(|_| Outcome::NotSent(cause.clone())).collect();
        }
        let outcomes = match self.session.run(&(self.request)(rows)) {
            Ok(response) => self.outcomes(&response, rows),
            Err(failure) => self.failed(failure, rows),
        };
        match &self.guard {
            Some(guard) => rows.iter().zip(outcomes).map(|(row, outcome)| guard.settle(row, outcome)).collect(),
            None => outcomes,
        }
    }

    fn outcomes(&mut self, response: &Response, rows: &[Row]) -> Vec<Outcome> {
        let results = if self.together {
            response.result(self.key).map(|result| vec![Some(result); rows.len()])
        } else {
            response.results(self.key)
        };
        let results = match results {
            Ok(results) => results,
            Err(failure) => return self.failed(failure.logged(), rows),
        };
        let context = Context {
            effect: self.effect,
            retried: response.is_retry(),
            rejected: &|api| response.rejection(api),
            open: &|message| response.undecided(message),
        };
        let outcomes = matching::outcomes(results, rows, &context);
        tell_failures(&outcomes, response.is_retry());
        outcomes
    }

    /// What the failure of a whole request means for its items and for the requests after it.
    fn failed(&mut self, failure: Error, rows: &[Row]) -> Vec<Outcome> {
        if failure.kind().is_rejection() {
            let results: Vec<Option<ItemResult>> = results_of_rejection(&failure, self.key);
            if results.len() == rows.len() && !self.together {
                let context = Context {
                    effect: self.effect,
                    retried: failure.outcome_unknown(),
                    rejected: &|api| failure.of_item(api),
                    open: &|message| failure.clone().understood_as(ErrorKind::InvalidResponse, message),
                };
                return matching::outcomes(results, rows, &context);
            }
        }
        let rejected = failure.kind().is_rejection();
        let open = failure.outcome_unknown() || failure.kind().leaves_outcome_open();
        if is_about_the_path(&failure) || !(rejected || failure.kind().leaves_outcome_open()) {
            // No tokens, no scope, an exhausted rate limit, no connection, a wrong host: the next one would fare no
            // better.
            self.stopped = Some(failure.clone());
        }
        let outcome = if open {
            Outcome::Unanswered(failure)
        } else if rejected && self.stopped.is_none() {
            Outcome::Rejected(failure)
        } else {
            Outcome::NotSent(failure)
        };
        vec![outcome; rows.len()]
    }
}

fn is_about_the_path(failure: &Error) -> bool {
    let no_zoho = matches!(failure.status(), Some(404 | 405)) && failure.api().is_none();
    no_zoho || failure.code().is_some_and(|code| ABOUT_THE_PATH.contains(&code))
}

/// Outcomes are values, so they are no error in the log; that there are some is told.
fn tell_failures(outcomes: &[Outcome], retried: bool) {
    let failed = outcomes.iter().filter(|outcome| outcome.error().is_some()).count();
    if failed > 0 {
        let again = if retried { ", after a retry" } else { "" };
        log::warn!("{failed} of {} items of a request were not written{again}", outcomes.len());
    }
}

/// The error of the record at an index of the input.
pub(super) fn of_record(index: usize, error: Error) -> Error {
    let message = format!("record {index}: {error}");
    error.understood_as(ErrorKind::InvalidInput, message)
}

impl fmt::Debug for Batch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batch")
            .field("effect", &self.effect)
            .field("per_request", &self.per_request)
            .field("stopped", &self.stopped)
            .finish_non_exhaustive()
    }
}
