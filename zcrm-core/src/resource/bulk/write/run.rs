//! One job after the other.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::time::Duration;

use super::children::ChildColumns;
use super::columns::Columns;
use super::fetch::Fetch;
use super::job::BulkWriteJob;
use super::options::Options;
use super::pack::{Extent, MOST_BYTES, MOST_ROWS, Pack, Packing};
use super::request::create;
use super::result::{self, Told};
use super::spool::{SpoolReader, Spooled};
use super::status::{State, Status, ask};
use super::upload::upload;
use crate::error::{Error, ErrorKind, Result};
use crate::rest::{Outcome, Pauses, Session};

/// Keeps what is known of a job.
pub(super) type Journal<'a> = Box<dyn FnMut(&BulkWriteJob) -> io::Result<()> + Send + 'a>;

pub(super) struct Run<'a> {
    session: Session,
    module: String,
    options: Options,
    columns: Columns,
    children: Vec<ChildColumns>,
    zgid: String,
    rows: SpoolReader,
    next_row: u64,
    /// Jobs that were started before, by their first row.
    resumed: BTreeMap<u64, BulkWriteJob>,
    journal: Option<Journal<'a>>,
    limit: Duration,
    /// Why no other job is started.
    stopped: Option<Error>,
}

/// What becomes of all rows that a job has.
type Fate = Box<dyn Fn(u32) -> Outcome>;

impl<'a> Run<'a> {
    pub(super) fn new(
        session: Session,
        module: String,
        options: Options,
        (columns, children): (Columns, Vec<ChildColumns>),
        zgid: String,
        rows: SpoolReader,
    ) -> Self {
        let (limit, journal) = (Duration::ZERO, None);
        let resumed = BTreeMap::new();
        Self {
            session,
            module,
            options,
            columns,
            children,
            zgid,
            rows,
            next_row: 0,
            resumed,
            journal,
            limit,
            stopped: None,
        }
    }

    pub(super) fn resuming(self, resumed: BTreeMap<u64, BulkWriteJob>) -> Self {
        Self { resumed, ..self }
    }

    pub(super) fn limited(self, limit: Duration) -> Self {
        Self { limit, ..self }
    }

    pub(super) fn journaled(self, journal: Option<Journal<'a>>) -> Self {
        Self { journal, ..self }
    }

    /// The outcomes of the rows of the next job, in their order; `None` behind the last one.
    pub(super) fn next_job(&mut self) -> Option<Vec<Outcome>> {
        if self.rows.is_at_end() {
            return None;
        }
        let resumed = self.resumed.remove(&self.next_row);
        let outcomes = match (&self.stopped, &resumed) {
            (Some(cause), None) => {
                let cause = cause.clone();
                self.leave(&cause)
            }
            _ => self.write(resumed),
        };
        self.next_row = self.next_row.saturating_add(outcomes.len() as u64);
        let failed = outcomes.iter().filter(|outcome| outcome.error().is_some()).count();
        if failed > 0 {
            log::warn!("{failed} of {} rows of a bulk write job were not written", outcomes.len());
        }
        Some(outcomes)
    }

    /// Passes over the rows of a job that is not started.
    fn leave(&mut self, cause: &Error) -> Vec<Outcome> {
        let mut outcomes = Vec::new();
        while (outcomes.len() as u64) < MOST_ROWS {
            match self.rows.next() {
                Ok(Some(Spooled::Row(_))) => outcomes.push(Outcome::NotSent(cause.clone())),
                Ok(Some(Spooled::Unfit(error))) | Err(error) => outcomes.push(Outcome::NotSent(error)),
                Ok(None) => break,
            }
        }
        outcomes
    }

