//! Whole lines.

use std::fmt;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

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
    /// What was let out.
    place: Place,
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
            Some(file) => Target::file(file, Left::Replaced)?,
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
        Ok(Self::new(Target::file(file, Left::Kept)?, 0))
    }

    /// Goes on in the `FILE.part` that a run has left, at a place where that one had [synced](Lines::sync) it; what it
    /// wrote behind is cut off.
    ///
    /// # Errors
    ///
    /// As [`to`](Self::to), and when the file is shorter than that.
    pub fn resume(file: &Path, place: Place) -> Result<Self> {
        let lines = Self::new(Target::file(file, Left::Continued(place.bytes))?, GATHERED);
        lines.pending().place = place;
        Ok(lines)
    }

    /// As [`at_once`](Self::at_once), for lines that can be had again: those in `FILE.part` are written over.
    ///
    /// # Errors
    ///
    /// As [`to`](Self::to).
    pub fn at_once_anew(file: &Path) -> Result<Self> {
        Ok(Self::new(Target::file(file, Left::Replaced)?, 0))
    }

    fn new(target: Target, gather: usize) -> Self {
        // The line that makes it enough is held as well.
        let (bytes, ends, place) = (Vec::with_capacity(gather * 2), Vec::new(), Place::default());
        Self(Arc::new(Mutex::new(Pending { target, bytes, ends, place, gather, over: false })))
    }

    /// Whether they are written aside, so that another run can go on with them.
    #[must_use]
    pub fn is_aside(&self) -> bool {
        self.pending().target.part().is_some()
    }

    /// Lets out the whole lines that there are, and sees to it that they are on the disk.
    ///
    /// # Errors
    ///
    /// When the target takes no more.
    pub fn sync(&self) -> io::Result<Place> {
        let mut pending = self.pending();
        pending.let_out()?;
        pending.target.sync()?;
        Ok(pending.place)
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
        Ok(pending.place.lines)
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
        let lines = pending.place.lines.saturating_sub(header);
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

/// How much of an output was let out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Place {
    /// So many bytes.
    pub bytes: u64,
    /// So many whole lines, which these bytes are.
    pub lines: u64,
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
        self.place.lines += self.ends.iter().filter(|end| **end <= kept).count() as u64;
        self.place.bytes += kept as u64;
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
        f.debug_struct("Lines").field("place", &self.pending().place).finish_non_exhaustive()
    }
}
