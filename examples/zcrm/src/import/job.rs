//! An import from its first row to its last.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

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
    /// What becomes of the rows; shared, so that it can be told whatever happens.
    pub tally: &'a Arc<Mutex<Tally>>,
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
    pub fn run(&self, sheet: &mut Sheet) {
        let mut given_up = None;
        while given_up.is_none() && !self.is_over() {
            let rows = self.gather(sheet);
            if rows.is_empty() || self.is_over() {
                break;
            }
            self.tally().send();
            let fates = send(self.module, self.columns.writing(), &rows);
            // Whatever kept one from being sent would keep the next ones too.
            given_up = fates.iter().find_map(Fate::not_sent).map(str::to_owned);
            self.tally().count(fates);
        }
        let reason = given_up.as_deref().unwrap_or(ENDED);
        self.tally().leave_gathered(reason);
        // What was not sent is named, so that it can be imported later.
        while let Some(row) = self.read(sheet) {
            match self.columns.record(&row) {
                Ok(None) => {}
                Ok(Some(_)) => self.tally().leave(&row, reason),
                Err(reason) => self.tally().refuse(&row, &reason),
            }
        }
    }

    /// The rows of the next request.
    fn gather(&self, sheet: &mut Sheet) -> Vec<Row> {
        let mut rows = Vec::with_capacity(ROWS_PER_REQUEST);
        while rows.len() < ROWS_PER_REQUEST
            && !self.is_over()
            && let Some(row) = self.read(sheet)
        {
            match self.columns.record(&row) {
                Ok(None) => {}
                Ok(Some(record)) => {
                    self.tally().gather(row);
                    rows.push(Row(record));
                }
                Err(reason) => self.tally().refuse(&row, &reason),
            }
        }
        rows
    }

    fn is_over(&self) -> bool {
        (self.is_interrupted)() || self.tally().is_broken()
    }

    fn read(&self, sheet: &mut Sheet) -> Option<SheetRow> {
        let row = sheet.next_row();
        (self.progress)(sheet.position());
        row.unwrap_or_else(|cause| {
            self.tally().break_off(cause);
            None
        })
    }

    fn tally(&self) -> MutexGuard<'_, Tally> {
        self.tally.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Checks all rows and sends none.
pub fn dry_run(sheet: &mut Sheet, columns: &Columns, tally: &mut Tally) {
    loop {
        match sheet.next_row() {
            Ok(Some(row)) => match columns.record(&row) {
                Ok(None) => {}
                Ok(Some(_)) => tally.pass(),
                Err(reason) => tally.refuse(&row, &reason),
            },
            Ok(None) => return,
            Err(cause) => return tally.break_off(cause),
        }
    }
}
