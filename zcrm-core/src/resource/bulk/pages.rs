//! All rows of a bulk read, of as many jobs as it takes.

use std::fmt;
use std::io;
use std::iter::FusedIterator;
use std::time::Duration;

use serde::de::DeserializeOwned;

use super::cells::Types;
use super::cursor::{BulkCursor, Step};
use super::handle::{BulkReadJob, WAIT_LIMIT};
use super::query::Position;
use super::rows::{Next, ResultRows};
use super::sieve::Sieve;
use super::start::Starter;
use super::status::JobStatus;
use crate::entity::Field;
use crate::error::{Error, ErrorKind, Result};

type Progress<'a> = Box<dyn FnMut(&JobStatus) + Send + 'a>;
/// How many rows are expected in all, and how long a job of so many rows is expected to take.
type Expected = (u64, fn(u64) -> Duration);
type Journal<'a> = Box<dyn FnMut(&BulkCursor) -> io::Result<()> + Send + 'a>;

/// All rows of a bulk read: an iterator that starts one job after the other, waits for each, and reads its file row by
/// row. Made by [`BulkRead::iter_as`](super::BulkRead::iter_as).
///
/// * It never ends early without an error. After an error it ends, and [`cursor`](BulkRows::cursor) tells where to go
///   on; only a row that does not fit `T`, an `Err` whose source is an [`UnfitRow`](crate::rest::UnfitRow), does not
///   end it.
/// * No job is started twice because a response was lost: that is an error of kind
///   [`Unanswered`](ErrorKind::Unanswered), and so is a cursor that was written down in that moment. Only
///   [`BulkRead::start_again`](super::BulkRead::start_again) starts it anew.
#[must_use = "nothing is sent until the iterator is driven"]
pub struct BulkRows<'a, T> {
    starter: Starter,
    /// Whether a job may be started anew of which nobody knows, or that failed.
    start_again: bool,
    /// What is wrong with what was asked for.
    fault: Option<Error>,
    state: BulkCursor,
    types: Types,
    sieve: Sieve,
    file: Option<(ResultRows<T>, Step)>,
    limit: Duration,
    expected: Option<Expected>,
    progress: Option<Progress<'a>>,
    journal: Option<Journal<'a>>,
    ended: bool,
}

impl<'a, T: DeserializeOwned> BulkRows<'a, T> {
    pub(super) fn new(
        starter: Starter,
        position: Position,
        cursor: Option<BulkCursor>,
        start_again: bool,
        fault: Option<Error>,
    ) -> Self {
        let Starter { session, query, .. } = &starter;
        let state = cursor.unwrap_or_else(|| BulkCursor {
            query: query.clone(),
            version: session.version(),
            user: session.user().map(|user| user.as_str().to_owned()),
            step: Step::Start(position),
            skip: 0,
            rows: 0,
            left_out: Vec::new(),
        });
        let types = Types::of(&query.module);
        let sieve = Sieve::default();
        let (limit, expected, progress, journal) = (WAIT_LIMIT, None, None, None);
        Self {
            starter,
            start_again,
            fault,
            state,
            types,
            sieve,
            file: None,
            limit,
            expected,
            progress,
            journal,
            ended: false,
        }
    }

    /// The module's fields are known already.
    pub(super) fn knowing(mut self, fields: Vec<Field>) -> Self {
        self.types.know(fields);
        self
    }

    /// Only rows for which this holds come out.
    pub(super) fn only(mut self, sieve: Sieve) -> Self {
        self.sieve = sieve;
        self
    }

    /// So many rows are expected: a job that was started is first asked for when it should be over, since each question
    /// costs a credit.
    pub(in crate::resource) fn expecting(mut self, rows: u64, time: fn(u64) -> Duration) -> Self {
        self.expected = Some((rows, time));
        self
    }

    /// Calls `keep` with the cursor before and after each job is started, and when its rows have all come. When it
    /// fails, nothing is started, and the iterator ends with an error of kind [`Io`](ErrorKind::Io).
    ///
    /// A process that ends between the two calls around a start leaves a cursor that says so.
    pub fn journal(mut self, keep: impl FnMut(&BulkCursor) -> io::Result<()> + Send + 'a) -> Self {
        self.journal = Some(Box::new(keep));
        self
    }

    /// Calls `report` with each status of a job that is not over.
    pub fn progress(mut self, report: impl FnMut(&JobStatus) + Send + 'a) -> Self {
        self.progress = Some(Box::new(report));
        self
    }

    /// How long to wait for each job, an hour without this.
    pub fn time_limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// Where it stands: behind the row that came out last. Kept and given to
    /// [`BulkRead::cursor`](super::BulkRead::cursor), another process goes on there.
    #[must_use]
    pub fn cursor(&self) -> BulkCursor {
        self.state.clone()
    }

    /// Whether no more rows come: after an error that is not one of a row, and at the end.
    pub(in crate::resource) fn is_over(&self) -> bool {
        self.ended
    }

