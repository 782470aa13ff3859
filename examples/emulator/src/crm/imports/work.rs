//! Doing a job, row by row.

use std::collections::HashMap;
use std::io;
use std::time::Instant;

use csv::StringRecord;
use serde_json::Value;

use super::cells::{Fault, record};
use super::file;
use super::outcome::{self, Line};
use super::state::{Counts, End, Import, Operation};
use crate::crm::org::Org;
use crate::crm::records::{create_row, update_row};
use crate::crm::row::{Row, text};
use crate::crm::users::Person;
use crate::crm::visit::Visit;

pub(super) fn run(org: &mut Org, visit: &Visit<'_>, person: &Person, id: &str, import: &Import) -> io::Result<End> {
    let (_, rows) = file::read(&import.file).map_err(io::Error::other)?;
    let mut counts = Counts::default();
    let mut known = Known::of(org, import);
    // Whoever asks how far the job is, it is done in the name of the one who started it.
    let visit = &Visit { person: person.clone(), unmodified_since: None, ..*visit };
    let mut lines = Vec::with_capacity(rows.len());
    for row in &rows {
        let line = if visit.behaviour.bulk_skips_all {
            Line::skipped(String::new())
        } else {
            write(org, visit, import, &mut known, row).unwrap_or_else(Line::skipped)
        };
        match line.status {
            "added" => counts.added += 1,
            "updated" => counts.updated += 1,
            _ => counts.skipped += 1,
        }
        lines.push(line);
    }
    let file = outcome::write(id, import, &rows, lines)?;
    Ok(End::Done { counts, file, at: Instant::now() })
}

fn write(
    org: &mut Org,
    visit: &Visit<'_>,
    import: &Import,
    known: &mut Known,
    cells: &StringRecord,
) -> Result<Line, Fault> {
    let module = import.module;
    let found = known.find(org, import, cells);
    if import.operation == Operation::Insert && found.is_some() {
        return Ok(Line { status: "skipped", id: found, errors: String::new() });
    }
    let sent = record(org, import, cells)?;
    let (status, written) = match (found, import.operation) {
        (Some(id), _) => ("updated", update_row(org, visit, module, &Value::from(id), &sent)),
        (None, Operation::Update) => {
            return Err(format!("RESOURCE_NOT_FOUND-{}", import.find_by.as_deref().unwrap_or("id")));
        }
        (None, _) => ("added", create_row(org, visit, module, &sent)),
    };
    let row = written.map_err(|refused| fault(&refused))?;
    known.note(import, &row);
    Ok(Line { status, id: row.get("id").map(|id| text(id).into_owned()), errors: String::new() })
}

fn fault(refused: &Value) -> Fault {
    let code = refused["code"].as_str().unwrap_or("CANNOT_PROCESS");
    match refused["details"]["api_name"].as_str() {
        Some(column) => format!("{code}-{column}"),
        None => code.to_owned(),
    }
}

/// The records that the find-by field finds, by its value.
struct Known(HashMap<String, String>);

impl Known {
    fn of(org: &Org, import: &Import) -> Self {
        let mut known = Self(HashMap::new());
        if import.find_by.as_deref().is_some_and(|field| field != "id") {
            for (_, row) in org.records.shelf(import.module).written() {
                known.note(import, row);
            }
        }
        known
    }

    fn note(&mut self, import: &Import, row: &Row) {
        let value = import.find_by.as_ref().and_then(|field| row.get(field));
        if let (Some(value), Some(id)) = (value.filter(|value| !value.is_null()), row.get("id")) {
            self.0.insert(text(value).to_lowercase(), text(id).into_owned());
        }
    }

    fn find(&self, org: &Org, import: &Import, cells: &StringRecord) -> Option<String> {
        let field = import.find_by.as_deref()?;
        let mapping = import.mappings.iter().find(|mapping| mapping.name == field)?;
        let cell = cells.get(mapping.index?)?.trim();
        let shelf = org.records.shelf(import.module);
        if field == "id" {
            return cell.parse().ok().filter(|id| shelf.row(*id).is_some()).map(|id: u64| id.to_string());
        }
        let made_up = || shelf.made_up_with(field, cell).map(|id| id.to_string());
        self.0.get(&cell.to_lowercase()).cloned().or_else(made_up).filter(|_| !cell.is_empty())
    }
}
