//! Locks on files of their own, which are never renamed and never deleted: a lock on a file that is replaced excludes
//! nobody.

use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind, Read, Seek, Write};
use std::path::Path;
use std::time::Instant;

use zcrm_core::files;
use zcrm_core::persistence::PersistenceError;

use crate::pause::Pause;
use crate::{error, folder, owner};

/// The longest content of a lock file that is looked at, in bytes.
const LONGEST: u64 = 256;

/// Why there is no lock file.
pub(crate) enum Fault {
    /// It cannot be made: the disk is full, or mounted or opened to this user for reading only. Then no tokens can be
    /// saved there either.
    NoPlace(PersistenceError),
    Failed(PersistenceError),
}

impl From<Fault> for PersistenceError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::NoPlace(error) | Fault::Failed(error) => error,
        }
    }
}

/// Makes sure of the folder of lock files in the folder of the store.
pub(crate) fn make_folder(locks: &Path, above: &Path) -> Result<(), Fault> {
    let failed = |cause| Fault::Failed(error::io("use the folder", locks, cause));
    // A folder that is gone is a failure, such as a disk that is no longer mounted; it is not to be made anew.
    let above = fs::metadata(above).map_err(|cause| Fault::Failed(error::io("use the folder", above, cause)))?;
    let found = match fs::symlink_metadata(locks) {
        Err(cause) if cause.kind() == ErrorKind::NotFound => {
            folder::create(locks).map_err(|cause| no_place("make the folder", locks, cause))?;
            owner::give(locks, &above).map_err(failed)?;
            fs::symlink_metadata(locks).map_err(failed)?
        }
        found => found.map_err(failed)?,
    };
    if !found.is_dir() {
        return Err(Fault::Failed(error::setup(locks, "it is no folder, or a symbolic link to one; remove it")));
    }
    owner::distrust(&found).map_or(Ok(()), |why| Err(Fault::Failed(error::denied(locks, &why))))
}

fn no_place(doing: &str, path: &Path, cause: io::Error) -> Fault {
    let kind = cause.kind();
    let fault = error::io(doing, path, cause);
    match kind {
        ErrorKind::ReadOnlyFilesystem
        | ErrorKind::PermissionDenied
        | ErrorKind::StorageFull
        | ErrorKind::QuotaExceeded => Fault::NoPlace(fault),
        _ => Fault::Failed(fault),
    }
}

/// A lock file, with a short content where there is something to say about the lock.
pub(crate) struct LockFile(File);

impl LockFile {
    /// Opens a lock file, which is created when absent; for reading only where it cannot be written to.
    pub(crate) fn open(path: &Path) -> Result<Self, Fault> {
        loop {
            let file = match files::retry(|| folder::existing(true).open(path)) {
                Err(cause) if cause.kind() == ErrorKind::NotFound => match Self::create(path)? {
                    Some(created) => return Ok(created),
                    None => continue,
                },
                Err(cause) if matches!(cause.kind(), ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem) => {
                    folder::existing(false).open(path)
                }
                opened => opened,
            };
            return Self::checked(path, file).map_err(Fault::Failed);
        }
    }

    /// `None` when another process was quicker.
    fn create(path: &Path) -> Result<Option<Self>, Fault> {
        match folder::create_new().open(path) {
            Ok(file) => {
                let above = path.parent().map_or_else(|| file.metadata(), fs::metadata);
                above
                    .and_then(|above| owner::give(path, &above))
                    .map_err(|cause| Fault::Failed(error::io("give away", path, cause)))?;
                Ok(Some(Self(file)))
            }
            Err(cause) if cause.kind() == ErrorKind::AlreadyExists => Ok(None),
            Err(cause) => Err(no_place("make the lock file", path, cause)),
        }
    }

    /// Somebody may have put something in its place: a link, or a name of one of this user's files.
    fn checked(path: &Path, opened: io::Result<File>) -> Result<Self, PersistenceError> {
        let file = opened.map_err(|cause| {
            let planted = folder::examine(path).err();
            planted.unwrap_or_else(|| error::io("open the lock file", path, cause))
        })?;
        let found = file.metadata().map_err(|cause| error::io("look at", path, cause))?;
        folder::check(path, &found)?;
        #[cfg(unix)]
        if std::os::unix::fs::MetadataExt::nlink(&found) > 1 {
            return Err(error::setup(path, "it is another name of some other file (a hard link); remove it"));
        }
        Ok(Self(file))
    }

    /// Takes the lock if it is free. It belongs to this open file, so it excludes threads as well, and falls with the
    /// process.
    pub(crate) fn try_take(&self) -> io::Result<bool> {
        match self.0.try_lock() {
            Ok(()) => Ok(true),
            Err(TryLockError::WouldBlock) => Ok(false),
            Err(TryLockError::Error(fault)) => Err(fault),
        }
    }

    /// Takes a lock that is held for moments only, or gives up at the deadline with `false`.
    pub(crate) fn take(&self, deadline: Instant) -> io::Result<bool> {
        let mut pause = Pause::short();
        while !self.try_take()? {
            if !pause.wait(deadline) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The content, of whatever bytes: what a crash left behind may be anything.
    pub(crate) fn read(&mut self) -> io::Result<String> {
        let mut content = Vec::new();
        self.0.rewind()?;
        (&self.0).take(LONGEST).read_to_end(&mut content)?;
        Ok(String::from_utf8_lossy(&content).into_owned())
    }

    /// Writes over the content, which each time is as long: it takes no new room on the disk.
    pub(crate) fn write(&mut self, content: &str) -> io::Result<()> {
        self.0.rewind()?;
        self.0.write_all(content.as_bytes())?;
        self.0.set_len(content.len() as u64)
    }
}
