//! The file of results of an import.

use std::path::Path;

use anyhow::{Context, Result, bail};
use zcrm_core::{DateTime, RecordId};

use crate::import::RESULTS;

/// A row of which something may be taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Written {
    pub(super) row: u64,
    pub(super) module: String,
    pub(super) what: What,
    /// None where the row was not answered.
    pub(super) id: Option<RecordId>,
    /// When the import modified the record, where Zoho told.
    pub(super) modified_time: Option<DateTime>,
}

/// What the import did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    Created,
    Updated,
    Unanswered,
}

/// Reads the rows of which something may be taken back.
///
/// # Errors
///
/// When the file cannot be read, or is none of results.
pub(super) fn read(path: &Path) -> Result<Vec<Written>> {
    let unreadable = || format!("{} cannot be read", path.display());
    let mut rows = csv::Reader::from_path(path).with_context(unreadable)?;
    if rows.headers().with_context(unreadable)?.iter().take(RESULTS.len()).ne(RESULTS) {
        bail!("{} is no file of results: its columns are not {}", path.display(), RESULTS.join(","));
    }
    let mut written = Vec::new();
    for row in rows.records() {
        let row = row.with_context(unreadable)?;
        let cell = |at: usize| row.get(at).unwrap_or_default().trim();
        let text = |at: usize| (!cell(at).is_empty()).then(|| cell(at).to_owned());
        let what = match cell(2) {
            "created" => What::Created,
            "updated" => What::Updated,
            "unanswered" => What::Unanswered,
            "refused" | "not_sent" => continue,
            other => bail!("{} has the unknown outcome {other:?}", path.display()),
        };
        let number = cell(0).parse().with_context(|| format!("{} has a row without a number", path.display()))?;
        let id = text(3).map(RecordId::from);
        if id.is_none() && what != What::Unanswered {
            bail!("{}: row {number} has no id", path.display());
        }
        let modified_time = text(4).map(DateTime::new);
        written.push(Written { row: number, module: cell(1).to_owned(), what, id, modified_time });
    }
    Ok(written)
}
