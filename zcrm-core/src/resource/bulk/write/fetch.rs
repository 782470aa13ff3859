//! Fetching the result of a job.

use std::collections::HashMap;
use std::fs::File;

use serde_json::Value;

use super::children::ChildColumns;
use super::result;
use crate::error::{Error, ErrorKind, Result};
use crate::resource::bulk::archive::Entry;
use crate::rest::{Download, Host, Session};

/// How often a download that broke off is begun.
const DOWNLOADS: usize = 3;

/// The results of the jobs of a module.
pub(super) struct Fetch<'a> {
    pub(super) session: &'a Session,
    pub(super) module: &'a str,
    pub(super) children: &'a [ChildColumns],
}

impl Fetch<'_> {
    /// The file of the result. A path is on the host for downloads, unless it is one of the API.
    pub(super) fn download(&self, url: &str) -> Result<File> {
        let host = if url.starts_with("/crm/") { Host::Api } else { Host::Download };
        let request = self.session.file_at(url, host).map_err(Error::logged)?;
        let mut attempts = 1;
        loop {
            let file = Download::new(self.session.clone(), request.clone()).into_temporary();
            // What is cut off is no archive.
            let whole = file.and_then(|file| self.entry(again(&file)?).map(|_| file));
            match whole {
                Err(error) if attempts < DOWNLOADS && error.kind().leaves_outcome_open() => attempts += 1,
                result => return result,
            }
        }
    }

    /// What became of the rows.
    pub(super) fn entry(&self, file: File) -> Result<Entry> {
        if self.children.is_empty() {
            return Entry::open(file).map_err(Error::logged);
        }
        let entry = Entry::of_module(again(&file)?, self.module).map_err(Error::logged)?;
        entry.map_or_else(|| Entry::open(file).map_err(Error::logged), Ok)
    }

    /// What was not written of the rows that rows list, by the rows that list them.
    pub(super) fn faults(&self, file: &File, parents: &HashMap<u64, u32>) -> Result<HashMap<u32, Vec<Value>>> {
        let mut by_row: HashMap<u32, Vec<Value>> = HashMap::new();
        for child in self.children {
            let (module, parent) = (child.children.module.as_str(), child.children.parent.as_str());
            let Some(entry) = Entry::of_module(again(file)?, module).map_err(Error::logged)? else {
                log::warn!("the result of a bulk write has no file for {module}; what became of its rows is not known");
                continue;
            };
            let faults = result::faults(entry, module, parent, parents).map_err(Error::logged)?;
            if !faults.is_empty() {
                log::warn!("{} rows of {module} were not written", faults.len());
            }
            for fault in faults {
                if let Some(row) = fault.row {
                    by_row.entry(row).or_default().push(fault.told);
                }
            }
        }
        Ok(by_row)
    }
}

/// Another handle of a file; whoever uses it begins by looking for its place.
fn again(file: &File) -> Result<File> {
    file.try_clone()
        .map_err(|cause| Error::new(ErrorKind::Io, "a temporary file cannot be read").with_source(cause).logged())
}
