//! Lines for people.

use std::fmt::Display;
use std::io::{self, Write};

/// Prints a line at once. Where nobody reads any more, as after `| head`, that is an error and not, as with `println!`, a
/// panic.
///
/// # Errors
///
/// When standard output cannot be written to.
pub fn say(line: impl Display) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()
}
