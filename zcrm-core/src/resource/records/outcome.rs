//! What became of each record of a batch.

use std::fmt;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::entity::{DateTime, RecordId, UserRef};
use crate::error::{Error, ErrorKind, Result};
use crate::rest::ItemResult;

/// A record that Zoho created or changed: the `details` of its answer.
#[doc(alias = "EntityResponse")]
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct Saved {
    /// The id.
    pub id: RecordId,
    /// When the record was created.
    #[serde(rename = "Created_Time", alias = "created_time", default)]
    pub created_time: Option<DateTime>,
    /// When it was changed last.
    #[serde(rename = "Modified_Time", alias = "modified_time", default)]
    pub modified_time: Option<DateTime>,
    /// Who created it.
    #[serde(rename = "Created_By", alias = "created_by", default)]
    pub created_by: Option<UserRef>,
    /// Who changed it last.
    #[serde(rename = "Modified_By", alias = "modified_by", default)]
    pub modified_by: Option<UserRef>,
    /// On an upsert: the field by which Zoho found the record that it changed.
    #[doc(alias = "upsert_duplicate_field")]
    #[serde(skip)]
    pub duplicate_field: Option<String>,
    /// All other details.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl Saved {
    /// The details of a success; `id` is that of the record where it was known before the answer.
    pub(in crate::resource) fn of(result: ItemResult, id: Option<&RecordId>) -> Result<Self> {
        let mut details = match result.details {
            Value::Object(details) => details,
            _ => Map::new(),
        };
        if let (None | Some(Value::Null), Some(id)) = (details.get("id"), id) {
            details.insert("id".to_owned(), id.as_str().into());
        }
        let saved = Self::deserialize(Value::Object(details)).map_err(|cause| {
            Error::new(ErrorKind::InvalidAnswer, "Zoho reports success, and its details cannot be read")
                .with_outcome_unknown(true)
                .with_source(cause)
        })?;
        Ok(Self { duplicate_field: result.duplicate_field, ..saved })
    }
}

/// What became of one record of a batch.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Outcome {
    /// Zoho created it.
    Created(Saved),
    /// Zoho changed it.
    Updated(Saved),
    /// Zoho deleted it.
    Deleted(RecordId),
    /// Zoho refused it, alone or with its whole call; [`Error::api`] says why. Nothing was changed.
    Refused(Arc<Error>),
    /// The answer was lost, cut off, empty, unreadable or a failure of the server: whether the record was written is not
    /// known. Find out before you send it again.
    Unanswered(Arc<Error>),
    /// It was not sent, or certainly not done: it cannot be sent as it is, or the batch was given up before its turn.
    NotSent(Arc<Error>),
}

impl Outcome {
    /// Why the record was not, or not certainly, written; `None` for one that was.
    #[must_use]
    pub fn error(&self) -> Option<&Error> {
        match self {
            Self::Refused(error) | Self::Unanswered(error) | Self::NotSent(error) => Some(error),
            Self::Created(_) | Self::Updated(_) | Self::Deleted(_) => None,
        }
    }

    /// The id of a record that was written or deleted.
    #[must_use]
    pub fn id(&self) -> Option<&RecordId> {
        match self {
            Self::Created(saved) | Self::Updated(saved) => Some(&saved.id),
            Self::Deleted(id) => Some(id),
            Self::Refused(_) | Self::Unanswered(_) | Self::NotSent(_) => None,
        }
    }
}

/// How many records of a batch had which outcome. Its text is one line, the same for every batch:
/// `created=2 updated=0 deleted=0 refused=1 unanswered=0 not_sent=0`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counts {
    /// Created.
    pub created: usize,
    /// Changed.
    pub updated: usize,
    /// Deleted.
    pub deleted: usize,
    /// Refused by Zoho.
    pub refused: usize,
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
            Outcome::Refused(_) => &mut self.refused,
            Outcome::Unanswered(_) => &mut self.unanswered,
            Outcome::NotSent(_) => &mut self.not_sent,
        };
        *count = count.saturating_add(1);
    }

    /// All of them together.
    #[must_use]
    pub fn total(&self) -> usize {
        [self.created, self.updated, self.deleted, self.refused, self.unanswered, self.not_sent].into_iter().sum()
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { created, updated, deleted, refused, unanswered, not_sent } = self;
        write!(
            f,
            "created={created} updated={updated} deleted={deleted} refused={refused} unanswered={unanswered} \
             not_sent={not_sent}"
        )
    }
}

/// What became of a batch: one outcome per record, in the order of the input.
///
/// A batch fails in part as a matter of course, so this is a value and not an error; look at it.
///
/// ```no_run
/// # fn run(client: zcrm_core::Client, leads: Vec<zcrm_core::entity::Record>) -> zcrm_core::Result<()> {
/// let report = client.module("Leads").create(&leads)?;
/// println!("{}", report.counts());
/// for (index, error) in report.refused() {
///     eprintln!("lead {index}: {error}");
/// }
/// for (index, error) in report.unanswered() {
///     eprintln!("lead {index} may have been created: {error}");
/// }
/// # Ok(())
/// # }
/// ```
#[doc(alias = "BulkAPIResponse")]
#[derive(Debug, Clone, Default)]
#[must_use = "some records may have been refused or not sent"]
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

    /// Those that were refused, unanswered or not sent, with their indexes.
    pub fn failed(&self) -> impl Iterator<Item = (usize, &Error)> {
        self.pick(Outcome::error)
    }

    /// Those that Zoho refused, with their indexes.
    pub fn refused(&self) -> impl Iterator<Item = (usize, &Error)> {
        self.pick(|outcome| if let Outcome::Refused(error) = outcome { Some(&**error) } else { None })
    }

    /// Those of which it is not known whether they were written, with their indexes.
    pub fn unanswered(&self) -> impl Iterator<Item = (usize, &Error)> {
        self.pick(|outcome| if let Outcome::Unanswered(error) = outcome { Some(&**error) } else { None })
    }

    /// Those that were not sent, with their indexes.
    pub fn not_sent(&self) -> impl Iterator<Item = (usize, &Error)> {
        self.pick(|outcome| if let Outcome::NotSent(error) = outcome { Some(&**error) } else { None })
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
