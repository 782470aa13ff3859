//! The rows of a bulk write in a temporary file, so that any number of them takes no memory.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, BufReader, BufWriter, ErrorKind as IoErrorKind, Read, Seek, Write};

use serde_json::value::RawValue;

use super::distinct::Distinct;
use crate::error::{Error, ErrorKind, Result};
use crate::rest::Row;

/// The members of a row, as text.
pub(super) type Cells<'a> = BTreeMap<Cow<'a, str>, &'a RawValue>;

/// Rows that were written down, and what was seen of their fields.
#[derive(Debug)]
pub(super) struct Spool {
    file: File,
    pub(super) rows: u64,
    /// How many rows can be sent.
    pub(super) sendable: u64,
    pub(super) bytes: u64,
    /// The fields that have a member in some row, with how many different values they have.
    pub(super) fields: BTreeMap<String, u64>,
    /// The fields of the rows that rows list, by the name under which they do.
    pub(super) child_fields: BTreeMap<String, BTreeSet<String>>,
}

/// A row that was written down: its JSON, or why it cannot be sent.
pub(super) enum Spooled {
    Row(Box<str>),
    Unfit(Error),
}

impl Spool {
    /// Writes rows down, which list other rows under the names of `children`. A row that cannot be sent
    /// is noted, and disturbs no other.
    pub(super) fn of(rows: impl Iterator<Item = Result<Row>>, children: &[&str]) -> Result<Self> {
        let mut file = tempfile::tempfile().map_err(unwritable)?;
        let mut writer = BufWriter::new(&mut file);
        let mut seen: BTreeMap<String, Distinct> = BTreeMap::new();
        let mut child_fields: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let (mut count, mut sendable, mut bytes) = (0_u64, 0_u64, 0_u64);
        for row in rows {
            count = count.saturating_add(1);
            let text = match row.and_then(|row| row.json.ok_or_else(|| Error::invalid("a row has to be an object"))) {
                Ok(json) => {
                    sendable = sendable.saturating_add(1);
                    let cells: Cells<'_> = serde_json::from_str(json.get()).unwrap_or_default();
                    for (name, value) in cells {
                        if children.contains(&name.as_ref()) {
                            let fields = child_fields.entry(name.into_owned()).or_default();
                            fields.extend(fields_of(value));
                            continue;
                        }
                        match seen.get_mut(name.as_ref()) {
                            Some(distinct) => distinct.add(value.get()),
                            None => seen.entry(name.into_owned()).or_default().add(value.get()),
                        }
                    }
                    Box::<str>::from(json)
                }
                Err(error) => serde_json::Value::from(error.to_string()).to_string().into(),
            };
            bytes = bytes.saturating_add(text.len() as u64);
            write(&mut writer, &text).map_err(unwritable)?;
        }
        writer.flush().map_err(unwritable)?;
        drop(writer);
        let fields = seen.into_iter().map(|(name, distinct)| (name, distinct.estimate())).collect();
        Ok(Self { file, rows: count, sendable, bytes, fields, child_fields })
    }

    /// Reads the rows again, from the first one.
    pub(super) fn into_reader(mut self) -> Result<SpoolReader> {
        self.file.rewind().map_err(unreadable)?;
        Ok(SpoolReader { file: BufReader::new(self.file), left: self.rows })
    }
}

/// The rows, one by one.
#[derive(Debug)]
pub(super) struct SpoolReader {
    file: BufReader<File>,
    left: u64,
}

impl SpoolReader {
    /// How many rows are left.
    pub(super) fn left(&self) -> u64 {
        self.left
    }

    /// Whether no row is left.
    pub(super) fn is_at_end(&self) -> bool {
        self.left == 0
    }

    pub(super) fn next(&mut self) -> Result<Option<Spooled>> {
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        let text = read(&mut self.file).map_err(unreadable)?;
        Ok(Some(match serde_json::from_str::<String>(&text) {
            Ok(message) => Spooled::Unfit(Error::invalid(message)),
            Err(_) => Spooled::Row(text),
        }))
    }
}

/// The fields of the objects in a list.
fn fields_of(list: &RawValue) -> impl Iterator<Item = String> {
    let objects: Vec<BTreeMap<String, &RawValue>> = serde_json::from_str(list.get()).unwrap_or_default();
    objects.into_iter().flat_map(BTreeMap::into_keys)
}

/// A text behind its length.
fn write(writer: &mut impl Write, text: &str) -> io::Result<()> {
    let length = u32::try_from(text.len()).map_err(|_| io::Error::from(IoErrorKind::FileTooLarge))?;
    writer.write_all(&length.to_le_bytes())?;
    writer.write_all(text.as_bytes())
}

fn read(reader: &mut impl Read) -> io::Result<Box<str>> {
    let mut length = [0; 4];
    reader.read_exact(&mut length)?;
    let mut bytes = vec![0; usize::try_from(u32::from_le_bytes(length)).unwrap_or_default()];
    reader.read_exact(&mut bytes)?;
    let text = String::from_utf8(bytes).map_err(|cause| io::Error::new(IoErrorKind::InvalidData, cause))?;
    Ok(text.into_boxed_str())
}

fn unwritable(cause: io::Error) -> Error {
    Error::new(ErrorKind::Io, "the rows cannot be written to a temporary file").with_source(cause)
}

fn unreadable(cause: io::Error) -> Error {
    Error::new(ErrorKind::Io, "the temporary file with the rows cannot be read").with_source(cause)
}