    /// The fields that Zoho does not export, as far as that is known.
    #[must_use]
    pub fn left_out(&self) -> &[String] {
        &self.state.left_out
    }

    /// Opens the next file. `Ok(false)` at the end. Errors are logged.
    fn turn(&mut self) -> Result<bool> {
        if let Some(fault) = self.fault.take() {
            return Err(fault.logged());
        }
        loop {
            match self.state.step.clone() {
                Step::End => return Ok(false),
                Step::Start(position) => {
                    self.start(position)?;
                    if let Some((rows, time)) = self.expected {
                        let pause = time(rows.saturating_sub(self.state.rows));
                        self.starter.session.sleep(pause).map_err(Error::logged)?;
                    }
                }
                Step::Starting(position) => {
                    if !std::mem::take(&mut self.start_again) {
                        return Err(cut_off(&position).logged());
                    }
                    self.state.step = Step::Start(position);
                }
                Step::Started(job) => {
                    let handle = BulkReadJob::new(self.starter.session.clone(), job.clone());
                    let progress = &mut self.progress;
                    let report = |status: &JobStatus| progress.iter_mut().for_each(|report| report(status));
                    match handle.wait_for(self.limit, report).and_then(|result| {
                        let rows = result.open(&mut self.types, &self.sieve)?;
                        Ok((rows, result.next_position()))
                    }) {
                        Ok((mut rows, next)) => {
                            rows.skip_rows(self.state.skip).map_err(Error::logged)?;
                            self.file = Some((rows, next.map_or(Step::End, Step::Start)));
                            return Ok(true);
                        }
                        Err(error) if self.may_start_again(&error) => self.state.step = Step::Start(job.position),
                        Err(error) => return Err(error),
                    }
                }
            }
        }
    }

    fn start(&mut self, position: Position) -> Result<()> {
        self.state.step = Step::Starting(position.clone());
        if let Err(error) = self.write_down() {
            self.state.step = Step::Start(position);
            return Err(error);
        }
        match self.starter.start(&position, self.state.left_out.clone()) {
            Ok(job) => {
                self.state.left_out.clone_from(&job.left_out);
                self.state.step = Step::Started(job);
                self.write_down()
            }
            Err(error) if error.kind() == ErrorKind::Unanswered => Err(error),
            Err(error) => {
                self.state.step = Step::Start(position);
                // The first error says more; what was written down before only asks for more care than is needed.
                _ = self.write_down();
                Err(error)
            }
        }
    }

    fn may_start_again(&mut self, error: &Error) -> bool {
        matches!(error.kind(), ErrorKind::JobFailed | ErrorKind::NotFound)
            && self.state.skip == 0
            && std::mem::take(&mut self.start_again)
    }

    /// All rows of a file have come.
    fn close(&mut self) -> Result<()> {
        if let Some((_, next)) = self.file.take() {
            self.state.step = next;
            self.state.skip = 0;
            self.start_again = false;
            self.write_down()?;
        }
        Ok(())
    }

    fn write_down(&mut self) -> Result<()> {
        let Some(keep) = &mut self.journal else { return Ok(()) };
        keep(&self.state).map_err(|cause| {
            let text = "the cursor of the bulk read cannot be written down; no further job was started";
            Error::new(ErrorKind::Io, text).with_source(cause).logged()
        })
    }

    fn step(&mut self) -> Option<Result<T>> {
        loop {
            let Some((rows, _)) = &mut self.file else {
                match self.turn() {
                    Ok(true) => continue,
                    Ok(false) => return None,
                    Err(error) => return self.end(error),
                }
            };
            match rows.step() {
                Next::Row(row) => {
                    self.state.skip = self.state.skip.saturating_add(1);
                    self.state.rows = self.state.rows.saturating_add(1);
                    return Some(row.map_err(Error::logged));
                }
                Next::Broken(error) => return self.end(error.logged()),
                Next::End => {
                    if let Err(error) = self.close() {
                        return self.end(error);
                    }
                }
            }
        }
    }

    fn end(&mut self, error: Error) -> Option<Result<T>> {
        self.ended = true;
        self.file = None;
        Some(Err(error))
    }
}

fn cut_off(position: &Position) -> Error {
    let page = position.page();
    let message = format!(
        "an earlier run broke off between the request for the job of page {page} and its response; whether Zoho \
         started the job is not known, and starting it anew may cost another 50 credits"
    );
    Error::new(ErrorKind::Unanswered, message)
}

impl<T: DeserializeOwned> Iterator for BulkRows<'_, T> {
    type Item = Result<T>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let item = self.step();
        self.ended |= item.is_none();
        item
    }
}

impl<T: DeserializeOwned> FusedIterator for BulkRows<'_, T> {}

impl<T> fmt::Debug for BulkRows<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BulkRows").field("cursor", &self.state).finish_non_exhaustive()
    }
}
