//! What the journal knows of rows from earlier runs.

use anyhow::Result;
use zcrm_core::journal::{Journal, Known, RowFate, RowOutcome};

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

/// Whether a row was sent, and what became of it is not known.
///
/// # Errors
///
/// When the journal cannot be read.
pub(super) fn is_unanswered(journal: Option<&Journal>, row: u64) -> Result<bool> {
    let Some(journal) = journal else { return Ok(false) };
    Ok(matches!(journal.known(row)?, Known::Unanswered(_)))
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
    Ok(match is_unanswered(journal, row)? {
        true => RowOutcome::because(row, RowFate::Unanswered, STILL_UNANSWERED),
        false => RowOutcome::because(row, RowFate::NotSent, reason),
    })
}
