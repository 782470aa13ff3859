//! The result of a job: a ZIP file with the first three mapped columns and what became of each row. Neither the columns
//! nor the rows are in the order in which they were sent.

use std::fs::File;
use std::io;

use csv::StringRecord;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::state::Import;
use crate::spool::Spool;

pub(super) const GIVEN_BACK: usize = 3;

/// What became of a row.
pub(super) struct Line {
    pub(super) status: &'static str,
    pub(super) id: Option<String>,
    pub(super) errors: String,
}

impl Line {
    pub(super) fn skipped(errors: String) -> Self {
        Self { status: "skipped", id: None, errors }
    }
}

/// The columns that are given back, not in their order.
pub(super) fn columns(import: &Import) -> Vec<(&str, usize)> {
    let mapped = import.mappings.iter().filter_map(|mapping| Some((mapping.name.as_str(), mapping.index?)));
    mapped.take(GIVEN_BACK).collect()
}

/// The file of a result, with a CSV file for each resource.
pub(super) struct Archive {
    job: String,
    zip: ZipWriter<File>,
}

impl Archive {
    pub(super) fn new(job: &str) -> io::Result<Self> {
        Ok(Self { job: job.to_owned(), zip: ZipWriter::new(tempfile::tempfile()?) })
    }

    pub(super) fn add(
        &mut self,
        module: &str,
        mut columns: Vec<(&str, usize)>,
        rows: &[StringRecord],
        lines: Vec<Line>,
    ) -> io::Result<()> {
        columns.reverse();
        let mut all: Vec<(&StringRecord, Line)> = rows.iter().zip(lines).collect();
        fastrand::shuffle(&mut all);
        let name = format!("{module}-{}.csv", self.job);
        self.zip.start_file(name, SimpleFileOptions::default()).map_err(io::Error::other)?;
        let mut writer = csv::Writer::from_writer(&mut self.zip);
        writer.write_record(columns.iter().map(|(name, _)| *name).chain(["STATUS", "RECORD_ID", "ERRORS"]))?;
        for (cells, line) in &all {
            // What was stored is given back, which is trimmed.
            let first = columns.iter().map(|(_, index)| cells.get(*index).unwrap_or_default().trim());
            let rest = [line.status, line.id.as_deref().unwrap_or_default(), line.errors.as_str()];
            writer.write_record(first.chain(rest))?;
        }
        writer.flush()
    }

    pub(super) fn finish(self) -> io::Result<Spool> {
        Spool::of(self.zip.finish().map_err(io::Error::other)?)
    }
}
