//! A small file that tells where a job stands.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::Path;

use zcrm_core::files;

use super::target::with_ending;

/// What a folder that cannot be forced to the disk fails with.
const NOT_OFFERED: [ErrorKind; 3] = [ErrorKind::InvalidInput, ErrorKind::Unsupported, ErrorKind::PermissionDenied];

/// Replaces a file that only its owner can read, so that it is whole at any moment; it is on disk then.
///
/// # Errors
///
/// When it cannot be written; what was there is kept.
pub(crate) fn replace(file: &Path, content: &[u8]) -> io::Result<()> {
    // Of one name, and that of nobody else, so that a process that is killed meanwhile leaves one behind at most.
    let aside = with_ending(file, "zcrm-new");
    match files::retry_replacing(|| fs::remove_file(&aside)) {
        Err(cause) if cause.kind() != ErrorKind::NotFound => return Err(cause),
        _ => {}
    }
    let mut new = private(OpenOptions::new().write(true).create_new(true)).open(&aside)?;
    let written = new.write_all(content).and_then(|()| new.sync_all());
    drop(new);
    if let Err(cause) = written.and_then(|()| files::retry_replacing(|| fs::rename(&aside, file))) {
        let _ = fs::remove_file(&aside);
        return Err(cause);
    }
    sync_folder(file)
}

/// What is made is the owner's alone.
pub(crate) fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

/// Lets the name reach the disk, where the system and the folder's rights offer that.
fn sync_folder(file: &Path) -> io::Result<()> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match File::open(folder).and_then(|folder| folder.sync_all()) {
        Err(cause) if !cfg!(unix) || NOT_OFFERED.contains(&cause.kind()) => Ok(()),
        synced => synced,
    }
}
