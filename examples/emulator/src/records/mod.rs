//! Records of every module: read, search, write, delete.

mod check;
mod criteria;
mod deleted;
mod list;
mod page;
mod search;
mod seed;
mod store;
mod upsert;
mod write;

use serde_json::json;

use crate::answer::{Answer, Outcome, invalid_id, refuse};
use crate::crm::{Visit, unknown};
use crate::metadata::{self, Module};
use crate::org::Org;

pub(crate) use page::Page;
pub(crate) use store::Store;

/// Paths below a module.
pub(crate) fn route(org: &mut Org, visit: &Visit<'_>, method: &str, module: &str, path: &[&str]) -> Outcome {
    let module = metadata::find(module)
        .ok_or_else(|| refuse(400, "INVALID_MODULE", "the module name given seems to be invalid", json!({})))?;
    match (method, path) {
        ("GET", []) => list::list(org, visit, module),
        ("POST", []) => write::create(org, visit, module),
        ("PUT", []) => write::update(org, visit, module),
        ("DELETE", []) => write::delete(org, visit, module),
        ("POST", ["upsert"]) => upsert::upsert(org, visit, module),
        ("GET", ["search"]) => search::search(org, visit, module),
        ("GET", ["deleted"]) => deleted::list(org, visit, module),
        ("GET", [id]) => get(org, visit, module, id),
        ("PUT", [id]) => write::update_one(org, visit, module, id),
        ("DELETE", [id]) => write::delete_one(org, visit, module, id),
        (_, [] | [_]) => unknown(true),
        _ => unknown(false),
    }
}

fn get(org: &Org, visit: &Visit<'_>, module: &'static Module, id: &str) -> Outcome {
    let number: u64 = id.parse().map_err(|_| invalid_id())?;
    match org.records.shelf(module).row(number) {
        Some(row) => {
            let fields = visit.call.query_list("fields");
            Ok(Answer::json(200, &json!({ "data": [list::present(&row, &fields)] })))
        }
        // v2 has "no content" for an id that is well formed and belongs to nothing.
        None if visit.version < crate::version::Version::V3 => Ok(Answer::empty(204)),
        None => Err(invalid_id()),
    }
}
