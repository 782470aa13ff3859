//! The refresh lock: a lock that falls with its holder, and that a holder who stands still loses.
//!
//! A process that is frozen keeps the locks of its files. So the refresh lock of a user is a lock on one of several
//! files, the slots, and a further file, the record, says which slot counts now. Who takes the lock writes into the
//! record; who finds the same entry there for longer than the lease that it names, moves on to another slot.
//!
//! The record is mere bookkeeping: where it cannot be written (a full disk), or a crash damaged it, the lock of the
//! slot counts for as long as the waiter's own lease.

use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use zcrm_core::persistence::{MAX_LOCK_TIMEOUT, MIN_LOCK_LEASE};

use crate::error;
use crate::lock::{Fault, LockFile};
use crate::pause::Pause;

/// So many holders of one lock can be frozen at the same time.
const SLOTS: u64 = 16;
/// The record is held for a moment only, unless its holder is frozen at just that moment.
const RECORD_TIMEOUT: Duration = Duration::from_secs(5);
/// Each number of an entry has as many digits, so that a new entry covers the old one.
const DIGITS: usize = 20;

/// An entry of the record. It differs from all that came before it by its `turn`.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Entry {
    turn: u64,
    slot: u64,
    lease_millis: u64,
}

/// A refresh lock that is held. Closing the slot's file frees it.
pub(crate) struct Lease {
    record: PathBuf,
    /// What the record says while the lock is held.
    entry: Option<Entry>,
    _slot: LockFile,
}

impl Lease {
    /// Takes the lock whose files begin with `stem`; `None` when it was not free in time.
    pub(crate) fn take(stem: &Path, timeout: Duration, lease: Duration) -> Result<Option<Self>, Fault> {
        let deadline = Instant::now() + timeout.min(MAX_LOCK_TIMEOUT);
        let lease = lease.clamp(MIN_LOCK_LEASE, MAX_LOCK_TIMEOUT);
        let record = stem.with_extension("lock");
        let failed = |cause| Fault::Failed(error::io("use the refresh lock", &record, cause));
        let mut watched: Option<(Option<Entry>, Instant)> = None;
        let mut pause = Pause::default();
        loop {
            let Some(mut file) = open_record(&record, deadline)? else { return Ok(None) };
            let entry = read(&mut file).map_err(failed)?;
            let since = match watched {
                Some((before, since)) if before == entry => since,
                _ => Instant::now(),
            };
            watched = Some((entry, since));
            let is_over = since.elapsed() >= entry.map_or(lease, Entry::lease);
            let first = entry.map_or(0, |entry| entry.slot);
            for step in 0..if is_over { SLOTS } else { 1 } {
                let number = (first + step) % SLOTS;
                let slot = LockFile::open(&stem.with_extension(format!("slot{number}")))?;
                if slot.try_take().map_err(failed)? {
                    let entry = Entry::next(entry, number, lease).record(&mut file).map_err(failed)?;
                    return Ok(Some(Self { record, entry, _slot: slot }));
                }
            }
            drop(file);
            if !pause.wait(deadline) {
                return Ok(None);
            }
        }
    }

    /// Whether the lock is free within a time; `None` when it was never taken. Nothing is made or written.
    pub(crate) fn is_free(stem: &Path, wait: Duration) -> Result<Option<bool>, Fault> {
        let record = stem.with_extension("lock");
        let failed = |cause| Fault::Failed(error::io("use the refresh lock", &record, cause));
        let deadline = Instant::now() + wait;
        let mut pause = Pause::default();
        loop {
            if !record.exists() {
                return Ok(None);
            }
            let Some(mut file) = open_record(&record, deadline)? else { return Ok(Some(false)) };
            let entry = read(&mut file).map_err(failed)?;
            let slot = stem.with_extension(format!("slot{}", entry.map_or(0, |entry| entry.slot)));
            if !slot.exists() || LockFile::open(&slot)?.try_take().map_err(failed)? {
                return Ok(Some(true));
            }
            drop(file);
            if !pause.wait(deadline) {
                return Ok(Some(false));
            }
        }
    }

    /// Whether nobody took the lock over meanwhile. A record that cannot be read is taken for a lost lock.
    pub(crate) fn is_held(&mut self) -> bool {
        match open_record(&self.record, Instant::now() + RECORD_TIMEOUT) {
            Ok(Some(mut file)) => read(&mut file).is_ok_and(|entry| entry == self.entry),
            Ok(None) | Err(_) => false,
        }
    }
}

impl Entry {
    fn next(before: Option<Self>, slot: u64, lease: Duration) -> Self {
        let turn = before.map_or(0, |before| before.turn).wrapping_add(1);
        Self { turn, slot, lease_millis: u64::try_from(lease.as_millis()).unwrap_or(u64::MAX) }
    }

    fn lease(self) -> Duration {
        Duration::from_millis(self.lease_millis).min(MAX_LOCK_TIMEOUT)
    }

    /// Writes this entry and tells what the record says now, which is something else where it cannot be written.
    fn record(self, file: &mut LockFile) -> io::Result<Option<Self>> {
        let Self { turn, slot, lease_millis } = self;
        match file.write(&format!("{turn:0DIGITS$} {slot:0DIGITS$} {lease_millis:0DIGITS$}\n")) {
            Ok(()) => Ok(Some(self)),
            Err(cause) => {
                log::debug!("a refresh lock is held without a record: {cause}");
                read(file)
            }
        }
    }

    fn parse(text: &str) -> Option<Self> {
        let numbers = text.strip_suffix('\n')?.split(' ').map(|word| {
            let is_number = word.len() == DIGITS && word.bytes().all(|byte| byte.is_ascii_digit());
            is_number.then(|| word.parse().ok()).flatten()
        });
        let numbers: Vec<u64> = numbers.collect::<Option<_>>()?;
        let [turn, slot, lease_millis] = numbers[..] else { return None };
        (slot < SLOTS).then_some(Self { turn, slot, lease_millis })
    }
}

/// The record, locked until the file is closed.
fn open_record(path: &Path, deadline: Instant) -> Result<Option<LockFile>, Fault> {
    let file = LockFile::open(path)?;
    let taken = file.take(deadline).map_err(|cause| Fault::Failed(error::io("take the lock", path, cause)))?;
    Ok(taken.then_some(file))
}

/// `None` for a record that was just created, that somebody emptied, or that a crash damaged.
fn read(record: &mut LockFile) -> io::Result<Option<Entry>> {
    Ok(Entry::parse(&record.read()?))
}
