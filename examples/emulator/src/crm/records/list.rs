//! Lists of records.

use serde_json::{Value, json};

use super::lines;
use crate::answer::{Answer, Outcome};
use crate::crm::metadata::{Module, Shows, wanted_view};
use crate::crm::org::Org;
use crate::crm::page::Page;
use crate::crm::parent;
use crate::crm::row::{Row, compare, pick};
use crate::crm::store::Shelf;
use crate::crm::visit::Visit;
use crate::moment;
use crate::verdict::refuse;
use crate::version::Version;

pub(super) fn list(org: &Org, visit: &Visit<'_>, module: &'static Module) -> Outcome {
    let fields = visit.fields()?;
    let tokens = if module.api_name == "Notes" { Version::V4 } else { Version::V3 };
    let page = Page::with_tokens_since(visit, tokens)?;
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

/// A record as it is answered: all of it, or its id and the fields asked for.
pub(super) fn present(visit: &Visit<'_>, module: &Module, mut row: Row, fields: &[&str]) -> Value {
    lines::outward(visit, module, &mut row);
    parent::outward(visit, &mut row);
    // Whether a lead was converted has another name from v4 on.
    if visit.version >= Version::V4
        && let Some(converted) = row.remove("$converted")
        && module.api_name == "Leads"
    {
        row.insert("Converted__s".to_owned(), converted);
    }
    pick(&row, fields)
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
        let modified_since = visit.modified_since()?;
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
