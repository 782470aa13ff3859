//! A row of a file as a record. Zoho's formats of days and moments are not ISO where a mapping does not say so.

use csv::StringRecord;
use jiff::civil;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::state::{Import, Mapping};
use crate::crm::metadata::{self, Kind};
use crate::crm::org::Org;
use crate::crm::row::{Row, text};

/// The formats that a mapping may name.
pub(super) const FORMATS: [&str; 5] =
    ["yyyy-MM-dd", "MM/dd/yyyy", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd HH:mm:ss", "MM/dd/yyyy HH:mm:ss"];

/// In which zone the user's moments are.
const USERS_ZONE: &str = "Europe/Oslo";

/// A fault of a row, as the result tells it: `CODE-column`.
pub(super) type Fault = String;

pub(super) fn record(org: &Org, import: &Import, cells: &StringRecord) -> Result<Row, Fault> {
    let mut row = Row::new();
    for mapping in import.mappings.iter().filter(|mapping| mapping.name != "id") {
        let cell = mapping.index.and_then(|index| cells.get(index)).map(str::trim).unwrap_or_default();
        let value = match (cell, &mapping.default) {
            ("", Some(default)) => default.clone(),
            ("", None) if import.ignore_empty => continue,
            ("", None) => Value::Null,
            (cell, _) => value(org, mapping, cell)?,
        };
        row.insert(mapping.name.clone(), value);
    }
    Ok(row)
}

fn value(org: &Org, mapping: &Mapping, cell: &str) -> Result<Value, Fault> {
    let invalid = || format!("INVALID_DATA-{}", mapping.name);
    let Some(field) = mapping.field else { return Ok(json!(cell)) };
    Ok(match field.kind {
        Kind::Boolean => match cell.to_ascii_lowercase().as_str() {
            "true" => json!(true),
            "false" => json!(false),
            _ => return Err(invalid()),
        },
        Kind::Integer => json!(cell.parse::<i64>().map_err(|_| invalid())?),
        Kind::Double | Kind::Currency | Kind::Percent => {
            json!(cell.parse::<f64>().ok().filter(|number| number.is_finite()).ok_or_else(invalid)?)
        }
        Kind::Picklist(values) if !values.contains(&cell) && cell != "-None-" => return Err(invalid()),
        Kind::MultiPicklist(values) => {
            let chosen: Vec<&str> = cell.split(';').map(str::trim).collect();
            if !chosen.iter().all(|choice| values.contains(choice)) {
                return Err(invalid());
            }
            json!(chosen)
        }
        Kind::Date => {
            let format = if mapping.format.as_deref().is_some_and(|format| format.starts_with("yyyy")) {
                "%Y-%m-%d"
            } else {
                "%m/%d/%Y"
            };
            json!(civil::Date::strptime(format, cell).map_err(|_| invalid())?.to_string())
        }
        Kind::DateTime => json!(moment(mapping.format.as_deref(), cell).ok_or_else(invalid)?),
        Kind::Lookup(module) => lookup(org, module, mapping, cell).ok_or_else(invalid)?,
        Kind::Anything => lookup(org, "Accounts", mapping, cell).ok_or_else(invalid)?,
        Kind::User => user(org, mapping, cell).ok_or_else(invalid)?,
        _ => json!(cell),
    })
}

/// A time of day in the user's zone, as a moment with its offset.
fn moment(format: Option<&str>, cell: &str) -> Option<String> {
    let format = match format {
        Some("yyyy-MM-dd'T'HH:mm:ss") => "%Y-%m-%dT%H:%M:%S",
        Some("yyyy-MM-dd HH:mm:ss") => "%Y-%m-%d %H:%M:%S",
        _ => "%m/%d/%Y %H:%M:%S",
    };
    let local = civil::DateTime::strptime(format, cell).ok()?;
    let zoned = local.to_zoned(TimeZone::get(USERS_ZONE).ok()?).ok()?;
    Some(zoned.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string())
}

fn lookup(org: &Org, module: &str, mapping: &Mapping, cell: &str) -> Option<Value> {
    let module = metadata::find(module)?;
    let shelf = org.records.shelf(module);
    let id = match mapping.find_by.as_deref()? {
        "id" => cell.parse::<u64>().ok().filter(|id| shelf.row(*id).is_some())?,
        field => {
            let same = |row: &Row| row.get(field).is_some_and(|value| text(value).eq_ignore_ascii_case(cell));
            shelf.written().find(|(_, row)| same(row)).map(|(id, _)| id)?
        }
    };
    Some(json!({ "id": id.to_string() }))
}

fn user(org: &Org, mapping: &Mapping, cell: &str) -> Option<Value> {
    let field = mapping.find_by.as_deref()?;
    let user = org.users.all().find(|user| text(&user[field]).eq_ignore_ascii_case(cell))?;
    Some(json!({ "id": user["id"] }))
}
