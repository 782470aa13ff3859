//! What a new job is to export.

use serde_json::{Map, Value, json};

use super::criteria;
use crate::answer::Answer;
use crate::crm::condition::Column;
use crate::crm::jobs::{Export, Jobs, Start};
use crate::crm::metadata::{self, Kind, Module, Shows};
use crate::crm::row::id_text;
use crate::crm::visit::Visit;
use crate::verdict::{ambiguous, missing_member, refuse, too_many};
use crate::version::Version;

const MOST_FIELDS: usize = 200;

/// Pages that can be reached by number; from v7 on the first only, and the others by token.
const MOST_PAGES: u64 = 500;

pub(super) fn read(jobs: &Jobs, visit: &Visit<'_>) -> Result<(Export, Start), Box<Answer>> {
    let body = visit.call.json()?;
    let query = body["query"].as_object().ok_or_else(|| missing_member("query"))?;
    if let Some(token) = query.get("page_token").filter(|_| visit.version >= Version::V7) {
        return by_token(jobs, visit, query, token);
    }
    let file_type = body.get("file_type").or_else(|| query.get("file_type"));
    if file_type.is_some_and(|kind| kind != "csv") {
        return Err(refused("INVALID_DATA", json!({ "api_name": "file_type", "supported_values": ["csv"] })));
    }
    let module = module(visit, query)?;
    let start = Start::Page(page(visit, query)?);
    let columns = columns(visit, module, query)?;
    let condition = query.get("criteria").map(|criteria| criteria::read(visit, module, criteria)).transpose()?;
    let shows = match query.get("cvid").filter(|id| !id.is_null()) {
        None => Shows::All,
        Some(id) => {
            let invalid = || refused("INVALID_DATA", json!({ "api_name": "cvid" }));
            metadata::view_shows(module, &id_text(id)).ok_or_else(invalid)?
        }
    };
    let told = told(visit, module, query);
    Ok((Export { module, columns, condition, shows, told }, start))
}

fn refused(code: &str, details: Value) -> Box<Answer> {
    refuse(400, code, &code.to_lowercase().replace('_', " "), details)
}

fn by_token(
    jobs: &Jobs,
    visit: &Visit<'_>,
    query: &Map<String, Value>,
    token: &Value,
) -> Result<(Export, Start), Box<Answer>> {
    if let Some(other) = query.keys().find(|name| *name != "page_token") {
        return Err(ambiguous(&["page_token", other]));
    }
    let details = || json!({ "api_name": "page_token" });
    let known = jobs.continuation(token.as_str().unwrap_or_default());
    let known = known.filter(|known| known.person_id == visit.person.id);
    let known = known.ok_or_else(|| refused("INVALID_DATA", details()))?;
    if known.made.elapsed() >= visit.behaviour.page_token_life {
        return Err(refused("EXPIRED_VALUE", details()));
    }
    Ok((known.export.clone(), known.start))
}

/// A name in v2, an object later.
fn module(visit: &Visit<'_>, query: &Map<String, Value>) -> Result<&'static Module, Box<Answer>> {
    let sent = query.get("module").ok_or_else(|| missing_member("module"))?;
    let name = if visit.version == Version::V2 { sent } else { &sent["api_name"] };
    let expected = if visit.version == Version::V2 { "string" } else { "jsonobject" };
    let wrong = || refused("INVALID_DATA", json!({ "api_name": "module", "expected_data_type": expected }));
    let name = name.as_str().ok_or_else(wrong)?;
    let module = metadata::find(name).ok_or_else(|| refused("MODULE_NOT_AVAILABLE", json!({ "api_name": name })))?;
    if module.api_name == "Attachments" {
        return Err(refused("MODULE_NOT_SUPPORTED", json!({ "api_name": name })));
    }
    Ok(module)
}

fn page(visit: &Visit<'_>, query: &Map<String, Value>) -> Result<u64, Box<Answer>> {
    let Some(page) = query.get("page").filter(|page| !page.is_null()) else {
        return Ok(1);
    };
    let most = if visit.version >= Version::V7 { 1 } else { MOST_PAGES };
    match page.as_u64() {
        Some(page) if page > most => Err(refused("PAGE_RANGE_EXCEEDED", json!({ "max_limit": most }))),
        Some(page) if page > 0 => Ok(page),
        _ => Err(refused("INVALID_DATA", json!({ "api_name": "page", "expected_data_type": "integer" }))),
    }
}

/// The fields asked for; all that can be exported where none is.
fn columns(visit: &Visit<'_>, module: &'static Module, query: &Map<String, Value>) -> Result<Vec<Column>, Box<Answer>> {
    let asked = query.get("fields").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    if asked.len() > MOST_FIELDS {
        return Err(too_many("fields", MOST_FIELDS));
    }
    let refused_now = |name: &str| visit.behaviour.bulk_refused_fields.iter().any(|refused| refused == name);
    if asked.is_empty() {
        let all = module.fields().filter(|field| !field.api_name.starts_with('$') && !refused_now(field.api_name));
        let all = all.filter_map(|field| Column::find(module, field.api_name));
        return Ok(all.filter(is_supported).collect());
    }
    let mut columns = Vec::new();
    for name in asked {
        let name = name.as_str().ok_or_else(|| refused("INVALID_DATA", json!({ "api_name": "fields" })))?;
        let column = Column::find(module, name);
        let column = column.ok_or_else(|| refused("FIELD_NOT_AVAILABLE", json!({ "api_name": name })))?;
        if !is_supported(&column) || refused_now(name) {
            return Err(refused("FIELD_NOT_SUPPORTED", json!({ "api_name": name })));
        }
        columns.push(column);
    }
    // The id has a column of its own.
    columns.retain(|column| !column.is_own("id"));
    Ok(columns)
}

fn is_supported(column: &Column) -> bool {
    match column.kind {
        Kind::Subform | Kind::FileUpload => false,
        Kind::Json => matches!(column.own_field(), Some("Tag" | "Layout")),
        _ => true,
    }
}

/// The query as the job tells it: with the criteria of a view in front of its own.
fn told(visit: &Visit<'_>, module: &Module, query: &Map<String, Value>) -> Value {
    let mut told = Value::Object(query.clone());
    if visit.version >= Version::V2_1 {
        told["module"] = json!({ "api_name": module.api_name, "id": module.id() });
    }
    if told["page"].is_null() {
        told["page"] = json!(1);
    }
    if !told["cvid"].is_null() && module.api_name == "Leads" {
        let field = json!({ "api_name": "$converted", "id": null });
        let mut group = vec![json!({ "field": field, "comparator": "equal", "value": false })];
        group.extend(query.get("criteria").cloned());
        told["criteria"] = json!({ "group_operator": "and", "group": group });
    }
    told
}
