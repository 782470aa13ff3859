//! Failures of the file system, in the store's terms.

use std::io::{self, ErrorKind};
use std::path::Path;

use zcrm_core::persistence::{PersistenceError, PersistenceErrorKind};

/// `doing` is what failed, such as `write the tokens to`.
pub(crate) fn io(doing: &str, path: &Path, cause: io::Error) -> PersistenceError {
    let (kind, remedy) = match cause.kind() {
        ErrorKind::PermissionDenied => {
            (PersistenceErrorKind::Denied, "this program's user lacks the right; give it, or choose another folder")
        }
        ErrorKind::ReadOnlyFilesystem => {
            (PersistenceErrorKind::Denied, "the file system is read-only; choose another folder")
        }
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
            (PersistenceErrorKind::Unavailable, "there is no room left; make some. What was stored before is unchanged")
        }
        ErrorKind::NotADirectory | ErrorKind::AlreadyExists => (
            PersistenceErrorKind::Setup,
            "a part of this path is a file where a folder is needed; choose another folder",
        ),
        ErrorKind::IsADirectory => {
            (PersistenceErrorKind::Setup, "a folder is in the place of a file; remove it, or choose another folder")
        }
        ErrorKind::NotFound => (PersistenceErrorKind::Setup, "a folder of this path is gone; create it again"),
        _ => (PersistenceErrorKind::Unavailable, "the file system failed"),
    };
    PersistenceError::new(kind, format!("cannot {doing} {}: {remedy}", path.display())).with_source(cause)
}
