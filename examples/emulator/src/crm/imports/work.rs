//! Doing a job, row by row.

use std::collections::HashMap;
use std::io;
use std::time::Instant;

use csv::StringRecord;
use serde_json::{Value, json};

use super::cells::{Fault, record};
use super::file;
use super::outcome::{self, Line};
use super::state::{Child, Counts, End, Import, Operation};
use crate::crm::org::Org;
use crate::crm::records::{create_row, update_row};
use crate::crm::row::{Row, text};
use crate::crm::users::Person;
use crate::crm::visit::Visit;

pub(super) fn run(org: &mut Org, visit: &Visit<'_>, person: &Person, id: &str, import: &Import) -> io::Result<End> {
    let (_, rows) = file::read(&import.file, import.file_name.as_deref()).map_err(io::Error::other)?;
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
    let mut archive = outcome::Archive::new(id)?;
    let below = children(org, visit, import, &rows, &lines)?;
    archive.add(import.module.api_name, outcome::columns(import), &rows, lines)?;
    for (child, rows, lines) in below {
        let columns = std::iter::once((child.key.0.as_str(), child.key.1))
            .chain(child.columns.iter().map(|(name, index)| (name.as_str(), *index)));
        archive.add(&child.name, columns.take(outcome::GIVEN_BACK).collect(), &rows, lines)?;
    }
    let file = archive.finish()?;
    Ok(End::Done { counts, file, at: Instant::now() })
}

type Below<'a> = (&'a Child, Vec<StringRecord>, Vec<Line>);

/// Adds the rows of subforms to the records that were written.
fn children<'a>(
    org: &mut Org,
    visit: &Visit<'_>,
    import: &'a Import,
    parents: &[StringRecord],
    written: &[Line],
) -> io::Result<Vec<Below<'a>>> {
    let mut below = Vec::new();
    for child in &import.children {
        let (_, rows) = file::read(&import.file, Some(&child.file_name)).map_err(io::Error::other)?;
        let mut lines = Vec::new();
        for row in &rows {
            let key = row.get(child.key.1).unwrap_or_default().trim();
            let of_key = |parent: &StringRecord| parent.get(child.key.2).is_some_and(|cell| cell.trim() == key);
            let parent = parents.iter().zip(written).find(|(parent, _)| of_key(parent));
            let id = parent.and_then(|(_, line)| line.id.clone());
            let cells =
                child.columns.iter().map(|(name, index)| (name.clone(), row.get(*index).unwrap_or_default().into()));
            let added = Row::from_iter([(child.name.clone(), json!([Value::Object(cells.collect())]))]);
            let line = match id {
                Some(id) => match update_row(org, visit, import.module, &Value::from(id.clone()), &added) {
                    Ok(_) => Line { status: "added", id: Some(id), errors: String::new() },
                    Err(refused) => Line::skipped(fault(&refused)),
                },
                None => Line::skipped(format!("RESOURCE_NOT_FOUND-{}", child.key.0)),
            };
            lines.push(line);
        }
        below.push((child, rows, lines));
    }
    Ok(below)
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
