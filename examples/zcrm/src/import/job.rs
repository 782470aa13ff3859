//! An import from its first row to its last.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use zcrm_core::resource::ModuleHandle;

use super::columns::Columns;
use super::tally::Tally;
use super::writes::{Row, send};
use crate::csv::{Sheet, SheetRow};

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
        let rows = std::iter::from_fn(|| self.next_row(sheet));
        for (row, fate) in send(self.module, self.columns.writing(), rows) {
            self.tally().count(&row.sheet, fate);
        }
        // After an interruption or a failure: what was not sent is named, so that it can be imported later.
        while let Some(row) = self.read(sheet) {
            match self.columns.record(&row) {
                Ok(None) => {}
                Ok(Some(_)) => self.tally().leave(&row, "the import was ended before its turn"),
                Err(reason) => self.tally().refuse(&row, &reason),
            }
        }
    }

    /// The next row to be sent.
    fn next_row(&self, sheet: &mut Sheet) -> Option<Row> {
        while !(self.is_interrupted)() && !self.tally().is_broken() {
            let row = self.read(sheet)?;
            match self.columns.record(&row) {
                Ok(None) => {}
                Ok(Some(record)) => {
                    let sheet = Arc::new(row);
                    self.tally().hand_over(&sheet);
                    return Some(Row { sheet, record });
                }
                Err(reason) => self.tally().refuse(&row, &reason),
            }
        }
        None
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
