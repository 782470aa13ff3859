//! Rows whose fields take several requests.

use std::collections::HashMap;

use crate::entity::{DateTime, RecordId};
use crate::error::{Error, ErrorKind, Result};
use crate::resource::row::{Raw, Stamp, merged};

/// How often a record is read again that was changed while its parts were read.
const ATTEMPTS: usize = 6;

type Part = HashMap<RecordId, (Option<DateTime>, Raw)>;

/// Joins the parts of rows by their ids, in the order of the first part. A record that was changed between two of them
/// is read again by `again`, which gives all parts of the records with these ids; one that is gone by then is left out.
pub(super) fn joined(
    parts: Vec<Vec<Raw>>,
    hidden: Option<&str>,
    again: impl Fn(&[RecordId]) -> Result<Vec<Vec<Raw>>>,
) -> Result<Vec<Raw>> {
    let order: Vec<RecordId> =
        parts.first().into_iter().flatten().map(|row| stamp(row).map(|stamp| stamp.id)).collect::<Result<_>>()?;
    let mut whole: HashMap<RecordId, Raw> = HashMap::with_capacity(order.len());
    let mut open = join(indexed(parts)?, &order, hidden, &mut whole)?;
    for _ in 0..ATTEMPTS {
        if open.is_empty() {
            break;
        }
        let parts = indexed(again(&open)?)?;
        let there = |id: &RecordId| parts.first().is_some_and(|first| first.contains_key(id));
        let left: Vec<RecordId> = open.iter().filter(|id| there(id)).cloned().collect();
        open = join(parts, &left, hidden, &mut whole)?;
    }
    if let Some(id) = open.first() {
        let message = format!("record {id} was changed each time it was read, so that its parts do not fit; try again");
        return Err(Error::new(ErrorKind::InvalidResponse, message).logged());
    }
    Ok(order.iter().filter_map(|id| whole.remove(id)).collect())
}

/// Puts the rows together whose parts are of one time, and tells which are not.
fn join(
    parts: Vec<Part>,
    ids: &[RecordId],
    hidden: Option<&str>,
    whole: &mut HashMap<RecordId, Raw>,
) -> Result<Vec<RecordId>> {
    let mut open = Vec::new();
    for id in ids {
        let found: Vec<&(Option<DateTime>, Raw)> = parts.iter().filter_map(|part| part.get(id)).collect();
        let times: Vec<_> = found.iter().map(|(time, _)| time).collect();
        if found.len() < parts.len() || times.windows(2).any(|pair| pair.first() != pair.last()) {
            open.push(id.clone());
            continue;
        }
        let rows: Vec<_> = found.iter().map(|(_, row)| row).collect();
        let row = merged(&rows, hidden).map_err(|cause| {
            let message = format!("the parts of record {id} cannot be put together");
            Error::new(ErrorKind::InvalidResponse, message).with_source(cause).logged()
        })?;
        whole.insert(id.clone(), row);
    }
    Ok(open)
}

fn indexed(parts: Vec<Vec<Raw>>) -> Result<Vec<Part>> {
    let entry = |row: Raw| stamp(&row).map(|stamp| (stamp.id, (stamp.modified, row)));
    parts.into_iter().map(|part| part.into_iter().map(entry).collect()).collect()
}

fn stamp(row: &Raw) -> Result<Stamp> {
    Stamp::of(row).ok_or_else(|| {
        let message = "a row came without its id, so that its parts cannot be put together";
        Error::new(ErrorKind::InvalidResponse, message).logged()
    })
}
