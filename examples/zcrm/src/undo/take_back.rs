//! Deleting what is new, and writing old values back.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::Path;

use anyhow::Result;
use serde_json::value::RawValue;
use zcrm_core::entity::Field;
use zcrm_core::resource::{DeletedKind, ModuleHandle};
use zcrm_core::rest::Outcome as Written;
use zcrm_core::{Client, DateTime, ErrorKind, Record, RecordId};

use super::results::{What, read};
use super::touched::{Old, Touched, touched};
use super::values::{as_sent, is_back};
use crate::import::{Wanted, read_kept, subforms};
use crate::in_one_line;

/// How many records Zoho takes or gives in a request.
const PER_REQUEST: usize = 100;

const CHANGED: &str = "somebody has changed it since";
const GONE: &str = "it is not there any more, or was converted";

/// An import that is to be taken back.
#[derive(Debug, Clone, Copy)]
pub struct Undo<'a> {
    /// Where the records are.
    pub client: &'a Client,
    /// How many calls are in flight.
    pub workers: usize,
    /// Nothing is written.
    pub dry_run: bool,
    /// Records that the import created go although somebody has changed them since.
    pub force: bool,
}

/// What was taken back; its text is the last line of an undo: `deleted=N restored=N left=N`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Taken {
    /// Records that are gone.
    pub deleted: u64,
    /// Records that hold again what they held before.
    pub restored: u64,
    /// Rows of which something is left.
    pub left: u64,
}

impl fmt::Display for Taken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "deleted={} restored={} left={}", self.deleted, self.restored, self.left)
    }
}

/// When a record was created and modified last.
struct Times {
    created: Option<DateTime>,
    modified: Option<DateTime>,
}

/// Records that are there.
#[derive(Default)]
struct Sorted {
    unchanged: Vec<Touched>,
    /// Each with why it is not to be taken back.
    changed: Vec<(Touched, &'static str)>,
}

/// The records of one module, on their way back.
struct Way<'a> {
    undo: Undo<'a>,
    module: ModuleHandle,
    taken: &'a mut Taken,
    tell: &'a mut dyn FnMut(String),
}

impl Undo<'_> {
    /// Takes back what the file of results says, and tells what is left, by row and id. `taken` is right whatever
    /// happens, but for rows that were not come to.
    ///
    /// # Errors
    ///
    /// When a file cannot be read, or Zoho cannot be asked.
    pub fn run(
        self,
        results: &Path,
        old: Option<&Path>,
        taken: &mut Taken,
        mut tell: impl FnMut(String),
    ) -> Result<()> {
        let written = read(results)?;
        let mut kept = Old::default();
        if let Some(old) = old {
            read_kept(old, |line| kept.add(line))?;
        }
        let modules: BTreeSet<&str> = written.iter().map(|row| row.module.as_str()).collect();
        for module in modules {
            let rows: Vec<_> = written.iter().filter(|row| row.module == module).collect();
            for row in rows.iter().filter(|row| row.what == What::Unanswered) {
                taken.left += 1;
                tell(format!("row {}: left: it was not answered; look for its record in {module}", row.row));
            }
            let (new, changed) = touched(&rows, &kept).into_iter().partition(|record: &Touched| record.is_new);
            let module = self.client.module(module);
            let mut way = Way { undo: self, module, taken: &mut *taken, tell: &mut tell };
            // What is restored may still refer to what is deleted.
            way.restore(changed)?;
            way.delete(new)?;
        }
        Ok(())
    }
}

