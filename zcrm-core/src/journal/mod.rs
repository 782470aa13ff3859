//! A journal: what a program that writes was about to do, and what became of it, so that a run after a crash goes on.
//!
//! * `entry`: the lines of the file. `file`: appending and syncing them, and reading them back.
//! * `rows`: sets of row numbers. `outcome`: what became of a row. `known`: what the lines say together.

mod entry;
mod file;
mod known;
mod outcome;
mod rows;

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::Serialize;

use self::entry::Entry;
use self::file::JournalFile;
use self::known::Calls;
pub use self::known::{CallId, JournaledCall, Known};
pub use self::outcome::{RowFate, RowOutcome};
pub use self::rows::RowSet;
use crate::error::{Error, ErrorKind, Result};

/// What a program was about to write, and what became of it, in a file that survives `kill -9` and power loss.
///
/// The rows of an input are numbered by the program. Before a call goes out, [`sending`](Self::sending) puts down which
/// rows it carries; when it is known what became of them, [`outcomes`](Self::outcomes) puts that down. Both return
/// after the line has reached the disk (`fsync`). A program that finds the journal of an earlier run knows of each row
/// whether it is done, was not sent, or was on its way ([`known`](Self::known)), and goes on from there.
///
/// A journal belongs to one input and one way of treating it, its *subject*: pairs of a name and a text, such as a hash
/// of the input's content and the module. It is held by one process at a time.
///
/// The file has one JSON value a line. Lines at its end that are torn, as power loss leaves them, are dropped: what
/// they announced was not begun, since [`sending`](Self::sending) had not returned. Each line says how much of the file
/// had reached the disk when it was written, so damage anywhere else is told apart; it is an error.
///
/// ```no_run
/// use zcrm_core::Record;
/// use zcrm_core::journal::{Journal, Known, RowOutcome, RowSet};
///
/// # fn run(client: zcrm_core::Client, names: Vec<String>, hash: String) -> zcrm_core::Result<()> {
/// let journal = Journal::open("names.journal", [("input", hash), ("module", "Leads".to_owned())])?;
/// if let Some(summary) = journal.finished() {
///     println!("{summary}"); // all was done, and the run was ended before it could say so
///     return journal.remove();
/// }
/// let mut written = 0;
/// for (row, name) in (1..).zip(names) {
///     match journal.known(row)? {
///         Known::Done(_) => continue,
///         Known::NotSent => {}
///         Known::Unanswered(_) => panic!("look whether {name} is there, then put down its outcome"),
///     }
///     let call = journal.sending(RowSet::from_iter([row]), &())?;
///     let report = client.module("Leads").create(&[Record::new().with("Last_Name", name)])?;
///     let outcomes = report.outcomes().iter().map(|outcome| RowOutcome::of(row, outcome));
///     journal.outcomes(call, &outcomes.collect::<Vec<_>>())?;
///     written += 1;
/// }
/// let summary = format!("written={written}");
/// journal.finish(&summary)?;
/// println!("{summary}");
/// journal.remove()
/// # }
/// ```
pub struct Journal {
    path: PathBuf,
    inner: Mutex<Inner>,
    /// Held by the thread that syncs; others that wait for it find their lines synced as well.
    syncing: Mutex<()>,
}

struct Inner {
    file: JournalFile,
    calls: Calls,
    finished: Option<String>,
    resumed: bool,
}

impl Journal {
    /// Takes up the journal at `path`, or begins one where there is none.
    ///
    /// # Errors
    ///
    /// [`Journal`](ErrorKind::Journal) when the journal is about something else (the text names what differs), when
    /// another process holds it, when a line other than the last is damaged, and when there is a file that is no
    /// journal; [`Io`](ErrorKind::Io) when the file cannot be read or written.
    pub fn open<K: Into<String>, V: Into<String>>(
        path: impl Into<PathBuf>,
        subject: impl IntoIterator<Item = (K, V)>,
    ) -> Result<Self> {
        Self::take_up(path.into(), texts(subject), false).map_err(Error::logged)
    }

    /// Begins a journal, and forgets the one that is at `path`.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open), but neither for another subject nor for damage.
    pub fn begin_anew<K: Into<String>, V: Into<String>>(
        path: impl Into<PathBuf>,
        subject: impl IntoIterator<Item = (K, V)>,
    ) -> Result<Self> {
        Self::take_up(path.into(), texts(subject), true).map_err(Error::logged)
    }

