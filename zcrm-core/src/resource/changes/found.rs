//! A record that was found among the changes.

use super::clock::Seconds;
use crate::entity::Record;
use crate::error::{Error, ErrorKind, Result};

/// A record that was modified at a time, in seconds since 1970.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) id: Box<str>,
    pub(super) time: Seconds,
    pub(super) record: Record,
}

/// The name of the field whose order changes come in.
pub(super) const MODIFIED: &str = "Modified_Time";

impl Found {
    pub(super) fn of(record: Record) -> Result<Self> {
        let Some(id) = record.id() else {
            return Err(unusable("a record has no id"));
        };
        let time = record.modified_time().ok().flatten().and_then(|time| time.unix_seconds());
        match time {
            Some(time) => Ok(Self { id: id.as_str().into(), time, record }),
            None => Err(unusable(&format!("record {id} has no {MODIFIED}, by which changes are found"))),
        }
    }
}

impl Found {
    /// A number by which two states of the record are told apart.
    pub(super) fn checksum(&self) -> u32 {
        crc32fast::hash(self.record.raw().as_bytes())
    }
}

/// Some records in a row, and whether there may be more.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub(super) rows: Vec<Found>,
    pub(super) more: bool,
}

pub(super) fn unusable(why: &str) -> Error {
    Error::new(ErrorKind::InvalidResponse, format!("the changes cannot go on: {why}"))
}
