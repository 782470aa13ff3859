//! Up to where changes were told, as a value that can be written down.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::clock::Seconds;
use super::feed::Feed;
use crate::error::{Error, ErrorKind, Result};

/// For how long Zoho remembers deletions (its page *Get deleted records*).
const REMEMBERED: Seconds = 120 * 24 * 60 * 60;

/// Up to where the changes of a module were told: a serializable value to keep beside the data.
///
/// It begins as [`start`](Self::start) or [`from_now`](Self::from_now);
/// [`ChangesRows::cursor`](super::ChangesRows::cursor) gives the next one at any moment. Keep it together with what was
/// done about the changes, in one transaction or in one file: then a program that is killed at any moment misses
/// nothing.
///
/// It belongs to the module, the fields and the user with which it was made. It holds times of Zoho's clock, and the
/// ids of what was told of the last seconds; it grows to some hundred kilobytes where thousands of records change
/// within a minute.
///
/// Its text is one line of JSON.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangesCursor {
    /// Of which changes it is; of any at the beginning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) listing: Option<String>,
    pub(super) state: State,
}

/// How far the changes are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum State {
    /// Everything is to be told.
    Start,
    /// What is there at the first run is not to be told.
    FromNow,
    /// What comes after these.
    Following(Box<Feeds>),
}

/// The kinds of changes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Feeds {
    pub(super) modified: Feed,
    pub(super) deleted: Feed,
    /// Leads that were converted.
    pub(super) converted: Feed,
    /// When Zoho was last asked what was deleted, and all of it was told.
    pub(super) checked: Option<Seconds>,
}

impl Feeds {
    /// What comes after this time.
    pub(super) fn after(mark: Option<Seconds>, now: Option<Seconds>, overlap: Seconds) -> Self {
        let feed = || Feed::after(mark, now, overlap);
        Self { modified: feed(), deleted: feed(), converted: feed(), checked: now }
    }

    /// Refuses to go on where Zoho no longer knows all that was deleted.
    pub(super) fn check_age(&self, now: Option<Seconds>) -> Result<()> {
        let age = now.zip(self.checked).map_or(0, |(now, checked)| now.saturating_sub(checked));
        if age <= REMEMBERED {
            return Ok(());
        }
        let message = format!(
            "the cursor of changes is {} days old, and Zoho remembers deletions for 120; begin anew with \
             ChangesCursor::start() and drop what does not come again",
            age / (24 * 60 * 60)
        );
        Err(Error::new(ErrorKind::CursorTooOld, message))
    }
}

impl ChangesCursor {
    /// Everything: the first run tells all records of the module.
    #[must_use]
    pub fn start() -> Self {
        Self { listing: None, state: State::Start }
    }

    /// Only what happens from the first run on: the records that are there by then are not told. The first run itself
    /// finds out where that is, and mostly tells nothing.
    #[must_use]
    pub fn from_now() -> Self {
        Self { listing: None, state: State::FromNow }
    }

    /// Up to which time records were told, in seconds since 1970 by Zoho's clock; `None` at the beginning.
    pub(in crate::resource) fn reached(&self) -> Option<i64> {
        match &self.state {
            State::Following(feeds) => feeds.modified.mark(),
            State::Start | State::FromNow => None,
        }
    }

    /// This cursor begun anew: all records are told again, and besides them what was deleted since this cursor. It may
    /// be taken for other fields.
    #[must_use]
    pub fn restarted(&self) -> Self {
        let state = match &self.state {
            State::Following(feeds) => {
                State::Following(Box::new(Feeds { modified: Feed::default(), ..Feeds::clone(feeds) }))
            }
            State::Start | State::FromNow => State::Start,
        };
        Self { listing: None, state }
    }

    /// Refuses to go on with other changes.
    pub(super) fn check(&self, listing: &str) -> Result<()> {
        match &self.listing {
            Some(own) if own != listing => {
                let message = format!(
                    "the cursor is of the changes of {own}, not of {listing}; take the same module, fields and user, \
                     or begin anew with ChangesCursor::start()"
                );
                Err(Error::new(ErrorKind::CursorMismatch, message))
            }
            _ => Ok(()),
        }
    }
}

impl fmt::Display for ChangesCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(self).map_err(|_| fmt::Error)?)
    }
}

impl FromStr for ChangesCursor {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        serde_json::from_str(text)
            .map_err(|cause| Error::invalid("this is not the text of a cursor of changes").with_source(cause).logged())
    }
}

impl fmt::Debug for ChangesCursor {
    /// Without the ids that were told.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match &self.state {
            State::Start => "start",
            State::FromNow => "from now",
            State::Following(_) => "following",
        };
        f.debug_struct("ChangesCursor").field("listing", &self.listing).field("state", &state).finish_non_exhaustive()
    }
}
