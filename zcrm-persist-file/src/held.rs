//! Files that another program holds open for a moment: on Windows a backup, a search index or a virus scanner.

use std::io;
use std::time::{Duration, Instant};

use crate::pause::Pause;

/// Longer than a scanner looks at a small file.
const TIMEOUT: Duration = Duration::from_secs(5);
/// `ERROR_SHARING_VIOLATION` and `ERROR_LOCK_VIOLATION`.
const HELD: [i32; 2] = [32, 33];
/// `ERROR_ACCESS_DENIED`, which is what replacing and removing a file that somebody holds open fails with.
const ACCESS_DENIED: i32 = 5;

/// Whether a failure says that another program holds the file.
pub(crate) fn by_another_program(cause: &io::Error) -> bool {
    cfg!(windows) && cause.raw_os_error().is_some_and(|code| HELD.contains(&code))
}

/// Opens or reads a file, again for some seconds where another program holds it.
pub(crate) fn retry<T>(operation: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    retry_while(by_another_program, TIMEOUT, operation)
}

/// Replaces or removes a file, again for some seconds where another program holds it.
pub(crate) fn retry_replacing<T>(operation: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    let denied = |cause: &io::Error| cfg!(windows) && cause.raw_os_error() == Some(ACCESS_DENIED);
    retry_while(|cause| by_another_program(cause) || denied(cause), TIMEOUT, operation)
}

fn retry_while<T>(
    is_passing: impl Fn(&io::Error) -> bool,
    timeout: Duration,
    mut operation: impl FnMut() -> io::Result<T>,
) -> io::Result<T> {
    let deadline = Instant::now() + timeout;
    let mut pause = Pause::default();
    loop {
        match operation() {
            Err(cause) if is_passing(&cause) && pause.wait(deadline) => {}
            done => return done,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held() -> io::Error {
        io::Error::from_raw_os_error(32)
    }

    fn is_held(cause: &io::Error) -> bool {
        cause.raw_os_error() == Some(32)
    }

    #[test]
    fn what_passes_is_tried_again() {
        let mut left = 3;
        let done = retry_while(is_held, TIMEOUT, || {
            left -= 1;
            if left > 0 { Err(held()) } else { Ok("done") }
        });
        assert_eq!((done.ok(), left), (Some("done"), 0));
    }

    #[test]
    fn what_lasts_is_an_error_in_the_end_and_anything_else_at_once() {
        let began = Instant::now();
        let limit = Duration::from_millis(200);
        let failed = retry_while(is_held, limit, || Err::<(), _>(held()));
        assert!(failed.is_err_and(|cause| is_held(&cause)) && began.elapsed() >= limit);
        let mut attempts = 0;
        let failed = retry_while(is_held, TIMEOUT, || {
            attempts += 1;
            Err::<(), _>(io::ErrorKind::NotFound.into())
        });
        assert!(failed.is_err() && attempts == 1);
    }
}
