//! How a batch job ends.

use std::error::Error;
use std::io::{self, Write};
use std::process::{self, ExitCode};

use clap::Parser;

use crate::stdio::{ReaderGone, note};

/// The exit code of a job that is done in part, or was ended by a signal.
pub const IN_PART: u8 = 2;

/// How far a job came that did not fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// All is done: exit code 0.
    Done,
    /// A part is done: exit code 2.
    InPart,
}

/// The arguments of the program. Wrong ones are explained and end it with exit code 1: clap's own 2 would say that a
/// part is done.
#[must_use]
pub fn arguments<A: Parser>() -> A {
    A::try_parse().unwrap_or_else(|told| {
        let wrong = told.use_stderr();
        // Some callers see only the exit code.
        let written = told.print().and_then(|()| io::stdout().flush());
        let lost = written.is_err_and(|cause| cause.kind() != io::ErrorKind::BrokenPipe);
        process::exit(i32::from(wrong || lost))
    })
}

/// Runs a program's work and turns its outcome into the exit code: 0 all done, 1 could not, 2 done in part. An error
/// goes to standard error with its causes, one line each.
///
/// Two errors mean 2: standard output was closed before the end, which ends the program without a word, and a request
/// that may have been carried out although its response was lost.
pub fn run(work: impl FnOnce() -> anyhow::Result<Outcome>) -> ExitCode {
    match work() {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::InPart) => ExitCode::from(IN_PART),
        Err(error) if error.is::<ReaderGone>() => ExitCode::from(IN_PART),
        Err(error) => {
            complain(&*error);
            if outcome_unknown(&error) { ExitCode::from(IN_PART) } else { ExitCode::FAILURE }
        }
    }
}

/// Whether what failed may have been done all the same.
#[must_use]
pub fn outcome_unknown(error: &anyhow::Error) -> bool {
    error.chain().filter_map(|cause| cause.downcast_ref::<zcrm_core::Error>()).any(zcrm_core::Error::outcome_unknown)
}

/// Writes an error to standard error with its causes, one line each.
pub fn complain(error: &(dyn Error + 'static)) {
    note(format_args!("error: {error}"));
    for cause in causes(error) {
        note(format_args!("  because: {cause}"));
    }
}

/// An error with its causes, in one line.
#[must_use]
pub fn in_one_line(error: &(dyn Error + 'static)) -> String {
    let text = causes(error).fold(error.to_string(), |text, cause| format!("{text}: {cause}"));
    text.replace(['\r', '\n'], " ")
}

fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(error.source(), |cause: &&'a (dyn Error + 'static)| Error::source(*cause))
}
