//! Replacing a file so that a crash leaves the old content or the new one.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use crate::folder;

/// Replaces `file` by way of `aside`, which lies in the same folder. Only one process at a time may do so.
///
/// The name aside is always the same, so that what a crash left behind is overwritten and does not pile up.
pub(crate) fn replace(file: &Path, aside: &Path, content: &[u8]) -> io::Result<()> {
    let written = write_aside(aside, content).and_then(|()| fs::rename(aside, file));
    if written.is_err() {
        // Half a file holds tokens too; that it could not be written is what the caller has to know.
        let _ = remove(aside);
    }
    written?;
    file.parent().map_or(Ok(()), sync_folder)
}

fn write_aside(aside: &Path, content: &[u8]) -> io::Result<()> {
    // Made anew, so that it has our mode and is no link to another place.
    remove(aside)?;
    let mut new = folder::private().create_new(true).open(aside)?;
    new.write_all(content)?;
    new.sync_all()
}

fn remove(aside: &Path) -> io::Result<()> {
    match fs::remove_file(aside) {
        Err(fault) if fault.kind() != io::ErrorKind::NotFound => Err(fault),
        _ => Ok(()),
    }
}

/// Without it a power cut could undo the renaming.
#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    fs::File::open(folder)?.sync_all()
}

/// Other systems neither need nor allow it.
#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}
