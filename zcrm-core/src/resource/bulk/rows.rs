//! The rows of the file of one job.

use std::fmt;
use std::io::{self, Read};
use std::iter::FusedIterator;
use std::marker::PhantomData;

use csv::ByteRecord;
use serde::de::DeserializeOwned;

use super::archive::{Entry, damaged};
use super::cells::{Column, Types, write_text};
use super::sieve::{Placed, Sieve};
use crate::entity::RecordId;
use crate::error::{Error, ErrorKind, Result};
use crate::rest::{Session, UnfitRow};

/// Bytes of the file in memory at a time.
const PIECE: usize = 64 * 1024;

/// The rows of a bulk read job, read one by one from its file; made by
/// [`BulkResult::read_as`](super::BulkResult::read_as).
///
/// It never ends early without an error. A row that does not fit `T` is an `Err` whose source is an
/// [`UnfitRow`](crate::rest::UnfitRow), and the reading goes on; after the error of a damaged file it ends.
#[must_use = "nothing is read until the iterator is driven"]
pub struct ResultRows<T> {
    file: csv::Reader<Limited<Entry>>,
    columns: Vec<Option<Column>>,
    sieve: Placed,
    row: ByteRecord,
    json: String,
    limit: u64,
    expected: Option<u64>,
    read: u64,
    ended: bool,
    item: PhantomData<fn() -> T>,
}

/// What comes next in a file.
pub(super) enum Next<T> {
    /// A row, or why it does not fit.
    Row(Result<T>),
    /// The file cannot be read any further.
    Broken(Error),
    End,
}

/// Reads at most so many bytes until it is told to go on: a quotation mark that is never closed must not fill the
/// memory.
struct Limited<R> {
    bytes: R,
    left: u64,
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "a row is larger than max_response_bytes allows"));
        }
        let count = self.bytes.read(buffer)?;
        self.left = self.left.saturating_sub(count as u64);
        Ok(count)
    }
}

impl<T: DeserializeOwned> ResultRows<T> {
    pub(super) fn open(
        entry: Entry,
        session: &Session,
        types: &mut Types,
        sieve: &Sieve,
        expected: Option<u64>,
    ) -> Result<Self> {
        let limit = session.max_response_bytes().max(PIECE as u64);
        let bytes = Limited { bytes: entry, left: limit };
        let mut file = csv::ReaderBuilder::new().buffer_capacity(PIECE).has_headers(false).from_reader(bytes);
        let mut row = ByteRecord::new();
        file.read_byte_record(&mut row).map_err(|cause| unreadable(cause).logged())?;
        let mut headings = Vec::new();
        for (index, heading) in row.iter().enumerate() {
            let heading = std::str::from_utf8(heading).map_err(|_| damaged("its headings are not UTF-8").logged())?;
            let heading = if index == 0 { heading.trim_start_matches('\u{feff}') } else { heading };
            headings.push(heading.trim().to_owned());
        }
        let placed = sieve.placed(&headings)?;
        let mut columns: Vec<Option<Column>> = Vec::new();
        for heading in &headings {
            let column = types.column(session, heading)?;
            let twice = columns.iter().flatten().any(|other| other.name == column.name);
            columns.push((!twice && !sieve.hides(heading)).then_some(column));
        }
        if !columns.iter().flatten().any(|column| column.name == "id") {
            return Err(damaged("it has no column Id").logged());
        }
        let json = String::new();
        Ok(Self { file, columns, sieve: placed, row, json, limit, expected, read: 0, ended: false, item: PhantomData })
    }

    /// Passes rows over; they are not decoded.
    pub(super) fn skip_rows(&mut self, rows: u64) -> Result<()> {
        for _ in 0..rows {
            if !self.advance()? {
                return Err(damaged(&format!("it has only {} rows, of which {rows} were read before", self.read)));
            }
        }
        Ok(())
    }

    /// The next row, or what the end of the file is.
    pub(super) fn step(&mut self) -> Next<T> {
        match self.advance() {
            Ok(true) => Next::Row(self.decode()),
            Ok(false) => Next::End,
            Err(error) => Next::Broken(error),
        }
    }

    /// Goes on to the next row that is wanted.
    fn advance(&mut self) -> Result<bool> {
        while self.take()? {
            if self.sieve.admit(&self.row) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn take(&mut self) -> Result<bool> {
        if self.ended {
            return Ok(false);
        }
        self.file.get_mut().left = self.limit;
        match self.file.read_byte_record(&mut self.row) {
            Ok(true) => {
                self.read = self.read.saturating_add(1);
                Ok(true)
            }
            Ok(false) => {
                self.ended = true;
                match self.expected {
                    Some(expected) if expected > self.read => {
                        Err(damaged(&format!("it has {} rows, and Zoho tells of {expected}", self.read)))
                    }
                    _ => Ok(false),
                }
            }
            Err(cause) => {
                self.ended = true;
                Err(unreadable(cause))
            }
        }
    }

    fn decode(&mut self) -> Result<T> {
        let json = &mut self.json;
        json.clear();
        json.push('{');
        for (column, cell) in self.columns.iter().zip(&self.row) {
            let Some(column) = column else { continue };
            let cell = std::str::from_utf8(cell).map_err(|cause| {
                let message = format!("row {} of the bulk read job has a {} that is not UTF-8", self.read, column.name);
                Error::new(ErrorKind::InvalidResponse, message).with_source(cause)
            })?;
            if json.len() > 1 {
                json.push(',');
            }
            write_text(&column.name, json);
            json.push(':');
            column.write(cell, json);
        }
        json.push('}');
        serde_json::from_str(json).map_err(|cause| {
            let id = self.id();
            let named = id.as_ref().map_or_else(|| "without an id".to_owned(), RecordId::to_string);
            let message = format!("record {named} could not be deserialized into the requested type");
            Error::new(ErrorKind::InvalidResponse, message).with_source(UnfitRow::new(id, &self.json, cause))
        })
    }

    fn id(&self) -> Option<RecordId> {
        let column =
            self.columns.iter().position(|column| column.as_ref().is_some_and(|column| column.name == "id"))?;
        std::str::from_utf8(self.row.get(column)?).ok().filter(|id| !id.is_empty()).map(RecordId::from)
    }
}

fn unreadable(cause: csv::Error) -> Error {
    damaged("its CSV file cannot be read").with_source(cause)
}

impl<T: DeserializeOwned> Iterator for ResultRows<T> {
    type Item = Result<T>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.step() {
            Next::Row(row) => Some(row.map_err(Error::logged)),
            Next::Broken(error) => Some(Err(error.logged())),
            Next::End => None,
        }
    }
}

impl<T: DeserializeOwned> FusedIterator for ResultRows<T> {}

impl<T> fmt::Debug for ResultRows<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResultRows").field("read", &self.read).field("expected", &self.expected).finish_non_exhaustive()
    }
}
