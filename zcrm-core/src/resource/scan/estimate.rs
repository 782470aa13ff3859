//! What each way costs for so many records.

use std::time::Duration;

use super::columns::Columns;
use super::spec::Spec;
use super::way::Way;
use crate::config::ApiVersion;
use crate::coql::{Limits, credits};
use crate::rest::{Cost, Session};
use crate::transport::Method;

/// Rows of a page of a listing.
pub(super) const PAGE: u64 = 200;

/// Rows that are reached by page token (Zoho's page *Get records*).
pub(super) const BY_TOKEN: u64 = 100_000;

/// Rows that a page brings behind the first one, without those that came before.
const BY_TIME: u64 = 195;

/// Rows by pages that are not shared with another worker.
const UNDIVIDED: u64 = 500;

/// Rows for which each further worker was seen to cost a page more, beside one: fewer where few records have the same
/// second, more where many have.
const DIVIDED: u64 = 12_000;

/// Ids that one request takes (Zoho's page *Get records*).
pub(super) const IDS: u64 = 100;

/// Rows of one bulk job, and what starting it costs.
pub(super) const JOB: u64 = 200_000;
const JOB_CREDITS: u32 = 50;

/// How often the state of a job is thought to be asked for, where it is not known how long it takes.
const POLLS: u64 = 3;

/// How long a job takes about: some seconds, and one more for each so many rows.
const JOB_TIME: Duration = Duration::from_millis(3_500);
const ROWS_A_SECOND: u64 = 20_000;

/// What a scan costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Estimate {
    pub(super) calls: u64,
    pub(super) credits: u64,
    pub(super) duration: Duration,
}

/// What the requests of a scan cost, in credits: the built-in prices, or Zoho's own where they were read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tariff {
    page: u64,
    by_id: u64,
    job: u64,
    /// A query of up to 200, 1,000 and 2,000 rows.
    query: [u64; 3],
}

impl Tariff {
    pub(super) fn of(session: &Session, spec: &Spec) -> Self {
        let version = session.version();
        let listing = format!("/crm/{version}/{}", spec.module);
        let page = if spec.view.is_some() { Cost::credits_of(3) } else { Cost::ONE };
        let query = |rows| {
            let cost = Cost::credits_of(credits(rows));
            session.credits(Method::Post, &format!("/crm/{version}/coql"), cost)
        };
        Self {
            page: session.credits(Method::Get, &listing, page),
            by_id: session.credits(Method::Get, &listing, Cost::ONE),
            job: session.credits(Method::Post, &format!("/crm/bulk/{version}/read"), Cost::credits_of(JOB_CREDITS)),
            query: [200, 1_000, 2_000].map(query),
        }
    }

    fn query(&self, rows: u64) -> u64 {
        let [few, some, many] = self.query;
        match rows {
            0..=200 => few,
            201..=1_000 => some,
            _ => many,
        }
    }
}

/// Under which circumstances records are read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Circumstances<'a> {
    pub(super) spec: &'a Spec,
    pub(super) version: ApiVersion,
    pub(super) workers: u64,
    pub(super) latency: Duration,
    pub(super) tariff: Tariff,
}

