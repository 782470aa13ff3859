//! Which way a scan takes, told.

use std::fmt;
use std::time::Duration;

use super::choice::Choice;
use super::estimate::{Estimate, JOB};
use super::way::Way;

/// Which way a scan takes, what it costs, and why; given by [`Scan::plan`](super::Scan::plan).
///
/// Its `Display` is a few lines for people.
#[derive(Debug, Clone)]
pub struct ScanPlan {
    choice: Choice,
    rows: Option<u64>,
    estimate: Option<Estimate>,
    workers: usize,
    asked: u64,
}

impl ScanPlan {
    pub(super) fn new(
        choice: Choice,
        rows: Option<u64>,
        estimate: Option<Estimate>,
        workers: usize,
        asked: u64,
    ) -> Self {
        Self { choice, rows, estimate, workers, asked }
    }

    /// The way.
    #[must_use]
    pub fn way(&self) -> Way {
        self.choice.way
    }

    /// How many records there are, as counted; `None` where Zoho counts them in no way.
    #[must_use]
    pub fn rows(&self) -> Option<u64> {
        self.rows
    }

    /// How many requests a scan that begins anew sends in all: for the metadata, the count, the rows, and the state of
    /// jobs. `None` where the number of records is not known.
    #[must_use]
    pub fn calls(&self) -> Option<u64> {
        self.estimate.map(|estimate| estimate.calls)
    }

    /// How many credits these requests cost.
    #[must_use]
    pub fn credits(&self) -> Option<u64> {
        self.estimate.map(|estimate| estimate.credits)
    }

    /// How long it takes about, by the time that the requests of the plan took.
    #[must_use]
    pub fn duration(&self) -> Option<Duration> {
        self.estimate.map(|estimate| estimate.duration)
    }

    /// Why it is this way.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.choice.reason
    }

    /// What this way cannot give, each in words.
    #[must_use]
    pub fn gaps(&self) -> &[String] {
        &self.choice.columns.gaps
    }

    /// The fields that each row has, as far as they are known, without `id`; none where Zoho gives all by itself.
    #[must_use]
    pub fn fields(&self) -> Vec<String> {
        self.choice.columns.names()
    }

    /// How many of the [calls](Self::calls) were sent for the plan already; iterating over the same scan does not send
    /// them again.
    #[must_use]
    pub fn asked(&self) -> u64 {
        self.asked
    }
}

impl ScanPlan {
    /// What the way does not promise, in words; `None` where each record that is there throughout comes exactly once.
    #[must_use]
    pub fn caution(&self) -> Option<&'static str> {
        match self.choice.way {
            Way::Pages if self.choice.shifts => Some("while others write, these pages may miss a record"),
            Way::Bulk if self.rows.is_some_and(|rows| rows > JOB) => {
                Some("several jobs are several looks: a record that is deleted between two of them may hide another")
            }
            _ => None,
        }
    }
}

impl fmt::Display for ScanPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.choice.way.told())?;
        match (self.rows, self.estimate) {
            (Some(rows), Some(estimate)) => write!(
                f,
                "{rows} records in {} calls for {} credits, about {:.1} s with {} {}",
                estimate.calls,
                estimate.credits,
                estimate.duration.as_secs_f64(),
                self.workers,
                if self.workers == 1 { "worker" } else { "workers" },
            )?,
            _ => f.write_str("Zoho does not count the records, so what it costs is not known")?,
        }
        write!(f, "\nbecause {}", self.choice.reason)?;
        if let Some(caution) = self.caution() {
            write!(f, "\n{caution}")?;
        }
        self.gaps().iter().try_for_each(|gap| write!(f, "\nnot given: {gap}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_way_does_not_promise_is_said() {
        let told = |way, rows, shifts| {
            let choice = Choice {
                way,
                columns: super::super::columns::Columns::default(),
                reason: "it was asked for".to_owned(),
                rows: Some(rows),
                estimate: None,
                shifts,
            };
            ScanPlan::new(choice, Some(rows), None, 1, 0).to_string()
        };
        assert!(told(Way::Bulk, JOB + 1, false).contains("several jobs are several looks"));
        assert!(!told(Way::Bulk, JOB, false).contains("several jobs"));
        assert!(told(Way::Pages, 7, true).contains("may miss a record"));
        assert!(!told(Way::Pages, 7, false).contains("may miss"));
    }
}
