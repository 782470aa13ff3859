//! Locks on files of their own, which are never renamed and never deleted: a lock on a file that is replaced excludes
//! nobody.

use std::fs::{File, TryLockError};
use std::io;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use crate::folder;

const SHORTEST_PAUSE: Duration = Duration::from_millis(1);
const LONGEST_PAUSE: Duration = Duration::from_millis(50);

/// Opens a lock file, which is created when absent, for reading and writing.
pub(crate) fn open(path: &Path) -> io::Result<File> {
    folder::private().read(true).create(true).truncate(false).open(path)
}

/// Takes the lock if it is free. It belongs to this open file, so it excludes threads as well, and falls with the process.
pub(crate) fn try_take(file: &File) -> io::Result<bool> {
    match file.try_lock() {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(fault)) => Err(fault),
    }
}

/// Takes the lock, or gives up at the deadline with `false`.
pub(crate) fn take(file: &File, deadline: Instant) -> io::Result<bool> {
    let mut pause = Pause::default();
    while !try_take(file)? {
        if !pause.wait(deadline) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The pauses between two attempts: no system offers to wait for a file's lock for a limited time.
#[derive(Default)]
pub(crate) struct Pause(Duration);

impl Pause {
    /// Waits a while; `false` when the deadline has passed.
    pub(crate) fn wait(&mut self, deadline: Instant) -> bool {
        let left = deadline.saturating_duration_since(Instant::now());
        self.0 = (self.0 * 2).clamp(SHORTEST_PAUSE, LONGEST_PAUSE);
        thread::sleep(self.0.min(left));
        !left.is_zero()
    }
}