    fn write(&mut self, resumed: Option<BulkWriteJob>) -> Vec<Outcome> {
        let file_name = format!("{}.csv", self.module);
        let packing = Packing {
            columns: &self.columns,
            find_by: self.options.find_by.as_deref(),
            clear_empty: self.options.clear_empty,
            file_name: &file_name,
            children: &self.children,
            most_bytes: MOST_BYTES,
        };
        let rows = |job: &BulkWriteJob| Extent::Rows(job.rows.end.saturating_sub(job.rows.start));
        let extent = resumed.as_ref().map_or(Extent::Full, rows);
        let left = self.rows.left();
        let pack = match packing.pack(&mut self.rows, self.next_row, &extent) {
            Ok(pack) => pack,
            Err(error) => {
                let taken = left.saturating_sub(self.rows.left());
                let error = self.stop(error.logged());
                return (0..taken).map(|_| Outcome::NotSent(error.clone())).collect();
            }
        };
        if pack.keys.len() == 0 {
            return pack.unfit.into_values().map(Outcome::NotSent).collect();
        }
        let job = BulkWriteJob {
            id: None,
            version: self.session.version(),
            module: self.module.clone(),
            operation: self.options.operation.word().to_owned(),
            rows: pack.rows.clone(),
            columns: self.columns.given_back(),
            checksum: pack.keys.checksum(),
        };
        match resumed {
            Some(resumed) if !resumed.is_of(&job) => {
                let message = "the rows are not those with which the job was started; give the same rows and options";
                let error = self.stop(Error::invalid(message).logged());
                told(pack, unanswered(error))
            }
            Some(BulkWriteJob { id: Some(id), .. }) => self.follow(BulkWriteJob { id: Some(id), ..job }, pack),
            Some(_) if !self.options.may_repeat(pack.findable) => {
                let message = "whether Zoho created the job of this row is not known, because the program ended before \
                               its answer was noted; find out before you send it again";
                told(pack, unanswered(Error::new(ErrorKind::Unanswered, message).logged()))
            }
            _ => self.start(job, pack),
        }
    }

    /// Starts a job, and follows it to its end.
    fn start(&mut self, mut job: BulkWriteJob, mut pack: Pack) -> Vec<Outcome> {
        let (session, zip_name) = (&self.session, format!("{}.zip", self.module));
        let uploaded = pack.take_file().and_then(|file| upload(session, &self.zgid, &zip_name, file));
        let file_id = match uploaded {
            Ok(file_id) => file_id,
            // A file that no job names changes nothing.
            Err(error) => return self.refused(error.with_outcome_unknown(false), pack),
        };
        if let Err(error) = self.keep(&job) {
            let error = self.stop(error);
            return told(pack, not_sent(error));
        }
        let request = create(
            &self.session,
            &self.module,
            &self.options,
            (&self.columns, &self.children),
            &file_id,
            pack.findable,
        );
        match self.session.run(&request) {
            Ok(id) => job.id = Some(id),
            Err(error) if error.outcome_unknown() || error.kind().leaves_outcome_open() => {
                return told(pack, unanswered(error));
            }
            Err(error) => return self.refused(error, pack),
        }
        if let Err(error) = self.keep(&job) {
            self.stop(error);
        }
        self.follow(job, pack)
    }

    /// No job was started, and none is from now on.
    fn refused(&mut self, error: Error, pack: Pack) -> Vec<Outcome> {
        let error = self.stop(error);
        if error.kind().is_rejection() {
            return told(pack, rejected(error));
        }
        told(pack, not_sent(error))
    }

    fn keep(&mut self, job: &BulkWriteJob) -> Result<()> {
        let Some(journal) = &mut self.journal else { return Ok(()) };
        journal(job).map_err(|cause| {
            let message = "what is known of the bulk write job could not be kept; no job is started any more";
            Error::new(ErrorKind::Io, message).with_source(cause).logged()
        })
    }

    fn stop(&mut self, cause: Error) -> Error {
        self.stopped.get_or_insert(cause.clone().with_outcome_unknown(false));
        cause
    }

