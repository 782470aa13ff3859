//! The folders that the store makes, and how it opens what lies in them.

use std::fs::{self, DirBuilder, File, Metadata, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use zcrm_core::persistence::PersistenceError;

use crate::{error, owner};

/// Creates a folder, and those above it, for this user only; as root, for the owner of the folder above them.
pub(crate) fn create(folder: &Path) -> io::Result<()> {
    let missing: Vec<_> = folder.ancestors().take_while(|above| !is_there(above)).collect();
    let Some(above) = missing.last() else { return Ok(()) };
    let above = above.parent().filter(|above| !above.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let above = fs::metadata(above)?;
    for folder in missing.into_iter().rev() {
        match builder().create(folder) {
            Ok(()) => owner::give(folder, &above)?,
            // Another process was quicker.
            Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists && folder.is_dir() => {}
            Err(cause) => return Err(cause),
        }
    }
    Ok(())
}

fn is_there(folder: &Path) -> bool {
    folder.as_os_str().is_empty() || folder.is_dir()
}

fn builder() -> DirBuilder {
    #[allow(unused_mut, reason = "modes are a thing of Unix")]
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
}

/// Makes sure of a folder and tells its real path, so that two names of one folder share its locks.
pub(crate) fn open(folder: &Path) -> Result<PathBuf, PersistenceError> {
    let failed = |cause| error::io("use the folder", folder, cause);
    create(folder).map_err(failed)?;
    let path = dunce::canonicalize(folder).map_err(failed)?;
    owner::warn_about_folder(&path, &fs::metadata(&path).map_err(failed)?);
    Ok(path)
}

/// How new files of this store are opened: for this user only, and only if nothing is in their place.
pub(crate) fn create_new() -> OpenOptions {
    let mut options = File::options();
    options.read(true).write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// How files that are there are opened. A symbolic link is not followed, and a pipe in a file's place does not block.
pub(crate) fn existing(for_writing: bool) -> OpenOptions {
    let mut options = File::options();
    options.read(true).write(for_writing);
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;

        let flags = i32::try_from((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits()).unwrap_or_default();
        std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, flags);
    }
    options
}

/// What is in a file's place; `None` when nothing is. Anything but a file of this user is an error.
pub(crate) fn examine(file: &Path) -> Result<Option<Metadata>, PersistenceError> {
    match fs::symlink_metadata(file) {
        Ok(found) => check(file, &found).map(|()| Some(found)),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(cause) => Err(error::io("look at", file, cause)),
    }
}

/// Whether this is a plain file that nobody else put there.
pub(crate) fn check(file: &Path, found: &Metadata) -> Result<(), PersistenceError> {
    let obstacle = if found.is_symlink() {
        "it is a symbolic link, which is not followed; remove it. For the token file, name the folder that it leads to"
    } else if found.is_dir() {
        "it is a folder; remove it, or choose another folder for the tokens"
    } else if !found.is_file() {
        "it is neither a file nor a folder; remove it, or choose another folder for the tokens"
    } else {
        return owner::distrust(found).map_or(Ok(()), |why| Err(error::denied(file, &why)));
    };
    Err(error::setup(file, obstacle))
}

/// Whether a file is mounted by itself. Where the system does not tell, a save does.
#[cfg(target_os = "linux")]
pub(crate) fn is_mount_point(file: &Path) -> bool {
    attributes(file).contains(rustix::fs::StatxAttributes::MOUNT_ROOT)
}

/// Whether nobody may replace a file, root included (`chattr +i`, `+a`).
#[cfg(target_os = "linux")]
pub(crate) fn is_frozen(file: &Path) -> bool {
    use rustix::fs::StatxAttributes;

    attributes(file).intersects(StatxAttributes::IMMUTABLE | StatxAttributes::APPEND)
}

#[cfg(target_os = "linux")]
fn attributes(file: &Path) -> rustix::fs::StatxAttributes {
    use rustix::fs::{AtFlags, CWD, StatxAttributes, StatxFlags, statx};

    statx(CWD, file, AtFlags::SYMLINK_NOFOLLOW | AtFlags::NO_AUTOMOUNT, StatxFlags::TYPE)
        .map_or(StatxAttributes::empty(), |found| found.stx_attributes)
}

/// Only Linux mounts files.
#[cfg(not(target_os = "linux"))]
pub(crate) fn is_mount_point(_: &Path) -> bool {
    false
}

/// Told by a save where it exists.
#[cfg(not(target_os = "linux"))]
pub(crate) fn is_frozen(_: &Path) -> bool {
    false
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn mount_points_are_known() {
        assert!(is_mount_point(Path::new("/proc")) && is_mount_point(Path::new("/")));
        assert!(!is_frozen(Path::new("/proc/self/status")) && !is_frozen(Path::new("/nowhere/at/all")));
        assert!(!is_mount_point(Path::new("/proc/self/status")) && !is_mount_point(Path::new("/nowhere/at/all")));
    }
}
