//! The CSV file within an uploaded ZIP file.

use std::io::{Cursor, Read};

use zip::ZipArchive;

use crate::spool::Spool;

/// The most rows of a job.
pub(super) const MOST_ROWS: usize = 25_000;

pub(super) fn archive(file: &Spool) -> Option<ZipArchive<Cursor<Vec<u8>>>> {
    ZipArchive::new(Cursor::new(file.bytes())).ok()
}

/// The rows of a CSV file, the only one where none is named: the heading, and the others.
pub(super) fn read(file: &Spool, name: Option<&str>) -> Result<(Vec<String>, Vec<csv::StringRecord>), &'static str> {
    let mut archive = archive(file).ok_or("INVALID_FILE_FORMAT")?;
    let at = match name {
        Some(name) => archive.index_for_name(name).ok_or("FILE_NOT_FOUND")?,
        None if archive.len() == 1 => 0,
        None => return Err("INVALID_FILE_FORMAT"),
    };
    let mut text = String::new();
    archive.by_index(at).map_err(|_| "INVALID_FILE_FORMAT")?.read_to_string(&mut text).map_err(|_| "INVALID_FORMAT")?;
    let heading = text.lines().next().unwrap_or_default();
    let delimiter =
        *b",;:|".iter().max_by_key(|mark| heading.bytes().filter(|byte| byte == *mark).count()).unwrap_or(&b',');
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(text.as_bytes());
    let heading = reader.headers().map_err(|_| "INVALID_FORMAT")?.iter().map(str::to_owned).collect();
    let rows = reader.records().collect::<Result<Vec<_>, _>>().map_err(|_| "INVALID_FORMAT")?;
    Ok((heading, rows))
}
