//! A state in a file, which one process uses at a time.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use zcrm_core::files;

use crate::output::{private, replace};

/// A file that is written aside and renamed, so that it is whole at any moment, and that only its owner can read.
#[derive(Debug)]
pub struct StateFile {
    path: PathBuf,
    /// A file of its own, since the state's is replaced; it is never removed.
    _lock: File,
}

impl StateFile {
    /// Takes the file for this process, until it ends.
    ///
    /// # Errors
    ///
    /// When another process has it, or its folder cannot be written.
    pub fn open(path: &Path) -> Result<Self> {
        let mut place = path.as_os_str().to_owned();
        place.push(".lock");
        let place = PathBuf::from(place);
        let unwritable = || format!("{} cannot be written", place.display());
        let mut options = OpenOptions::new();
        let options = private(options.write(true).create(true).truncate(false));
        let lock = files::retry(|| options.open(&place)).with_context(unwritable)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path: path.to_owned(), _lock: lock }),
            Err(TryLockError::WouldBlock) => {
                bail!("{} is in use by another process: one at a time tells its changes", path.display())
            }
            Err(TryLockError::Error(cause)) => Err(cause).with_context(unwritable),
        }
    }

    /// What was written last; `None` where nothing was.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub fn read(&self) -> Result<Option<String>> {
        match fs::read_to_string(&self.path) {
            Ok(text) => Ok(Some(text)),
            Err(cause) if cause.kind() == ErrorKind::NotFound => Ok(None),
            Err(cause) => Err(cause).with_context(|| format!("{} cannot be read", self.path.display())),
        }
    }

    /// Replaces the text; it is on disk then.
    ///
    /// # Errors
    ///
    /// When it cannot be written; the text that was there is kept.
    pub fn write(&self, text: &str) -> Result<()> {
        let written = replace(&self.path, format!("{text}\n").as_bytes());
        written.with_context(|| format!("{} cannot be written", self.path.display()))
    }
}
