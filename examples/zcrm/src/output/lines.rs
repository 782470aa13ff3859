//! Whole lines.

use std::fmt;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::{Context, Result};

use super::target::{Left, Target};

/// Lines are gathered until there are so many bytes of them.
const GATHERED: usize = 1 << 16;

/// Writes whole lines only: what was written is let out at a [`flush`](Write::flush), which says that a line is
/// complete, and goes to its target many lines at a time. A file is written aside, as `FILE.part`, and takes its name
/// when it is [complete](Lines::complete). Clones write to the same target.
#[derive(Clone)]
pub struct Lines(Arc<Mutex<Pending>>);

struct Pending {
    target: Target,
    bytes: Vec<u8>,
    /// Where in the bytes whole lines end.
    ends: Vec<usize>,
    /// So many whole lines were let out.
    lines: u64,
    gather: usize,
    over: bool,
}

impl Lines {
    /// Writes to a file, or to standard output.
    ///
    /// # Errors
    ///
    /// When the file cannot be written, or another run is writing it.
    pub fn to(file: Option<&Path>) -> Result<Self> {
        let target = match file {
            Some(file) => Target::file(file, Left::IsReplaced)?,
            None => Target::stdout().context("standard output cannot be written")?,
        };
        Ok(Self::new(target, GATHERED))
    }

    /// Writes to a file, each line at once: lines that cannot be had again.
    ///
    /// # Errors
    ///
    /// As [`to`](Self::to), and when a run that was ended has left such lines in `FILE.part`.
    pub fn at_once(file: &Path) -> Result<Self> {
        Ok(Self::new(Target::file(file, Left::IsKept)?, 0))
    }

    /// As [`at_once`](Self::at_once), for lines that can be had again: those in `FILE.part` are written over.
    ///
    /// # Errors
    ///
    /// As [`to`](Self::to).
    pub fn at_once_anew(file: &Path) -> Result<Self> {
        Ok(Self::new(Target::file(file, Left::IsReplaced)?, 0))
    }

    fn new(target: Target, gather: usize) -> Self {
        let (bytes, ends) = (Vec::with_capacity(gather), Vec::new());
        Self(Arc::new(Mutex::new(Pending { target, bytes, ends, lines: 0, gather, over: false })))
    }

    /// Lets out what is left, and gives the file its name; how many lines there are.
    ///
    /// # Errors
    ///
    /// When the target takes no more, or the file cannot be renamed.
    pub fn complete(&self) -> io::Result<u64> {
        let mut pending = self.pending();
        pending.let_out()?;
        pending.target.complete()?;
        pending.over = true;
        Ok(pending.lines)
    }

    /// Lets out what can still be let out of an output that is not complete, and leaves it under its preliminary name.
    /// One of not more than `header` lines goes; `None` when it was complete before.
    pub fn break_off(&self, header: u64) -> Option<Broken> {
        let mut pending = self.pending();
        if pending.over {
            return None;
        }
        // Whoever breaks it off has told why, and does not care any more whether the target takes the rest.
        let _ = pending.let_out();
        pending.over = true;
        let lines = pending.lines.saturating_sub(header);
        let part = pending.target.part().map(Path::to_owned);
        if lines == 0 {
            pending.target.discard();
        }
        Some(Broken { lines, part })
    }

    fn pending(&self) -> MutexGuard<'_, Pending> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is left of an output that was broken off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// So many whole lines were written, the header not counted.
    pub lines: u64,
    /// The file that they are in, unless they went to standard output.
    pub part: Option<PathBuf>,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.part, self.lines) {
            (Some(_), 0) | (None, 0) => f.write_str("nothing was written"),
            (Some(part), lines) => write!(f, "{lines} records are in {}", part.display()),
            (None, lines) => write!(f, "{lines} records were written"),
        }
    }
}

impl Pending {
    fn let_out(&mut self) -> io::Result<()> {
        if self.over {
            // Whoever broke it off ends the program now, maybe in the middle of a line.
            return Err(io::Error::other("the output was broken off"));
        }
        let whole = self.ends.last().copied().unwrap_or(0);
        let outcome = self.target.write(self.bytes.get(..whole).unwrap_or_default(), &self.ends);
        let (kept, outcome) = match outcome {
            Ok(()) => (whole, Ok(())),
            Err((cause, kept)) => (kept, Err(cause)),
        };
        self.lines += self.ends.iter().filter(|end| **end <= kept).count() as u64;
        // After a failure nothing more is written: a line would be missing before it.
        self.bytes.drain(..if outcome.is_ok() { whole } else { self.bytes.len() });
        self.ends.clear();
        outcome
    }
}

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.pending().bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    /// Says that a line is complete.
    fn flush(&mut self) -> io::Result<()> {
        let mut pending = self.pending();
        let end = pending.bytes.len();
        if pending.ends.last().copied().unwrap_or(0) < end {
            pending.ends.push(end);
        }
        if end >= pending.gather { pending.let_out() } else { Ok(()) }
    }
}

impl fmt::Debug for Lines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lines").field("lines", &self.pending().lines).finish_non_exhaustive()
    }
}
