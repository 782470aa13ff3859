//! What a bulk write costs, before anything is paid for.

use std::fmt;

use super::pack::MOST_ROWS;
use super::spool::Spool;

/// JSON of this size makes a file that Zoho takes, however badly it can be compressed.
const SURELY_SMALL: u64 = 20_000_000;

/// What a bulk write sends and costs; given by [`BulkWriteRows::plan`](super::BulkWriteRows::plan). Its text is one
/// line: `rows=100000 jobs=4 credits=2016 calls=20`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct BulkWritePlan {
    /// Rows that are sent.
    pub rows: u64,
    /// Jobs of up to 25,000 rows.
    pub jobs: u64,
    /// Credits: 500 a job, and 1 for each other call. Each further question for the state of a job is 1 more.
    pub credits: u64,
    /// Calls, with one question for the state of each job.
    pub calls: u64,
    /// Whether the number of jobs is certain: large rows may need more, because a file has at most 25 MB.
    pub is_exact: bool,
}

impl BulkWritePlan {
    /// The plan for rows, with so many calls about the module and the organization, at so many credits for starting a
    /// job.
    pub(super) fn new(spool: &Spool, calls_before: u64, credits_a_job: u64) -> Self {
        let rows = spool.sendable;
        let jobs = rows.div_ceil(MOST_ROWS);
        // Upload, start, question and download.
        let calls = calls_before.saturating_add(jobs.saturating_mul(4));
        let credits = calls.saturating_sub(jobs).saturating_add(jobs.saturating_mul(credits_a_job));
        Self { rows, jobs, credits, calls, is_exact: spool.bytes.div_ceil(jobs.max(1)) < SURELY_SMALL }
    }
}

impl fmt::Display for BulkWritePlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rows, jobs, credits, calls, .. } = self;
        write!(f, "rows={rows} jobs={jobs} credits={credits} calls={calls}")
    }
}
