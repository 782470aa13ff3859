//! How a batch job ends.

use std::process::ExitCode;

/// How far a job came that did not fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// All is done: exit code 0.
    Done,
    /// A part is done: exit code 2.
    InPart,
}

/// Runs a program's work and turns the outcome into the exit code: 0 all done, 1 could not, 2 done in part. An error goes
/// to standard error with its causes, one line each.
pub fn run(work: impl FnOnce() -> anyhow::Result<Outcome>) -> ExitCode {
    match work() {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::InPart) => ExitCode::from(2),
        Err(error) => {
            eprintln!("error: {error}");
            for cause in error.chain().skip(1) {
                eprintln!("  because: {cause}");
            }
            ExitCode::FAILURE
        }
    }
}
