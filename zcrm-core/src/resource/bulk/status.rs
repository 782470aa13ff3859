//! How far a job is.

use std::fmt;

use serde::Deserialize;

use super::query::PageToken;
use crate::entity::Json;
use crate::error::ApiError;

/// What Zoho says of a job.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "Told")]
#[non_exhaustive]
pub struct JobStatus {
    /// How far it is.
    pub state: JobState,
    /// Its result, when it is completed.
    pub result: Option<JobResult>,
    /// Why it failed, when it failed.
    pub failure: Option<ApiError>,
}

/// How far a job is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum JobState {
    /// Zoho knows of it.
    Added,
    /// It waits for other jobs of the organization, which run one after another.
    Queued,
    /// It runs.
    InProgress,
    /// It is over, and its result can be read for a day.
    Completed,
    /// It failed.
    Failed,
    /// Any other word of Zoho's; the job is not over.
    Other(String),
}

/// What a job gave.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct JobResult {
    /// The number of rows.
    pub count: Option<u64>,
    /// Whether there are rows behind these.
    pub more_records: bool,
    pub(super) download_url: Option<String>,
    pub(super) next_page_token: Option<PageToken>,
}

/// A job as Zoho tells it. Members that are there before their time, such as a result of a job that is not over, are
/// not to be trusted; numbers may come as texts.
#[derive(Deserialize)]
pub(super) struct Told {
    #[serde(alias = "job_id", default)]
    pub(super) id: Json,
    #[serde(default)]
    state: Json,
    #[serde(default)]
    result: Json,
}

impl JobState {
    fn of(word: &str) -> Self {
        match word.to_ascii_uppercase().replace(['_', '-'], " ").as_str() {
            "ADDED" => Self::Added,
            "QUEUED" => Self::Queued,
            "IN PROGRESS" | "INPROGRESS" => Self::InProgress,
            "COMPLETED" => Self::Completed,
            "FAILURE" | "FAILED" => Self::Failed,
            _ => Self::Other(word.to_owned()),
        }
    }
}

impl fmt::Display for JobState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Added => "ADDED",
            Self::Queued => "QUEUED",
            Self::InProgress => "IN PROGRESS",
            Self::Completed => "COMPLETED",
            Self::Failed => "FAILURE",
            Self::Other(word) => word,
        })
    }
}

impl TryFrom<Told> for JobStatus {
    type Error = &'static str;

    fn try_from(told: Told) -> Result<Self, Self::Error> {
        let state = told.state.text().filter(|word| !word.is_empty()).ok_or("the job has no state")?;
        let state = JobState::of(&state);
        let result = (state == JobState::Completed).then(|| JobResult::of(&told.result));
        let failure = (state == JobState::Failed).then(|| reason(&told.result));
        Ok(Self { state, result, failure })
    }
}

impl JobResult {
    fn of(told: &Json) -> Self {
        let member = |name: &str| told.get(name).unwrap_or_default();
        let text = |name: &str| member(name).text().map(std::borrow::Cow::into_owned).filter(|text| !text.is_empty());
        Self {
            count: plain(&member("count")).and_then(|count| count.parse().ok()),
            more_records: plain(&member("more_records")).is_some_and(|more| more.eq_ignore_ascii_case("true")),
            download_url: text("download_url"),
            next_page_token: text("next_page_token").map(PageToken),
        }
    }
}

/// Zoho's words on why a job failed.
fn reason(result: &Json) -> ApiError {
    let told = result.get("error_message").unwrap_or_default();
    let text = |name: &str| told.get(name).and_then(|value| plain(&value)).unwrap_or_default();
    let (code, message) = match told.text() {
        Some(message) => ("JOB_FAILED".to_owned(), message.into_owned()),
        None => (text("code"), text("message")),
    };
    let code = if code.is_empty() { "JOB_FAILED".to_owned() } else { code };
    let details = told.get("details").and_then(Json::into_raw);
    ApiError::as_sent(code, message, details.unwrap_or_default())
}

/// A text, a number or a boolean as text.
pub(super) fn plain(value: &Json) -> Option<String> {
    match value.text() {
        Some(text) => Some(text.into_owned()).filter(|text| !text.is_empty()),
        None => Some(value.raw().to_owned()).filter(|raw| !raw.starts_with(['{', '[', 'n'])),
    }
}
