//! What became of the rows of an import, and those that were rejected.

use std::collections::VecDeque;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result, bail};

use super::writes::Fate;
use crate::csv::{REASON, Sheet, SheetRow};
use crate::output::Lines;
use crate::stdio::note;
use crate::{Outcome, complain};

/// Where rows go that did not arrive for certain.
#[derive(Debug, Clone, Default)]
pub struct Files {
    /// Those that were refused or not sent: corrected, they can be imported.
    pub rejects: Option<PathBuf>,
    /// Those that may have arrived or not.
    pub unanswered: Option<PathBuf>,
}

/// What became of the rows read. Its text is one line: `created=N updated=N refused=N unanswered=N not_sent=N`.
#[derive(Debug)]
pub struct Tally {
    created: u64,
    updated: u64,
    refused: u64,
    unanswered: u64,
    not_sent: u64,
    /// Handed over to be sent, and not yet answered.
    under_way: VecDeque<Arc<SheetRow>>,
    rejects: Option<Rejects>,
    in_doubt: Option<Rejects>,
    /// Rows that were not sent, one after the other, and that no file takes.
    gap: Option<Gap>,
    broken: Option<anyhow::Error>,
    closed: bool,
}

impl Tally {
    /// Nothing so far. Rows that are rejected go to the files; where there is none, their numbers and reasons go to
    /// standard error.
    ///
    /// # Errors
    ///
    /// When a file cannot be written.
    pub fn new(sheet: &Sheet, files: &Files) -> Result<Self> {
        let open = |file: &Option<PathBuf>| file.as_deref().map(|file| Rejects::new(sheet, file)).transpose();
        Ok(Self {
            created: 0,
            updated: 0,
            refused: 0,
            unanswered: 0,
            not_sent: 0,
            under_way: VecDeque::new(),
            rejects: open(&files.rejects)?,
            in_doubt: open(&files.unanswered)?,
            gap: None,
            broken: None,
            closed: false,
        })
    }

    /// Whether it makes no sense to go on.
    #[must_use]
    pub fn is_broken(&self) -> bool {
        self.broken.is_some()
    }

    /// Notes why it makes no sense to go on.
    pub fn break_off(&mut self, cause: anyhow::Error) {
        self.broken.get_or_insert(cause);
    }

    /// Notes that a row is handed over to be sent.
    pub(super) fn hand_over(&mut self, row: &Arc<SheetRow>) {
        self.under_way.push_back(Arc::clone(row));
    }

    /// Counts a row that was handed over.
    pub(super) fn count(&mut self, row: &SheetRow, fate: Fate) {
        self.under_way.retain(|under_way| under_way.number != row.number);
        match fate {
            Fate::Created => self.created += 1,
            Fate::Updated => self.updated += 1,
            Fate::Refused(reason) => self.refuse(row, &reason),
            Fate::Unanswered(reason) => self.doubt(row, &reason),
            Fate::NotSent(reason) => self.leave(row, &reason),
        }
    }

    /// A row that is refused, by Zoho or here already.
    pub(super) fn refuse(&mut self, row: &SheetRow, reason: &str) {
        self.refused += 1;
        self.put_down(row, "refused", reason, false);
    }

    /// A row that was not sent.
    pub(super) fn leave(&mut self, row: &SheetRow, reason: &str) {
        self.not_sent += 1;
        if self.rejects.as_ref().is_some_and(|rejects| !rejects.failed) {
            return self.put_down(row, "not_sent", reason, false);
        }
        match &mut self.gap {
            Some(gap) if gap.reason == reason => gap.last = row.number,
            _ => {
                self.tell_gap();
                self.gap = Some(Gap { first: row.number, last: row.number, reason: reason.to_owned() });
            }
        }
    }

    fn tell_gap(&mut self) {
        match self.gap.take() {
            Some(Gap { first, last, reason }) if first == last => note(format_args!("row {first}: not_sent: {reason}")),
            Some(Gap { first, last, reason }) => note(format_args!("rows {first} to {last}: not_sent: {reason}")),
            None => {}
        }
    }

    /// A row that was not sent, because nothing was to be sent.
    pub(super) fn pass(&mut self) {
        self.not_sent += 1;
    }

    fn doubt(&mut self, row: &SheetRow, reason: &str) {
        self.unanswered += 1;
        self.put_down(row, "unanswered", reason, true);
    }

