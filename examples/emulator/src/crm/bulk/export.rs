//! Writing the records of a job as CSV within a ZIP file, on disk.

use std::io;

use serde_json::Value;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::crm::condition::{Column, Condition, World};
use crate::crm::jobs::{Export, Start};
use crate::crm::metadata::Kind;
use crate::crm::org::Org;
use crate::crm::row::id_text;
use crate::crm::store::{Bounds, Order};
use crate::crm::users::Person;
use crate::spool::Spool;

/// A file that was written.
pub(super) struct Written {
    pub(super) file: Spool,
    pub(super) count: u64,
    pub(super) more: bool,
    /// The last record.
    pub(super) last: Option<u64>,
}

pub(super) fn write(
    org: &Org,
    person: &Person,
    job: &str,
    export: &Export,
    start: Start,
    most: u64,
) -> io::Result<Written> {
    let world = World { records: &org.records, users: &org.users };
    let with_converted = export.condition.as_ref().is_some_and(Condition::asks_for_converted);
    let mut bounds = export.condition.as_ref().map(Condition::bounds).unwrap_or_default();
    let skipped = match start {
        Start::Page(page) => (page - 1).saturating_mul(most),
        Start::Behind(id, _) => {
            bounds = bounds.and(&Bounds { id: id + 1..=u64::MAX, ..Bounds::default() });
            0
        }
    };
    let shelf = org.records.shelf(export.module);
    // Zoho takes a job for notes and exports none.
    let ids = shelf.ordered(Order::Id, false, &bounds).filter(|_| export.module.api_name != "Notes");
    let records = ids.filter_map(|id| Some((id, shelf.record(id)?)));
    let records = records.filter(|(_, record)| {
        (with_converted || !record.is_converted())
            && export.shows.holds(&person.id, record)
            && export.condition.as_ref().is_none_or(|condition| condition.holds(world, record))
    });
    let mut records = records.skip(usize::try_from(skipped).unwrap_or(usize::MAX));

    let mut archive = ZipWriter::new(tempfile::tempfile()?);
    archive.start_file(format!("{job}.csv"), SimpleFileOptions::default()).map_err(io::Error::other)?;
    let mut lines = csv::Writer::from_writer(&mut archive);
    let names = export.columns.iter().map(|column| column.name.as_str());
    lines.write_record(std::iter::once("Id").chain(names))?;
    let (mut count, mut last) = (0, None);
    for (id, record) in records.by_ref().take(usize::try_from(most).unwrap_or(usize::MAX)) {
        let cells = export.columns.iter().map(|column| cell(column, &column.value(world, &record)));
        lines.write_record(std::iter::once(id.to_string()).chain(cells))?;
        count += 1;
        last = Some(id);
    }
    lines.flush()?;
    drop(lines);
    let more = records.next().is_some();
    let file = Spool::of(archive.finish().map_err(io::Error::other)?)?;
    Ok(Written { file, count, more, last })
}

/// A value in a cell: look-ups by their bare id, several values joined, nothing for null.
fn cell(column: &Column, value: &Value) -> String {
    let joined = |mark: &str, text: fn(&Value) -> Option<&str>| {
        value.as_array().into_iter().flatten().filter_map(text).collect::<Vec<_>>().join(mark)
    };
    match (column.kind, value) {
        (_, Value::Null) => String::new(),
        (Kind::MultiPicklist(_), _) => joined(";", Value::as_str),
        (Kind::Json, Value::Array(_)) => joined(",", |tag| tag["name"].as_str()),
        (_, Value::Object(_)) => id_text(value),
        (_, Value::String(text)) => text.clone(),
        (_, other) => other.to_string(),
    }
}
