//! The CRM: what an organization keeps, and the API to it.

mod batch;
mod criteria;
mod files;
mod metadata;
mod org;
mod page;
mod parent;
mod records;
mod row;
mod storage;
mod store;
mod tag;
mod tags;
mod users;
mod visit;

use crate::answer::Outcome;
use crate::verdict::no_such_url;

pub(crate) use metadata::find as module;
pub(crate) use org::Org;
pub(crate) use visit::Visit;

/// Paths below `/crm/{version}`.
pub(crate) fn route(org: &mut Org, visit: &Visit<'_>, path: &[&str]) -> Outcome {
    match (visit.call.method.as_str(), path) {
        (method, ["org", rest @ ..]) => org::organization(org, visit, method, rest),
        (method, ["users", rest @ ..]) => org::users(org, visit, method, rest),
        (method, ["files"]) => files::uploads(org, visit, method),
        (method, ["settings", "tags", rest @ ..]) => tags::settings(org, visit, method, rest),
        (method, ["settings", "roles", rest @ ..]) => org::roles(method, rest),
        (method, ["settings", "profiles", rest @ ..]) => org::profiles(visit, method, rest),
        (method, ["settings", "variables", rest @ ..]) => org::variables(org, visit, method, rest),
        (method, ["settings", "variable_groups", rest @ ..]) => org::variable_groups(method, rest),
        (method, ["settings", rest @ ..]) => metadata::settings(&mut org.views, visit, method, rest),
        (method, [module, rest @ ..]) if !module.is_empty() => records::route(org, visit, method, module, rest),
        _ => Ok(no_such_url()),
    }
}