impl Circumstances<'_> {
    /// What the way costs. `counted` says that the reader knows how many records there are.
    pub(super) fn estimate(&self, way: Way, columns: &Columns, rows: u64, counted: bool) -> Estimate {
        match way {
            Way::Query => self.of_query(columns, rows, counted),
            Way::Pages => self.of_pages(columns, rows),
            Way::Bulk => self.of_bulk(rows, counted),
        }
    }

    fn of_query(&self, columns: &Columns, rows: u64, counted: bool) -> Estimate {
        let limits = Limits::of(self.version);
        let parts = columns.parts.len() as u64;
        // Only rows that were counted can be shared.
        let workers = if counted { self.workers } else { 1 };
        let ranges = ranks(rows, workers, &limits);
        let (mut calls, mut spent, mut longest) = (0u64, 0u64, 0u64);
        let mut begin = 0u64;
        for end in ranges.iter().copied().chain([rows]) {
            let (pages, of_range) = pages_of(end.saturating_sub(begin), counted, &limits, &self.tariff);
            calls = calls.saturating_add(pages.saturating_mul(parts));
            spent = spent.saturating_add(of_range.saturating_mul(parts));
            longest = longest.max(pages.saturating_mul(parts));
            begin = end;
        }
        let by_id = (columns.by_id.len() as u64).saturating_mul(rows.div_ceil(IDS));
        calls = calls.saturating_add(by_id);
        spent = spent.saturating_add(by_id.saturating_mul(self.tariff.by_id));
        longest = longest.saturating_add(by_id.div_ceil(ranges.len() as u64 + 1));
        let probes = ranges.len() as u64;
        let before = u64::from(probes > 0);
        // Long ranges are divided further.
        let shared = calls.div_ceil(workers.max(1)).saturating_add(1);
        let duration = self.rounds(longest.min(shared).saturating_add(before));
        Estimate { calls: calls.saturating_add(probes), credits: spent.saturating_add(probes), duration }
    }

    fn of_pages(&self, columns: &Columns, rows: u64) -> Estimate {
        let by_id = (columns.parts.len() as u64).saturating_sub(1).saturating_mul(rows.div_ceil(IDS));
        let by_time = self.spec.view.is_none();
        let workers = if by_time { self.workers.max(1) } else { 1 };
        let pages = match by_time {
            true => rows.saturating_sub(PAGE).div_ceil(BY_TIME).saturating_add(1),
            false => rows.div_ceil(PAGE).max(1),
        };
        // Ranges that were divided end with pages that are not full, and there is a look at what was changed meanwhile.
        let others = workers.saturating_sub(1).min(rows / UNDIVIDED);
        let divided = others.saturating_add(others.saturating_mul(rows) / DIVIDED);
        let pages = pages.saturating_add(divided);
        let calls = pages.saturating_add(by_id);
        let credits = pages.saturating_mul(self.tariff.page).saturating_add(by_id.saturating_mul(self.tariff.by_id));
        Estimate { calls, credits, duration: self.rounds(calls.div_ceil(workers)) }
    }

    fn of_bulk(&self, rows: u64, counted: bool) -> Estimate {
        let jobs = rows.div_ceil(JOB).max(1);
        // A job of so many rows is asked for when it should be over.
        let polls = if counted { 1 } else { POLLS };
        let calls = jobs.saturating_mul(polls.saturating_add(2));
        let credits = jobs.saturating_mul(self.tariff.job.saturating_add(polls).saturating_add(1));
        let full = job_time(JOB).saturating_mul(u32::try_from(jobs.saturating_sub(1)).unwrap_or(u32::MAX));
        let working = full.saturating_add(job_time(rows.saturating_sub(jobs.saturating_sub(1).saturating_mul(JOB))));
        let duration = self.rounds(jobs.saturating_mul(3)).saturating_add(working);
        Estimate { calls, credits, duration }
    }

    fn rounds(&self, rounds: u64) -> Duration {
        self.latency.saturating_mul(u32::try_from(rounds).unwrap_or(u32::MAX))
    }
}

/// How long the next job takes about when so many rows are left.
pub(super) fn job_time(rows: u64) -> Duration {
    JOB_TIME.saturating_add(Duration::from_millis(rows.min(JOB).saturating_mul(1_000) / ROWS_A_SECOND))
}

/// At which ranks the rows are divided among workers: whole pages each, and only where the offset reaches, from the
/// front or from the end.
pub(super) fn ranks(rows: u64, workers: u64, limits: &Limits) -> Vec<u64> {
    let pages = rows.div_ceil(limits.rows);
    let ranges = workers.min(pages);
    let rank = |range: u64| pages.saturating_mul(range).div_ceil(ranges.max(1)).saturating_mul(limits.rows);
    let mut ranks: Vec<u64> = (1..ranges).map(rank).filter(|rank| *rank < rows).collect();
    ranks.retain(|rank| *rank <= limits.reach || rows.saturating_sub(*rank) < limits.reach);
    ranks.dedup();
    ranks
}

