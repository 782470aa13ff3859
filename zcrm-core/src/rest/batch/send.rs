//! One request of a batch, and when it makes no sense to go on.

use std::fmt;
use std::sync::Arc;

use super::effect::Effect;
use super::guard::Guard;
use super::matching::{self, Context};
use super::outcomes::Outcome;
use super::rows::Row;
use crate::error::{Error, ErrorKind, Result};
use crate::rest::request::Request;
use crate::rest::response::{ItemResult, Key, Response, results_of_rejection};
use crate::rest::session::Session;
use crate::rest::stop::Stop;

/// Codes of a rejection that is about the path rather than the items, so that the next request would fare no better.
const ABOUT_THE_PATH: [&str; 5] =
    ["INVALID_URL_PATTERN", "INVALID_REQUEST_METHOD", "INVALID_MODULE", "API_NOT_SUPPORTED", "VERSION_NOT_SUPPORTED"];

/// Statuses that a gateway or another server gives to every request, whatever is in it. (A firewall's 403 and 406, or a
/// 413, may be about the items.)
const OF_NO_ZOHO: [u16; 9] = [404, 405, 407, 410, 411, 415, 426, 428, 451];

type MakeRequest = Arc<dyn Fn(&[Row]) -> Request<Response> + Send + Sync>;

/// What is done before each request goes out, in the thread that sends it.
#[derive(Clone)]
pub(crate) struct BeforeRequest(Arc<dyn Fn() -> Result<()> + Send + Sync>);

impl BeforeRequest {
    pub(crate) fn new(act: impl Fn() -> Result<()> + Send + Sync + 'static) -> Self {
        Self(Arc::new(act))
    }
}

impl fmt::Debug for BeforeRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BeforeRequest")
    }
}

/// What is done with items, request after request. Clones share when it makes no sense to go on.
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
    before: Option<BeforeRequest>,
    workers: usize,
    /// Why the rest is not sent.
    stop: Stop,
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
            before: None,
            workers: 1,
            stop: Stop::default(),
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

    /// Does something before each request goes out.
    pub(crate) fn before_each_request(self, before: Option<BeforeRequest>) -> Self {
        Self { before, ..self }
    }

    /// The item as it is sent.
    pub(super) fn admit(&self, row: Result<Row>) -> Result<Row> {
        match &self.guard {
            Some(guard) => row.and_then(|row| guard.admit(row)),
            None => row,
        }
    }

    /// Sends as many requests side by side.
    pub(crate) fn workers(self, workers: usize) -> Self {
        Self { workers: workers.max(1), ..self }
    }

    pub(super) fn per_request(&self) -> usize {
        self.per_request
    }

    pub(super) fn in_flight(&self) -> usize {
        self.workers
    }

    /// Begins no request any more.
    pub(super) fn stop(&self, cause: Error) {
        self.stop.set(cause);
    }

    /// Why the rest is not sent.
    pub(super) fn stopped(&self) -> Option<&Error> {
        self.stop.cause()
    }

    /// Sends some items in one request; as many outcomes as items.
    pub(super) fn send(&self, rows: &[Row]) -> Vec<Outcome> {
        if let Some(cause) = self.stopped() {
            return vec![Outcome::NotSent(cause.clone()); rows.len()];
        }
        if let Some(Err(failure)) = self.before.as_ref().map(|before| (before.0)()) {
            self.stop(failure.clone());
            return vec![Outcome::NotSent(failure); rows.len()];
        }
        let outcomes = match self.session.run(&(self.request)(rows).stopped_by(&self.stop)) {
            Ok(response) => self.outcomes(&response, rows),
            Err(failure) => self.failed(failure, rows),
        };
        match &self.guard {
            Some(guard) => rows.iter().zip(outcomes).map(|(row, outcome)| guard.settle(row, outcome)).collect(),
            None => outcomes,
        }
    }

    fn outcomes(&self, response: &Response, rows: &[Row]) -> Vec<Outcome> {
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
    fn failed(&self, failure: Error, rows: &[Row]) -> Vec<Outcome> {
        // Each item's result tells more than the status.
        if failure.kind().is_rejection() || failure.kind() == ErrorKind::InvalidResponse {
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
        // No tokens, no scope, an exhausted rate limit, no connection, a wrong host: the next one would fare no better.
        let is_hopeless = is_about_the_path(&failure) || !(rejected || failure.kind().leaves_outcome_open());
        if is_hopeless {
            self.stop(failure.clone());
        }
        let outcome = if open {
            Outcome::Unanswered(failure)
        } else if rejected && !is_hopeless {
            Outcome::Rejected(failure)
        } else {
            Outcome::NotSent(failure)
        };
        vec![outcome; rows.len()]
    }
}

fn is_about_the_path(failure: &Error) -> bool {
    let no_zoho = failure.status().is_some_and(|status| OF_NO_ZOHO.contains(&status)) && failure.api().is_none();
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
            .field("workers", &self.workers)
            .field("stop", &self.stop)
            .finish_non_exhaustive()
    }
}
