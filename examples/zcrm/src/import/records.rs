//! An import by record calls, 100 rows each.

use std::collections::VecDeque;

use zcrm_core::journal::{RowFate, RowOutcome};
use zcrm_core::rest::{Outcome, WriteStream};
use zcrm_core::{DateTime, RecordId};

use super::columns::Writing;
use super::feed::Feed;
use super::job::{Job, lock};
use super::past::keep_in_doubt;
use super::writes::Row;

/// Sends every row that can be sent by record calls, and accounts for all of them.
pub fn import_by_records(job: &Job<'_>) {
    let mut given_up = None;
    let mut outcomes: Vec<RowOutcome> = Vec::new();
    let mut created = LastCreated::default();
    for written in send(job, Feed::new(job)) {
        let row = &written.record;
        let mut outcome = RowOutcome::of(row.number, &written.outcome);
        if outcome.fate == RowFate::NotSent {
            // Whatever kept one from being sent would keep the next ones too.
            given_up.get_or_insert_with(|| outcome.message.clone().unwrap_or_default());
            lock(job.tally).stop();
        }
        let sent_at = lock(&job.blocks.0).front().map(|block| block.at);
        if matches!(job.columns.writing(), Writing::UpsertBy(_)) {
            created.judge(&mut outcome, &written.outcome, row.in_doubt, sent_at);
        }
        if row.in_doubt.is_some() {
            keep_in_doubt(&mut outcome);
        }
        outcomes.push(outcome);
        let mut blocks = lock(&job.blocks.0);
        if blocks.front().is_some_and(|block| block.rows <= outcomes.len())
            && let Some(block) = blocks.pop_front()
        {
            drop(blocks);
            job.settle(block, std::mem::take(&mut outcomes));
        }
    }
    job.leave_rest(given_up.as_deref());
}

/// Sends rows, several calls side by side, as their outcomes are asked for. What the journal says of a call reaches the
/// disk in the thread that sends it.
fn send<I: Iterator<Item = Row>>(job: &Job<'_>, rows: I) -> WriteStream<I> {
    let writer = job.module.writer().workers(job.workers);
    let writer = match job.journal.clone() {
        Some(journal) => writer.before_each_request(move || journal.sync()),
        None => writer,
    };
    match job.columns.writing() {
        Writing::Create => writer.create_iter(rows),
        Writing::Update => writer.update_iter(rows),
        // Zoho finds a record by its id without being told so.
        Writing::UpsertBy(by) if by == "id" => writer.upsert_iter(rows, [""; 0]),
        Writing::UpsertBy(by) => writer.upsert_iter(rows, [by]),
    }
}

/// So many records that were created last are remembered: more than can be in flight.
const REMEMBERED: usize = 5_000;

/// The records that were created last.
///
/// An upsert that is sent again after its answer was lost says "updated" of what its first attempt has created. That is
/// told by when the record was created; rows that share one with an earlier row have updated it.
#[derive(Default)]
struct LastCreated(VecDeque<RecordId>);

impl LastCreated {
    fn judge(&mut self, outcome: &mut RowOutcome, written: &Outcome, in_doubt: Option<i64>, sent_at: Option<i64>) {
        if let (Outcome::Updated(saved), Some(id)) = (written, &outcome.id) {
            let first = in_doubt.or_else(|| sent_at.filter(|_| saved.is_retry()));
            let created = saved.created_time().as_ref().and_then(DateTime::unix_seconds);
            let is_ours = first.zip(created).is_some_and(|(first, created)| created >= first);
            if is_ours && !self.0.contains(id) {
                outcome.fate = RowFate::Created;
            }
        }
        if let (RowFate::Created, Some(id)) = (outcome.fate, &outcome.id) {
            self.0.truncate(REMEMBERED - 1);
            self.0.push_front(id.clone());
        }
    }
}
