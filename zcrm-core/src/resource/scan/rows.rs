//! The iterator over all rows of a scan.

use std::fmt;
use std::io;
use std::iter::FusedIterator;

use serde::de::DeserializeOwned;

use super::choice::{Choice, Refused, Wish, choose};
use super::cursor::{ScanCursor, State};
#[cfg(feature = "bulk")]
use super::estimate::job_time;
use super::facts::is_refusal;
use super::listed::Listed;
use super::plan::ScanPlan;
use super::query::Queries;
use super::range::Source;
use super::reader::Reader;
use super::task::Task;
use super::timeline::Timeline;
use super::way::Way;
use crate::entity::{Record, RecordId};
use crate::error::{Error, ErrorKind, Result};
#[cfg(feature = "bulk")]
use crate::resource::bulk::{BulkRead, BulkRows};
use crate::resource::row::{Raw, id_of};
use crate::rest::UnfitRow;

type Journal = Box<dyn FnMut(&ScanCursor) -> io::Result<()> + Send>;

/// All rows of a scan: an iterator that chooses its way when it is first driven.
///
/// * It never ends early without an error. After an error it ends, and [`cursor`](ScanRows::cursor) tells where to go
///   on; only a row that does not fit `T`, an `Err` whose source is an [`UnfitRow`], does not end it.
/// * One page is in memory for each worker, and one whose rows come out. Dropping the iterator ends the workers, each
///   after the request that it has in flight.
/// * Where COQL refuses what was asked for at the first request, another way is taken, unless one was set; where it
///   refuses a field that nobody named, the scan goes on without it ([`ScanPlan::gaps`]).
#[must_use = "nothing is sent until the iterator is driven"]
pub struct ScanRows<T> {
    task: Task,
    decode: fn(Raw) -> Result<T>,
    stage: Stage,
    choice: Option<Choice>,
    left_out: Vec<String>,
    refused: Refused,
    rows: u64,
    journal: Option<Journal>,
}

enum Stage {
    /// Nothing was asked for.
    Begin,
    Ranges(Box<Reader>),
    #[cfg(feature = "bulk")]
    Bulk(Box<BulkRows<'static, Raw>>),
    /// All rows have come.
    Over,
    /// It ended with an error, here.
    Failed(Box<ScanCursor>),
}

impl ScanRows<Record> {
    /// Records are the text that came, so that nothing is decoded.
    pub(super) fn of_records(task: &Task) -> Self {
        Self::new(task, |row| row.into_record().ok_or_else(|| unfit(None)))
    }
}

impl<T: DeserializeOwned> ScanRows<T> {
    pub(super) fn of_type(task: &Task) -> Self {
        Self::new(task, |row| {
            serde_json::from_str(row.get()).map_err(|cause| {
                let id = id_of(row.get()).map(RecordId::from);
                unfit(id.as_ref()).with_source(UnfitRow::new(id, row.get(), cause))
            })
        })
    }
}

impl<T> ScanRows<T> {
    fn new(task: &Task, decode: fn(Raw) -> Result<T>) -> Self {
        let rows = task.cursor.as_ref().map_or(0, ScanCursor::rows);
        let left_out = task.cursor.as_ref().map(|cursor| cursor.left_out.clone()).unwrap_or_default();
        Self {
            task: task.clone(),
            decode,
            stage: Stage::Begin,
            choice: None,
            left_out,
            refused: Refused::default(),
            rows,
            journal: None,
        }
    }

    /// Calls `keep` with the cursor before and after each bulk job is started, and when its rows have all come: written
    /// down, no job is started twice by another process that goes on. When it fails, nothing is started, and the
    /// iterator ends with an error of kind [`Io`](ErrorKind::Io). By the other ways it is not called.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let scan = client.module("Leads").scan();
    /// for lead in scan.iter().journal(|cursor| std::fs::write("leads.cursor", cursor.to_string())) {
    ///     println!("{}", lead?.raw());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn journal(mut self, keep: impl FnMut(&ScanCursor) -> io::Result<()> + Send + 'static) -> Self {
        self.journal = Some(Box::new(keep));
        self
    }

