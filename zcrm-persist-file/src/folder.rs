//! The folders that the store makes, and the checks on what it finds.

use std::fs::{self, DirBuilder, File, Metadata, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use zcrm_core::persistence::{PersistenceError, PersistenceErrorKind};

use crate::error;

/// Creates a folder, and those above it, for this user only.
pub(crate) fn create(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Makes sure of a folder and tells its real path, so that two names of one folder share its locks.
pub(crate) fn open(folder: &Path) -> Result<PathBuf, PersistenceError> {
    create(folder).and_then(|()| fs::canonicalize(folder)).map_err(|cause| error::io("use the folder", folder, cause))
}

/// How files of this store are opened for writing: created, when absent, for this user only.
pub(crate) fn private() -> OpenOptions {
    let mut options = File::options();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// What is in the token file's place; `None` when nothing is. Anything but a file is an error.
pub(crate) fn examine(file: &Path) -> Result<Option<Metadata>, PersistenceError> {
    let found = match fs::symlink_metadata(file) {
        Ok(found) => found,
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(cause) => return Err(error::io("look at", file, cause)),
    };
    let obstacle = if found.is_file() {
        return Ok(Some(found));
    } else if found.is_symlink() {
        "a symbolic link, which the first save would replace; name the folder that it leads to"
    } else if found.is_dir() {
        "a folder; remove it, or choose another folder for the tokens"
    } else {
        "neither a file nor a folder; remove it, or choose another folder for the tokens"
    };
    Err(PersistenceError::new(
        PersistenceErrorKind::Setup,
        format!("{} cannot be the token file: it is {obstacle}", file.display()),
    ))
}

/// Whether others than the file's owner may do anything with it.
#[cfg(unix)]
pub(crate) fn is_open_to_others(found: &Metadata) -> bool {
    std::os::unix::fs::MetadataExt::mode(found) & 0o077 != 0
}

/// Access lists are the folder's matter here.
#[cfg(not(unix))]
pub(crate) fn is_open_to_others(_: &Metadata) -> bool {
    false
}
