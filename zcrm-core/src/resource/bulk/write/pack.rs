//! The rows of one job as a CSV file within a ZIP file.

use std::cell::Cell as Shared;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::ops::Range;
use std::rc::Rc;

use serde_json::value::RawValue;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::cell::Cell;
use super::columns::{Columns, GIVEN_BACK};
use super::join::Keys;
use super::spool::{Cells, SpoolReader, Spooled};
use crate::error::{Error, ErrorKind, Result};

/// The most rows of a job (Zoho's page *API limits*).
pub(super) const MOST_ROWS: u64 = 25_000;

/// Zoho takes 25 MB. What the compression holds back is not counted yet, hence the distance.
const MOST_BYTES: u64 = 24_000_000;

/// The rows of one job.
pub(super) struct Pack {
    /// The ZIP file, until it is uploaded.
    file: Option<File>,
    /// Which rows of the input these are, those included that cannot be sent.
    pub(super) rows: Range<u64>,
    /// By what the rows that are sent are recognized.
    pub(super) keys: Keys,
    /// Why the others cannot be sent, by their place in `rows`.
    pub(super) unfit: BTreeMap<u32, Error>,
    /// Whether every row has a value by which its record is found.
    pub(super) findable: bool,
}

impl Pack {
    pub(super) fn take_file(&mut self) -> Result<File> {
        self.file.take().ok_or_else(|| unwritable(io::ErrorKind::NotFound.into()))
    }
}

/// How many rows a pack takes.
pub(super) enum Extent {
    /// As many as a job can have.
    Full,
    /// So many of the input, as the job that is taken up had them.
    Rows(u64),
}

pub(super) struct Packing<'a> {
    pub(super) columns: &'a Columns,
    pub(super) find_by: Option<&'a str>,
    pub(super) clear_empty: bool,
    /// The name of the CSV file.
    pub(super) file_name: &'a str,
}

impl Packing<'_> {
    /// Packs the rows that come next, from this one on.
    pub(super) fn pack(&self, spool: &mut SpoolReader, start: u64, extent: &Extent) -> Result<Pack> {
        let written = Rc::new(Shared::new(0));
        let counting = Counting { file: tempfile::tempfile().map_err(unwritable)?, written: Rc::clone(&written) };
        let mut archive = ZipWriter::new(counting);
        archive
            .start_file(self.file_name, SimpleFileOptions::default())
            .map_err(io::Error::from)
            .map_err(unwritable)?;
        let mut lines = csv::Writer::from_writer(&mut archive);
        let unwritten = |cause: csv::Error| unwritable(io::Error::other(cause));
        lines.write_record(self.columns.list.iter().map(|column| &column.name)).map_err(unwritten)?;
        let mut keys = Keys::default();
        let mut unfit = BTreeMap::new();
        let mut findable = self.find_by.is_some();
        let mut taken: u32 = 0;
        let mut cells: Vec<String> = Vec::with_capacity(self.columns.list.len());
        while self.has_room(extent, taken, keys.len(), written.get()) {
            let Some(row) = spool.next()? else { break };
            let cells_or_error = match &row {
                Spooled::Row(json) => self.cells(json, &mut cells),
                Spooled::Unfit(error) => Err(error.clone()),
            };
            match cells_or_error {
                Ok(()) => {
                    lines.write_record(&cells).map_err(unwritten)?;
                    keys.add(taken, cells.get(..cells.len().min(GIVEN_BACK)).unwrap_or_default());
                    findable = findable && cells.first().is_some_and(|key| !key.trim().is_empty());
                }
                Err(error) => {
                    unfit.insert(taken, error);
                }
            }
            taken = taken.saturating_add(1);
        }
        lines.flush().map_err(unwritable)?;
        drop(lines);
        let mut file = archive.finish().map_err(io::Error::from).map_err(unwritable)?.file;
        file.rewind().map_err(unwritable)?;
        Ok(Pack { file: Some(file), rows: start..start.saturating_add(taken.into()), keys, unfit, findable })
    }

    fn has_room(&self, extent: &Extent, taken: u32, sent: usize, bytes: u64) -> bool {
        match extent {
            Extent::Rows(rows) => u64::from(taken) < *rows,
            Extent::Full => (sent as u64) < MOST_ROWS && bytes < MOST_BYTES && taken < u32::MAX,
        }
    }

    /// The cells of a row.
    fn cells(&self, json: &str, cells: &mut Vec<String>) -> Result<()> {
        cells.clear();
        let members: Cells<'_> = serde_json::from_str(json)
            .map_err(|cause| Error::invalid("the row is no JSON object").with_source(cause))?;
        for column in &self.columns.list {
            let name = column.name.as_str();
            let cell = match members.get(name) {
                Some(value) => self.cell(column, value)?,
                None if self.clear_empty && self.find_by != Some(name) => {
                    return Err(Error::invalid(format!(
                        "it has no {name}, which other rows have: bulk write would clear it; give it a value, or null \
                         to clear it"
                    )));
                }
                None => String::new(),
            };
            cells.push(cell);
        }
        Ok(())
    }

    fn cell(&self, column: &super::columns::Column, value: &RawValue) -> Result<String> {
        let name = &column.name;
        match column.kind.cell(value, &self.columns.zone) {
            Ok(Cell::Text(text)) => Ok(text),
            Ok(Cell::Null) if self.clear_empty => Ok(String::new()),
            Ok(Cell::Null) => Err(Error::invalid(format!(
                "{name} is null, which clears the field; bulk write clears fields only with clear_empty()"
            ))),
            Err(reason) => Err(Error::invalid(format!("{name} {reason}"))),
        }
    }
}

/// Counts what was written to a file.
struct Counting {
    file: File,
    written: Rc<Shared<u64>>,
}

impl Write for Counting {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.file.write(bytes)?;
        self.written.set(self.written.get().saturating_add(count as u64));
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Seek for Counting {
    fn seek(&mut self, place: SeekFrom) -> io::Result<u64> {
        self.file.seek(place)
    }
}

fn unwritable(cause: io::Error) -> Error {
    Error::new(ErrorKind::Io, "the file of a bulk write job cannot be written to a temporary file").with_source(cause)
}
