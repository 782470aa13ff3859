//! Rows whose fields take several requests.

use std::collections::HashMap;

use crate::entity::{DateTime, RecordId};
use crate::error::{Error, ErrorKind, Result};
use crate::resource::row::{Raw, Stamp, id_of, merged};

/// How often a record is read again that was changed while its parts were read.
const ATTEMPTS: usize = 6;

type Part = HashMap<RecordId, (Option<DateTime>, Raw)>;

/// Joins the parts of rows by their ids, in the order of the first part. A record that was changed between two of them
/// is read again by `again`, which gives all parts of the records with these ids; one that is gone by then is left out.
/// Of a record of which one part is no JSON, that part is the row. A row without an id is what came of it, where that
/// is all, and else fits no type.
pub(super) fn joined(
    parts: Vec<Vec<Raw>>,
    hidden: Option<&str>,
    again: impl Fn(&[RecordId]) -> Result<Vec<Vec<Raw>>>,
) -> Result<Vec<Raw>> {
    let is_all = parts.len() == 1;
    let place = |row: &Raw| match Stamp::of(row) {
        _ if row.is_broken() => Err(row.clone()),
        Some(stamp) => Ok(stamp.id),
        None if is_all => Err(merged(&[row], hidden).unwrap_or_else(|_| row.clone())),
        None => Err(Raw::unknown()),
    };
    let order: Vec<std::result::Result<RecordId, Raw>> = parts.first().into_iter().flatten().map(place).collect();
    let mut broken = HashMap::new();
    let mut whole: HashMap<RecordId, Raw> = HashMap::with_capacity(order.len());
    let parts = indexed(parts, &mut broken);
    let ids: Vec<RecordId> = order.iter().flatten().filter(|id| !broken.contains_key(*id)).cloned().collect();
    let mut open = join(parts, &ids, hidden, &mut whole)?;
    for _ in 0..ATTEMPTS {
        if open.is_empty() {
            break;
        }
        let parts = indexed(again(&open)?, &mut broken);
        let there = |id: &RecordId| parts.first().is_some_and(|first| first.contains_key(id));
        let left: Vec<RecordId> = open.iter().filter(|id| there(id) && !broken.contains_key(*id)).cloned().collect();
        open = join(parts, &left, hidden, &mut whole)?;
    }
    if let Some(id) = open.first() {
        let message = format!("record {id} was changed each time it was read, so that its parts do not fit; try again");
        return Err(Error::new(ErrorKind::InvalidResponse, message).logged());
    }
    let row = |place: std::result::Result<RecordId, Raw>| match place {
        Ok(id) => whole.remove(&id).or_else(|| broken.remove(&id)),
        Err(row) => Some(row),
    };
    Ok(order.into_iter().filter_map(row).collect())
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

/// The parts by id; rows that are no JSON are kept apart, where they can be told by an id.
fn indexed(parts: Vec<Vec<Raw>>, broken: &mut HashMap<RecordId, Raw>) -> Vec<Part> {
    let mut indexed = Vec::with_capacity(parts.len());
    for rows in parts {
        let mut part = Part::with_capacity(rows.len());
        for row in rows {
            if row.is_broken() {
                broken.extend(id_of(row.get()).map(|id| (RecordId::from(id), row)));
            } else if let Some(Stamp { id, modified }) = Stamp::of(&row) {
                part.insert(id, (modified, row));
            }
        }
        indexed.push(part);
    }
    indexed
}
