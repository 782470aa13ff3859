//! The records of an export, while it is written down where they stand.

use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::{Context, Error, Result};
use zcrm_core::Record;
use zcrm_core::resource::ScanRows;
use zcrm_core::rest::UnfitRow;

use super::checkpoint::Checkpoints;
use crate::exit::in_one_line;
use crate::hold::Hold;
use crate::stdio;

/// All records of a scan. Whoever asks for one has written down those that came before.
#[derive(Debug)]
pub struct Rows {
    scan: ScanRows<Record>,
    checkpoints: Option<Shared>,
    quiet: bool,
    /// Nobody asked for the way that is taken.
    chosen: bool,
    begun: bool,
    told: usize,
    /// Not all that there is has come.
    failed: bool,
    ended: bool,
}

#[derive(Debug, Clone)]
struct Shared(Arc<Mutex<Checkpoints>>);

impl Rows {
    /// Without checkpoints the export cannot be gone on with. What Zoho does not give is told unless `quiet`. `hold`
    /// holds while a job is being started.
    #[must_use]
    pub fn new(scan: ScanRows<Record>, checkpoints: Option<Checkpoints>, quiet: bool, hold: Hold) -> Self {
        let checkpoints = checkpoints.map(|checkpoints| Shared(Arc::new(Mutex::new(checkpoints))));
        let scan = match checkpoints.clone() {
            Some(shared) => scan.journal(move |cursor| {
                let saved = shared.get().save(Some(cursor.clone()), false);
                hold.set(cursor.is_starting() && saved.is_ok());
                saved
            }),
            None => scan,
        };
        Self { scan, checkpoints, quiet, chosen: false, begun: false, told: 0, failed: false, ended: false }
    }

    /// Whether the way was left to the scan: what it promises is told then.
    #[must_use]
    pub fn with_chosen_way(self, chosen: bool) -> Self {
        Self { chosen, ..self }
    }

    /// Writes down where the export stands.
    fn checkpoint(&self, save: impl FnOnce(&mut Checkpoints, &ScanRows<Record>) -> io::Result<()>) -> Result<()> {
        let Some(shared) = &self.checkpoints else { return Ok(()) };
        let mut checkpoints = shared.get();
        save(&mut checkpoints, &self.scan).with_context(|| unwritable(checkpoints.file()))
    }

    fn tell_gaps(&mut self) {
        let Some(plan) = self.scan.plan() else { return };
        if let (false, false, true, Some(caution)) = (self.begun, self.quiet, self.chosen, plan.caution()) {
            stdio::note(format_args!("note: {caution}"));
        }
        let gaps = plan.gaps();
        for gap in gaps.iter().skip(self.told).filter(|_| !self.quiet) {
            stdio::note(format_args!("note: {gap}"));
        }
        self.told = gaps.len();
    }

    fn end(&mut self, outcome: Result<()>) -> Option<Result<Record>> {
        self.ended = true;
        outcome.err().map(Err)
    }
}

fn unwritable(file: &Path) -> String {
    format!("where the export stands cannot be written to {}", file.display())
}

impl Iterator for Rows {
    type Item = Result<Record>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        if let Err(failure) = self.checkpoint(|checkpoints, scan| checkpoints.save_if_due(|| scan.cursor())) {
            return self.end(Err(failure));
        }
        let row = self.scan.next();
        // A plan is copied to be looked at: not for each row.
        if !self.begun || !matches!(row, Some(Ok(_))) {
            self.tell_gaps();
        }
        self.begun = true;
        match row {
            Some(Ok(record)) => Some(Ok(record)),
            None if self.failed => self.end(Ok(())),
            None => {
                let saved = self.checkpoint(|checkpoints, scan| checkpoints.save(scan.cursor(), true));
                self.end(saved)
            }
            Some(Err(error)) => {
                self.failed = true;
                if is_unfit(&error) {
                    // The run that goes on meets this row again.
                    self.checkpoints = None;
                } else if let Err(failure) = self.checkpoint(|checkpoints, scan| checkpoints.save(scan.cursor(), false))
                {
                    return Some(Err(failure.context(in_one_line(&error))));
                }
                Some(Err(Error::from(error)))
            }
        }
    }
}

fn is_unfit(error: &zcrm_core::Error) -> bool {
    std::error::Error::source(error).is_some_and(|source| source.is::<UnfitRow>())
}

impl Shared {
    fn get(&self) -> MutexGuard<'_, Checkpoints> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
