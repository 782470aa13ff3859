//! A CSV file, read row by row, whatever its length.

use std::collections::BTreeSet;
use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use anyhow::{Context, Result, bail};
use csv::ByteRecord;

/// The column that says why a row was rejected. Where a file has it, it is passed over.
pub const REASON: &str = "zcrm_reason";

/// A CSV file whose first row names the columns.
pub struct Sheet {
    reader: csv::Reader<Watched<File>>,
    columns: Vec<String>,
    reason: Option<usize>,
    bytes: u64,
}

/// A row below the header.
#[derive(Debug, Clone)]
pub struct SheetRow {
    /// As many cells as there are columns.
    pub cells: ByteRecord,
    /// Why the row is none, where it is malformed. Missing cells are empty then, and surplus ones stand in the last.
    pub fault: Option<String>,
}

impl Sheet {
    /// Opens a file and reads its header.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, or its header names no column, or one twice.
    pub fn open(file: &Path) -> Result<Self> {
        let input = File::open(file).with_context(|| format!("{} cannot be read", file.display()))?;
        let bytes = input.describe()?.len();
        let watched = Watched { input, quotes: 0, ended: false };
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(watched);
        let header = reader.headers().with_context(|| format!("{} has no readable header", file.display()))?;
        let named: Vec<String> = header.iter().map(|name| name.trim().to_owned()).collect();
        let reason = named.iter().position(|name| name == REASON);
        let columns: Vec<String> = named.into_iter().filter(|name| name != REASON).collect();
        if columns.is_empty() || columns.iter().any(String::is_empty) {
            bail!("the first row of {} does not name each column", file.display());
        }
        let mut seen = BTreeSet::new();
        if let Some(twice) = columns.iter().find(|name| !seen.insert(name.as_str())) {
            bail!("two columns of {} are named {twice}", file.display());
        }
        Ok(Self { reader, columns, reason, bytes })
    }

    /// The columns, without that of reasons.
    #[must_use]
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// How long the file is, in bytes, and how far it was read.
    #[must_use]
    pub fn bytes(&self) -> (u64, u64) {
        (self.bytes, self.reader.position().byte())
    }

    /// The next row; `None` at the end.
    ///
    /// # Errors
    ///
    /// When the file cannot be read on.
    pub fn next_row(&mut self) -> Result<Option<SheetRow>> {
        let mut cells = ByteRecord::new();
        if !self.reader.read_byte_record(&mut cells).context("the input cannot be read on")? {
            return Ok(None);
        }
        let expected = self.columns.len() + usize::from(self.reason.is_some());
        let fault = if self.reader.get_ref().ended_within_quotes() {
            Some("a quotation mark is never closed, so where the row ends is not known".to_owned())
        } else if cells.len() != expected {
            Some(format!("the row has {} cells, and the header {expected}", cells.len()))
        } else {
            None
        };
        Ok(Some(SheetRow { cells: self.fitted(&cells), fault }))
    }

    /// As many cells as columns, without the reason.
    fn fitted(&self, cells: &ByteRecord) -> ByteRecord {
        let kept = cells.iter().enumerate().filter(|(at, _)| Some(*at) != self.reason).map(|(_, cell)| cell);
        let mut kept: Vec<Vec<u8>> = kept.map(<[u8]>::to_vec).collect();
        let surplus = kept.split_off(self.columns.len().min(kept.len()));
        if let Some(last) = kept.last_mut() {
            for cell in surplus {
                last.push(b',');
                last.extend(cell);
            }
        }
        kept.resize(self.columns.len(), Vec::new());
        kept.into_iter().collect()
    }
}

impl fmt::Debug for Sheet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sheet").field("columns", &self.columns).field("bytes", &self.bytes()).finish_non_exhaustive()
    }
}

/// Counts the quotation marks that go by: the reader takes a file that ends within them for complete.
struct Watched<R> {
    input: R,
    quotes: usize,
    ended: bool,
}

impl<R> Watched<R> {
    fn ended_within_quotes(&self) -> bool {
        self.ended && !self.quotes.is_multiple_of(2)
    }
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.input.read(buffer)?;
        self.quotes += buffer.iter().take(length).filter(|byte| **byte == b'"').count();
        self.ended |= length == 0;
        Ok(length)
    }
}