    /// Where the scan stands: behind the row that came out last. `None` when all rows have come.
    #[must_use]
    pub fn cursor(&self) -> Option<ScanCursor> {
        match &self.stage {
            Stage::Begin => Some(self.task.cursor.clone().unwrap_or_else(|| self.cursor_at(State::Begin))),
            Stage::Ranges(reader) => {
                let way = self.choice.as_ref().map_or(Way::Query, |choice| choice.way);
                Some(self.cursor_at(State::Ranges(way, Box::new(reader.left()))))
            }
            #[cfg(feature = "bulk")]
            Stage::Bulk(rows) => Some(self.cursor_at(State::Bulk(Box::new(rows.cursor())))),
            Stage::Over => None,
            Stage::Failed(cursor) => Some((**cursor).clone()),
        }
    }

    /// The way that was taken, why, and what it cannot give; `None` before the first row was asked for. What it costs
    /// is told where the records were counted.
    #[must_use]
    pub fn plan(&self) -> Option<ScanPlan> {
        let choice = self.choice.clone()?;
        let choice = match &self.stage {
            Stage::Ranges(reader) => choice.with_gaps(reader.gap().into_iter()),
            #[cfg(feature = "bulk")]
            Stage::Bulk(rows) => {
                choice.with_gaps(rows.left_out().iter().map(|name| format!("bulk read refuses {name}")))
            }
            _ => choice,
        };
        let (rows, estimate) = (choice.rows, choice.estimate);
        Some(ScanPlan::new(choice, rows, estimate, self.task.wish.workers, self.task.facts.asked()))
    }

    fn cursor_at(&self, state: State) -> ScanCursor {
        let scan = self.task.spec.identity(self.task.session.version());
        ScanCursor { scan, rows: self.rows, left_out: self.left_out.clone(), state }
    }

    /// Chooses the way and begins, or goes on where the cursor stands.
    fn begin(&mut self) -> Result<()> {
        let Task { session, spec, wish, facts, cursor, fault, .. } = &self.task;
        if let Some(fault) = fault {
            return Err(fault.clone().logged());
        }
        let resumed = cursor.as_ref().and_then(ScanCursor::way);
        let wish = Wish { way: resumed.or(wish.way), ..*wish };
        let goes_on = resumed.is_some();
        let mut choice = choose(session, spec, &wish, facts, &self.refused, goes_on).map_err(Error::logged)?;
        for name in &self.left_out {
            choice.columns = choice.columns.without(name).unwrap_or(choice.columns);
        }
        self.read(choice)
    }

    fn read(&mut self, choice: Choice) -> Result<()> {
        let Task { session, spec, wish, cursor, .. } = &self.task;
        let workers = wish.workers;
        let left = match cursor.as_ref().map(|cursor| &cursor.state) {
            Some(State::Ranges(_, ranges)) => Some((**ranges).clone()),
            _ => None,
        };
        let came = left.as_ref().map(|left| left.came.clone()).unwrap_or_default();
        let source: Box<dyn Source> = match choice.way {
            Way::Query => Box::new(Queries::new(session, spec, &choice.columns, choice.rows).map_err(Error::logged)?),
            Way::Pages => Box::new(Timeline::new(Listed::new(session, spec, &choice.columns), choice.rows, came)),
            Way::Bulk => return self.read_bulk(choice),
        };
        let ranges = match left {
            Some(left) => left,
            None => source.ranges(workers)?,
        };
        self.stage = Stage::Ranges(Box::new(Reader::new(source, ranges, workers)));
        self.choice = Some(choice);
        Ok(())
    }

    #[cfg(not(feature = "bulk"))]
    fn read_bulk(&mut self, _: Choice) -> Result<()> {
        let message = "bulk read is not built in: the feature bulk is off";
        Err(Error::new(ErrorKind::Unsupported, message).logged())
    }

    #[cfg(feature = "bulk")]
    fn read_bulk(&mut self, choice: Choice) -> Result<()> {
        let Task { session, spec, facts, cursor, start_again, .. } = &self.task;
        let fields = choice.columns.parts.first().cloned().unwrap_or_default();
        let known = facts.fields(session, spec)?;
        let mut read = BulkRead::of(session, &spec.module).fields(fields).knowing(&known);
        let (criteria, tests) = spec.bulk_criteria(session.version()).map_err(Error::logged)?;
        if let Some(criteria) = criteria {
            read = read.filter(&criteria);
        }
        read = read.only(tests);
        if let Some(view) = &spec.view {
            read = read.custom_view(view.clone());
        }
        if *start_again {
            read = read.start_again();
        }
        if let Some(State::Bulk(cursor)) = cursor.as_ref().map(|cursor| &cursor.state) {
            read = read.cursor(cursor);
        }
        let mut rows = read.iter_as::<Raw>();
        if let Some(expected) = choice.rows {
            rows = rows.expecting(expected, job_time);
        }
        if let Some(mut keep) = self.journal.take() {
            let cursor = self.cursor_at(State::Begin);
            rows = rows.journal(move |bulk| {
                let state = State::Bulk(Box::new(bulk.clone()));
                keep(&ScanCursor { rows: bulk.rows(), state, ..cursor.clone() })
            });
        }
        self.stage = Stage::Bulk(Box::new(rows));
        self.choice = Some(choice);
        Ok(())
    }

