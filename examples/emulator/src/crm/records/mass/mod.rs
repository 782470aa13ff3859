//! Mass operations: at once by ids, as jobs by a view.
//!
//! | File | Holds |
//! |---|---|
//! | `update`, `delete`, `owner` | the same for many records |
//! | `convert`, `merge` | many leads; duplicates |
//! | `selection` | which records |

mod convert;
mod delete;
mod merge;
mod owner;
mod selection;
mod update;

use crate::answer::Outcome;
use crate::crm::metadata::Module;
use crate::crm::org::Org;
use crate::crm::visit::Visit;
use crate::verdict::{not_supported, unknown};
use crate::version::Version;

/// Paths below `actions`, of a module or of one record; none where the action is no mass operation.
pub(super) fn route(
    org: &mut Org,
    visit: &Visit<'_>,
    method: &str,
    module: &'static Module,
    id: Option<&str>,
    action: &str,
) -> Option<Outcome> {
    let since = match (action, id) {
        ("mass_update", None) => Version::V2,
        ("change_owner", _) => Version::V3,
        ("mass_delete" | "mass_change_owner" | "mass_convert", None) => Version::V4,
        ("merge", Some(_)) => Version::V6,
        _ => return None,
    };
    if visit.version < since {
        return Some(Err(not_supported(since)));
    }
    Some(match (method, action, id) {
        ("POST", "mass_update", _) => update::run(org, visit, module),
        ("GET", "mass_update", _) => org.mass_jobs.status(visit, "mass_update", "data"),
        ("POST", "mass_delete", _) => delete::run(org, visit, module),
        ("GET", "mass_delete", _) => org.mass_jobs.status(visit, "mass_delete", "data"),
        ("POST", "change_owner", id) => owner::change(org, visit, module, id),
        ("POST", "mass_change_owner", _) => owner::start(org, visit, module),
        ("GET", "mass_change_owner", _) => org.mass_jobs.status(visit, "mass_change_owner", "data"),
        ("POST", "mass_convert", _) if module.api_name == "Leads" => convert::start(org, visit, module),
        ("GET", "mass_convert", _) if module.api_name == "Leads" => org.mass_jobs.status(visit, "mass_convert", "data"),
        ("POST", "merge", Some(id)) => merge::run(org, visit, module, id),
        ("GET", "merge", _) => org.mass_jobs.status(visit, "merge", "merge"),
        _ => unknown(method != "GET"),
    })
}
