//! Lists of records.

use std::borrow::Cow;
use std::cmp::Ordering;

use serde_json::{Value, json};

use super::lines;
use super::page::Page;
use super::store::{Row, Shelf};
use crate::answer::{Answer, Outcome};
use crate::crm::metadata::{Module, Shows, wanted_view};
use crate::crm::org::Org;
use crate::crm::visit::Visit;
use crate::moment;
use crate::verdict::{missing_param, refuse, too_many};
use crate::version::Version;

const MOST_FIELDS: usize = 50;

pub(super) fn list(org: &Org, visit: &Visit<'_>, module: &'static Module) -> Outcome {
    let fields = wanted_fields(visit)?;
    let page = Page::of_records(visit)?;
    let shelf = org.records.shelf(module);
    let filter = Filter::of(visit, module)?;
    let sort_by = visit.call.query("sort_by").filter(|&field| field != "id");
    if sort_by.is_some() && visit.call.query("cvid").is_some() && visit.version >= Version::V3 {
        let details = json!({ "ambiguity_due_to": [{ "param_name": "cvid" }, { "param_name": "sort_by" }] });
        let message = "ambiguity while processing the request";
        return Err(refuse(400, "AMBIGUITY_DURING_PROCESSING", message, details));
    }
    let ascending = visit.call.query("sort_order") == Some("asc");
    let ids = order(shelf, sort_by, ascending);
    let ids = ids.filter(|&id| filter.lets_through(shelf, id));
    let answer = page.answer_records(visit, ids, |id| match shelf.seeded_text(id) {
        Some(text) if fields.is_empty() => Some(text),
        _ => Some(present(visit, module, shelf.row(id)?.into_owned(), &fields).to_string()),
    });
    if answer.status == 204 && filter.modified_since.is_some() {
        return Ok(Answer::empty(304));
    }
    Ok(answer)
}

/// The `fields` parameter, which versions from v3 on demand.
pub(crate) fn wanted_fields<'a>(visit: &Visit<'a>) -> Result<Vec<&'a str>, Box<Answer>> {
    let fields = visit.call.query_list("fields");
    if fields.is_empty() && visit.version >= Version::V3 {
        return Err(missing_param("fields"));
    }
    if fields.len() > MOST_FIELDS {
        return Err(too_many("fields", MOST_FIELDS));
    }
    Ok(fields)
}

/// A record as it is answered: all of it, or its id and the fields asked for.
pub(super) fn present(visit: &Visit<'_>, module: &Module, mut row: Row, fields: &[&str]) -> Value {
    lines::outward(visit, module, &mut row);
    pick(&row, fields)
}

/// All of a record, or its id and the fields asked for.
pub(crate) fn pick(row: &Row, fields: &[&str]) -> Value {
    if fields.is_empty() {
        return Value::Object(row.clone());
    }
    let wanted = fields.iter().copied().chain(["id"]);
    Value::Object(wanted.filter_map(|name| Some((name.to_owned(), row.get(name)?.clone()))).collect())
}

fn order<'a>(shelf: &'a Shelf, sort_by: Option<&str>, ascending: bool) -> Box<dyn Iterator<Item = u64> + 'a> {
    let Some(field) = sort_by else {
        if !ascending {
            return Box::new(shelf.ids());
        }
        let mut ids: Vec<u64> = shelf.ids().collect();
        ids.reverse();
        return Box::new(ids.into_iter());
    };
    let mut keys: Vec<(Value, u64)> =
        shelf.rows().map(|(id, row)| (row.get(field).cloned().unwrap_or_default(), id)).collect();
    keys.sort_by(|(one, _), (other, _)| if ascending { compare(one, other) } else { compare(other, one) });
    Box::new(keys.into_iter().map(|(_, id)| id))
}

/// Numbers by size, times by the moment, all else by its text; null comes first.
pub(super) fn compare(one: &Value, other: &Value) -> Ordering {
    match (one, other) {
        (Value::Null, Value::Null) => Ordering::Equal,
        (Value::Null, _) => Ordering::Less,
        (_, Value::Null) => Ordering::Greater,
        (Value::Number(one), Value::Number(other)) => {
            one.as_f64().partial_cmp(&other.as_f64()).unwrap_or(Ordering::Equal)
        }
        _ => {
            let (one, other) = (text(one), text(other));
            match (moment::parse(&one), moment::parse(&other)) {
                (Some(one), Some(other)) => one.cmp(&other),
                _ => one.to_lowercase().cmp(&other.to_lowercase()),
            }
        }
    }
}

/// A value as search and sorting see it: a lookup by its name.
pub(super) fn text(value: &Value) -> Cow<'_, str> {
    match value {
        Value::String(text) => Cow::Borrowed(text),
        Value::Object(object) => object.get("name").and_then(Value::as_str).unwrap_or_default().into(),
        Value::Null => Cow::Borrowed(""),
        other => Cow::Owned(other.to_string()),
    }
}

/// What a list leaves out.
pub(super) struct Filter<'a> {
    modified_since: Option<time::OffsetDateTime>,
    ids: Vec<&'a str>,
    converted: Option<bool>,
    shows: Shows,
    person: &'a str,
}

impl<'a> Filter<'a> {
    pub(super) fn of(visit: &'a Visit<'_>, module: &Module) -> Result<Self, Box<Answer>> {
        let modified_since = match visit.call.header("if-modified-since") {
            None => None,
            Some(text) => Some(moment::parse(text).ok_or_else(|| {
                let details = json!({ "expected_data_type": "datetime", "header": "If-Modified-Since" });
                refuse(400, "INVALID_DATA", "invalid data", details)
            })?),
        };
        let converted = match visit.call.query("converted") {
            Some("both") => None,
            given => Some(given == Some("true")),
        };
        Ok(Self {
            modified_since,
            ids: visit.call.query_list("ids"),
            converted,
            shows: wanted_view(visit, module)?,
            person: &visit.person.id,
        })
    }

    /// Looks into a record only where it must: seeded ones are costly to make.
    pub(super) fn lets_through(&self, shelf: &Shelf, id: u64) -> bool {
        self.converted.is_none_or(|wanted| wanted == shelf.is_converted(id))
            && self.is_shown(shelf, id)
            && (self.ids.is_empty() || self.ids.contains(&id.to_string().as_str()))
            && self.modified_since.is_none_or(|since| {
                let row = shelf.row(id);
                let modified = row.as_deref().and_then(|row| row.get("Modified_Time")).and_then(Value::as_str);
                modified.and_then(moment::parse).is_some_and(|at| at > since)
            })
    }

    fn is_shown(&self, shelf: &Shelf, id: u64) -> bool {
        let holds = |test: fn(&Row, &str) -> bool| shelf.row(id).is_some_and(|row| test(&row, self.person));
        match self.shows {
            Shows::All => true,
            Shows::Mine => holds(|row, person| row.get("Owner").is_some_and(|owner| owner["id"] == person)),
            Shows::OsloOrBergen => {
                holds(|row, _| row.get("City").is_some_and(|city| *city == "Oslo" || *city == "Bergen"))
            }
        }
    }
}
