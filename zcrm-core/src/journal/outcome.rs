//! What became of a row.

use serde::{Deserialize, Serialize};

use crate::entity::{DateTime, RecordId};
use crate::rest::Outcome;

/// What became of a row, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RowFate {
    /// A record was created.
    Created,
    /// A record was changed.
    Updated,
    /// A record was deleted.
    Deleted,
    /// It was refused; nothing was changed.
    Refused,
    /// It was sent, and whether it was done is not known.
    Unanswered,
    /// It was not sent, or certainly not done.
    NotSent,
}

impl RowFate {
    /// The word: `created`, `updated`, `deleted`, `refused`, `unanswered`, `not_sent`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Deleted => "deleted",
            Self::Refused => "refused",
            Self::Unanswered => "unanswered",
            Self::NotSent => "not_sent",
        }
    }
}

/// What became of a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RowOutcome {
    /// The row.
    pub row: u64,
    /// In one word.
    pub fate: RowFate,
    /// The record, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<RecordId>,
    /// When the record was modified by it, where Zoho told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modified_time: Option<DateTime>,
    /// Zoho's code, where it was not written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Why it was not written, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

impl RowOutcome {
    /// Only the word.
    #[must_use]
    pub fn new(row: u64, fate: RowFate) -> Self {
        Self { row, fate, id: None, modified_time: None, code: None, message: None }
    }

    /// With the reason, one line.
    #[must_use]
    pub fn because(row: u64, fate: RowFate, message: impl Into<String>) -> Self {
        Self { message: Some(message.into().replace(['\r', '\n'], " ")), ..Self::new(row, fate) }
    }

    /// What became of a record of a batch.
    #[must_use]
    pub fn of(row: u64, outcome: &Outcome) -> Self {
        let fate = match outcome {
            Outcome::Created(_) => RowFate::Created,
            Outcome::Deleted(_) => RowFate::Deleted,
            Outcome::Rejected(_) => RowFate::Refused,
            Outcome::Unanswered(_) => RowFate::Unanswered,
            Outcome::NotSent(_) => RowFate::NotSent,
            Outcome::Updated(_) => RowFate::Updated,
        };
        let message = outcome.error().map(|error| error.api().map_or_else(|| error.with_causes(), ToString::to_string));
        Self {
            row,
            fate,
            id: outcome.id().cloned(),
            modified_time: outcome.saved().and_then(crate::rest::Saved::modified_time),
            code: outcome.error().and_then(|error| error.code().map(str::to_owned)),
            message: message.map(|message| message.replace(['\r', '\n'], " ")),
        }
    }
}
