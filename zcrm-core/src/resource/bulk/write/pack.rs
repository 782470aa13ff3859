//! The rows of one job as a CSV file within a ZIP file.

use std::cell::Cell as Shared;
use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::ops::Range;
use std::rc::Rc;

use serde_json::value::RawValue;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::cell::Cell;
use super::children::{ChildColumns, ChildLines};
use super::columns::{Columns, GIVEN_BACK};
use super::join::Keys;
use super::spool::{Cells, SpoolReader, Spooled};
use crate::error::{Error, ErrorKind, Result};

/// The most rows of a job (Zoho's page *API limits*).
pub(super) const MOST_ROWS: u64 = 25_000;

/// Zoho takes 25 MB. What the compression holds back is not counted yet, hence the distance.
pub(super) const MOST_BYTES: u64 = 24_000_000;

/// Rows that rows list; one more row may list some more.
const MOST_BELOW: u64 = 24_000;

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

/// What was taken so far.
#[derive(Default)]
struct Taken {
    rows: u32,
    keys: Keys,
    unfit: BTreeMap<u32, Error>,
    findable: bool,
    /// The values of the first column, where rows belong to others by it.
    seen: HashSet<String>,
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
    /// Rows that rows list.
    pub(super) children: &'a [ChildColumns],
    /// The most bytes of a ZIP file.
    pub(super) most_bytes: u64,
}

/// A row as it is written.
#[derive(Default)]
struct Line {
    cells: Vec<String>,
    /// The rows that it lists, for each of the children.
    children: Vec<Vec<Vec<String>>>,
}

