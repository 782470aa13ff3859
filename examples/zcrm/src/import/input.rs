//! The input of an import: a file, or what comes through a pipe.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};
use zcrm_core::files;

use crate::csv::{Separator, Sheet};

/// The input of an import.
#[derive(Debug)]
pub struct Input {
    name: PathBuf,
    source: Source,
}

#[derive(Debug)]
enum Source {
    File {
        length: u64,
    },
    /// A pipe, which can be read once.
    Pipe,
    /// What came through a pipe, so that it can be read again.
    Spooled(File),
}

impl Input {
    /// The file, or standard input for `-`. `again` says that it has to be read more than once.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub fn open(path: &Path, again: bool) -> Result<Self> {
        let mut input = Self { name: path.to_owned(), source: Source::Pipe };
        if path.as_os_str() != "-" && !files::is_device(path) {
            let about = std::fs::metadata(path).with_context(|| format!("{} cannot be read", path.display()))?;
            if about.is_dir() {
                bail!("{} is a folder", path.display());
            }
            if about.is_file() {
                input.source = Source::File { length: about.len() };
            }
        }
        if again && matches!(input.source, Source::Pipe) {
            let mut spool = tempfile::tempfile().context("no temporary file can be made")?;
            let copied = io::copy(&mut *input.reader()?, &mut spool);
            copied.with_context(|| format!("{} cannot be read", input.name()))?;
            input.source = Source::Spooled(spool);
        }
        Ok(input)
    }

    /// Its name, for people.
    #[must_use]
    pub fn name(&self) -> String {
        if self.name.as_os_str() == "-" { "standard input".to_owned() } else { self.name.display().to_string() }
    }

    /// Whether it can be read more than once.
    #[must_use]
    pub fn can_be_read_again(&self) -> bool {
        !matches!(self.source, Source::Pipe)
    }

    /// How many bytes it has, where that is known.
    #[must_use]
    pub fn length(&self) -> Option<u64> {
        if let Source::File { length } = self.source { Some(length) } else { None }
    }

    /// Its rows, from the beginning.
    ///
    /// # Errors
    ///
    /// When it cannot be read, or is no CSV file.
    pub fn sheet(&self, separator: Option<Separator>) -> Result<Sheet> {
        Sheet::read(self.reader()?, separator).with_context(|| self.name())
    }

    /// A hash of its content.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub fn hash(&self) -> Result<String> {
        let mut hash = Sha256::new();
        io::copy(&mut *self.reader()?, &mut hash).with_context(|| format!("{} cannot be read", self.name()))?;
        Ok(hex(&hash.finalize()))
    }

    fn reader(&self) -> Result<Box<dyn Read + Send>> {
        let unreadable = || format!("{} cannot be read", self.name());
        match &self.source {
            Source::Pipe if self.name.as_os_str() == "-" => Ok(Box::new(io::stdin())),
            Source::Pipe | Source::File { .. } => {
                Ok(Box::new(files::retry(|| File::open(&self.name)).with_context(unreadable)?))
            }
            Source::Spooled(spool) => {
                let mut spool = spool.try_clone().with_context(unreadable)?;
                spool.seek(SeekFrom::Start(0)).with_context(unreadable)?;
                Ok(Box::new(spool))
            }
        }
    }
}

/// A hash of a text.
#[must_use]
pub fn hash_of(text: &str) -> String {
    hex(&Sha256::digest(text))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