    fn take_up(path: PathBuf, subject: BTreeMap<String, String>, anew: bool) -> Result<Self> {
        let mut file = JournalFile::open(&path)?;
        if anew {
            file.empty()?;
        }
        let mut calls = Calls::default();
        let (mut finished, mut begun) = (None, None);
        file.read(|at, entry| {
            match entry {
                Entry::Begin { version: entry::VERSION, subject } if begun.is_none() => begun = Some(subject),
                Entry::Begin { version, .. } => return Err(format!("it is of version {version}")),
                _ if begun.is_none() => return Err("it does not begin as a journal".to_owned()),
                Entry::Sending { call, rows, context } => return calls.sending(CallId(call), &rows, context),
                Entry::Outcomes { call, .. } => return calls.outcomes(CallId(call), at),
                Entry::Note { call, note } => return calls.note(CallId(call), note),
                Entry::Finish { summary } => finished = Some(summary),
            }
            Ok(())
        })?;
        let resumed = begun.is_some();
        match begun {
            Some(found) => same_subject(&path, &subject, &found)?,
            None => file.append(Entry::Begin { version: entry::VERSION, subject }).map(drop)?,
        }
        let inner = Inner { file, calls, finished, resumed };
        let journal = Self { path, inner: Mutex::new(inner), syncing: Mutex::new(()) };
        journal.reach_disk()?;
        Ok(journal)
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether an earlier run began it.
    #[must_use]
    pub fn is_resumed(&self) -> bool {
        self.inner().resumed
    }

    /// Whether no call was put down yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.inner().calls.is_empty()
    }

    /// What [`finish`](Self::finish) was given, by this run or an earlier one.
    #[must_use]
    pub fn finished(&self) -> Option<String> {
        self.inner().finished.clone()
    }

    /// Puts down, before a call goes out, which rows it carries; `context` is whatever a later run should know of it,
    /// such as the time.
    ///
    /// # Errors
    ///
    /// [`Io`](ErrorKind::Io) when the line does not reach the disk: do not send the call. So is every later attempt to
    /// put something down.
    pub fn sending(&self, rows: RowSet, context: &impl Serialize) -> Result<CallId> {
        let call = self.note_sending(rows, context)?;
        self.sync().map(|()| call)
    }

    /// As [`sending`](Self::sending), but returns before the line has reached the disk. Let a thread of the call's own
    /// [`sync`](Self::sync) before the call goes out, as
    /// [`Writer::before_each_request`](crate::resource::Writer::before_each_request) does: so calls side by side do not
    /// wait for one another's disk.
    ///
    /// # Errors
    ///
    /// [`Io`](ErrorKind::Io) when the line cannot be written: do not send the call. So is every later attempt to put
    /// something down.
    pub fn note_sending(&self, rows: RowSet, context: &impl Serialize) -> Result<CallId> {
        let context = serde_json::to_value(context)
            .map_err(|cause| Error::invalid(format!("the context cannot be written as JSON: {cause}")).logged())?;
        let mut inner = self.inner();
        let call = inner.calls.next();
        inner.append(Entry::Sending { call: call.0, rows: rows.clone(), context: context.clone() })?;
        // The number is the next one.
        let _ = inner.calls.sending(call, &rows, context);
        Ok(call)
    }

    /// Puts down what became of rows of a call: all of them, or some now and others later.
    ///
    /// # Errors
    ///
    /// [`Io`](ErrorKind::Io) when the line does not reach the disk.
    pub fn outcomes(&self, call: CallId, outcomes: &[RowOutcome]) -> Result<()> {
        self.note_outcomes(call, outcomes)?;
        self.sync()
    }

    /// As [`outcomes`](Self::outcomes), but returns before the line has reached the disk: it does with the next
    /// [`sync`](Self::sync). After power loss, rows whose line was lost are known as unanswered.
    ///
    /// # Errors
    ///
    /// [`Io`](ErrorKind::Io) when the line cannot be written.
    pub fn note_outcomes(&self, call: CallId, outcomes: &[RowOutcome]) -> Result<()> {
        let mut inner = self.inner();
        let at = inner.append(Entry::Outcomes { call: call.0, outcomes: outcomes.into() })?;
        inner.calls.outcomes(call, at).map_err(|fault| Error::invalid(fault).logged())
    }

    /// Puts something down about a call, such as the job that it started; the last note of a call counts.
    ///
    /// # Errors
    ///
    /// [`Io`](ErrorKind::Io) when the line does not reach the disk.
    pub fn note(&self, call: CallId, note: &impl Serialize) -> Result<()> {
        let note = serde_json::to_value(note)
            .map_err(|cause| Error::invalid(format!("the note cannot be written as JSON: {cause}")).logged())?;
        let mut inner = self.inner();
        inner.append(Entry::Note { call: call.0, note: note.clone() })?;
        inner.calls.note(call, note).map_err(|fault| Error::invalid(fault).logged())?;
        drop(inner);
        self.sync()
    }

