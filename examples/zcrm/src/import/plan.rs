//! How rows are written, and what that costs.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// From so many rows on a bulk job is worth it: 500 credits a job, and one for ten rows by record calls.
const ROWS_FOR_BULK: u64 = 5_000;
const ROWS_PER_JOB: u64 = 25_000;
const CREDITS_PER_JOB: u64 = 500;
const ROWS_PER_CALL: u64 = 100;
const ROWS_PER_CREDIT: u64 = 10;

/// A job is uploaded, started, asked for a few times, and its result fetched.
const CALLS_PER_JOB: u64 = 6;
const TIME_PER_JOB: Duration = Duration::from_secs(60);
/// A call takes at least so long.
const TIME_PER_CALL: Duration = Duration::from_millis(500);

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Way {
    /// By whichever is cheaper.
    Auto,
    /// By record calls, 100 rows each.
    #[default]
    Records,
    /// By bulk write jobs, 25,000 rows each.
    Bulk,
}

impl FromStr for Way {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "auto" => Ok(Self::Auto),
            "records" => Ok(Self::Records),
            "bulk" => Ok(Self::Bulk),
            _ => Err("a way is auto, records or bulk".to_owned()),
        }
    }
}

impl Way {
    /// The way for so many rows; `can_bulk` says whether bulk write can take them.
    #[must_use]
    pub fn decide(self, rows: u64, can_bulk: bool) -> Self {
        let jobs = rows.div_ceil(ROWS_PER_JOB);
        let is_cheaper = jobs * CREDITS_PER_JOB <= rows.div_ceil(ROWS_PER_CREDIT);
        match self {
            Self::Auto if can_bulk && rows >= ROWS_FOR_BULK && is_cheaper => Self::Bulk,
            Self::Auto => Self::Records,
            way => way,
        }
    }
}

/// What an import costs; its text is the last line of a dry run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    way: Way,
    calls: u64,
    credits: u64,
    seconds: u64,
}

impl Plan {
    /// For so many rows, by so many calls side by side, of which one takes so long.
    #[must_use]
    pub fn new(way: Way, rows: u64, workers: usize, per_call: Duration) -> Self {
        let way = way.decide(rows, way != Way::Auto);
        if way == Way::Bulk {
            let jobs = rows.div_ceil(ROWS_PER_JOB);
            let (calls, credits) = (jobs * CALLS_PER_JOB, jobs * (CREDITS_PER_JOB + CALLS_PER_JOB - 1));
            return Self { way, calls, credits, seconds: jobs * TIME_PER_JOB.as_secs() };
        }
        let calls = rows.div_ceil(ROWS_PER_CALL);
        let rounds = calls.div_ceil(u64::try_from(workers.max(1)).unwrap_or(1));
        let time = per_call.max(TIME_PER_CALL).as_millis() * u128::from(rounds);
        let last = rows % ROWS_PER_CALL;
        let credits = rows / ROWS_PER_CALL * (ROWS_PER_CALL / ROWS_PER_CREDIT) + last.div_ceil(ROWS_PER_CREDIT);
        Self { way, calls, credits, seconds: u64::try_from(time.div_ceil(1_000)).unwrap_or(u64::MAX) }
    }
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Auto => "auto",
            Self::Records => "records",
            Self::Bulk => "bulk",
        })
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { way, calls, credits, seconds } = self;
        write!(f, "way={way} calls={calls} credits={credits} seconds={seconds}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cheaper_way_is_taken() {
        for (rows, way) in [(4_999, Way::Records), (5_000, Way::Bulk), (25_000, Way::Bulk), (25_001, Way::Bulk)] {
            assert_eq!(Way::Auto.decide(rows, true), way, "{rows}");
            assert_eq!(Way::Auto.decide(rows, false), Way::Records);
        }
        assert_eq!(Way::Bulk.decide(1, true), Way::Bulk);
    }

    #[test]
    fn a_plan_counts_calls_and_credits() {
        let plan = |way, rows, workers| Plan::new(way, rows, workers, Duration::ZERO).to_string();
        assert_eq!(plan(Way::Records, 25_000, 5), "way=records calls=250 credits=2500 seconds=25");
        assert_eq!(plan(Way::Records, 101, 1), "way=records calls=2 credits=11 seconds=1");
        assert_eq!(plan(Way::Records, 0, 1), "way=records calls=0 credits=0 seconds=0");
        assert_eq!(plan(Way::Bulk, 25_001, 1), "way=bulk calls=12 credits=1010 seconds=120");
    }
}
