//! `/Activities`, which shows tasks, events and calls as one list. It can be called up to v2.1.

use serde_json::json;

use super::list::{Filter, present};
use crate::answer::{Answer, Outcome};
use crate::crm::metadata::{self, Module};
use crate::crm::org::Org;
use crate::crm::page::Page;
use crate::crm::row::Row;
use crate::crm::store::Record;
use crate::crm::visit::Visit;
use crate::verdict::{invalid_id, unknown};

const KINDS: [&str; 3] = ["Tasks", "Events", "Calls"];

/// Paths below the module. Writing goes to the modules of the three kinds.
pub(super) fn route(org: &Org, visit: &Visit<'_>, method: &str, path: &[&str]) -> Outcome {
    match (method, path) {
        ("GET", []) => list(org, visit),
        ("GET", [id]) => get(org, visit, id),
        _ => unknown(path.len() <= 1),
    }
}

fn modules() -> impl Iterator<Item = &'static Module> {
    KINDS.into_iter().filter_map(metadata::find)
}

fn list(org: &Org, visit: &Visit<'_>) -> Outcome {
    let fields = visit.fields()?;
    let page = Page::of(visit.call)?;
    let mut found = Vec::new();
    for module in modules() {
        let filter = Filter::of(visit, module)?;
        let rows = org.records.shelf(module).written();
        let rows = rows.filter(|(id, row)| filter.lets_through(*id, &Record::Written(row)));
        found.extend(rows.map(|(id, row)| (id, module, row)));
    }
    found.sort_by_key(|(id, ..)| std::cmp::Reverse(*id));
    let rows = found.into_iter().map(|(_, module, row)| present(visit, module, told(module, row), &fields));
    Ok(page.answer("data", rows))
}

fn get(org: &Org, visit: &Visit<'_>, id: &str) -> Outcome {
    let number: u64 = id.parse().map_err(|_| invalid_id())?;
    let found = modules().find_map(|module| Some((module, org.records.shelf(module).row(number)?)));
    Ok(match found {
        Some((module, row)) => {
            let row = present(visit, module, told(module, &row), &visit.call.query_list("fields"));
            Answer::json(200, &json!({ "data": [row] }))
        }
        None => Answer::empty(204),
    })
}

fn told(module: &Module, row: &Row) -> Row {
    let mut row = row.clone();
    row.insert("Activity_Type".to_owned(), json!(module.api_name));
    row
}
