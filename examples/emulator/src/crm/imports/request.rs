//! What a new job is to do. A fault of the mapping refuses the job before it costs its rows anything.

use serde_json::{Value, json};

use super::cells::FORMATS;
use super::file::{self, MOST_ROWS};
use super::state::{Child, Import, Imports, Mapping, Operation};
use crate::answer::Answer;
use crate::crm::metadata::{self, Kind, Module};
use crate::crm::row::id_text;
use crate::crm::visit::Visit;
use crate::verdict::refuse;
use crate::version::Version;

/// Modules that cannot be written so.
const EXCLUDED: [&str; 5] = ["Calls", "Events", "Notes", "Attachments", "Activities"];
const MOST_COLUMNS: usize = 200;
/// From this version on there may be several resources.
const SEVERAL: Version = Version::V5;

fn refused(code: &str, details: Value) -> Box<Answer> {
    refuse(400, code, &code.to_lowercase().replace('_', " "), details)
}

fn missing(key: &str) -> Box<Answer> {
    refuse(400, "MANDATORY_NOT_FOUND", &format!("Required key {key} is not available"), json!({ "api_name": key }))
}

pub(super) fn read(imports: &Imports, visit: &Visit<'_>) -> Result<Import, Box<Answer>> {
    let body = visit.call.json()?;
    let operation = match body["operation"].as_str() {
        Some("insert") => Operation::Insert,
        Some("update") => Operation::Update,
        Some("upsert") => Operation::Upsert,
        Some(_) => return Err(refused("INVALID_DATA", json!({ "api_name": "operation" }))),
        None => return Err(missing("operation")),
    };
    let resources = body["resource"].as_array().filter(|list| !list.is_empty()).ok_or_else(|| missing("resource"))?;
    let Some((resource, below)) =
        resources.split_first().filter(|(_, below)| below.is_empty() || visit.version >= SEVERAL)
    else {
        return Err(refused("COEXISTENCE_NOT_ALLOWED", json!({ "api_name": "resource" })));
    };
    let module = module(visit, &resource["module"])?;
    let file_id = resource.get("file_id").ok_or_else(|| missing("file_id"))?;
    let file_id = file_id.as_str().ok_or_else(|| refused("INVALID_FILE_ID", json!({ "api_name": "file_id" })))?;
    let file = imports.file(file_id).ok_or_else(|| refused("FILE_NOT_FOUND", json!({ "file_id": file_id })))?;
    let file_name = if below.is_empty() { None } else { Some(file_name(resource)?) };
    let (heading, rows) = file::read(file, file_name.as_deref()).map_err(|code| refused(code, json!({})))?;
    let children = below.iter().map(|below| child(module, file_id, heading.len(), below));
    let children = children.collect::<Result<Vec<_>, _>>()?;
    for child in &children {
        file::read(file, Some(&child.file_name)).map_err(|code| refused(code, json!({})))?;
    }
    if rows.len() > MOST_ROWS {
        return Err(refused("LIMIT_EXCEEDED", json!({ "limit": MOST_ROWS })));
    }
    let mappings = resource["field_mappings"].as_array().ok_or_else(|| missing("field_mappings"))?;
    if mappings.len() > MOST_COLUMNS || heading.len() > MOST_COLUMNS {
        return Err(refused("HEADER_LIMIT_EXCEEDED", json!({ "limit": MOST_COLUMNS })));
    }
    let mappings = mappings.iter().map(|one| mapping(module, heading.len(), one)).collect::<Result<Vec<_>, _>>()?;
    let find_by = resource["find_by"].as_str().map(str::to_owned);
    match &find_by {
        None if operation != Operation::Insert => return Err(missing("find_by")),
        Some(name) if !is_unique(module, name) => {
            return Err(refused("INVALID_FIELD", json!({ "find_by": name })));
        }
        Some(name) if !mappings.iter().any(|mapping| mapping.name == *name) => {
            return Err(refused("MANDATORY_FIELDS_NOT_MAPPED", json!({ "api_name": name })));
        }
        _ => {}
    }
    if operation != Operation::Update {
        let mapped = |name: &str| mappings.iter().any(|mapping| mapping.name == name);
        if let Some(field) = module.fields().find(|field| field.mandatory && !mapped(field.api_name)) {
            let message = format!("All mandatory fields are not mapped for the layout [{}]", field.api_name);
            let details = json!({ "api_name": field.api_name });
            return Err(refuse(400, "MANDATORY_FIELDS_NOT_MAPPED", &message, details));
        }
    }
    let at_top = body["ignore_empty"].as_bool().filter(|_| visit.version >= Version::V3);
    let ignore_empty = resource["ignore_empty"].as_bool().or(at_top).unwrap_or(false);
    let file = file.clone();
    Ok(Import { module, operation, find_by, ignore_empty, mappings, file, file_name, children, told: body.clone() })
}