    /// Waits for a job, and reads its result.
    fn follow(&mut self, job: BulkWriteJob, mut pack: Pack) -> Vec<Outcome> {
        let id = job.id.as_deref().unwrap_or_default();
        let ended = self.wait(id, &job);
        let status = match ended {
            Ok(status) => status,
            Err(error) => return self.lost_sight(id, error, pack),
        };
        let failed = (status.state == State::Failed).then(|| {
            let error = Error::new(ErrorKind::JobFailed, format!("the bulk write job {id} failed"));
            self.stop(error.with_api(status.reason.clone()).logged())
        });
        if let (Some(error), None) = (&failed, &status.download_url) {
            return told(pack, rejected(error.clone()));
        }
        let url = match (&status.download_url, &status.state) {
            (Some(url), _) => url,
            (None, state) if *state == State::Skipped || status.total.is_some() && status.total == status.skipped => {
                let mut reason = status.reason;
                reason.message = std::mem::replace(&mut reason.code, "SKIPPED".to_owned());
                let message = format!("Zoho skipped the whole bulk write job {id}");
                let error = Error::new(ErrorKind::InvalidRequest, message).with_api(reason);
                return told(pack, rejected(error));
            }
            (None, _) => {
                let error = Error::new(ErrorKind::InvalidResponse, "Zoho does not say where its result is");
                return self.lost_sight(id, error.logged(), pack);
            }
        };
        let keys = std::mem::take(&mut pack.keys);
        let sent: Vec<u32> = keys.rows().collect();
        let parents = if self.children.is_empty() { HashMap::new() } else { keys.by_first() };
        let fetch = Fetch { session: &self.session, module: &self.module, children: &self.children };
        let read = fetch.download(url).and_then(|file| {
            let below = fetch.faults(&file, &parents)?;
            let (lines, odd) = result::read(fetch.entry(file)?, &job.columns, keys).map_err(Error::logged)?;
            Ok((lines, odd, below))
        });
        match read {
            Ok((lines, odd, mut below)) => {
                if odd > 0 {
                    log::warn!("the result of the bulk write job {id} has {odd} lines about no row that was sent");
                }
                let message = format!("the result of the bulk write job {id} has no line for the row");
                let missing = Error::new(ErrorKind::InvalidResponse, message);
                let missing = failed.map_or_else(|| unanswered(missing), rejected);
                let outcome = |(row, line): (u32, Option<Told>)| match line {
                    Some(line) => (row, line.outcome(below.remove(&row))),
                    None => (row, missing(row)),
                };
                in_order(pack.unfit, lines.into_iter().map(outcome))
            }
            Err(error) => {
                // A job that failed need not have a result.
                let fate = match failed {
                    Some(error) => rejected(error),
                    None => unanswered(self.lost(id, error)),
                };
                in_order(pack.unfit, sent.into_iter().map(|row| (row, fate(row))))
            }
        }
    }

    fn lost_sight(&mut self, id: &str, error: Error, pack: Pack) -> Vec<Outcome> {
        let error = self.lost(id, error);
        told(pack, unanswered(error))
    }

    fn lost(&mut self, id: &str, error: Error) -> Error {
        let kind = error.kind();
        let message =
            format!("what became of the rows of the bulk write job {id} is not known: {error}; take it up again");
        self.stop(error.understood_as(kind, message)).with_outcome_unknown(true)
    }

    /// The status of the job when it is over.
    fn wait(&self, id: &str, job: &BulkWriteJob) -> Result<Status> {
        let mut pauses = Pauses::within(self.limit);
        loop {
            let status = self.session.run(&ask(job.version, id))?;
            let State::Pending(word) = &status.state else { return Ok(status) };
            if !pauses.pause(&self.session)? {
                let message = format!("it is {word} after {} seconds", self.limit.as_secs_f64());
                return Err(Error::new(ErrorKind::JobPending, message).logged());
            }
        }
    }
}

fn rejected(error: Error) -> Fate {
    Box::new(move |_| Outcome::Rejected(error.clone()))
}

fn not_sent(error: Error) -> Fate {
    Box::new(move |_| Outcome::NotSent(error.clone()))
}

fn unanswered(error: Error) -> Fate {
    let error = error.with_outcome_unknown(true);
    Box::new(move |_| Outcome::Unanswered(error.clone()))
}

/// The same for all rows that were sent.
fn told(pack: Pack, fate: Fate) -> Vec<Outcome> {
    in_order(pack.unfit, pack.keys.rows().map(|row| (row, fate(row))))
}

/// Puts the rows between that could not be sent. Both are in their order.
fn in_order(unfit: BTreeMap<u32, Error>, sent: impl Iterator<Item = (u32, Outcome)>) -> Vec<Outcome> {
    let mut outcomes = Vec::with_capacity(sent.size_hint().0.saturating_add(unfit.len()));
    let mut unfit = unfit.into_iter().peekable();
    for (row, outcome) in sent {
        while let Some((_, error)) = unfit.next_if(|(place, _)| *place < row) {
            outcomes.push(Outcome::NotSent(error));
        }
        outcomes.push(outcome);
    }
    outcomes.extend(unfit.map(|(_, error)| Outcome::NotSent(error)));
    outcomes
}
