//! The refresh lock: a lock that falls with its holder, and that a holder who stands still loses.
//!
//! A process that is frozen keeps the locks of its files. So the refresh lock of a user is a lock on one of several
//! files, the slots, and a further file, the record, says which slot counts now. Who takes the lock writes into the
//! record; who finds the same entry there for longer than the lease that it names, moves on to another slot.

use std::fs::File;
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use zcrm_core::persistence::{MAX_LOCK_TIMEOUT, MIN_LOCK_LEASE};

use crate::lock::{self, Pause};

/// So many holders of one lock can be frozen at the same time.
const SLOTS: u64 = 16;
/// The record is held for a moment only, unless its holder is frozen at just that moment.
const RECORD_PATIENCE: Duration = Duration::from_secs(5);
/// Each number of an entry has as many digits, so that a new entry covers the old one.
const DIGITS: usize = 20;

/// An entry of the record. It differs from all that came before it by its `turn`.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
struct Entry {
    turn: u64,
    slot: u64,
    lease_millis: u64,
}

/// A refresh lock that is held. Closing the slot's file frees it.
pub(crate) struct Lease {
    record: PathBuf,
    entry: Entry,
    _slot: File,
}

impl Lease {
    /// Takes the lock whose files begin with `stem`; `None` when it was not free in time.
    pub(crate) fn take(stem: &Path, timeout: Duration, lease: Duration) -> io::Result<Option<Self>> {
        let deadline = Instant::now() + timeout.min(MAX_LOCK_TIMEOUT);
        let lease = lease.clamp(MIN_LOCK_LEASE, MAX_LOCK_TIMEOUT);
        let record = stem.with_extension("lock");
        let mut watched: Option<(Entry, Instant)> = None;
        let mut pause = Pause::default();
        loop {
            let Some(mut file) = open_record(&record, deadline)? else { return Ok(None) };
            let entry = read(&mut file)?;
            let since = match watched {
                Some((before, since)) if before == entry => since,
                _ => Instant::now(),
            };
            watched = Some((entry, since));
            let is_over = since.elapsed() >= Duration::from_millis(entry.lease_millis);
            for step in 0..if is_over { SLOTS } else { 1 } {
                let number = (entry.slot % SLOTS + step) % SLOTS;
                let slot = lock::open(&stem.with_extension(format!("slot{number}")))?;
                if lock::try_take(&slot)? {
                    let lease_millis = u64::try_from(lease.as_millis()).unwrap_or(u64::MAX);
                    let entry = Entry { turn: entry.turn.wrapping_add(1), slot: number, lease_millis };
                    write(&mut file, entry)?;
                    return Ok(Some(Self { record, entry, _slot: slot }));
                }
            }
            drop(file);
            if !pause.wait(deadline) {
                return Ok(None);
            }
        }
    }

    /// Whether nobody took the lock over meanwhile. A record that cannot be read is taken for a lost lock.
    pub(crate) fn is_held(&mut self) -> bool {
        open_record(&self.record, Instant::now() + RECORD_PATIENCE)
            .is_ok_and(|file| file.is_some_and(|mut file| read(&mut file).is_ok_and(|entry| entry == self.entry)))
    }
}

/// The record, locked until the file is closed.
fn open_record(path: &Path, deadline: Instant) -> io::Result<Option<File>> {
    let file = lock::open(path)?;
    Ok(lock::take(&file, deadline)?.then_some(file))
}

/// A record that was just created, or that somebody emptied, is the very first entry.
fn read(record: &mut File) -> io::Result<Entry> {
    let mut text = String::new();
    record.take(4096).read_to_string(&mut text)?;
    let mut numbers = text.split_ascii_whitespace().map_while(|word| word.parse().ok());
    Ok(match (numbers.next(), numbers.next(), numbers.next()) {
        (Some(turn), Some(slot), Some(lease_millis)) => Entry { turn, slot, lease_millis },
        _ => Entry::default(),
    })
}

fn write(record: &mut File, entry: Entry) -> io::Result<()> {
    let Entry { turn, slot, lease_millis } = entry;
    record.rewind()?;
    record.write_all(format!("{turn:0DIGITS$} {slot:0DIGITS$} {lease_millis:0DIGITS$}\n").as_bytes())
}
