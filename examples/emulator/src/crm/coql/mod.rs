//! COQL: `POST /coql` with a query in a language like SQL.
//!
//! | File | Holds |
//! |---|---|
//! | `words` | the text cut into words |
//! | `syntax` | what a query says, read from its words |
//! | `parse` | reading it |
//! | `plan` | the columns, conditions and limits of a query, checked for the version |
//! | `run` | the rows that it finds |
//! | `group` | aggregates |

mod group;
mod parse;
mod plan;
mod run;
mod syntax;
mod words;

use serde_json::{Value, json};

use crate::answer::{Answer, Outcome};
use crate::crm::metadata::describe_field;
use crate::crm::org::Org;
use crate::crm::visit::Visit;
use crate::verdict::{missing_member, not_supported, refuse, scope_mismatch, unknown};
use crate::version::Version;

pub(crate) fn route(org: &Org, visit: &Visit<'_>, method: &str) -> Outcome {
    if method != "POST" {
        return unknown(true);
    }
    let body = visit.call.json()?;
    let text = body["select_query"].as_str().ok_or_else(|| missing_member("select_query"))?;
    let with_fields = wants_fields(visit, &body)?;
    let query = parse::query(text)?;
    let plan = plan::make(visit, &query)?;
    let (rows, more) = run::run(org, visit, &plan);
    if rows.is_empty() {
        return Ok(Answer::empty(204));
    }
    let mut whole = json!({ "info": { "count": rows.len(), "more_records": more }, "data": rows });
    if with_fields {
        let fields = plan.own_fields();
        let fields = fields.map(|field| (field.api_name.to_owned(), describe_field(visit, plan.module, field)));
        whole["fields"] = Value::Object(fields.collect());
    }
    Ok(Answer::json(200, &whole))
}

/// The rows that a query asks for at most, as far as it can be read.
pub(crate) fn rows_asked(text: &str) -> u64 {
    parse::query(text).map_or(0, |query| query.limit)
}

/// Whether the description of the fields is to come too.
fn wants_fields(visit: &Visit<'_>, body: &Value) -> Result<bool, Box<Answer>> {
    let Some(wanted) = body.get("include_meta") else {
        return Ok(false);
    };
    if visit.version < Version::V7 {
        return Err(not_supported(Version::V7));
    }
    let wanted = wanted.as_array().map(Vec::as_slice).unwrap_or_default();
    if wanted.iter().any(|name| name != "fields") || wanted.is_empty() {
        return Err(refuse(400, "INVALID_DATA", "invalid data", json!({ "api_name": "include_meta" })));
    }
    let allows = |scope| visit.call.session.as_ref().is_some_and(|session| session.allows(scope, &["READ"]));
    if !allows("ZohoCRM.settings.all") && !allows("ZohoCRM.settings.fields") {
        return Err(scope_mismatch());
    }
    Ok(true)
}
