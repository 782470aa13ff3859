//! The CRM: what an organization keeps, and the API to it.
//!
//! | File | Holds |
//! |---|---|
//! | `records`, `tags`, `files` | records and what hangs on them |
//! | `imports` | writing many records at once |
//! | `coql`, `bulk` | reading many records at once; `condition` has the tests of both, `jobs` the bulk jobs |
//! | `composite` | several requests in one call |
//! | `metadata` | modules, fields, layouts, views |
//! | `org` | all that is kept, and the calls about the organization itself |
//! | `store`, `storage`, `users`, `tag` | where records, files, users and tags lie |
//! | `watch` | channels, and the callbacks that they tell changes by |
//! | `apis`, `prices` | what calls cost, and which are heavy |
//! | `visit` | a call that was let in |
//! | `batch`, `page`, `criteria`, `row`, `parent` | several items of a call, pages, searches, fields, parents of notes |

mod apis;
mod batch;
mod bulk;
mod composite;
mod condition;
mod coql;
mod criteria;
mod files;
mod imports;
mod jobs;
mod mass_jobs;
mod metadata;
mod org;
mod page;
mod parent;
mod prices;
mod records;
mod row;
mod storage;
mod store;
mod tag;
mod tags;
mod users;
mod visit;
mod watch;

use crate::answer::Outcome;
use crate::verdict::no_such_url;

pub(crate) use bulk::route as bulk;
pub(crate) use imports::{result as import_result, route as imports};
pub(crate) use metadata::find as module;
pub(crate) use org::Org;
pub(crate) use prices::{credits, is_heavy, slots};
pub use store::MadeUpLeads;
pub(crate) use visit::{Visit, moment_of};
pub(crate) use watch::Callback;

/// Paths below `/crm/{version}`.
pub(crate) fn route(org: &mut Org, visit: &Visit<'_>, path: &[&str]) -> Outcome {
    match (visit.call.method.as_str(), path) {
        (method, ["org", rest @ ..]) => org::organization(org, visit, method, rest),
        (method, ["users", rest @ ..]) => org::users(org, visit, method, rest),
        (method, ["coql"]) => coql::route(org, visit, method),
        (method, ["actions", "watch"]) => watch::route(&mut org.channels, visit, method),
        (method, ["__apis"]) => apis::route(visit, method),
        ("POST", ["upload"]) => imports::upload(org, visit),
        (_, [composite::KEY]) => composite::run(org, visit, route),
        (method, ["files"]) => files::uploads(org, visit, method),
        (method, ["settings", "tags", rest @ ..]) => tags::settings(org, visit, method, rest),
        (method, ["settings", "roles", rest @ ..]) => org::roles(method, rest),
        (method, ["settings", "profiles", rest @ ..]) => org::profiles(visit, method, rest),
        (method, ["settings", "variables", rest @ ..]) => org::variables(org, visit, method, rest),
        (method, ["settings", "variable_groups", rest @ ..]) => org::variable_groups(method, rest),
        (method, ["settings", "territories", rest @ ..]) => org::territories(visit, method, rest),
        (method, ["Contacts", "roles", rest @ ..]) => org::contact_roles(org, visit, method, rest),
        (method, ["settings", rest @ ..]) => metadata::settings(&mut org.views, visit, method, rest),
        (method, [module, rest @ ..]) if !module.is_empty() => records::route(org, visit, method, module, rest),
        _ => Ok(no_such_url()),
    }
}

/// Overwrites fields of a record as they are; whether there is such a record.
pub(crate) fn set_fields(org: &mut Org, module: &str, id: &str, fields: &serde_json::Value) -> bool {
    let (Some(module), Ok(id), Some(fields)) = (metadata::find(module), id.parse(), fields.as_object()) else {
        return false;
    };
    let shelf = org.records.shelf_mut(module);
    let Some(mut row) = shelf.row(id).map(std::borrow::Cow::into_owned) else {
        return false;
    };
    row.extend(fields.clone());
    shelf.put(id, row);
    true
}
