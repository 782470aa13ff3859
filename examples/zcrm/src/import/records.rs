//! An import by record calls, 100 rows each.

use zcrm_core::journal::{RowFate, RowOutcome};

use super::feed::Feed;
use super::job::{Job, lock};
use super::writes::send;

/// Sends every row that can be sent by record calls, and accounts for all of them.
pub fn import_by_records(job: &Job<'_>) {
    let mut given_up = None;
    let mut outcomes: Vec<RowOutcome> = Vec::new();
    for written in send(job.module, job.columns.writing(), job.workers, Feed::new(job)) {
        let row = &written.record;
        let mut outcome = RowOutcome::of(row.number, &written.outcome);
        if outcome.fate == RowFate::NotSent {
            // Whatever kept one from being sent would keep the next ones too.
            given_up.get_or_insert_with(|| outcome.message.clone().unwrap_or_default());
            lock(job.tally).stop();
            if row.in_doubt {
                outcome.fate = RowFate::Unanswered;
            }
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
