//! A file of any bytes.

use std::io::{self, Write};
use std::path::Path;

use anyhow::Result;

use super::target::{Left, Target};

/// A file that is written aside, as `FILE.part`, and takes its name when it is [complete](WholeFile::complete). Dropped
/// before, it is gone.
#[derive(Debug)]
pub struct WholeFile(Target);

impl WholeFile {
    /// Writes to a file.
    ///
    /// # Errors
    ///
    /// When the file cannot be written, or another run is writing it.
    pub fn new(file: &Path) -> Result<Self> {
        Target::file(file, Left::Replaced).map(Self)
    }

    /// Gives the file its name.
    ///
    /// # Errors
    ///
    /// When it cannot be renamed.
    pub fn complete(mut self) -> io::Result<()> {
        self.0.complete()
    }
}

impl Write for WholeFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes, &[]).map(|()| bytes.len()).map_err(|(cause, _)| cause)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for WholeFile {
    fn drop(&mut self) {
        self.0.discard();
    }
}
