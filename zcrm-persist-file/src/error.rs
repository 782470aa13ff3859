//! Failures of the file system, in the store's terms.

use std::io::{self, ErrorKind};
use std::path::Path;

use zcrm_core::files;
use zcrm_core::persistence::{PersistenceError, PersistenceErrorKind};

/// `doing` is what failed, such as `write the tokens to`.
pub(crate) fn io(doing: &str, path: &Path, cause: io::Error) -> PersistenceError {
    let (kind, remedy) = meaning(&cause);
    PersistenceError::new(kind, format!("cannot {doing} {}: {remedy}", path.display())).with_source(cause)
}

/// Something is set up so that the store cannot work with `path`.
pub(crate) fn setup(path: &Path, why: &str) -> PersistenceError {
    PersistenceError::new(PersistenceErrorKind::Setup, format!("{} cannot be used: {why}", path.display()))
}

/// `path` belongs to somebody who could read or change what lies there.
pub(crate) fn denied(path: &Path, why: &str) -> PersistenceError {
    PersistenceError::new(PersistenceErrorKind::Denied, format!("{} cannot be used: {why}", path.display()))
}

fn meaning(cause: &io::Error) -> (PersistenceErrorKind, &'static str) {
    if files::is_held(cause) {
        return (
            PersistenceErrorKind::Unavailable,
            "another program holds it open, such as a backup, a search index or a virus scanner; exclude the folder there",
        );
    }
    match cause.kind() {
        ErrorKind::PermissionDenied if cfg!(windows) => (
            PersistenceErrorKind::Denied,
            "this program's user lacks the right, or another program (a backup, a search index, a virus scanner) holds it \
             open; give the right, or exclude the folder there",
        ),
        ErrorKind::PermissionDenied => {
            (PersistenceErrorKind::Denied, "this program's user lacks the right; give it, or choose another folder")
        }
        ErrorKind::ReadOnlyFilesystem => {
            (PersistenceErrorKind::Denied, "the file system is read-only; choose another folder")
        }
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
            (PersistenceErrorKind::Unavailable, "there is no room left; make some. What was stored before is unchanged")
        }
        ErrorKind::ResourceBusy => (PersistenceErrorKind::Setup, MOUNTED),
        ErrorKind::NotADirectory | ErrorKind::AlreadyExists => (
            PersistenceErrorKind::Setup,
            "a part of this path is a file where a folder is needed; choose another folder",
        ),
        ErrorKind::IsADirectory => {
            (PersistenceErrorKind::Setup, "a folder is in the place of a file; remove it, or choose another folder")
        }
        ErrorKind::NotFound => (PersistenceErrorKind::Setup, "a folder of this path is gone; create it again"),
        ErrorKind::Unsupported => {
            (PersistenceErrorKind::Setup, "this file system does not offer what the store needs; choose another folder")
        }
        _ => (PersistenceErrorKind::Unavailable, "the file system failed"),
    }
}

/// A save replaces the file, and a mount point cannot be replaced.
pub(crate) const MOUNTED: &str = "the file itself is a mount point, as of a container's volume, so that no save can replace it; mount the folder, not the \
     file";

pub(crate) const FROZEN: &str =
    "the file system keeps anybody from replacing it (chattr +i or +a, see lsattr); take that back with chattr -ia";
