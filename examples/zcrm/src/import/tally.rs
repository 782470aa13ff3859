//! What became of the rows of an import, and those that were rejected.

use std::collections::VecDeque;
use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use indicatif::ProgressBar;

use super::writes::Fate;
use crate::csv::{IN_DOUBT, REASON, Sheet, SheetRow};
use crate::output::Lines;
use crate::stdio::note;
use crate::{Outcome, complain};

/// Why a row is not sent after the end was asked for.
pub const ENDED: &str = "the import was ended before its turn";
/// Why no row is sent when the module or its fields cannot be found out.
pub const NOT_BEGUN: &str = "the import could not begin";

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
    /// Gathered for the next request, or in it.
    gathered: VecDeque<SheetRow>,
    /// Whether that request is in flight.
    in_flight: bool,
    rejects: Option<Rejects>,
    in_doubt: Option<Rejects>,
    /// Rows that were not sent, one after the other, and that no file takes.
    gap: Option<Gap>,
    broken: Option<anyhow::Error>,
    closed: bool,
    bar: ProgressBar,
}

impl Tally {
    /// Nothing so far. Rows that are rejected go to the files; where there is none, their numbers and reasons go to
    /// standard error, above the bar that is drawn there.
    ///
    /// # Errors
    ///
    /// When a file cannot be written.
    pub fn new(sheet: &Sheet, files: &Files, bar: ProgressBar) -> Result<Self> {
        let open = |file: &Option<PathBuf>| file.as_deref().map(|file| Rejects::new(sheet, file)).transpose();
        Ok(Self {
            created: 0,
            updated: 0,
            refused: 0,
            unanswered: 0,
            not_sent: 0,
            gathered: VecDeque::new(),
            in_flight: false,
            rejects: open(&files.rejects)?,
            in_doubt: open(&files.unanswered)?,
            gap: None,
            broken: None,
            closed: false,
            bar,
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

    /// Notes a row that is gathered for the next request.
    pub(super) fn gather(&mut self, row: SheetRow) {
        self.gathered.push_back(row);
    }

    /// Notes that the rows gathered are sent now, so that they may arrive.
    pub(super) fn send(&mut self) {
        self.in_flight = true;
    }

    /// Counts the rows gathered, each with what became of it.
    pub(super) fn count(&mut self, fates: Vec<Fate>) {
        self.in_flight = false;
        let mut fates = fates.into_iter();
        for row in std::mem::take(&mut self.gathered) {
            let fate = fates.next().unwrap_or_else(|| Fate::Unanswered("nothing was said of it".to_owned()));
            self.count_one(&row, fate);
        }
    }

    /// The rows gathered are not sent.
    pub(super) fn leave_gathered(&mut self, reason: &str) {
        for row in std::mem::take(&mut self.gathered) {
            self.leave(&row, reason);
        }
    }

    fn count_one(&mut self, row: &SheetRow, fate: Fate) {
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

    /// Tells why nothing more is sent, where the rows that are left do not tell it.
    pub(super) fn give_up(&mut self, reason: &str) {
        if self.rejects.as_ref().is_some_and(|rejects| !rejects.failed) {
            self.tell(format!("nothing more is sent: {reason}"));
        }
    }

    fn tell_gap(&mut self) {
        match self.gap.take() {
            Some(Gap { first, last, reason }) if first == last => self.tell(format!("row {first}: not_sent: {reason}")),
            Some(Gap { first, last, reason }) => self.tell(format!("rows {first} to {last}: not_sent: {reason}")),
            None => {}
        }
    }

    fn tell(&self, line: String) {
        self.bar.suspend(|| note(line));
    }

    /// A row that was not sent, because nothing was to be sent.
    pub(super) fn pass(&mut self) {
        self.not_sent += 1;
    }

    fn doubt(&mut self, row: &SheetRow, reason: &str) {
        self.unanswered += 1;
        self.put_down(row, IN_DOUBT, reason, true);
    }

    fn put_down(&mut self, row: &SheetRow, word: &str, reason: &str, in_doubt: bool) {
        self.tell_gap();
        let file = if in_doubt { &mut self.in_doubt } else { &mut self.rejects };
        let reason = format!("{word}: {reason}");
        let failure = match file {
            Some(rejects) if !rejects.failed => rejects.put_down(row, &reason).err(),
            _ => return self.tell(format!("row {}: {reason}", row.number)),
        };
        if let Some(failure) = failure {
            self.tell(format!("row {}: {reason}", row.number));
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
        for row in std::mem::take(&mut self.gathered) {
            if self.in_flight {
                self.doubt(&row, "the program was ended before the answer came");
            } else {
                self.leave(&row, ENDED);
            }
        }
        self.tell_gap();
        for file in [&mut self.rejects, &mut self.in_doubt].into_iter().flatten() {
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
    pub fn outcome_of_dry_run(&mut self, interrupted: bool) -> Result<Outcome> {
        match (self.broken.take(), self.refused) {
            _ if interrupted => Ok(Outcome::InPart),
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
    /// Written with the first row: a file that holds nothing is nobody's loss.
    header: Option<Vec<String>>,
    lines: Lines,
    path: PathBuf,
    failed: bool,
}

impl Rejects {
    fn new(sheet: &Sheet, path: &Path) -> Result<Self> {
        let lines = Lines::at_once(path)?;
        let rows = csv::WriterBuilder::new().delimiter(sheet.separator().byte()).from_writer(lines.clone());
        let header = sheet.header().iter().cloned().chain([REASON.to_owned()]).collect();
        Ok(Self { rows, header: Some(header), lines, path: path.to_owned(), failed: false })
    }

    fn put_down(&mut self, row: &SheetRow, reason: &str) -> Result<()> {
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

    fn complete(&mut self) -> Result<()> {
        if self.failed {
            self.lines.break_off(0);
            return Ok(());
        }
        let completed = self.write_header().and_then(|()| Ok(self.lines.complete()?));
        completed.map(drop).with_context(|| format!("{} cannot be written", self.path.display()))
    }
}

fn write<'a>(rows: &mut csv::Writer<Lines>, cells: impl Iterator<Item = &'a [u8]>) -> Result<()> {
    rows.write_record(cells)?;
    Ok(rows.flush()?)
}
