//! Files that say of rows what became of them.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use zcrm_core::journal::RowOutcome;

use crate::csv::{IN_DOUBT, REASON, Sheet, SheetRow};
use crate::output::Lines;

/// The columns of a file of results.
pub const RESULTS: [&str; 7] = ["row", "module", "outcome", "id", "modified_time", "code", "message"];

/// A file of rows with the reasons why they are in it, each written at once.
#[derive(Debug)]
pub(super) struct Rejects {
    rows: csv::Writer<Lines>,
    /// Written with the first row: a file that holds nothing is nobody's loss.
    header: Option<Vec<String>>,
    lines: Lines,
    path: PathBuf,
    pub(super) failed: bool,
}

impl Rejects {
    /// `again` says that all rows can be had again, so that what an earlier run has left is written over.
    pub(super) fn new(sheet: &Sheet, path: &Path, again: bool) -> Result<Self> {
        let lines = if again { Lines::at_once_anew(path)? } else { Lines::at_once(path)? };
        let rows = csv::WriterBuilder::new().delimiter(sheet.separator().byte()).from_writer(lines.clone());
        let header = sheet.header().iter().cloned().chain([REASON.to_owned()]).collect();
        Ok(Self { rows, header: Some(header), lines, path: path.to_owned(), failed: false })
    }

    pub(super) fn put_down(&mut self, row: &SheetRow, reason: &str) -> Result<()> {
        // Wherever a row goes that may be there already, it is not imported again unseen.
        let before = if row.is_in_doubt() && !reason.starts_with(IN_DOUBT) { "unanswered before, now " } else { "" };
        let mark = row.fault.as_ref().map(|_| format!(" {}", row.mark())).unwrap_or_default();
        let reason = format!("{before}{reason} (row {}){mark}", row.number);
        let cells = row.cells.iter().map(Vec::as_slice).chain([reason.as_bytes()]);
        let written = self.write_header().and_then(|()| write(&mut self.rows, cells));
        self.failed = written.is_err();
        written.with_context(|| {
            format!("{} cannot be written; the rows that it lacks are named above", self.path.display())
        })
    }

    fn write_header(&mut self) -> Result<()> {
        self.header.take().map_or(Ok(()), |header| write(&mut self.rows, header.iter().map(String::as_bytes)))
    }

    pub(super) fn complete(&mut self) -> Result<()> {
        if self.failed {
            self.lines.break_off(0);
            return Ok(());
        }
        let completed = self.write_header().and_then(|()| Ok(self.lines.complete()?));
        completed.map(drop).with_context(|| format!("{} cannot be written", self.path.display()))
    }
}

/// A file that has a line for each row, in the input's order.
#[derive(Debug)]
pub(super) struct Results {
    rows: csv::Writer<Lines>,
    lines: Lines,
    path: PathBuf,
    module: String,
}

impl Results {
    pub(super) fn new(path: &Path, module: &str) -> Result<Self> {
        let lines = Lines::to(Some(path))?;
        let mut rows = csv::WriterBuilder::new().from_writer(lines.clone());
        let begun = write(&mut rows, RESULTS.iter().map(|name| name.as_bytes()));
        begun.with_context(|| format!("{} cannot be written", path.display()))?;
        Ok(Self { rows, lines, path: path.to_owned(), module: module.to_owned() })
    }

    pub(super) fn put_down(&mut self, outcome: &RowOutcome) -> Result<()> {
        let row = outcome.row.to_string();
        let id = outcome.id.as_ref().map_or("", |id| id.as_str());
        let modified_time = outcome.modified_time.as_ref().map_or("", |moment| moment.as_str());
        let (code, message) = (outcome.code.as_deref(), outcome.message.as_deref());
        let cells =
            [&row, &self.module, outcome.fate.as_str(), id, modified_time, code.unwrap_or(""), message.unwrap_or("")];
        let written = write(&mut self.rows, cells.iter().map(|cell| cell.as_bytes()));
        written.with_context(|| format!("{} cannot be written", self.path.display()))
    }

    pub(super) fn complete(&mut self) -> Result<()> {
        self.lines.complete().map(drop).with_context(|| format!("{} cannot be written", self.path.display()))
    }
}

fn write<'a>(rows: &mut csv::Writer<Lines>, cells: impl Iterator<Item = &'a [u8]>) -> Result<()> {
    rows.write_record(cells)?;
    Ok(rows.flush()?)
}
