//! An import from its first row to its last.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use zcrm_core::resource::ModuleHandle;

use super::columns::Columns;
use super::tally::{ENDED, Tally};
use super::writes::{Fate, Row, send};
use crate::csv::{Sheet, SheetRow};

/// How many records Zoho takes in one request.
const ROWS_PER_REQUEST: usize = 100;

/// An import.
pub struct Job<'a> {
    /// Where the rows go.
    pub module: &'a ModuleHandle,
    /// What the columns hold.
    pub columns: &'a Columns,
    /// The rows; shared, so that they can be accounted for whatever happens.
    pub sheet: &'a Mutex<Sheet>,
    /// What becomes of the rows; shared, so that it can be told whatever happens.
    pub tally: &'a Mutex<Tally>,
    /// Whether to come to an end.
    pub is_interrupted: &'a dyn Fn() -> bool,
    /// Is told after each row how many bytes were read.
    pub progress: &'a dyn Fn(u64),
}

impl fmt::Debug for Job<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Job").field("module", &self.module).field("columns", &self.columns).finish_non_exhaustive()
    }
}

impl Job<'_> {
    /// Sends every row that can be sent, and accounts for all of them.
    pub fn run(&self) {
        let mut given_up = None;
        while given_up.is_none() && !self.is_over() {
            let rows = self.gather();
            if rows.is_empty() || self.is_over() {
                break;
            }
            lock(self.tally).send();
            let fates = send(self.module, self.columns.writing(), &rows);
            // Whatever kept one from being sent would keep the next ones too.
            given_up = fates.iter().find_map(Fate::not_sent).map(str::to_owned);
            lock(self.tally).count(fates);
        }
        let reason = match &given_up {
            Some(reason) if !(self.is_interrupted)() => {
                lock(self.tally).give_up(reason);
                reason
            }
            _ => ENDED,
        };
        lock(self.tally).leave_gathered(reason);
        // What was not sent is named, so that it can be imported later.
        while account_for_next(self.sheet, self.tally, |row, tally| match self.columns.record(&row) {
            Ok(_) => tally.leave(&row, reason),
            Err(reason) => tally.refuse(&row, &reason),
        }) {}
    }

    /// The rows of the next request.
    fn gather(&self) -> Vec<Row> {
        let mut rows = Vec::with_capacity(ROWS_PER_REQUEST);
        while rows.len() < ROWS_PER_REQUEST
            && !self.is_over()
            && account_for_next(self.sheet, self.tally, |row, tally| match self.columns.record(&row) {
                Ok(record) => {
                    tally.gather(row);
                    rows.push(Row(record));
                }
                Err(reason) => tally.refuse(&row, &reason),
            })
        {
            (self.progress)(lock(self.sheet).position());
        }
        rows
    }

    fn is_over(&self) -> bool {
        (self.is_interrupted)() || lock(self.tally).is_broken()
    }
}

/// Accounts for the rows that were not read or not sent yet: none of them is sent.
pub fn leave_rest(sheet: &Mutex<Sheet>, tally: &Mutex<Tally>, reason: &str) {
    lock(tally).leave_gathered(reason);
    leave_unread(sheet, tally, reason);
}

/// Accounts for the rows that were not read yet; those gathered may be in flight.
pub fn leave_unread(sheet: &Mutex<Sheet>, tally: &Mutex<Tally>, reason: &str) {
    while account_for_next(sheet, tally, |row, tally| match &row.fault {
        Some(fault) => tally.refuse(&row, fault),
        None => tally.leave(&row, reason),
    }) {}
}

/// Checks all rows and sends none.
pub fn dry_run(sheet: &Mutex<Sheet>, columns: &Columns, tally: &Mutex<Tally>, is_interrupted: &dyn Fn() -> bool) {
    while !is_interrupted()
        && account_for_next(sheet, tally, |row, tally| match columns.record(&row) {
            Ok(_) => tally.pass(),
            Err(reason) => tally.refuse(&row, &reason),
        })
    {}
    leave_rest(sheet, tally, ENDED);
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

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