    fn put_down(&mut self, row: &SheetRow, word: &str, reason: &str, in_doubt: bool) {
        self.tell_gap();
        let file = if in_doubt { &mut self.in_doubt } else { &mut self.rejects };
        let reason = format!("{word}: {reason}");
        let failure = match file {
            Some(rejects) if !rejects.failed => rejects.put_down(row, &reason).err(),
            _ => return note(format_args!("row {}: {reason}", row.number)),
        };
        if let Some(failure) = failure {
            note(format_args!("row {}: {reason}", row.number));
            self.break_off(failure);
        }
    }

    /// The end, whether all rows were read or not: what is under way may have arrived, and the files are complete. Only
    /// the first of several ends counts.
    pub fn close(&mut self) -> bool {
        if self.closed {
            return false;
        }
        self.closed = true;
        for row in std::mem::take(&mut self.under_way) {
            self.doubt(&row, "the program was ended before the answer came");
        }
        self.tell_gap();
        for file in [&self.rejects, &self.in_doubt].into_iter().flatten() {
            if let Err(failure) = file.complete() {
                self.broken.get_or_insert(failure);
            }
        }
        true
    }

    /// How far the job came.
    ///
    /// # Errors
    ///
    /// When there were rows and nothing was done.
    pub fn outcome(&mut self, interrupted: bool) -> Result<Outcome> {
        let to_the_end = self.broken.is_none() && !interrupted;
        if let Some(error) = self.broken.take() {
            complain(&*error);
        }
        let left = self.refused + self.unanswered + self.not_sent;
        match self.created + self.updated {
            _ if left == 0 && to_the_end => Ok(Outcome::Done),
            0 if self.unanswered == 0 && !interrupted => bail!("no row was imported"),
            _ => Ok(Outcome::InPart),
        }
    }
}

impl Tally {
    /// Whether all rows could be sent.
    ///
    /// # Errors
    ///
    /// When one could not, or not all could be read.
    pub fn outcome_of_dry_run(&mut self) -> Result<Outcome> {
        match (self.broken.take(), self.refused) {
            (Some(error), _) => Err(error),
            (None, 0) => Ok(Outcome::Done),
            (None, 1) => bail!("a row would be refused"),
            (None, refused) => bail!("{refused} rows would be refused"),
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { created, updated, refused, unanswered, not_sent, .. } = self;
        write!(f, "created={created} updated={updated} refused={refused} unanswered={unanswered} not_sent={not_sent}")
    }
}

#[derive(Debug)]
struct Gap {
    first: u64,
    last: u64,
    reason: String,
}

/// A file of rows with the reasons why they are in it, each written at once.
#[derive(Debug)]
struct Rejects {
    rows: csv::Writer<Lines>,
    lines: Lines,
    path: PathBuf,
    failed: bool,
}

impl Rejects {
    fn new(sheet: &Sheet, path: &std::path::Path) -> Result<Self> {
        let lines = Lines::at_once(path)?;
        let rows = csv::WriterBuilder::new().delimiter(sheet.separator().byte()).from_writer(lines.clone());
        let mut rejects = Self { rows, lines, path: path.to_owned(), failed: false };
        let header = sheet.header().iter().map(String::as_str).chain([REASON]);
        rejects
            .rows
            .write_record(header)
            .map_err(anyhow::Error::from)
            .and_then(|()| Ok(rejects.rows.flush()?))
            .with_context(|| format!("{} cannot be written", path.display()))?;
        Ok(rejects)
    }

    fn put_down(&mut self, row: &SheetRow, reason: &str) -> Result<()> {
        let cells = row.cells.iter().map(Vec::as_slice).chain([reason.as_bytes()]);
        let written =
            self.rows.write_record(cells).map_err(anyhow::Error::from).and_then(|()| Ok(self.rows.flush()?));
        self.failed = written.is_err();
        written.with_context(|| {
            format!("{} cannot be written on; the rows that it lacks are named above", self.path.display())
        })
    }

    fn complete(&self) -> Result<()> {
        if self.failed {
            self.lines.break_off(0);
            return Ok(());
        }
        let completed = self.lines.complete();
        completed.map(drop).with_context(|| format!("{} cannot be written", self.path.display()))
    }
}
