//! Standard output and standard error, written to without a panic whatever became of them.

use std::fmt::{self, Display};
use std::io::{self, Write};

use anyhow::{Context, Result};

/// Nobody reads standard output any more, as after `| head`. [`run`](crate::run) then ends the program quietly.
#[derive(Debug)]
pub struct ReaderGone;

impl Display for ReaderGone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("nobody reads standard output any more")
    }
}

impl std::error::Error for ReaderGone {}

/// Writes to standard output at once.
///
/// # Errors
///
/// [`ReaderGone`] when its reader has gone; else when it takes no more, for instance because the disk is full.
pub fn print(text: impl Display) -> Result<()> {
    let mut out = io::stdout().lock();
    written(write!(out, "{text}").and_then(|()| out.flush()))
}

/// Writes a line to standard output at once.
///
/// # Errors
///
/// As [`print()`].
pub fn say(line: impl Display) -> Result<()> {
    print(format_args!("{line}\n"))
}

/// What came of writing to standard output.
///
/// # Errors
///
/// As [`print()`].
pub fn written<T>(outcome: io::Result<T>) -> Result<T> {
    match outcome {
        Err(cause) if cause.kind() == io::ErrorKind::BrokenPipe => Err(ReaderGone.into()),
        outcome => outcome.context("standard output cannot be written"),
    }
}

/// Writes a line to standard error. Where that fails, there is nobody left to tell.
pub fn note(line: impl Display) {
    let _ = try_note(line);
}

/// Writes a line to standard error.
///
/// # Errors
///
/// When it takes no more.
pub fn try_note(line: impl Display) -> io::Result<()> {
    writeln!(io::stderr().lock(), "{line}")
}

/// Lines on standard output that only inform: the work goes on when nobody takes them.
#[derive(Debug, Default)]
pub struct Informed {
    failure: Option<anyhow::Error>,
}

impl Informed {
    /// Writes a line, unless an earlier one failed; whether it was written.
    pub fn say(&mut self, line: impl Display) -> bool {
        if self.failure.is_none() {
            self.failure = say(line).err();
        }
        self.failure.is_none()
    }

    /// Whether the reader went away.
    #[must_use]
    pub fn is_unread(&self) -> bool {
        self.failure.as_ref().is_some_and(|failure| failure.is::<ReaderGone>())
    }

    /// Why lines were lost, unless the reader simply went away.
    #[must_use]
    pub fn failure(self) -> Option<anyhow::Error> {
        self.failure.filter(|failure| !failure.is::<ReaderGone>())
    }
}
