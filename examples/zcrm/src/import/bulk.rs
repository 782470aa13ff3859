//! An import by bulk write: a job for up to 25,000 rows.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use anyhow::{Context, Result};
use zcrm_core::journal::{CallId, Journal, JournaledCall, RowFate, RowOutcome, RowSet};
use zcrm_core::resource::{BulkWrite, BulkWriteJob};
use zcrm_core::rest::Outcome;
use zcrm_core::{DateTime, ErrorKind, RecordId};

use super::clock::Sent;
use super::columns::Writing;
use super::feed::Feed;
use super::job::{Block, Job, lock};
use super::lookup::Lookups;
use super::past::keep_in_doubt;
use super::writes::Row;
use crate::csv::Sheet;
use crate::in_one_line;

/// How many rows Zoho takes in a job.
const ROWS_PER_JOB: usize = 25_000;

/// How many ids Zoho takes in one listing.
const IDS: usize = 100;

/// Sends every row that can be sent by bulk write, and accounts for all of them.
pub fn import_by_bulk(job: &Job<'_>) {
    let mut feed = Feed::new(job);
    let mut given_up = None;
    while given_up.is_none() && !job.is_over() {
        match write_next(job, &mut feed) {
            Ok(Some(reason)) => given_up = Some(reason),
            Ok(None) if feed.is_at_end() => break,
            Ok(None) => {}
            Err(failure) => lock(job.tally).break_off(failure),
        }
    }
    job.leave_rest(given_up.as_deref());
}

/// Writes the rows of the next job; why no other one is to be started, where one is not.
fn write_next(job: &Job<'_>, feed: &mut Feed<'_>) -> Result<Option<String>> {
    let mut numbers = Vec::new();
    let mut in_doubt = BTreeSet::new();
    let mut failure = None;
    let mut part = Vec::new().into_iter();
    let rows = std::iter::from_fn(|| {
        if part.len() == 0 && numbers.len() < ROWS_PER_JOB && failure.is_none() {
            match feed.take(ROWS_PER_JOB.saturating_sub(numbers.len()).min(IDS)) {
                Ok(rows) => part = rows.into_iter(),
                Err(error) => failure = Some(error),
            }
        }
        let row: Row = part.next()?;
        numbers.push(row.number);
        if row.in_doubt.is_some() {
            in_doubt.insert(row.number);
        }
        Some(row)
    });
    let write = bulk_write(job).rows(rows);
    if let Some(failure) = failure {
        return Err(failure);
    }
    let Some(last) = numbers.last().copied() else { return Ok(None) };
    let set = RowSet::from_iter(numbers.iter().copied());
    let sent = job.clock.sent(true);
    let call = job.journal().map(|journal| journal.sending(set, &sent)).transpose()?;
    lock(job.tally).send(last);
    let block = Block::new(call, numbers.len(), sent.at);
    let write = match job.journal().zip(call) {
        Some((journal, call)) => write.journal(keeping(journal, call, Vec::new())),
        None => write,
    };
    let (mut outcomes, given_up) = match write.start() {
        Ok(outcomes) => told(&numbers, outcomes),
        Err(error) => {
            let reason = in_one_line(&error);
            let left = numbers.iter().map(|row| RowOutcome::because(*row, RowFate::NotSent, reason.as_str()));
            (left.collect(), Some(reason))
        }
    };
    for outcome in outcomes.iter_mut().filter(|outcome| in_doubt.contains(&outcome.row)) {
        keep_in_doubt(outcome);
    }
    note_times(job, &mut outcomes)?;
    job.settle(block, outcomes);
    Ok(given_up)
}

fn bulk_write(job: &Job<'_>) -> BulkWrite {
    let write = match job.columns.writing() {
        Writing::Create => job.module.bulk_write().insert(),
        Writing::Update => job.module.bulk_write().update_by("id"),
        Writing::UpsertBy(by) => job.module.bulk_write().upsert_by(by),
    };
    if job.columns.clears_empty() { write.clear_empty() } else { write }
}

/// Puts down what is known of jobs, after those that were known before.
fn keeping<'a>(
    journal: &'a Journal,
    call: CallId,
    known: Vec<BulkWriteJob>,
) -> impl FnMut(&BulkWriteJob) -> io::Result<()> + Send + 'a {
    let mut jobs: BTreeMap<u64, BulkWriteJob> = known.into_iter().map(|job| (job.rows().start, job)).collect();
    move |job| {
        jobs.insert(job.rows().start, job.clone());
        journal.note(call, &jobs.values().collect::<Vec<_>>()).map_err(io::Error::other)
    }
}