impl Way<'_> {
    fn restore(&mut self, records: Vec<Touched>) -> Result<()> {
        let (kept, unkept): (Vec<Touched>, Vec<Touched>) = records.into_iter().partition(|record| record.old.is_some());
        for record in unkept {
            self.leave(&record, "its old values were not kept (import --keep-old FILE, undo --old FILE)");
        }
        if kept.is_empty() {
            return Ok(());
        }
        let fields = self.module.fields().list().all()?;
        let subforms = subforms(&fields);
        let Sorted { unchanged, changed } = self.sorted(kept)?;
        let names: BTreeSet<&str> = changed.iter().flat_map(|(record, _)| old_names(record)).collect();
        let wanted = Wanted::new(names, &fields);
        for batch in changed.chunks(PER_REQUEST) {
            let ids: Vec<&RecordId> = batch.iter().map(|(record, _)| &record.id).collect();
            let now = wanted.read(&self.module, &ids)?;
            for (record, objection) in batch {
                // As by an undo that was ended before it could say so.
                match now.get(&record.id).is_some_and(|now| is_back(record, now, &subforms)) {
                    true => self.taken.restored += 1,
                    false => self.leave(record, objection),
                }
            }
        }
        if self.undo.dry_run {
            self.taken.restored += unchanged.len() as u64;
            return Ok(());
        }
        for batch in unchanged.chunks(PER_REQUEST * self.undo.workers.max(1)) {
            self.write_back(batch, &fields, &subforms)?;
        }
        Ok(())
    }

    fn write_back(&mut self, records: &[Touched], fields: &[Field], subforms: &BTreeSet<&str>) -> Result<()> {
        let in_rows = records.iter().flat_map(old_names).filter(|name| subforms.contains(name));
        let in_rows: BTreeSet<&str> = in_rows.collect();
        let now = match in_rows.is_empty() {
            true => BTreeMap::new(),
            false => {
                let ids: Vec<&RecordId> = records.iter().map(|record| &record.id).collect();
                Wanted::new(in_rows, fields).read(&self.module, &ids)?
            }
        };
        let rows = records.iter().map(|record| restoring(record, now.get(&record.id), subforms));
        let rows: Vec<Box<RawValue>> = rows.collect::<Result<_>>()?;
        let writer = self.module.writer().workers(self.undo.workers).if_unmodified();
        for written in writer.update_iter(rows) {
            let Some(record) = records.get(written.index) else { continue };
            match &written.outcome {
                Written::Updated(_) => self.taken.restored += 1,
                outcome => self.leave(record, &reason(outcome)),
            }
        }
        Ok(())
    }

    fn delete(&mut self, records: Vec<Touched>) -> Result<()> {
        let Sorted { unchanged: mut records, changed } = self.sorted(records)?;
        for (record, objection) in changed {
            if self.undo.force {
                records.push(record);
            } else {
                self.leave(&record, objection);
            }
        }
        if self.undo.dry_run {
            self.taken.deleted += records.len() as u64;
            return Ok(());
        }
        let writer = self.module.writer().workers(self.undo.workers);
        let ids: Vec<RecordId> = records.iter().map(|record| record.id.clone()).collect();
        for written in writer.delete_iter(ids) {
            let Some(record) = records.get(written.index) else { continue };
            match &written.outcome {
                Written::Deleted(_) => self.taken.deleted += 1,
                outcome => self.leave(record, &reason(outcome)),
            }
        }
        Ok(())
    }

    /// Which records nobody has changed since the import, and which may have been; of those that are gone it is told.
    fn sorted(&mut self, records: Vec<Touched>) -> Result<Sorted> {
        let mut found: BTreeMap<RecordId, Option<&'static str>> = BTreeMap::new();
        for batch in records.chunks(PER_REQUEST) {
            let times = self.times(batch)?;
            found.extend(batch.iter().filter_map(|record| {
                let times = times.get(&record.id)?;
                Some((record.id.clone(), objection(record, times)))
            }));
        }
        let gone = records.iter().filter(|record| !found.contains_key(&record.id));
        let deleted = self.deleted(&gone.map(|record| record.id.clone()).collect())?;
        let mut sorted = Sorted::default();
        for record in records {
            match found.get(&record.id) {
                Some(None) => sorted.unchanged.push(record),
                Some(Some(objection)) => sorted.changed.push((record, objection)),
                None if record.is_new && deleted.contains(&record.id) => self.taken.deleted += 1,
                None => self.leave(&record, GONE),
            }
        }
        Ok(sorted)
    }

    fn times(&self, records: &[Touched]) -> Result<BTreeMap<RecordId, Times>> {
        let list = self.module.records().fields(["Created_Time", "Modified_Time"]);
        let list = list.ids(records.iter().map(|record| record.id.clone()));
        let mut times = BTreeMap::new();
        for record in list.iter() {
            let record = record?;
            let time = |name: &str| record.get::<DateTime>(name).ok().flatten();
            if let Some(id) = record.id() {
                times.insert(id, Times { created: time("Created_Time"), modified: time("Modified_Time") });
            }
        }
        Ok(times)
    }

    /// Which of the records are known to be deleted, as by an undo that was ended.
    fn deleted(&self, gone: &BTreeSet<RecordId>) -> Result<BTreeSet<RecordId>> {
        let mut deleted = BTreeSet::new();
        if gone.is_empty() {
            return Ok(deleted);
        }
        for record in self.module.deleted(DeletedKind::All).iter() {
            deleted.extend(record?.id.filter(|id| gone.contains(id)));
            if deleted.len() == gone.len() {
                break;
            }
        }
        Ok(deleted)
    }

    fn leave(&mut self, record: &Touched, reason: &str) {
        self.taken.left += 1;
        (self.tell)(format!("row {}: left: {}: {reason}", record.row, record.id));
    }
}

/// Why a record is not taken back.
fn objection(record: &Touched, now: &Times) -> Option<&'static str> {
    let seconds = |time: &Option<DateTime>| time.as_ref().and_then(DateTime::unix_seconds);
    let Some(modified) = seconds(&now.modified) else { return Some("Zoho does not say when it was modified") };
    match seconds(&record.modified_time) {
        Some(by_import) => (modified != by_import).then_some(CHANGED),
        // Bulk write does not say when it has written a record; one that is new was not modified since then.
        None if record.is_new => (Some(modified) != seconds(&now.created)).then_some(CHANGED),
        None => Some("the file of results does not say when the import modified it"),
    }
}

/// The record with its old values, to be written unless it was modified since.
fn restoring(record: &Touched, now: Option<&Record>, subforms: &BTreeSet<&str>) -> Result<Box<RawValue>> {
    let mut members = as_sent(record.old.as_ref().unwrap_or(&BTreeMap::new()), now, subforms)?;
    members.insert("id".to_owned(), serde_json::value::to_raw_value(record.id.as_str())?);
    members.insert("Modified_Time".to_owned(), serde_json::value::to_raw_value(&record.modified_time)?);
    Ok(serde_json::value::to_raw_value(&members)?)
}

fn old_names(record: &Touched) -> impl Iterator<Item = &str> {
    record.old.iter().flatten().map(|(name, _)| name.as_str())
}

fn reason(outcome: &Written) -> String {
    match outcome.error() {
        Some(error) if error.kind() == ErrorKind::Modified => CHANGED.to_owned(),
        Some(error) => error.api().map_or_else(|| in_one_line(error), ToString::to_string),
        None => "Zoho did something else".to_owned(),
    }
}
