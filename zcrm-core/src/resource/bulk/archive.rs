//! The one CSV file within the ZIP file of a result, as bytes.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Take};

use flate2::CrcReader;
use flate2::read::DeflateDecoder;
use zip::{CompressionMethod, ZipArchive};

use crate::error::{Error, ErrorKind, Result};

/// The bytes of the CSV file. Reading fails at its end, if its size or checksum is not the one that the ZIP file tells.
///
/// The zip crate reads the directory. Its readers borrow the archive, so an iterator could not own them; hence the data
/// is decompressed here.
#[derive(Debug)]
pub(super) struct Entry {
    bytes: CrcReader<Data>,
    left: u64,
    checksum: u32,
}

#[derive(Debug)]
enum Data {
    Stored(Take<File>),
    Deflated(DeflateDecoder<Take<File>>),
}

impl Read for Data {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Stored(bytes) => bytes.read(buffer),
            Self::Deflated(bytes) => bytes.read(buffer),
        }
    }
}

impl Entry {
    /// Finds the only CSV file in an archive.
    pub(super) fn open(file: File) -> Result<Self> {
        let mut archive = ZipArchive::new(file).map_err(unreadable)?;
        let index = only_csv(&mut archive).map_err(unreadable)?;
        let index = index.ok_or_else(|| damaged("it does not hold one CSV file"))?;
        Self::at(archive, index)
    }

    /// Finds the CSV file of a module in an archive, `module-file.csv`.
    pub(super) fn of_module(file: File, module: &str) -> Result<Option<Self>> {
        let mut archive = ZipArchive::new(file).map_err(unreadable)?;
        let begins = |name: &str| {
            let rest = name.get(module.len()..).filter(|_| name.is_char_boundary(module.len()));
            let is_module = name.get(..module.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(module));
            is_module && rest.is_some_and(|rest| rest.starts_with(['-', '.']))
        };
        for index in 0..archive.len() {
            if archive
                .by_index_raw(index)
                .map_err(unreadable)?
                .enclosed_name()
                .is_some_and(|path| path.file_name().is_some_and(|name| begins(&name.to_string_lossy())))
            {
                return Self::at(archive, index).map(Some);
            }
        }
        Ok(None)
    }

    fn at(mut archive: ZipArchive<File>, index: usize) -> Result<Self> {
        let (start, packed, method, left, checksum) = {
            let entry = archive.by_index_raw(index).map_err(unreadable)?;
            if entry.encrypted() {
                return Err(damaged("its CSV file is encrypted"));
            }
            let start = entry.data_start().ok_or_else(|| damaged("its CSV file is nowhere"))?;
            (start, entry.compressed_size(), entry.compression(), entry.size(), entry.crc32())
        };
        let mut file = archive.into_inner();
        file.seek(SeekFrom::Start(start)).map_err(|cause| damaged("it ends too early").with_source(cause))?;
        let data = match method {
            CompressionMethod::Stored => Data::Stored(file.take(packed)),
            CompressionMethod::Deflated => Data::Deflated(DeflateDecoder::new(file.take(packed))),
            other => return Err(damaged(&format!("its CSV file is compressed by {other}"))),
        };
        Ok(Self { bytes: CrcReader::new(data), left, checksum })
    }
}

/// The only entry, whatever its name, or the only one whose name ends in `.csv`.
fn only_csv(archive: &mut ZipArchive<File>) -> zip::result::ZipResult<Option<usize>> {
    if archive.len() == 1 {
        return Ok(Some(0));
    }
    let mut found = Vec::new();
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index)?;
        if entry.name_raw().to_ascii_lowercase().ends_with(b".csv") {
            found.push(index);
        }
    }
    Ok(match found.as_slice() {
        [only] => Some(*only),
        _ => None,
    })
}

impl Read for Entry {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.bytes.read(buffer)?;
        let wrong = |what| Err(io::Error::new(io::ErrorKind::InvalidData, what));
        self.left = match self.left.checked_sub(count as u64) {
            Some(left) => left,
            None => return wrong("the CSV file is longer than its ZIP file says"),
        };
        if count == 0 && !buffer.is_empty() {
            if self.left > 0 {
                return wrong("the CSV file is shorter than its ZIP file says");
            }
            if self.bytes.crc().sum() != self.checksum {
                return wrong("the checksum of the CSV file is wrong");
            }
        }
        Ok(count)
    }
}

fn unreadable(cause: zip::result::ZipError) -> Error {
    damaged("it cannot be read").with_source(cause)
}

pub(super) fn damaged(what: &str) -> Error {
    Error::new(ErrorKind::InvalidResponse, format!("the file of the bulk job is damaged: {what}"))
}
