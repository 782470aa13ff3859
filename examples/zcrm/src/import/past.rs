//! What the journal knows of rows from earlier runs.

use anyhow::Result;
use zcrm_core::journal::{CallId, Journal, Known, RowFate, RowOutcome};

/// Why a row is left that an earlier run has sent.
pub(super) const STILL_UNANSWERED: &str = "it was sent by an earlier run, and what became of it could not be found out";

/// What became of a row that is done.
///
/// # Errors
///
/// When the journal cannot be read.
pub(super) fn done(journal: Option<&Journal>, row: u64) -> Result<Option<RowOutcome>> {
    let Some(journal) = journal else { return Ok(None) };
    Ok(if let Known::Done(outcome) = journal.known(row)? { Some(outcome) } else { None })
}

/// The call of an earlier run that sent a row, where what became of it is not known.
///
/// # Errors
///
/// When the journal cannot be read.
pub(super) fn unanswered(journal: Option<&Journal>, row: u64) -> Result<Option<CallId>> {
    let Some(journal) = journal else { return Ok(None) };
    Ok(if let Known::Unanswered(call) = journal.known(row)? { Some(call) } else { None })
}

/// What is known of a row that is not sent by this run.
///
/// # Errors
///
/// When the journal cannot be read.
pub(super) fn of_left(journal: Option<&Journal>, row: u64, reason: &str) -> Result<RowOutcome> {
    if let Some(outcome) = done(journal, row)? {
        return Ok(outcome);
    }
    Ok(match unanswered(journal, row)?.is_some() {
        true => RowOutcome::because(row, RowFate::Unanswered, STILL_UNANSWERED),
        false => RowOutcome::because(row, RowFate::NotSent, reason),
    })
}

/// Of a row that an earlier run has sent: what this run makes of it may leave open what became of it then.
pub(super) fn keep_in_doubt(outcome: &mut RowOutcome) {
    let is_there_by_now = outcome.fate == RowFate::Refused && outcome.code.as_deref() == Some("DUPLICATE_DATA");
    if outcome.fate == RowFate::NotSent || is_there_by_now {
        outcome.fate = RowFate::Unanswered;
    }
}
