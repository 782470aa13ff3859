//! A file that is replaced only when its new content is complete.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::files;

/// How many symbolic links are followed, one after the other; Linux has the same limit.
const MAX_LINKS: usize = 40;

/// Where a download is written to.
#[derive(Debug)]
pub(super) enum Target {
    /// A temporary file beside the file, which takes its place in the end.
    Aside { written: NamedTempFile, path: PathBuf },
    /// A device, a pipe, a socket: written to as it is, and never removed.
    Direct(File),
}

impl Target {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let direct = || Ok(Self::Direct(OpenOptions::new().write(true).open(path)?));
        if files::is_device(path) {
            return direct();
        }
        let present = match fs::metadata(path) {
            Ok(found) if found.is_dir() => return Err(io::ErrorKind::IsADirectory.into()),
            Ok(found) if !found.is_file() => return direct(),
            Ok(found) => {
                files::check_replaceable(path)?;
                Some(found.permissions())
            }
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => None,
            Err(cause) => return Err(cause),
        };
        let path = behind_links(path)?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let written = builder().tempfile_in(folder)?;
        // Windows has one permission only, not to be written, and would not let such a file be replaced.
        if let Some(permissions) = present.filter(|_| cfg!(unix)) {
            written.as_file().set_permissions(permissions)?;
        }
        Ok(Self::Aside { written, path })
    }

    /// Puts what was written in its place. Without this, nothing is there that was not there before.
    pub(super) fn commit(self) -> io::Result<()> {
        match self {
            Self::Aside { written, path } => {
                written.as_file().sync_all()?;
                let mut written = Some(written);
                files::retry_replacing(|| match written.take().map(|file| file.persist(&path)) {
                    Some(Err(failure)) => {
                        written = Some(failure.file);
                        Err(failure.error)
                    }
                    Some(Ok(_)) | None => Ok(()),
                })
            }
            Self::Direct(mut file) => file.flush(),
        }
    }
}

/// Where symbolic links lead to, also when nothing is there yet: that is written, and the links stay.
fn behind_links(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..MAX_LINKS {
        match fs::read_link(&path) {
            Ok(target) => path = path.parent().unwrap_or(Path::new("")).join(target),
            // It is no link, or nothing is there.
            Err(_) => return Ok(path),
        }
    }
    Err(io::Error::other("too many symbolic links"))
}

/// The permissions of a file that is created the usual way.
fn builder() -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".zcrm-download-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    builder
}

impl Write for Target {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Aside { written, .. } => written.write(bytes),
            Self::Direct(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Aside { written, .. } => written.flush(),
            Self::Direct(file) => file.flush(),
        }
    }
}