    /// Returns when all that was put down has reached the disk. Threads that ask at the same time share the work.
    ///
    /// # Errors
    ///
    /// [`Io`](ErrorKind::Io) when it does not; nothing more can be put down then.
    pub fn sync(&self) -> Result<()> {
        self.reach_disk().map_err(Error::logged)
    }

    fn reach_disk(&self) -> Result<()> {
        let wanted = self.inner().file.end();
        let _turn = self.syncing.lock().unwrap_or_else(PoisonError::into_inner);
        let (end, file) = {
            let inner = self.inner();
            (inner.file.end(), inner.file.to_sync(wanted)?)
        };
        let Some(file) = file else { return Ok(()) };
        // Others write meanwhile.
        let synced = file.sync_data();
        self.inner().file.note_synced(end, synced)
    }

    /// What is known of a row.
    ///
    /// # Errors
    ///
    /// [`Io`](ErrorKind::Io) and [`Journal`](ErrorKind::Journal) when the line that has its outcome cannot be read.
    pub fn known(&self, row: u64) -> Result<Known> {
        let inner = &mut *self.inner();
        inner.calls.known(row, &mut inner.file).map_err(Error::logged)
    }

    /// The calls of which at least one row has no outcome, in the order in which they were sent. Rows that were sent
    /// again in a later call count there.
    ///
    /// # Errors
    ///
    /// As [`known`](Self::known).
    pub fn unanswered(&self) -> Result<Vec<JournaledCall>> {
        let inner = &mut *self.inner();
        inner.calls.unanswered(&mut inner.file).map_err(Error::logged)
    }

    /// Passes all rows that have an outcome to `see`, in the order of the rows.
    ///
    /// # Errors
    ///
    /// As [`known`](Self::known).
    pub fn each_outcome(&self, mut see: impl FnMut(RowOutcome)) -> Result<()> {
        let inner = &mut *self.inner();
        for row in inner.calls.rows() {
            if let Known::Done(outcome) = inner.calls.known(row, &mut inner.file).map_err(Error::logged)? {
                see(outcome);
            }
        }
        Ok(())
    }

    /// Puts down that all is done and what the program says of it, before it does: a run that is ended between that and
    /// [`remove`](Self::remove) is followed by one that only repeats it.
    ///
    /// # Errors
    ///
    /// [`Io`](ErrorKind::Io) when the line does not reach the disk.
    pub fn finish(&self, summary: &str) -> Result<()> {
        let mut inner = self.inner();
        inner.append(Entry::Finish { summary: summary.to_owned() })?;
        inner.finished = Some(summary.to_owned());
        drop(inner);
        self.sync()
    }

    /// Removes the file.
    ///
    /// # Errors
    ///
    /// [`Io`](ErrorKind::Io) when it cannot be removed.
    pub fn remove(self) -> Result<()> {
        self.remove_file()
    }

    /// As [`remove`](Self::remove), where the journal is shared. Nothing can be put down afterwards.
    ///
    /// # Errors
    ///
    /// As [`remove`](Self::remove).
    pub fn remove_file(&self) -> Result<()> {
        self.inner().file.remove().map_err(Error::logged)
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn append(&mut self, entry: Entry<'_>) -> Result<file::Place> {
        self.file.append(entry).map_err(Error::logged)
    }
}

impl fmt::Debug for Journal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Journal").field("path", &self.path).finish_non_exhaustive()
    }
}

fn texts<K: Into<String>, V: Into<String>>(subject: impl IntoIterator<Item = (K, V)>) -> BTreeMap<String, String> {
    subject.into_iter().map(|(name, text)| (name.into(), text.into())).collect()
}

/// # Errors
///
/// When they differ; the text names in what.
fn same_subject(path: &Path, wanted: &BTreeMap<String, String>, found: &BTreeMap<String, String>) -> Result<()> {
    let differs = |name: &&String| wanted.get(*name) != found.get(*name);
    let names: std::collections::BTreeSet<&String> = wanted.keys().chain(found.keys()).collect();
    let differing: Vec<String> = names
        .into_iter()
        .filter(differs)
        .map(|name| {
            let shown =
                |side: &BTreeMap<String, String>| side.get(name).map_or("nothing".to_owned(), |text| shown(text));
            format!("{name} ({} there, {} now)", shown(found), shown(wanted))
        })
        .collect();
    if differing.is_empty() {
        return Ok(());
    }
    let message = format!("the journal {} is of other work, which differs in {}", path.display(), differing.join(", "));
    Err(Error::new(ErrorKind::Journal, message))
}

/// A text of the subject for people: a hash is recognized by its beginning.
fn shown(text: &str) -> String {
    let short: String = text.chars().take(60).collect();
    if short.len() < text.len() { format!("{short}...") } else { short }
}

#[cfg(test)]
mod tests;
