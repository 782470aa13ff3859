//! Lists of records.

use serde_json::Value;

use super::lines;
use crate::answer::{Answer, Outcome};
use crate::crm::metadata::{Module, Shows, wanted_view};
use crate::crm::org::Org;
use crate::crm::page::Page;
use crate::crm::parent;
use crate::crm::row::{Fields, Row, compare, pick};
use crate::crm::store::{Bounds, Order, Record, Shelf};
use crate::crm::visit::Visit;
use crate::verdict::{ambiguous, invalid_param};
use crate::version::Version;

pub(super) fn list(org: &Org, visit: &Visit<'_>, module: &'static Module) -> Outcome {
    let fields = visit.fields()?;
    let tokens = if module.api_name == "Notes" { Version::V4 } else { Version::V3 };
    let page = Page::with_tokens_since(visit, tokens)?;
    let shelf = org.records.shelf(module);
    let filter = Filter::of(visit, module)?;
    let sort_by = visit.call.query("sort_by").filter(|&field| field != "id");
    if sort_by.is_some() && visit.call.query("cvid").is_some() && visit.version >= Version::V3 {
        return Err(ambiguous(&["cvid", "sort_by"]));
    }
    if let Some(field) = sort_by
        && visit.version >= Version::V3
        && Order::by(field).is_none()
    {
        return Err(invalid_param("sort_by"));
    }
    let ascending = visit.call.query("sort_order") == Some("asc");
    let ids = match filter.some_ids() {
        Some(mut ids) if sort_by.is_none() => {
            if ascending {
                ids.reverse();
            }
            Box::new(ids.into_iter())
        }
        _ => order(shelf, sort_by, ascending, &filter.bounds()),
    };
    let records = ids.filter_map(|id| Some((id, shelf.record(id)?)));
    let records = records.filter(|(id, record)| filter.lets_through(*id, record)).map(|(_, record)| record);
    let answer = page.answer_records(visit, records, |record| Some(present_text(visit, module, record, &fields)));
    if answer.status == 204 && filter.modified_since.is_some() {
        return Ok(Answer::empty(304));
    }
    Ok(answer)
}

/// As [`present`], without making up what is not asked for.
pub(super) fn present_text(visit: &Visit<'_>, module: &Module, record: Record<'_>, fields: &[&str]) -> String {
    match record.made_up_text() {
        Some(text) if fields.is_empty() && visit.version < Version::V4 => text,
        Some(_) if !fields.is_empty() => {
            let later = visit.version >= Version::V4;
            let is_told = |name: &&str| match *name {
                "$converted" => !later,
                "Converted__s" => later,
                name => name.starts_with('$') || module.field(name).is_some(),
            };
            let wanted = fields.iter().copied().filter(is_told).chain(["id"]);
            let picked: Row = wanted.map(|name| (name.to_owned(), record.value(name).into_owned())).collect();
            Value::Object(picked).to_string()
        }
        _ => present(visit, module, record.into_row(), fields).to_string(),
    }
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

fn order<'a>(
    shelf: &'a Shelf,
    sort_by: Option<&str>,
    ascending: bool,
    bounds: &Bounds,
) -> Box<dyn Iterator<Item = u64> + 'a> {
    let field = sort_by.unwrap_or("id");
    if let Some(order) = Order::by(field) {
        return shelf.ordered(order, !ascending, bounds);
    }
    let mut keys: Vec<(Value, u64)> =
        shelf.records().map(|(id, record)| (record.value(field).into_owned(), id)).collect();
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

    /// Between which times all records lie that it lets through; they are looked at one by one besides.
    fn bounds(&self) -> Bounds {
        let first = self.modified_since.map_or(i64::MIN, time::OffsetDateTime::unix_timestamp);
        Bounds { modified: first..=i64::MAX, ..Bounds::default() }
    }

    /// The ids that were asked for, the highest first, if any were.
    fn some_ids(&self) -> Option<Vec<u64>> {
        let mut ids: Vec<u64> = self.ids.iter().filter_map(|id| id.parse().ok()).collect();
        ids.sort_unstable_by(|one, other| other.cmp(one));
        ids.dedup();
        (!self.ids.is_empty()).then_some(ids)
    }

    /// Looks into a record only where it must: made-up ones are costly to make.
    pub(super) fn lets_through(&self, id: u64, record: &Record<'_>) -> bool {
        self.converted.is_none_or(|wanted| wanted == record.is_converted())
            && self.shows.holds(self.person, record)
            && (self.ids.is_empty() || self.ids.contains(&id.to_string().as_str()))
            && self.modified_since.is_none_or(|since| record.modified().is_some_and(|at| at > since.unix_timestamp()))
    }
}
