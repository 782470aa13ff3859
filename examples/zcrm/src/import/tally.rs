//! The account of an import: every row that was read is in it, whatever happens.

use std::collections::VecDeque;
use std::path::PathBuf;

use anyhow::Result;
use indicatif::ProgressBar;
use zcrm_core::journal::{Journal, RowFate, RowOutcome};

use super::counts::Counts;
use super::past::{self, STILL_UNANSWERED};
use super::rejects::{Rejects, Results};
use crate::csv::{IN_DOUBT, Sheet, SheetRow};
use crate::stdio::note;
use crate::{Outcome, complain};

/// Why a row is not sent after the end was asked for.
pub const ENDED: &str = "the import was ended before its turn";
/// Why no row is sent when the module or its fields cannot be found out.
pub const NOT_BEGUN: &str = "the import could not begin";
/// Why a row is unanswered whose answer was not waited for.
const NOT_WAITED_FOR: &str = "the program was ended before the answer came";

/// Where it is said what became of rows.
#[derive(Debug, Clone, Default)]
pub struct Files {
    /// Those that were refused: corrected, they can be imported. Without a journal those that were not sent too.
    pub rejects: Option<PathBuf>,
    /// Those that may have arrived or not.
    pub unanswered: Option<PathBuf>,
    /// A line for every row.
    pub results: Option<PathBuf>,
    /// Whether there is a journal, so that the same command goes on where this one ends.
    pub journaled: bool,
    /// Whether what an earlier run has left in the files can be had again.
    pub again: bool,
}

/// The account of an import.
#[derive(Debug)]
pub struct Tally {
    counts: Counts,
    /// Rows that were read, in the input's order, up to the last one of which it is not known what became of it.
    queue: VecDeque<(SheetRow, Stage)>,
    rejects: Option<Rejects>,
    in_doubt: Option<Rejects>,
    results: Option<Results>,
    journaled: bool,
    /// Rows that were not sent, one after the other, and that no file takes.
    gap: Option<Gap>,
    broken: Option<anyhow::Error>,
    stopped: bool,
    closed: bool,
    bar: ProgressBar,
}

#[derive(Debug, PartialEq)]
enum Stage {
    /// It waits for its call.
    Gathered,
    /// It may arrive.
    Sent,
    Known(Box<RowOutcome>),
}

impl Tally {
    /// Nothing so far. Rows that are rejected go to the files; where there is none, their numbers and reasons go to
    /// standard error, above the bar that is drawn there.
    ///
    /// # Errors
    ///
    /// When a file cannot be written.
    pub fn new(sheet: &Sheet, module: &str, files: &Files, bar: ProgressBar) -> Result<Self> {
        let open = |file: &Option<PathBuf>| file.as_deref().map(|file| Rejects::new(sheet, file, files.again));
        Ok(Self {
            counts: Counts::default(),
            queue: VecDeque::new(),
            rejects: open(&files.rejects).transpose()?,
            in_doubt: open(&files.unanswered).transpose()?,
            results: files.results.as_deref().map(|file| Results::new(file, module)).transpose()?,
            journaled: files.journaled,
            gap: None,
            broken: None,
            stopped: false,
            closed: false,
            bar,
        })
    }

    /// The numbers so far.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// Whether something kept the import from going on.
    #[must_use]
    pub fn is_broken(&self) -> bool {
        self.broken.is_some()
    }

    /// Notes why it makes no sense to go on.
    pub fn break_off(&mut self, cause: anyhow::Error) {
        self.broken.get_or_insert(cause);
    }

    /// Nothing more is to be sent.
    pub(super) fn stop(&mut self) {
        self.stopped = true;
    }

    /// Whether nothing more is to be sent.
    pub(super) fn is_over(&self) -> bool {
        self.stopped || self.broken.is_some()
    }

    /// Notes a row that is gathered for a call.
    pub(super) fn gather(&mut self, mut row: SheetRow) {
        if self.rejects.is_none() && self.in_doubt.is_none() {
            // Its number is all that is told of it.
            row.cells = Vec::new();
        }
        self.queue.push_back((row, Stage::Gathered));
    }

    /// Notes that the rows gathered, up to this one, are sent now, so that they may arrive.
    pub(super) fn send(&mut self, last: u64) {
        for (row, stage) in &mut self.queue {
            if row.number > last {
                break;
            }
            if *stage == Stage::Gathered {
                *stage = Stage::Sent;
            }
        }
    }

    /// Notes a row of which it is known what became of it.
    pub(super) fn know(&mut self, row: SheetRow, outcome: RowOutcome) {
        self.queue.push_back((row, Stage::Known(Box::new(outcome))));
        self.let_out();
    }