/// The pages of so many rows in the order of their ids, and their credits.
fn pages_of(rows: u64, known: bool, limits: &Limits, tariff: &Tariff) -> (u64, u64) {
    let (mut pages, mut spent, mut left) = (0u64, 0u64, rows);
    loop {
        let asked = page_rows(known.then_some(left), usize::try_from(pages).unwrap_or(usize::MAX), limits);
        pages = pages.saturating_add(1);
        spent = spent.saturating_add(tariff.query(asked));
        left = left.saturating_sub(asked);
        if left == 0 {
            return (pages, spent);
        }
        // All further pages of a long range are alike.
        if asked == limits.rows && left > limits.rows.saturating_mul(4) {
            let whole = (left / limits.rows).saturating_sub(2);
            pages = pages.saturating_add(whole);
            spent = spent.saturating_add(whole.saturating_mul(tariff.query(asked)));
            left = left.saturating_sub(whole.saturating_mul(asked));
        }
    }
}

/// How many rows a page asks for: as many as are left where that is known, else more with each page.
pub(super) fn page_rows(left: Option<u64>, page: usize, limits: &Limits) -> u64 {
    let rows = match left {
        None | Some(0) => return limits.page_rows(page),
        Some(1..=200) => 200,
        Some(201..=1_000) => 1_000,
        Some(_) => 2_000,
    };
    rows.min(limits.rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn estimate(way: Way, rows: u64, workers: u64, counted: bool) -> Estimate {
        let spec = Spec::of("Leads");
        let columns = Columns { parts: vec![vec!["City".to_owned()]], ..Columns::default() };
        let latency = Duration::from_millis(100);
        let tariff = Tariff { page: 1, by_id: 1, job: JOB_CREDITS.into(), query: [1, 2, 3] };
        let circumstances = Circumstances { spec: &spec, version: ApiVersion::V8, workers, latency, tariff };
        circumstances.estimate(way, &columns, rows, counted)
    }

    #[test]
    fn many_records_are_cheaper_by_bulk_read_and_come_sooner_by_query() {
        let [query, bulk] = [Way::Query, Way::Bulk].map(|way| estimate(way, 54_000, 1, true));
        assert!(bulk.credits < query.credits && query.duration < bulk.duration, "{query:?} {bulk:?}");
        let [query, bulk] = [Way::Query, Way::Bulk].map(|way| estimate(way, 20_000, 1, true));
        assert!(query.credits < bulk.credits && query.duration < bulk.duration, "{query:?} {bulk:?}");
    }

    #[test]
    fn who_knows_how_many_there_are_asks_for_pages_that_fit() {
        let calls = |rows, counted| {
            (estimate(Way::Query, rows, 1, counted).calls, estimate(Way::Query, rows, 1, counted).credits)
        };
        assert_eq!(
            [(0, false), (200, false), (201, false), (1_200, false)].map(|(rows, known)| calls(rows, known)),
            [(1, 1), (1, 1), (2, 3), (2, 3)]
        );
        assert_eq!(
            [(100_000, false), (100_000, true), (20_100, true)].map(|(rows, known)| calls(rows, known)),
            [(52, 153), (50, 150), (11, 31)]
        );
    }

    #[test]
    fn workers_begin_with_ranges_of_whole_pages_that_the_offset_reaches() {
        let ranks = |rows, version| ranks(rows, 5, &Limits::of(version));
        assert_eq!(ranks(20_000, ApiVersion::V8), [4_000, 8_000, 12_000, 16_000]);
        assert_eq!(ranks(20_000, ApiVersion::V2), [4_000, 8_000, 12_000, 16_000]);
        assert_eq!(ranks(3_000, ApiVersion::V8), [2_000]);
        assert_eq!(ranks(1_000_000, ApiVersion::V8), [0; 0]);
    }
}