fn file_name(resource: &Value) -> Result<String, Box<Answer>> {
    resource["file_names"][0].as_str().map(str::to_owned).ok_or_else(|| missing("file_names"))
}

/// A resource behind the first one: rows of a subform of the module.
fn child(module: &'static Module, file_id: &str, columns: usize, resource: &Value) -> Result<Child, Box<Answer>> {
    let name = resource["module"]["api_name"].as_str().unwrap_or_default();
    if !module.field(name).is_some_and(|field| field.kind == Kind::Subform) {
        return Err(refused("MODULE_NOT_AVAILABLE", json!({ "api_name": name })));
    }
    if resource["file_id"] != file_id {
        return Err(refused("INVALID_FILE_ID", json!({ "api_name": "file_id" })));
    }
    let mut key = None;
    let mut others = Vec::new();
    for mapping in resource["field_mappings"].as_array().ok_or_else(|| missing("field_mappings"))? {
        let name = mapping["api_name"].as_str().ok_or_else(|| missing("api_name"))?.to_owned();
        let number = |member: &str| mapping[member].as_u64().and_then(|number| usize::try_from(number).ok());
        let index = number("index").ok_or_else(|| missing("index"))?;
        match number("parent_column_index") {
            Some(parent) if parent < columns => key = Some((name, index, parent)),
            Some(_) => return Err(refused("COLUMN_INDEX_NOT_FOUND", json!({ "api_name": name }))),
            None => others.push((name, index)),
        }
    }
    let key = key.ok_or_else(|| missing("parent_column_index"))?;
    Ok(Child { name: name.to_owned(), file_name: file_name(resource)?, key, columns: others })
}

/// A text in v2, an object from v2.1 on.
fn module(visit: &Visit<'_>, told: &Value) -> Result<&'static Module, Box<Answer>> {
    let name = if visit.version == Version::V2 { told.as_str() } else { told["api_name"].as_str() };
    let name = name.ok_or_else(|| refused("INVALID_DATA", json!({ "api_name": "module" })))?;
    let module = metadata::find(name).filter(|module| !EXCLUDED.contains(&module.api_name));
    module.ok_or_else(|| refused("MODULE_NOT_AVAILABLE", json!({ "api_name": name })))
}

fn is_unique(module: &Module, name: &str) -> bool {
    name == "id" || name == module.duplicate_field() || module.field(name).is_some_and(|field| field.unique)
}

fn mapping(module: &'static Module, columns: usize, one: &Value) -> Result<Mapping, Box<Answer>> {
    let name = one["api_name"].as_str().ok_or_else(|| missing("api_name"))?;
    let field = module.field(name);
    let writable = |field: &metadata::Field| {
        !field.read_only
            && !matches!(field.kind, Kind::AutoNumber | Kind::Subform | Kind::FileUpload | Kind::ProfileImage)
    };
    if name != "id" && name != "Layout" && !field.is_some_and(writable) {
        return Err(refused("INVALID_FIELD", json!({ "api_name": name })));
    }
    let index = one.get("index").filter(|index| !index.is_null());
    let index = match index.map(|index| index.as_u64().and_then(|index| usize::try_from(index).ok())) {
        None => None,
        Some(Some(index)) if index < columns => Some(index),
        Some(_) => return Err(refused("COLUMN_INDEX_NOT_FOUND", json!({ "api_name": name }))),
    };
    let default = one["default_value"].get("value").cloned();
    if index.is_none() && default.is_none() {
        return Err(missing("index"));
    }
    let find_by = one["find_by"].as_str().map(str::to_owned);
    let is_lookup = field.is_some_and(|field| matches!(field.kind, Kind::Lookup(_) | Kind::User | Kind::Anything));
    if is_lookup && index.is_some() && find_by.is_none() {
        return Err(missing("find_by"));
    }
    let format = one["format"].as_str().map(str::to_owned);
    if format.as_ref().is_some_and(|format| !FORMATS.contains(&format.as_str())) {
        return Err(refused("INVALID_FORMAT", json!({ "api_name": name, "format": format })));
    }
    let default = default.map(|value| if name == "Layout" { json!({ "id": id_text(&value) }) } else { value });
    Ok(Mapping { name: name.to_owned(), field, index, find_by, format, default })
}
