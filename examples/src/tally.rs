//! What became of the rows of an import, and those that were rejected.

use std::fmt;
use std::path::Path;

use anyhow::{Context, Result, bail};
use csv::ByteRecord;
use serde::{Serialize, Serializer};
use zcrm_core::Record;
use zcrm_core::resource::{Counts, Outcome as Fate, Written};

use crate::sheet::{REASON, Sheet};
use crate::{Lines, Outcome, complain, in_one_line};

/// A row on its way: Zoho gets the record, the rejects get the cells as they were.
#[derive(Debug)]
pub struct Row {
    /// The cells, without that of the reason.
    pub cells: ByteRecord,
    /// What they say.
    pub record: Record,
}

impl Serialize for Row {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.record.serialize(serializer)
    }
}

/// What became of the rows read. Its text is one line: `created=N updated=N refused=N unanswered=N not_sent=N`.
#[derive(Debug)]
pub struct Tally {
    counts: Counts,
    rejects: Option<csv::Writer<Lines>>,
    broken: Option<anyhow::Error>,
}

impl Tally {
    /// Nothing so far. Rejected rows go to the file, or to standard error.
    ///
    /// # Errors
    ///
    /// When the file of rejects cannot be made.
    pub fn new(sheet: &Sheet, rejects: Option<&Path>) -> Result<Self> {
        let mut tally = Self { counts: Counts::default(), rejects: None, broken: None };
        if let Some(file) = rejects {
            let mut rejects = csv::Writer::from_writer(Lines::at_once(file)?);
            rejects.write_record(sheet.columns().iter().map(String::as_str).chain([REASON]))?;
            rejects.flush()?;
            tally.rejects = Some(rejects);
        }
        Ok(tally)
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

    /// Counts a row that was sent, or was to be sent.
    pub fn count(&mut self, row: Written<Row>) {
        self.counts.add(&row.outcome);
        if let Some(error) = row.outcome.error() {
            let word = match row.outcome {
                Fate::Refused(_) => "refused",
                Fate::Unanswered(_) => "unanswered",
                _ => "not_sent",
            };
            let reason = error.api().map_or_else(|| in_one_line(error), ToString::to_string);
            self.reject(&row.record.cells, &format!("{word}: {reason}"));
        }
    }

    /// A row that is refused here already.
    pub fn refuse(&mut self, cells: &ByteRecord, reason: &str) {
        self.counts.rejected += 1;
        self.reject(cells, &format!("refused: {reason}"));
    }

    fn reject(&mut self, cells: &ByteRecord, reason: &str) {
        let Some(rejects) = &mut self.rejects else { return eprintln!("{reason}") };
        let written = rejects.write_record(cells.iter().chain([reason.as_bytes()]));
        let written = written.and_then(|()| Ok(rejects.flush()?));
        if let Err(cause) = written.context("the file of rejects cannot be written on") {
            self.break_off(cause);
        }
    }

    /// How far the job came.
    ///
    /// # Errors
    ///
    /// When there were rows and nothing was done.
    pub fn outcome(self, interrupted: bool) -> Result<Outcome> {
        let Counts { created, updated, unanswered, .. } = self.counts;
        let to_the_end = self.broken.is_none() && !interrupted;
        if let Some(error) = self.broken {
            complain(&*error);
        }
        match created + updated {
            done if done == self.counts.total() && to_the_end => Ok(Outcome::Done),
            0 if unanswered == 0 => bail!("no row was imported"),
            _ => Ok(Outcome::InPart),
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Counts { created, updated, refused, unanswered, not_sent, .. } = self.counts;
        write!(f, "created={created} updated={updated} refused={refused} unanswered={unanswered} not_sent={not_sent}")
    }
}
