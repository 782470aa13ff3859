//! Output that never ends in half a line.

use std::fmt;
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::process;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::{Context, Result};

/// Lines are gathered until there are so many bytes of them.
const GATHERED: usize = 1 << 16;

/// Writes whole lines only: what was written is let out at a [`flush`](Write::flush), which says that a line is
/// complete, and goes to its target many lines at a time. Clones write to the same target.
#[derive(Clone)]
pub struct Lines(Arc<Mutex<Pending>>);

struct Pending {
    target: Box<dyn Write + Send>,
    bytes: Vec<u8>,
    /// So many of the bytes are whole lines.
    whole: usize,
    gather: usize,
}

impl Lines {
    /// Writes to a new file, or to standard output.
    ///
    /// # Errors
    ///
    /// When the file cannot be made.
    pub fn to(file: Option<&Path>) -> Result<Self> {
        match file {
            Some(file) => Ok(Self::new(Box::new(create(file)?), GATHERED)),
            None => Ok(Self::new(Box::new(io::stdout()), GATHERED)),
        }
    }

    /// Writes to a new file, each line at once.
    ///
    /// # Errors
    ///
    /// When the file cannot be made.
    pub fn at_once(file: &Path) -> Result<Self> {
        Ok(Self::new(Box::new(create(file)?), 0))
    }

    fn new(target: Box<dyn Write + Send>, gather: usize) -> Self {
        Self(Arc::new(Mutex::new(Pending { target, bytes: Vec::with_capacity(2 * gather), whole: 0, gather })))
    }

    /// Lets out what is left.
    ///
    /// # Errors
    ///
    /// When the target takes no more.
    pub fn finish(&self) -> io::Result<()> {
        self.pending().let_out()
    }

    /// From now on Ctrl-C ends the program with exit code 2, "done in part", at the end of a line.
    ///
    /// # Errors
    ///
    /// When the operating system does not let the program know of Ctrl-C.
    pub fn end_at_interrupt(&self) -> Result<()> {
        let lines = self.clone();
        let end = move || {
            let mut pending = lines.pending();
            // Whoever asked for the end does not care any more whether the target takes the rest.
            let _ = pending.let_out();
            eprintln!("interrupted: the output ends at the end of a line, but not of the job");
            process::exit(2)
        };
        ctrlc::set_handler(end).context("Ctrl-C cannot be watched for")
    }

    fn pending(&self) -> MutexGuard<'_, Pending> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn create(file: &Path) -> Result<File> {
    File::create(file).with_context(|| format!("{} cannot be written", file.display()))
}

impl Pending {
    fn let_out(&mut self) -> io::Result<()> {
        let lines = self.bytes.drain(..self.whole.min(self.bytes.len()));
        self.whole = 0;
        self.target.write_all(lines.as_slice())?;
        drop(lines);
        self.target.flush()
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
        pending.whole = pending.bytes.len();
        if pending.whole >= pending.gather { pending.let_out() } else { Ok(()) }
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        // Programs that care whether it succeeds call `finish` before.
        let _ = self.let_out();
    }
}

impl fmt::Debug for Lines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lines").field("whole", &self.pending().whole).finish_non_exhaustive()
    }
}