impl Packing<'_> {
    /// Packs the rows that come next, from this one on.
    pub(super) fn pack(&self, spool: &mut SpoolReader, start: u64, extent: &Extent) -> Result<Pack> {
        let written = Rc::new(Shared::new(0));
        let counting = Counting { file: tempfile::tempfile().map_err(unwritable)?, written: Rc::clone(&written) };
        let mut archive = ZipWriter::new(counting);
        start_file(&mut archive, self.file_name).map_err(unwritable)?;
        let mut lines = csv::Writer::from_writer(&mut archive);
        let unwritten = |cause: csv::Error| unwritable(io::Error::other(cause));
        lines.write_record(self.columns.list.iter().map(|column| &column.name)).map_err(unwritten)?;
        let below = self.children.iter().map(ChildLines::new).collect::<io::Result<Vec<_>>>();
        let mut below = below.map_err(unwritable)?;
        let mut taken = Taken { findable: self.find_by.is_some(), ..Taken::default() };
        let mut line = Line::default();
        while self.has_room(extent, &taken, written.get(), &below) {
            let Some(row) = spool.next()? else { break };
            let fit = match &row {
                Spooled::Row(json) => self.read(json, &mut line).and_then(|()| self.check_key(&line, &mut taken.seen)),
                Spooled::Unfit(error) => Err(error.clone()),
            };
            match fit {
                Ok(()) => {
                    lines.write_record(&line.cells).map_err(unwritten)?;
                    let key = line.cells.first().map(String::as_str).unwrap_or_default();
                    for (below, rows) in below.iter_mut().zip(&line.children) {
                        below.add(key, rows).map_err(unwritable)?;
                    }
                    taken.keys.add(taken.rows, line.cells.get(..line.cells.len().min(GIVEN_BACK)).unwrap_or_default());
                    taken.findable = taken.findable && !key.trim().is_empty();
                }
                Err(error) => drop(taken.unfit.insert(taken.rows, error)),
            }
            taken.rows = taken.rows.saturating_add(1);
        }
        lines.flush().map_err(unwritable)?;
        drop(lines);
        for below in below {
            start_file(&mut archive, &below.file_name())
                .and_then(|()| below.copy_to(&mut archive))
                .map_err(unwritable)?;
        }
        let mut file = archive.finish().map_err(io::Error::from).map_err(unwritable)?.file;
        file.rewind().map_err(unwritable)?;
        let Taken { rows, keys, unfit, findable, .. } = taken;
        Ok(Pack { file: Some(file), rows: start..start.saturating_add(rows.into()), keys, unfit, findable })
    }

    fn has_room(&self, extent: &Extent, taken: &Taken, bytes: u64, below: &[ChildLines<'_>]) -> bool {
        match extent {
            Extent::Rows(rows) => u64::from(taken.rows) < *rows,
            Extent::Full => {
                (taken.keys.len() as u64) < MOST_ROWS
                    && bytes < self.most_bytes
                    && taken.rows < u32::MAX
                    && below.iter().all(|below| below.rows < MOST_BELOW)
            }
        }
    }

    /// Reads a row.
    fn read(&self, json: &str, line: &mut Line) -> Result<()> {
        let Line { cells, children } = line;
        cells.clear();
        children.clear();
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
        for below in self.children {
            children.push(below.rows(&members, &self.columns.zone)?);
        }
        Ok(())
    }

    /// Refuses a row to which the rows that it lists could not be told to belong, or those of another one could.
    fn check_key(&self, line: &Line, seen: &mut HashSet<String>) -> Result<()> {
        let (Some(key), false) = (line.cells.first(), self.children.is_empty()) else { return Ok(()) };
        let key = key.trim().to_lowercase();
        if (!key.is_empty() || line.children.iter().all(Vec::is_empty)) && (key.is_empty() || seen.insert(key)) {
            return Ok(());
        }
        let name = self.columns.list.first().map(|column| column.name.as_str()).unwrap_or_default();
        Err(Error::invalid(format!(
            "its {name}, by which the rows that it lists belong to it, is empty or that of another row"
        )))
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

fn start_file(archive: &mut ZipWriter<Counting>, name: &str) -> io::Result<()> {
    Ok(archive.start_file(name, SimpleFileOptions::default())?)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::bulk::write::columns::{Column, Kind};
    use crate::resource::bulk::write::spool::Spool;
    use crate::resource::bulk::write::zone::Zone;
    use crate::rest::Row;
    use serde_json::json;

    #[test]
    fn a_file_ends_before_it_is_too_large_and_the_next_one_goes_on() {
        let text = || (0..40).map(|_| format!("{:032x}", fastrand::u128(..))).collect::<String>();
        let rows = (0..2_000).map(|index| match index % 500 {
            499 => Err(Error::invalid("it cannot be sent")),
            _ => Row::new(&json!({ "Name": index, "Text": text() })),
        });
        let spool = Spool::of(rows, &[]).unwrap();
        assert_eq!((spool.rows, spool.sendable), (2_000, 1_996));
        let column = |name: &str| Column { name: name.to_owned(), kind: Kind::Text };
        let list = vec![column("Name"), column("Text")];
        let columns = Columns { list, constants: BTreeMap::new(), zone: Zone::AsWritten };
        let packing = Packing {
            columns: &columns,
            find_by: None,
            clear_empty: false,
            file_name: "Leads.csv",
            children: &[],
            most_bytes: 300_000,
        };
        let mut spool = spool.into_reader().unwrap();
        let (mut start, mut packs, mut unfit) = (0, 0, 0);
        while !spool.is_at_end() {
            let mut pack = packing.pack(&mut spool, start, &Extent::Full).unwrap();
            assert_eq!(pack.rows.start, start);
            start = pack.rows.end;
            assert_eq!(pack.keys.len() + pack.unfit.len(), usize::try_from(pack.rows.end - pack.rows.start).unwrap());
            unfit += pack.unfit.len();
            let length = pack.take_file().unwrap().metadata().unwrap().len();
            // As far as the distance of the real limit from Zoho's goes.
            assert!(length < 300_000 + 1_000_000, "{length}");
            packs += 1;
        }
        assert_eq!((start, unfit), (2_000, 4));
        assert!((3..=5).contains(&packs), "{packs}");
    }
}