/// What became of rows, and why no other job is to be started, where one is not.
fn told(numbers: &[u64], outcomes: impl Iterator<Item = Outcome>) -> (Vec<RowOutcome>, Option<String>) {
    let mut given_up = None;
    let told = numbers.iter().zip(outcomes).map(|(row, outcome)| {
        let mut told = RowOutcome::of(*row, &outcome);
        match outcome.error().map(zcrm_core::Error::kind) {
            // The row alone cannot be sent.
            Some(ErrorKind::InvalidInput) if told.fate == RowFate::NotSent => told.fate = RowFate::Refused,
            Some(_) if matches!(told.fate, RowFate::NotSent | RowFate::Unanswered) => {
                given_up.get_or_insert_with(|| told.message.clone().unwrap_or_default());
            }
            _ => {}
        }
        told
    });
    let told: Vec<RowOutcome> = told.collect();
    (told, given_up)
}

/// Bulk write does not say when it modified a record; where old values are kept, so that they can be written back, that
/// is asked for.
fn note_times(job: &Job<'_>, outcomes: &mut [RowOutcome]) -> Result<()> {
    if job.keep.is_none() {
        return Ok(());
    }
    let updated = outcomes.iter().filter(|outcome| outcome.fate == RowFate::Updated);
    let ids: Vec<RecordId> = updated.filter_map(|outcome| outcome.id.clone()).collect();
    let mut times: BTreeMap<RecordId, DateTime> = BTreeMap::new();
    for ids in ids.chunks(IDS) {
        let list = job.module.records().fields(["Modified_Time"]).ids(ids.iter().cloned());
        for record in list.iter() {
            let record = record?;
            if let (Some(id), Ok(Some(time))) = (record.id(), record.get("Modified_Time")) {
                times.insert(id, time);
            }
        }
    }
    for outcome in outcomes.iter_mut().filter(|outcome| outcome.fate == RowFate::Updated) {
        outcome.modified_time = outcome.id.as_ref().and_then(|id| times.get(id).cloned());
    }
    Ok(())
}

/// Takes up the jobs of an earlier run; the rows of those that are not over yet. `sheet` gives the input from its
/// beginning.
///
/// # Errors
///
/// When the input cannot be read, or the journal not be written.
pub fn take_up_jobs(job: &Job<'_>, journal: &Journal, sheet: &dyn Fn() -> Result<Sheet>) -> Result<BTreeSet<u64>> {
    let mut held = BTreeSet::new();
    for call in journal.unanswered()? {
        let is_bulk = serde_json::from_value::<Sent>(call.context.clone()).is_ok_and(|sent| sent.bulk);
        match jobs_of(&call) {
            Some(jobs) => held.extend(take_up(job, journal, &call, jobs, sheet()?)?),
            // No job was started: that is noted before.
            None if is_bulk => {
                let left: Vec<_> = call.rows.iter().map(|row| RowOutcome::new(row, RowFate::NotSent)).collect();
                journal.outcomes(call.id, &left)?;
            }
            None => {}
        }
    }
    Ok(held)
}

fn jobs_of(call: &JournaledCall) -> Option<Vec<BulkWriteJob>> {
    serde_json::from_value(call.note.clone()?).ok()
}

/// Takes up the jobs of one call; the rows of which it is still not known what became of them, though their job is.
fn take_up(
    job: &Job<'_>,
    journal: &Journal,
    call: &JournaledCall,
    jobs: Vec<BulkWriteJob>,
    mut sheet: Sheet,
) -> Result<BTreeSet<u64>> {
    let mut wanted: BTreeSet<u64> = call.rows.iter().collect();
    let mut rows = Vec::new();
    while !wanted.is_empty()
        && let Some(row) = sheet.next_row().context("the input cannot be read again")?
    {
        if wanted.remove(&row.number) {
            rows.push(row);
        }
    }
    let mut lookups = Lookups::default();
    lookups.look_up(job.client, rows.iter().flat_map(|row| job.columns.references(row)))?;
    let mut numbers = Vec::new();
    let records = rows.iter().filter_map(|row| {
        let json = job.columns.record(row, &lookups).ok()?;
        numbers.push(row.number);
        Some(Row { number: row.number, json, in_doubt: Some(i64::MAX) })
    });
    let write = bulk_write(job).rows(records).resume(jobs.clone());
    drop(rows);
    let outcomes = write.journal(keeping(journal, call.id, jobs)).start()?;
    let (outcomes, _) = told(&numbers, outcomes);
    // A job may have been started now, or be known to be none.
    let known: BTreeMap<u64, RowFate> = outcomes.iter().map(|outcome| (outcome.row, outcome.fate)).collect();
    journal.outcomes(call.id, &outcomes)?;
    let now = journal.unanswered()?.into_iter().find(|known| known.id == call.id);
    let jobs = now.as_ref().and_then(jobs_of).unwrap_or_default();
    let is_created = |at: u64| jobs.iter().any(|job| job.rows().contains(&at) && job.id().is_some());
    let held = numbers.iter().enumerate().filter(|(at, row)| {
        known.get(row) == Some(&RowFate::Unanswered) && is_created(u64::try_from(*at).unwrap_or(u64::MAX))
    });
    Ok(held.map(|(_, row)| *row).collect())
}
