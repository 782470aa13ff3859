//! What an import works with, and the account of rows that are not sent.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use zcrm_core::Client;
use zcrm_core::journal::{CallId, Journal, RowOutcome};
use zcrm_core::resource::ModuleHandle;

use super::clock::Clock;
use super::columns::Columns;
use super::keep::Keep;
use super::lookup::Lookups;
use super::past;
use super::tally::{ENDED, Tally};
use crate::csv::{Sheet, SheetRow};

/// An import.
pub struct Job<'a> {
    /// For lookups.
    pub client: &'a Client,
    /// Where the rows go.
    pub module: &'a ModuleHandle,
    /// What the columns hold.
    pub columns: &'a Columns,
    /// The rows; shared, so that they can be accounted for whatever happens.
    pub sheet: &'a Mutex<Sheet>,
    /// What becomes of the rows; shared, so that it can be told whatever happens.
    pub tally: &'a Mutex<Tally>,
    /// What earlier runs did, and what this one does.
    pub journal: Option<Arc<Journal>>,
    /// Keeps the values that are about to be overwritten.
    pub keep: Option<&'a Keep>,
    /// Zoho's clock.
    pub clock: &'a Clock,
    /// How many calls are in flight.
    pub workers: usize,
    /// Whether to come to an end.
    pub is_interrupted: &'a dyn Fn() -> bool,
    /// Is told after each row how many bytes were read.
    pub progress: &'a dyn Fn(u64),
    /// Rows of jobs that are not over yet: they are not sent again.
    pub held: BTreeSet<u64>,
    /// When the calls of earlier runs went out first whose rows are sent again.
    pub first_sent: BTreeMap<CallId, i64>,
    /// The calls whose outcomes are awaited.
    pub blocks: Blocks,
}

/// The calls whose outcomes are awaited, in the order in which they went out.
#[derive(Debug, Default)]
pub struct Blocks(pub(super) Mutex<VecDeque<Block>>);

/// A call that may have gone out.
#[derive(Debug)]
pub(super) struct Block {
    /// Where there is a journal.
    pub(super) call: Option<CallId>,
    pub(super) rows: usize,
    /// When, by Zoho's clock.
    pub(super) at: i64,
    pub(super) begun: Instant,
}

impl Block {
    pub(super) fn new(call: Option<CallId>, rows: usize, at: i64) -> Self {
        Self { call, rows, at, begun: Instant::now() }
    }
}

impl fmt::Debug for Job<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Job").field("module", &self.module).field("columns", &self.columns).finish_non_exhaustive()
    }
}

impl Job<'_> {
    pub(super) fn journal(&self) -> Option<&Journal> {
        self.journal.as_deref()
    }

    /// Puts down what became of the rows of a call.
    pub(super) fn settle(&self, block: Block, outcomes: Vec<RowOutcome>) {
        self.clock.observe(block.begun.elapsed());
        let put_down = self.journal().zip(block.call).map(|(journal, call)| journal.note_outcomes(call, &outcomes));
        let mut tally = lock(self.tally);
        if let Some(Err(failure)) = put_down {
            tally.break_off(failure.into());
        }
        tally.settle(outcomes);
    }

    /// Accounts for all rows that were not sent; what was not sent is named, so that it can be imported later.
    pub(super) fn leave_rest(&self, given_up: Option<&str>) {
        let reason = match given_up {
            Some(reason) if !(self.is_interrupted)() => {
                lock(self.tally).give_up(reason);
                reason
            }
            _ => ENDED,
        };
        lock(self.tally).leave_gathered(reason, self.journal());
        let nothing_known = Lookups::default();
        while self.account_for_next(|row, tally| match self.columns.record(&row, &nothing_known) {
            Err(refusal) if !self.columns.has_references() => leave_unfit(tally, self.journal(), row, &refusal),
            _ => leave(tally, self.journal(), row, reason),
        }) {}
    }

    /// Whether nothing more is to be sent.
    pub(super) fn is_over(&self) -> bool {
        (self.is_interrupted)() || lock(self.tally).is_over()
    }

    pub(super) fn account_for_next(&self, put: impl FnOnce(SheetRow, &mut Tally)) -> bool {
        account_for_next(self.sheet, self.tally, put)
    }
}

/// Accounts for the rows that were not read or not sent yet: none of them is sent.
pub fn leave_rest(sheet: &Mutex<Sheet>, tally: &Mutex<Tally>, journal: Option<&Journal>, reason: &str) {
    lock(tally).leave_gathered(reason, journal);
    leave_unread(sheet, tally, journal, reason);
}

/// Accounts for the rows that were not read yet; those gathered may be in flight.
pub fn leave_unread(sheet: &Mutex<Sheet>, tally: &Mutex<Tally>, journal: Option<&Journal>, reason: &str) {
    while account_for_next(sheet, tally, |row, tally| match row.fault.clone() {
        Some(fault) => leave_unfit(tally, journal, row, &fault),
        None => leave(tally, journal, row, reason),
    }) {}
}

/// Accounts for a row that is not sent.
fn leave(tally: &mut Tally, journal: Option<&Journal>, row: SheetRow, reason: &str) {
    match past::of_left(journal, row.number, reason) {
        Ok(outcome) => tally.know(row, outcome),
        Err(failure) => {
            tally.break_off(failure);
            tally.leave(row, reason);
        }
    }
}

/// Accounts for a row that could not be sent.
fn leave_unfit(tally: &mut Tally, journal: Option<&Journal>, row: SheetRow, refusal: &str) {
    match past::done(journal, row.number) {
        Ok(Some(outcome)) => tally.know(row, outcome),
        _ => tally.refuse(row, refusal),
    }
}

/// Reads a row and puts it to account; false when there is none. The sheet is kept meanwhile, so that nobody who ends
/// the import finds the row neither there nor in the tally.
fn account_for_next(sheet: &Mutex<Sheet>, tally: &Mutex<Tally>, put: impl FnOnce(SheetRow, &mut Tally)) -> bool {
    let mut sheet = lock(sheet);
    match sheet.next_row() {
        Ok(Some(row)) => {
            put(row, &mut lock(tally));
            true
        }
        Ok(None) => false,
        Err(cause) => {
            lock(tally).break_off(cause);
            false
        }
    }
}

pub(super) fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
