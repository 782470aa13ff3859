//! A state in a file, which one process uses at a time.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

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
        let place = beside(path, ".lock");
        let unwritable = || format!("{} cannot be written", place.display());
        let mut options = OpenOptions::new();
        let lock = private(options.write(true).create(true).truncate(false)).open(&place).with_context(unwritable)?;
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
        // Of one name, and that of nobody else, so that a process that is killed meanwhile leaves one behind at most.
        let aside = beside(&self.path, ".zcrm-new");
        match fs::remove_file(&aside) {
            Err(cause) if cause.kind() != ErrorKind::NotFound => return Err(cause),
            _ => {}
        }
        let mut file = private(OpenOptions::new().write(true).create_new(true)).open(&aside)?;
        let written = file.write_all(format!("{text}\n").as_bytes()).and_then(|()| file.sync_all());
        if let Err(cause) = written.and_then(|()| fs::rename(&aside, &self.path)) {
            let _ = fs::remove_file(&aside);
            return Err(cause);
        }
        sync_folder(&self.path)
    }
}

/// A file in the same folder, of the same name with an ending.
fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

/// What is made is the owner's alone.
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}
