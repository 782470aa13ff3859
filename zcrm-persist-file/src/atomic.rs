//! Replacing a file so that a crash leaves the old content or the new one.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use zcrm_core::files;

use crate::folder;
use crate::owner::Likeness;

/// How a replacement can fail, the old content being in place.
pub(crate) enum Failure {
    Io(io::Error),
    /// The new file could not be made like the old one.
    Unlike(Likeness, io::Error),
}

/// Replaces `file` by way of `aside`, which lies in the same folder. Only one process at a time may do so.
///
/// The name aside is always the same, so that what a crash left behind is overwritten and does not pile up.
pub(crate) fn replace(file: &Path, aside: &Path, content: &[u8], like: Option<Likeness>) -> Result<(), Failure> {
    let replaced = write_aside(aside, content, like)
        .and_then(|()| files::retry_replacing(|| fs::rename(aside, file)).map_err(Failure::Io));
    if replaced.is_err() {
        // Half a file holds tokens too; that it could not be written is what the caller has to know.
        let _ = remove(aside);
    }
    replaced?;
    // From here on the new content is what everybody reads: nothing is a failure of the save any more.
    if let Some(Err(cause)) = file.parent().map(sync) {
        let level = if is_not_offered(&cause) { log::Level::Debug } else { log::Level::Warn };
        log::log!(level, "{} was replaced, but a power cut may undo that: {cause}", file.display());
    }
    Ok(())
}

/// Does all of a replacement but the replacing itself: shows a missing right, a full disk, an owner that cannot be
/// kept.
pub(crate) fn rehearse(aside: &Path, content: &[u8], like: Option<Likeness>) -> Result<(), Failure> {
    let written = write_aside(aside, content, like);
    let removed = remove(aside).map_err(Failure::Io);
    written.and(removed)
}

fn write_aside(aside: &Path, content: &[u8], like: Option<Likeness>) -> Result<(), Failure> {
    // Made anew, so that it has our mode and is no link to another place.
    remove(aside).map_err(Failure::Io)?;
    let mut new = files::retry(|| folder::create_new().open(aside)).map_err(Failure::Io)?;
    if let Some(like) = like {
        like.apply(&new).map_err(|cause| Failure::Unlike(like, cause))?;
    }
    new.write_all(content).and_then(|()| new.sync_all()).map_err(Failure::Io)
}

fn remove(aside: &Path) -> io::Result<()> {
    match files::retry_replacing(|| fs::remove_file(aside)) {
        Err(fault) if fault.kind() != io::ErrorKind::NotFound => Err(fault),
        _ => Ok(()),
    }
}

/// Whether folders cannot be forced to the disk here, by anybody or by this user.
fn is_not_offered(cause: &io::Error) -> bool {
    matches!(cause.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported | io::ErrorKind::PermissionDenied)
}

/// Without it a power cut could undo the renaming. Some file systems do not offer it, and a folder that may be written
/// to but not listed cannot be opened for it.
#[cfg(unix)]
fn sync(folder: &Path) -> io::Result<()> {
    fs::File::open(folder)?.sync_all()
}

/// Other systems neither need nor allow it.
#[cfg(not(unix))]
fn sync(_: &Path) -> io::Result<()> {
    Ok(())
}
