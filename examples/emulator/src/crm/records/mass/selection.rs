//! Which records: those of ids, at most 500, or those of a view.

use serde_json::{Value, json};

use crate::answer::Answer;
use crate::crm::metadata::{Module, view_shows};
use crate::crm::org::Org;
use crate::crm::row::id_text;
use crate::crm::visit::Visit;
use crate::verdict::{ambiguous, invalid_id, missing_member, refuse, too_many};

/// Records by id, and by view.
const BY_IDS: usize = 500;
const BY_VIEW: usize = 50_000;

pub(super) enum Selection {
    Ids(Vec<Value>),
    View(Vec<u64>),
}

pub(super) fn read(
    org: &Org,
    visit: &Visit<'_>,
    module: &'static Module,
    body: &Value,
) -> Result<Selection, Box<Answer>> {
    if body.get("ids").is_some() && body.get("cvid").is_some() {
        return Err(ambiguous(&["ids", "cvid"]));
    }
    if body.get("ids").is_some() {
        return ids(body).map(Selection::Ids);
    }
    of_view(org, visit, module, body).map(Selection::View)
}

pub(super) fn ids(body: &Value) -> Result<Vec<Value>, Box<Answer>> {
    let ids = body["ids"].as_array().filter(|ids| !ids.is_empty()).ok_or_else(|| missing_member("ids"))?;
    if ids.len() > BY_IDS {
        return Err(too_many("ids", BY_IDS));
    }
    Ok(ids.clone())
}

pub(super) fn of_view(
    org: &Org,
    visit: &Visit<'_>,
    module: &'static Module,
    body: &Value,
) -> Result<Vec<u64>, Box<Answer>> {
    let view = body.get("cvid").ok_or_else(|| missing_member("ids"))?;
    let shows = view_shows(module, &id_text(view)).ok_or_else(invalid_id)?;
    let records = org.records.shelf(module).records();
    let shown = records.filter(|(_, record)| shows.holds(&visit.person.id, record)).map(|(id, _)| id);
    let ids: Vec<u64> = shown.take(BY_VIEW.saturating_add(1)).collect();
    match ids.len() {
        0 => Err(refuse(400, "NO_RECORDS_FOUND", "there are no records", json!({}))),
        records if records > BY_VIEW => Err(too_many("cvid", BY_VIEW)),
        _ => Ok(ids),
    }
}
