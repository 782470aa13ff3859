//! What a check found: the words of the doctor and of the stores that it asks.

use std::error::Error;
use std::fmt;

use serde::Serialize;

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// As it should be.
    Ok,
    /// Works, but deserves attention, or could not be checked.
    Warn,
    /// Keeps something from working.
    #[serde(rename = "FAIL")]
    Fail,
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail => "FAIL",
        })
    }
}

/// What one check found, and what to do about it. Its texts are one line each, and hold no secret.
///
/// ```
/// use zcrm_core::doctor::{Finding, State};
///
/// let finding = Finding::fail("store", "the folder /tokens is gone", "create it, or correct token_persistence_path");
/// assert_eq!(finding.state, State::Fail);
/// assert_eq!(
///     finding.to_string(),
///     "FAIL  store: the folder /tokens is gone; create it, or correct token_persistence_path"
/// );
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// What was checked, in a word or two.
    pub check: String,
    /// How it ended.
    pub state: State,
    /// What was found.
    pub found: String,
    /// What to do; `None` where nothing is to be done.
    pub remedy: Option<String>,
}

impl Finding {
    /// A check that found all as it should be.
    pub fn ok(check: &str, found: impl Into<String>) -> Self {
        Self::new(check, State::Ok, found.into(), None)
    }

    /// A check that found what deserves attention.
    pub fn warn(check: &str, found: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::new(check, State::Warn, found.into(), Some(remedy.into()))
    }

    /// A check that found what keeps something from working.
    pub fn fail(check: &str, found: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::new(check, State::Fail, found.into(), Some(remedy.into()))
    }

    /// A failure by an error's message, which in this library says what failed, then, after a semicolon, what to do;
    /// `otherwise` is the remedy of a message that does not.
    pub(crate) fn of_error(check: &str, message: &str, error: &(dyn Error + 'static), otherwise: &str) -> Self {
        let (found, remedy) = message.split_once("; ").unwrap_or((message, otherwise));
        let found = with_causes(found.to_owned(), error);
        Self::fail(check, found, remedy)
    }

    fn new(check: &str, state: State, found: String, remedy: Option<String>) -> Self {
        Self { check: check.to_owned(), state, found: one_line(&found), remedy: remedy.map(|text| one_line(&text)) }
    }

    /// The same, where something else already keeps this from being sure: a failure becomes a warning.
    #[must_use]
    pub(crate) fn weakened(mut self) -> Self {
        self.state = self.state.min(State::Warn);
        self
    }
}

impl fmt::Display for Finding {
    /// One line: state, check, what was found, and the remedy.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:<4}  {}: {}", self.state, self.check, self.found)?;
        match &self.remedy {
            Some(remedy) => write!(f, "; {remedy}"),
            None => Ok(()),
        }
    }
}

/// A text, followed by the causes of an error.
pub(crate) fn with_causes<'a>(text: String, error: &'a (dyn Error + 'static)) -> String {
    let causes = std::iter::successors(error.source(), |cause: &&'a (dyn Error + 'static)| Error::source(*cause));
    causes.fold(text, |text, cause| format!("{text}: {cause}"))
}

fn one_line(text: &str) -> String {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}