    /// The next row as text. Errors are logged.
    fn raw(&mut self) -> Option<Result<Raw>> {
        loop {
            let error = match &mut self.stage {
                Stage::Begin => match self.begin() {
                    Ok(()) => continue,
                    Err(error) => error,
                },
                Stage::Ranges(reader) => match reader.next() {
                    Some(Err(error)) if !reader.has_read && is_refusal(&error) => match self.otherwise(error) {
                        Ok(()) => continue,
                        Err(error) => error,
                    },
                    Some(Err(error)) => error,
                    row => return row,
                },
                #[cfg(feature = "bulk")]
                Stage::Bulk(rows) => match rows.next() {
                    Some(Err(error)) if rows.cursor().job().is_none() && is_refusal(&error) => {
                        match self.otherwise(error) {
                            Ok(()) => continue,
                            Err(error) => error,
                        }
                    }
                    row => return row,
                },
                Stage::Over | Stage::Failed(_) => return None,
            };
            return Some(Err(error));
        }
    }

    /// Whether an error was one of a row, behind which others come.
    fn goes_on(&self) -> bool {
        match &self.stage {
            #[cfg(feature = "bulk")]
            Stage::Bulk(rows) => !rows.is_over(),
            _ => false,
        }
    }

    /// What to do where Zoho refused the first request of a scan: leave a field out that nobody named, divide the
    /// fields into smaller parts, or take another way.
    fn otherwise(&mut self, error: Error) -> Result<()> {
        let Some(mut choice) = self.choice.take() else { return Err(error) };
        let by_query = choice.way == Way::Query;
        let column: Option<String> = error.api().and_then(|api| api.detail("column_name"));
        let without = column.as_ref().filter(|_| by_query && self.task.spec.fields.is_empty());
        if let Some((name, columns)) = without.and_then(|name| Some((name, choice.columns.without(name)?))) {
            log::warn!("scan of {}: COQL refuses {name}; it is left out", self.task.spec.module);
            self.left_out.push(name.clone());
            return self.read(Choice { columns, ..choice });
        }
        if by_query
            && error.code() == Some("LIMIT_EXCEEDED")
            && let Some(columns) = choice.columns.in_smaller_parts()
        {
            choice.columns = columns;
            return self.read(choice);
        }
        let free = self.task.wish.way.is_none() && self.task.cursor.as_ref().and_then(ScanCursor::way).is_none();
        if !free || choice.way == Way::Pages {
            self.choice = Some(choice);
            return Err(error);
        }
        self.refused.add(choice.way, &error);
        self.begin()
    }
}

impl<T> Iterator for ScanRows<T> {
    type Item = Result<T>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.raw() {
            Some(Ok(row)) => {
                self.rows = self.rows.saturating_add(1);
                let decoded = row.fault().map_or_else(|| (self.decode)(row), Err);
                Some(decoded.map_err(Error::logged))
            }
            Some(Err(error)) if self.goes_on() => Some(Err(error)),
            Some(Err(error)) => {
                if let Some(cursor) = self.cursor() {
                    self.stage = Stage::Failed(Box::new(cursor));
                }
                Some(Err(error))
            }
            None => {
                if let Stage::Ranges(reader) = &self.stage {
                    self.choice = self.choice.take().map(|choice| choice.with_gaps(reader.gap().into_iter()));
                }
                if !matches!(self.stage, Stage::Failed(_)) {
                    self.stage = Stage::Over;
                }
                None
            }
        }
    }
}

impl<T> FusedIterator for ScanRows<T> {}

impl<T> fmt::Debug for ScanRows<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScanRows").field("cursor", &self.cursor()).finish_non_exhaustive()
    }
}

fn unfit(id: Option<&RecordId>) -> Error {
    let message = match id {
        Some(id) => format!("record {id} could not be deserialized into the requested type"),
        None => "a row without an id could not be deserialized into the requested type".to_owned(),
    };
    Error::new(ErrorKind::InvalidResponse, message)
}
