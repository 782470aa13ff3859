//! What became of a batch.

use std::fmt;

use super::outcomes::{Outcome, Saved};
use crate::entity::RecordId;
use crate::error::{Error, ErrorKind, Result};

/// How many records of a batch had which outcome. Its text is one line, the same for every batch:
/// `created=2 updated=0 deleted=0 rejected=1 unanswered=0 not_sent=0`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counts {
    /// Created.
    pub created: usize,
    /// Changed.
    pub updated: usize,
    /// Deleted.
    pub deleted: usize,
    /// Rejected by Zoho.
    pub rejected: usize,
    /// Whether they were written is not known.
    pub unanswered: usize,
    /// Not sent.
    pub not_sent: usize,
}

impl Counts {
    /// Counts one more outcome.
    pub fn add(&mut self, outcome: &Outcome) {
        let count = match outcome {
            Outcome::Created(_) => &mut self.created,
            Outcome::Updated(_) => &mut self.updated,
            Outcome::Deleted(_) => &mut self.deleted,
            Outcome::Rejected(_) => &mut self.rejected,
            Outcome::Unanswered(_) => &mut self.unanswered,
            Outcome::NotSent(_) => &mut self.not_sent,
        };
        *count = count.saturating_add(1);
    }

    /// All of them together.
    #[must_use]
    pub fn total(&self) -> usize {
        [self.created, self.updated, self.deleted, self.rejected, self.unanswered, self.not_sent].into_iter().sum()
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { created, updated, deleted, rejected, unanswered, not_sent } = self;
        write!(
            f,
            "created={created} updated={updated} deleted={deleted} rejected={rejected} unanswered={unanswered} \
             not_sent={not_sent}"
        )
    }
}

/// What became of a batch: one outcome per record, in the order of the input.
///
/// A batch fails in part as a matter of course, so this is a value and not an error. Look at it, or turn it into an
/// error with [`into_result`](BatchReport::into_result).
///
/// ```no_run
/// # fn run(client: zcrm_core::Client, leads: Vec<zcrm_core::entity::Record>) -> zcrm_core::Result<()> {
/// let report = client.module("Leads").create(&leads)?;
/// println!("{}", report.counts());
/// for (index, error) in report.failed() {
///     eprintln!("lead {index}: {error}");
/// }
/// report.into_result()?; // an error if there was any failure
/// # Ok(())
/// # }
/// ```
#[doc(alias = "BulkAPIResponse")]
#[derive(Debug, Clone, Default)]
#[must_use = "some records may have been rejected or not sent; call into_result to make that an error"]
pub struct BatchReport {
    outcomes: Vec<Outcome>,
}

impl BatchReport {
    /// The outcomes; the index is that of the record in the input.
    #[must_use]
    pub fn outcomes(&self) -> &[Outcome] {
        &self.outcomes
    }

    /// How many records were given.
    #[must_use]
    pub fn len(&self) -> usize {
        self.outcomes.len()
    }

    /// Whether no record was given.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.outcomes.is_empty()
    }

    /// How many records had which outcome.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        self.outcomes.iter().for_each(|outcome| counts.add(outcome));
        counts
    }

    /// Whether every record was written or deleted.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.failed().next().is_none()
    }

    /// The report, if every record was written or deleted; else one error of kind [`Partial`](ErrorKind::Partial) that
    /// says how many were not, and why the first of them was not.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client, leads: Vec<zcrm_core::entity::Record>) -> zcrm_core::Result<()> {
    /// let report = client.module("Leads").create(&leads)?.into_result()?;
    /// println!("all {} are there", report.len());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Partial`]; its [`outcome_unknown`](Error::outcome_unknown) says whether some were unanswered.
    pub fn into_result(self) -> Result<Self> {
        let Some((index, first)) = self.failed().next() else { return Ok(self) };
        let counts = self.counts();
        let reasons = [
            (counts.rejected, "rejected by Zoho"),
            (counts.unanswered, "unanswered, so they may or may not be written"),
            (counts.not_sent, "not sent"),
        ];
        let reasons = reasons.iter().filter(|(count, _)| *count > 0);
        let reasons: Vec<String> = reasons.map(|(count, reason)| format!("{count} {reason}")).collect();
        let failed = counts.rejected.saturating_add(counts.unanswered).saturating_add(counts.not_sent);
        let message = format!(
            "{failed} of {} records were not written ({}); the first is record {index}: {first}",
            self.len(),
            reasons.join(", ")
        );
        let error = Error::new(ErrorKind::Partial, message).with_source(first.clone());
        Err(error.with_outcome_unknown(counts.unanswered > 0).logged())
    }

    /// The records that were created, with their indexes.
    pub fn created(&self) -> impl Iterator<Item = (usize, &Saved)> {
        self.pick(|outcome| if let Outcome::Created(saved) = outcome { Some(saved) } else { None })
    }

    /// The records that were changed, with their indexes.
    pub fn updated(&self) -> impl Iterator<Item = (usize, &Saved)> {
        self.pick(|outcome| if let Outcome::Updated(saved) = outcome { Some(saved) } else { None })
    }

    /// The records that were deleted, with their indexes.
    pub fn deleted(&self) -> impl Iterator<Item = (usize, &RecordId)> {
        self.pick(|outcome| if let Outcome::Deleted(id) = outcome { Some(id) } else { None })
    }

    /// The ids of all records that were written or deleted, with their indexes.
    pub fn ids(&self) -> impl Iterator<Item = (usize, &RecordId)> {
        self.pick(Outcome::id)
    }

    /// Those that were rejected, unanswered or not sent, with their indexes.
    pub fn failed(&self) -> impl Iterator<Item = (usize, &Error)> {
        self.pick(Outcome::error)
    }

    /// Those that Zoho rejected, with their indexes.
    pub fn rejected(&self) -> impl Iterator<Item = (usize, &Error)> {
        self.pick(|outcome| if let Outcome::Rejected(error) = outcome { Some(error) } else { None })
    }

    /// Those of which it is not known whether they were written, with their indexes.
    pub fn unanswered(&self) -> impl Iterator<Item = (usize, &Error)> {
        self.pick(|outcome| if let Outcome::Unanswered(error) = outcome { Some(error) } else { None })
    }

    /// Those that were not sent, with their indexes.
    pub fn not_sent(&self) -> impl Iterator<Item = (usize, &Error)> {
        self.pick(|outcome| if let Outcome::NotSent(error) = outcome { Some(error) } else { None })
    }

    fn pick<'a, T: ?Sized + 'a>(
        &'a self,
        what: impl Fn(&'a Outcome) -> Option<&'a T>,
    ) -> impl Iterator<Item = (usize, &'a T)> {
        self.outcomes.iter().enumerate().filter_map(move |(index, outcome)| Some((index, what(outcome)?)))
    }
}

impl FromIterator<Outcome> for BatchReport {
    fn from_iter<I: IntoIterator<Item = Outcome>>(outcomes: I) -> Self {
        Self { outcomes: outcomes.into_iter().collect() }
    }
}

impl IntoIterator for BatchReport {
    type Item = Outcome;
    type IntoIter = std::vec::IntoIter<Outcome>;

    fn into_iter(self) -> Self::IntoIter {
        self.outcomes.into_iter()
    }
}
