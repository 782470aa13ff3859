//! What became of an item.

use serde::de::DeserializeOwned;

use crate::entity::{DateTime, Json, RecordId, UserRef};
use crate::error::Error;
use crate::rest::response::ItemResult;

/// An item that Zoho created or modified: the `details` of its result, which are decoded when they are asked for.
#[doc(alias = "EntityResponse")]
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Saved {
    /// The id.
    pub id: RecordId,
    /// On an upsert: the field by which Zoho found the record that it modified.
    #[doc(alias = "upsert_duplicate_field")]
    pub duplicate_field: Option<String>,
    details: Json,
    retried: bool,
}

impl Saved {
    /// The details of a success; `id` is that of the item where it was known before the response. `None` without any
    /// id.
    pub(crate) fn of(result: ItemResult, id: Option<&RecordId>) -> Option<Self> {
        let id = result.id().map(RecordId::from).or_else(|| id.cloned())?;
        Some(Self { id, duplicate_field: result.duplicate_field, details: result.details, retried: false })
    }

    /// One of which little is known: the id, and what else there is to tell.
    #[cfg(feature = "bulk")]
    pub(crate) fn bare(id: RecordId, details: Json) -> Self {
        Self { id, duplicate_field: None, details, retried: false }
    }

    /// A record that turns out to be as it was to be written, from what was read of it.
    pub(crate) fn found(id: &RecordId, details: Json) -> Self {
        Self { id: id.clone(), duplicate_field: None, details, retried: false }
    }

    /// The same, of a second attempt or not.
    pub(crate) fn retried(self, retried: bool) -> Self {
        Self { retried, ..self }
    }

    /// Whether this is the result of a second attempt, after the response to a first one was lost. Then an upsert that
    /// was "updated" may have been created by the first.
    #[must_use]
    pub fn is_retry(&self) -> bool {
        self.retried
    }

    /// When it was created, where Zoho tells it.
    #[must_use]
    pub fn created_time(&self) -> Option<DateTime> {
        self.any(["Created_Time", "created_time"])
    }

    /// When it was modified last, where Zoho tells it.
    #[must_use]
    pub fn modified_time(&self) -> Option<DateTime> {
        self.any(["Modified_Time", "modified_time"])
    }

    /// Who created it, where Zoho tells it.
    #[must_use]
    pub fn created_by(&self) -> Option<UserRef> {
        self.any(["Created_By", "created_by"])
    }

    /// Who modified it last, where Zoho tells it.
    #[must_use]
    pub fn modified_by(&self) -> Option<UserRef> {
        self.any(["Modified_By", "modified_by"])
    }

    /// All details, as Zoho sent them.
    #[must_use]
    pub fn details(&self) -> &Json {
        &self.details
    }

    /// The first of two members that is of the type wanted.
    fn any<T: DeserializeOwned>(&self, names: [&str; 2]) -> Option<T> {
        names.into_iter().find_map(|name| serde_json::from_str::<Option<T>>(self.details.get(name)?.raw()).ok()?)
    }
}

/// What became of one item of a batch.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Outcome {
    /// Zoho created it.
    Created(Saved),
    /// Zoho modified it.
    Updated(Saved),
    /// Zoho deleted it.
    Deleted(RecordId),
    /// Zoho rejected it, alone or with its whole request; [`Error::api`] says why. Nothing was changed.
    Rejected(Error),
    /// The response was lost, cut off, empty, unreadable or a failure of the server: whether the item was written is
    /// not known. Find out before you send it again.
    Unanswered(Error),
    /// It was not sent, or certainly not done: it cannot be sent as it is, or the batch was given up before its turn.
    NotSent(Error),
}

impl Outcome {
    /// Why the item was not, or not certainly, written; `None` for one that was.
    #[must_use]
    pub fn error(&self) -> Option<&Error> {
        match self {
            Self::Rejected(error) | Self::Unanswered(error) | Self::NotSent(error) => Some(error),
            Self::Created(_) | Self::Updated(_) | Self::Deleted(_) => None,
        }
    }

    /// The id of an item that was written or deleted.
    #[must_use]
    pub fn id(&self) -> Option<&RecordId> {
        match self {
            Self::Created(saved) | Self::Updated(saved) => Some(&saved.id),
            Self::Deleted(id) => Some(id),
            Self::Rejected(_) | Self::Unanswered(_) | Self::NotSent(_) => None,
        }
    }

    /// What Zoho says of an item that was created or modified.
    #[must_use]
    pub fn saved(&self) -> Option<&Saved> {
        match self {
            Self::Created(saved) | Self::Updated(saved) => Some(saved),
            _ => None,
        }
    }
}
