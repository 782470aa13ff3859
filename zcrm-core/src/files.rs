//! What files are on Windows and nowhere else: held by other programs, and devices by their mere names.
//!
//! A file that a backup, a search index or a virus scanner looks at cannot be replaced there, and sometimes not even
//! opened. That passes within moments, so these functions try again for 5 seconds. Other systems let nobody hold a file
//! like that: there everything is done once.

use std::fs::{self, OpenOptions};
use std::path::{Component, Path, Prefix};
use std::time::{Duration, Instant};
use std::{io, thread};

/// Longer than a scanner looks at a small file.
const TIMEOUT: Duration = Duration::from_secs(5);
const SHORTEST_PAUSE: Duration = Duration::from_millis(1);
const LONGEST_PAUSE: Duration = Duration::from_millis(50);
/// `ERROR_SHARING_VIOLATION` and `ERROR_LOCK_VIOLATION`.
const HELD: [i32; 2] = [32, 33];
/// `ERROR_ACCESS_DENIED`, which is what replacing and removing a file that somebody holds open fails with.
const ACCESS_DENIED: i32 = 5;

/// Whether a failure says that another program holds the file.
#[must_use]
pub fn is_held(cause: &io::Error) -> bool {
    cfg!(windows) && cause.raw_os_error().is_some_and(|code| HELD.contains(&code))
}

/// Opens or reads a file, again for up to 5 seconds while another program holds it.
///
/// ```
/// use std::fs::File;
///
/// use zcrm_core::files;
///
/// let absent = files::retry(|| File::open("no such file"));
/// assert!(absent.is_err_and(|cause| cause.kind() == std::io::ErrorKind::NotFound));
/// ```
///
/// # Errors
///
/// Those of the operation.
pub fn retry<T>(operation: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    retry_while(is_held, TIMEOUT, operation)
}

/// Replaces or removes a file, again for up to 5 seconds while another program holds it. Windows does not tell that
/// apart from a missing right, which is therefore an error only after these 5 seconds there.
///
/// ```
/// use std::fs;
///
/// use zcrm_core::files;
///
/// # fn main() -> std::io::Result<()> {
/// # let folder = tempfile::tempdir()?;
/// # let (aside, file) = (folder.path().join("state.new"), folder.path().join("state"));
/// fs::write(&aside, "whole")?;
/// files::retry_replacing(|| fs::rename(&aside, &file))?;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// Those of the operation.
pub fn retry_replacing<T>(operation: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    let denied = |cause: &io::Error| cfg!(windows) && cause.raw_os_error() == Some(ACCESS_DENIED);
    retry_while(|cause| is_held(cause) || denied(cause), TIMEOUT, operation)
}

/// Whether a file that is there can be replaced, for those who want to know before they have written the new one. On
/// Windows it is opened for writing, and left as it is; other systems let a file be replaced whoever uses it.
///
/// ```
/// # fn main() -> std::io::Result<()> {
/// # let file = tempfile::NamedTempFile::new()?;
/// zcrm_core::files::check_replaceable(file.path())?;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// When another program keeps it for longer than 5 seconds, as Excel does with a table that it shows, or it is
/// write-protected.
pub fn check_replaceable(file: &Path) -> io::Result<()> {
    if cfg!(windows) {
        if fs::metadata(file)?.permissions().readonly() {
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, "it is write-protected"));
        }
        retry(|| OpenOptions::new().append(true).open(file))?;
    }
    Ok(())
}

/// Whether a path leads to a device on Windows: `NUL`, `CON` and their like, in some versions with a folder before them
/// or an ending behind, and anything that begins with `\\.\`, such as a named pipe. There [`std::fs::metadata`] fails
/// for them; on other systems it tells what is a device, and this is `false`.
///
/// ```
/// use zcrm_core::files;
///
/// assert_eq!(files::is_device("NUL"), cfg!(windows));
/// assert!(!files::is_device("leads.csv"));
/// ```
pub fn is_device(path: impl AsRef<Path>) -> bool {
    let names_one = |part: Component<'_>| match part {
        Component::Prefix(prefix) => matches!(prefix.kind(), Prefix::DeviceNS(_)),
        _ => false,
    };
    std::path::absolute(path).is_ok_and(|path| path.components().next().is_some_and(names_one))
}

fn retry_while<T>(
    is_passing: impl Fn(&io::Error) -> bool,
    timeout: Duration,
    mut operation: impl FnMut() -> io::Result<T>,
) -> io::Result<T> {
    let deadline = Instant::now() + timeout;
    let mut pause = SHORTEST_PAUSE;
    loop {
        let done = operation();
        let left = deadline.saturating_duration_since(Instant::now());
        match done {
            Err(cause) if is_passing(&cause) && !left.is_zero() => thread::sleep(pause.min(left)),
            done => return done,
        }
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held() -> io::Error {
        io::Error::from_raw_os_error(32)
    }

    fn passes(cause: &io::Error) -> bool {
        cause.raw_os_error() == Some(32)
    }

    #[test]
    fn what_passes_is_tried_again() {
        let mut left = 3;
        let done = retry_while(passes, TIMEOUT, || {
            left -= 1;
            if left > 0 { Err(held()) } else { Ok("done") }
        });
        assert_eq!((done.ok(), left), (Some("done"), 0));
    }

    #[test]
    fn what_lasts_is_an_error_in_the_end_and_anything_else_at_once() {
        let began = Instant::now();
        let limit = Duration::from_millis(200);
        let failed = retry_while(passes, limit, || Err::<(), _>(held()));
        assert!(failed.is_err_and(|cause| passes(&cause)) && began.elapsed() >= limit);
        let mut attempts = 0;
        let failed = retry_while(passes, TIMEOUT, || {
            attempts += 1;
            Err::<(), _>(io::ErrorKind::NotFound.into())
        });
        assert!(failed.is_err() && attempts == 1);
    }
}
