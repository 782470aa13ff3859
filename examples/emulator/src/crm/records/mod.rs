//! Records of every module: read, search, write, delete.
//!
//! | File | Holds |
//! |---|---|
//! | `list`, `search`, `deleted`, `activities` | lists of records, and counting |
//! | `write`, `upsert`, `mass` | calls that write several |
//! | `rows`, `check` | writing one |
//! | `subforms`, `lines` | rows within records, line items among them |
//! | `notes`, `parents`, `related` | what belongs to a record |
//! | `convert`, `conversion_options`, `copies` | conversion of leads, clones, whole texts |
//! | `share` | whom records are shared with |

mod activities;
mod check;
mod conversion_options;
mod convert;
mod copies;
mod deleted;
mod lines;
mod list;
mod mass;
mod notes;
mod parents;
mod related;
mod rows;
mod search;
mod share;
mod subforms;
mod upsert;
mod write;

pub(crate) use rows::{create_row, update_row};
use serde_json::json;

use crate::answer::{Answer, Outcome};
use crate::crm::files;
use crate::crm::metadata::{self, Module};
use crate::crm::org::Org;
use crate::crm::tags;
use crate::crm::visit::Visit;
use crate::verdict::{invalid_id, invalid_module, refuse, unknown};
use crate::version::Version;

/// Paths below a module.
pub(crate) fn route(org: &mut Org, visit: &Visit<'_>, method: &str, module: &str, path: &[&str]) -> Outcome {
    if module == metadata::ACTIVITIES && visit.version < Version::V3 {
        return activities::route(org, visit, method, path);
    }
    let module = metadata::find(module).ok_or_else(invalid_module)?;
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
        (_, ["actions", action]) => act(org, visit, method, module, None, action),
        (_, [id, "actions", action]) => act(org, visit, method, module, Some(id), action),
        (_, [_] | []) => unknown(true),
        (_, [id, below @ ..]) => {
            let parent = related::parent(org, module, id)?;
            match below {
                ["Attachments", rest @ ..] => files::attachments(org, visit, method, parent, rest),
                ["photo"] => files::photo(org, visit, method, parent),
                [conversion_options::PATH] if method == "GET" && module.api_name == "Leads" => {
                    conversion_options::get(org, visit, parent)
                }
                ["Notes", rest @ ..] if method != "GET" => notes::route(org, visit, method, parent, rest),
                [list, rest @ ..] => related::route(org, visit, method, parent, list, rest),
                [] => unknown(true),
            }
        }
    }
}

fn act(
    org: &mut Org,
    visit: &Visit<'_>,
    method: &str,
    module: &'static Module,
    id: Option<&str>,
    action: &str,
) -> Outcome {
    match (method, id, action) {
        ("POST", _, "add_tags") => tags::on_records(org, visit, module, id, true),
        ("POST", _, "remove_tags") => tags::on_records(org, visit, module, id, false),
        ("POST", Some(id), "convert") if module.api_name == "Leads" => {
            let (_, id) = related::parent(org, module, id)?;
            convert::convert(org, visit, module, id)
        }
        ("POST", Some(id), "clone") => {
            let (_, id) = related::parent(org, module, id)?;
            copies::clone(org, visit, module, id)
        }
        (_, Some(id), "share") => share::route(org, visit, method, related::parent(org, module, id)?),
        // No record of this organization is in a process.
        ("GET" | "PUT", Some(id), "blueprint") => {
            let _ = related::parent(org, module, id)?;
            Err(refuse(400, "RECORD_NOT_IN_PROCESS", "record not in process", json!({})))
        }
        ("GET", id, "fetch_full_data") => copies::full_data(org, visit, module, id),
        ("GET", None, "count") => search::count(org, visit, module),
        _ => mass::route(org, visit, method, module, id, action).unwrap_or_else(|| unknown(false)),
    }
}

fn get(org: &Org, visit: &Visit<'_>, module: &'static Module, id: &str) -> Outcome {
    let number: u64 = id.parse().map_err(|_| invalid_id())?;
    match org.records.shelf(module).row(number) {
        Some(row) => {
            let fields = visit.call.query_list("fields");
            Ok(Answer::json(200, &json!({ "data": [list::present(visit, module, row.into_owned(), &fields)] })))
        }
        // v2 has "no content" for an id that is well formed and belongs to nothing.
        None if visit.version < Version::V3 => Ok(Answer::empty(204)),
        None => Err(invalid_id()),
    }
}
