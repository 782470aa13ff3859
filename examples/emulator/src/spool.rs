//! Content on disk under no name, so that nothing is left behind however the process ends.

use std::fs::File;
use std::io::{self, Write};
use std::sync::Arc;

/// Bytes in an unnamed temporary file. Clones share them; each reader keeps its own place.
#[derive(Clone, Debug)]
pub(crate) struct Spool {
    file: Arc<File>,
    length: u64,
}

impl Spool {
    /// An empty one.
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Self { file: Arc::new(tempfile::tempfile()?), length: 0 })
    }

    /// What was written to a file already.
    pub(crate) fn of(file: File) -> io::Result<Self> {
        let length = file.metadata()?.len();
        Ok(Self { file: Arc::new(file), length })
    }

    /// Adds to the end.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        (&*self.file).write_all(bytes)?;
        self.length += bytes.len() as u64;
        Ok(())
    }

    pub(crate) fn length(&self) -> u64 {
        self.length
    }

    /// Fills the buffer from that place on as far as one read goes; 0 at the end.
    pub(crate) fn read_at(&self, buffer: &mut [u8], place: u64) -> io::Result<usize> {
        #[cfg(unix)]
        return std::os::unix::fs::FileExt::read_at(&*self.file, buffer, place);
        #[cfg(windows)]
        return std::os::windows::fs::FileExt::seek_read(&*self.file, buffer, place);
    }

    /// All of it.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut bytes = vec![0; usize::try_from(self.length).unwrap_or_default()];
        let mut filled = 0;
        while let Some(rest) = bytes.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match self.read_at(rest, filled as u64) {
                Ok(read) if read > 0 => filled += read,
                _ => break,
            }
        }
        bytes.truncate(filled);
        bytes
    }

    /// All of it as text, for parts that are no files.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes()).into_owned()
    }
}
