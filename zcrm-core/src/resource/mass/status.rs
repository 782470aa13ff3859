//! How far a mass job is.

use std::fmt;

use crate::entity::{Json, Members};
use crate::error::Result;
use crate::rest::Response;

/// Under which keys the status of a job stands.
const KEYS: [&str; 3] = ["data", "merge", "mass_delete"];

/// What Zoho says of a mass job. Its text is one line: `COMPLETED total=50 done=48 not_done=2 failed=0`.
///
/// Zoho does not tell which records were not done: look for them by what was to be changed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
#[must_use = "some records may not have been done"]
pub struct MassStatus {
    /// How far it is.
    pub state: MassState,
    /// How many records it has.
    pub total: Option<u64>,
    /// How many were updated, deleted, converted, or got their owner.
    pub done: Option<u64>,
    /// How many were left as they were.
    pub not_done: Option<u64>,
    /// How many failed.
    pub failed: Option<u64>,
}

/// How far a mass job is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum MassState {
    /// It waits.
    Scheduled,
    /// It runs.
    Running,
    /// It is over.
    Completed,
    /// It failed.
    Failed,
    /// Any other word of Zoho's; the job is not over.
    Other(String),
}

impl MassStatus {
    /// Whether all records were done, as far as Zoho tells.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.state == MassState::Completed && self.not_done.unwrap_or(0) == 0 && self.failed.unwrap_or(0) == 0
    }

    /// From Zoho's answer: in a list or alone under a key, or the whole body; names in any case.
    pub(super) fn of(response: &Response) -> Result<Self> {
        let body = response.body().parse::<Json>().unwrap_or_default();
        let first = |json: Json| json.elements().map_or(Some(json), |items| items.into_iter().next());
        let item = KEYS.iter().find_map(|key| body.get(key)).and_then(first).unwrap_or_else(|| body.clone());
        let members: Members =
            item.members().unwrap_or_default().into_iter().map(|(name, value)| (name.to_lowercase(), value)).collect();
        if members.contains_key("code") {
            // A refusal; a success without a state is none that can be read.
            response.result(KEYS[0])?;
        }
        let state = members.get("status").and_then(Json::text).filter(|word| !word.is_empty());
        let Some(state) = state else {
            return Err(response.undecided("Zoho's response does not tell the state of the job"));
        };
        let ending = |ending: &str| {
            members.iter().find(|(name, _)| name.as_str() == ending).and_then(|(_, value)| number(value))
        };
        let done = ["updated_count", "deleted_count", "converted_count", "owner_changed_count", "success_count"];
        let not_done = ["not_updated_count", "not_deleted_count", "not_converted_count"];
        Ok(Self {
            state: MassState::of(&state),
            total: ending("total_count"),
            done: done.into_iter().find_map(ending),
            not_done: not_done.into_iter().find_map(ending),
            failed: ending("failed_count"),
        })
    }
}

impl MassState {
    fn of(word: &str) -> Self {
        match word.to_ascii_uppercase().replace(['_', '-'], " ").as_str() {
            "SCHEDULED" | "QUEUED" | "ADDED" => Self::Scheduled,
            "RUNNING" | "IN PROGRESS" | "INPROGRESS" => Self::Running,
            "COMPLETED" | "FINISHED" => Self::Completed,
            "FAILED" | "FAILURE" => Self::Failed,
            _ => Self::Other(word.to_owned()),
        }
    }
}

/// A number, also as a text.
fn number(value: &Json) -> Option<u64> {
    value.text().map_or_else(|| value.raw().parse().ok(), |text| text.trim().parse().ok())
}

impl fmt::Display for MassState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Scheduled => "SCHEDULED",
            Self::Running => "RUNNING",
            Self::Completed => "COMPLETED",
            Self::Failed => "FAILED",
            Self::Other(word) => word,
        })
    }
}

impl fmt::Display for MassStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.state)?;
        let counts = [("total", self.total), ("done", self.done), ("not_done", self.not_done), ("failed", self.failed)];
        counts.into_iter().try_for_each(|(name, count)| count.map_or(Ok(()), |count| write!(f, " {name}={count}")))
    }
}
