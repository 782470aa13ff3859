//! A state in a file, which one process uses at a time.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use tempfile::Builder;

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
        let mut beside = path.as_os_str().to_owned();
        beside.push(".lock");
        let beside = PathBuf::from(beside);
        let unwritable = || format!("{} cannot be written", beside.display());
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let lock = options.open(&beside).with_context(unwritable)?;
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
        self.replace(text).with_context(|| format!("{} cannot be written", self.path.display()))
    }

    fn replace(&self, text: &str) -> io::Result<()> {
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        // Its mode lets nobody but the owner read it.
        let mut aside = Builder::new().prefix(".zcrm-state-").tempfile_in(folder)?;
        aside.write_all(text.as_bytes())?;
        aside.write_all(b"\n")?;
        aside.as_file().sync_all()?;
        aside.persist(&self.path)?;
        #[cfg(unix)]
        File::open(folder)?.sync_all()?;
        Ok(())
    }
}