    /// A row that is refused here already.
    pub(super) fn refuse(&mut self, row: SheetRow, reason: &str) {
        let outcome = RowOutcome::because(row.number, RowFate::Refused, reason);
        self.know(row, outcome);
    }

    /// A row that was not sent.
    pub(super) fn leave(&mut self, row: SheetRow, reason: &str) {
        let outcome = RowOutcome::because(row.number, RowFate::NotSent, reason);
        self.know(row, outcome);
    }

    /// The rows gathered are not sent.
    pub(super) fn leave_gathered(&mut self, reason: &str, journal: Option<&Journal>) {
        for (row, stage) in self.queue.iter_mut().filter(|(_, stage)| *stage == Stage::Gathered) {
            let left = past::of_left(journal, row.number, reason);
            let failure = |failure| {
                self.broken.get_or_insert(failure);
                RowOutcome::because(row.number, RowFate::Unanswered, STILL_UNANSWERED)
            };
            *stage = Stage::Known(Box::new(left.unwrap_or_else(failure)));
        }
        self.let_out();
    }

    /// What became of rows that were gathered or sent, in the order of the rows.
    pub(super) fn settle(&mut self, outcomes: Vec<RowOutcome>) {
        let mut outcomes = outcomes.into_iter().peekable();
        // Most are next in turn, and need not be kept.
        while let Some((row, stage)) = self.queue.pop_front() {
            let next = outcomes.next_if(|outcome| outcome.row == row.number);
            match (next, stage) {
                (Some(outcome), _) => self.count(&row, &outcome),
                (None, Stage::Known(outcome)) => self.count(&row, &outcome),
                (None, stage) => {
                    self.queue.push_front((row, stage));
                    break;
                }
            }
        }
        for (row, stage) in &mut self.queue {
            if let Some(outcome) = outcomes.next_if(|outcome| outcome.row == row.number) {
                *stage = Stage::Known(Box::new(outcome));
            }
        }
        self.let_out();
    }

    /// Counts the rows at the beginning of the queue of which it is known what became of them.
    fn let_out(&mut self) {
        while let Some((row, stage)) = self.queue.pop_front() {
            match stage {
                Stage::Known(outcome) => self.count(&row, &outcome),
                stage => return self.queue.push_front((row, stage)),
            }
        }
    }

    fn count(&mut self, row: &SheetRow, outcome: &RowOutcome) {
        self.counts.add(outcome.fate);
        if let Some(results) = &mut self.results
            && let Err(failure) = results.put_down(outcome)
        {
            self.break_off(failure);
        }
        let reason = outcome.message.as_deref().unwrap_or("no reason is known");
        match outcome.fate {
            RowFate::Refused => self.put_down(row, "refused", reason, false),
            RowFate::Unanswered => self.put_down(row, IN_DOUBT, reason, true),
            RowFate::NotSent => self.put_down_left(row, reason),
            _ => {}
        }
    }

    fn put_down_left(&mut self, row: &SheetRow, reason: &str) {
        if !self.journaled && self.has_rejects() {
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

    fn has_rejects(&self) -> bool {
        self.rejects.as_ref().is_some_and(|rejects| !rejects.failed)
    }

    /// Tells why nothing more is sent, where the rows that are left do not tell it.
    pub(super) fn give_up(&mut self, reason: &str) {
        if !self.journaled && self.has_rejects() {
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
        for (row, stage) in std::mem::take(&mut self.queue) {
            let outcome = match stage {
                Stage::Known(outcome) => *outcome,
                Stage::Sent => RowOutcome::because(row.number, RowFate::Unanswered, NOT_WAITED_FOR),
                Stage::Gathered => RowOutcome::because(row.number, RowFate::NotSent, ENDED),
            };
            self.count(&row, &outcome);
        }
        self.tell_gap();
        let rejects = [&mut self.rejects, &mut self.in_doubt].into_iter().flatten().map(Rejects::complete);
        let results = self.results.iter_mut().map(Results::complete);
        for failure in rejects.chain(results).filter_map(Result::err) {
            self.broken.get_or_insert(failure);
        }
        true
    }

    /// How far the import came.
    ///
    /// # Errors
    ///
    /// When there were rows and nothing was done.
    pub fn outcome(&mut self, interrupted: bool) -> Result<Outcome> {
        let to_the_end = self.broken.is_none() && !interrupted;
        if let Some(error) = self.broken.take() {
            complain(&*error);
        }
        self.counts.outcome(to_the_end, interrupted)
    }
}

#[derive(Debug)]
struct Gap {
    first: u64,
    last: u64,
    reason: String,
}
