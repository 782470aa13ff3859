//! The organization: its own details, users, roles, taxes and variables.
//!
//! | File | Holds |
//! |---|---|
//! | `state`, `seeded` | everything that the CRM keeps, and what is there from the start |
//! | `details` | the organization itself |
//! | `users` | lists and searches of users |
//! | `hiring` | adding, changing and deleting them |
//! | `roles` | roles and profiles |
//! | `taxes`, `variables`, `currencies`, `territories`, `contact_roles` | those |

mod contact_roles;
mod currencies;
mod details;
mod hiring;
mod roles;
mod seeded;
mod state;
mod taxes;
mod territories;
mod users;
mod variables;

use crate::answer::{Answer, Outcome};
use crate::crm::files;
use crate::crm::visit::Visit;
use crate::verdict::{not_supported, unknown};
use crate::version::Version;

pub(crate) use contact_roles::route as contact_roles;
pub(crate) use roles::{profile_route as profiles, role_route as roles};
pub(crate) use state::Org;
pub(crate) use territories::route as territories;
pub(crate) use variables::{group_route as variable_groups, route as variables};

/// Paths below `/org`.
pub(crate) fn organization(org: &mut Org, visit: &Visit<'_>, method: &str, path: &[&str]) -> Outcome {
    match (method, path) {
        ("GET", []) => Ok(details::get(visit.behaviour)),
        (_, ["taxes", rest @ ..]) => taxes::route(org, visit, method, rest),
        (_, ["currencies", rest @ ..]) => currencies::route(org, visit, method, rest),
        // From v5 on it can be read and taken away.
        ("POST", ["photo"]) => files::org_photo(org, visit, method),
        ("GET" | "DELETE", ["photo"]) if visit.version >= Version::V5 => files::org_photo(org, visit, method),
        _ => unknown(path.is_empty()),
    }
}

/// Paths below `/users`.
pub(crate) fn users(org: &mut Org, visit: &Visit<'_>, method: &str, path: &[&str]) -> Outcome {
    match (method, path) {
        ("GET", []) => users::list(&org.users, visit),
        ("GET", ["search"]) if visit.version == Version::V2 => users::search(&org.users, visit),
        ("GET", ["actions", "count"]) if visit.version < Version::V6 => Err(not_supported(Version::V6)),
        ("GET", ["actions", "count"]) => users::count(&org.users, visit),
        // There are no groups of users.
        ("GET", [id, "actions", "associated_groups"]) if visit.version >= Version::V5 => {
            users::get(&org.users, visit, id).map(|_| Answer::empty(204))
        }
        ("GET", [id]) => users::get(&org.users, visit, id),
        ("POST", []) => hiring::create(&mut org.users, visit),
        ("PUT", []) => hiring::update_several(&mut org.users, visit),
        ("PUT", [id]) => hiring::update(&mut org.users, visit, id),
        ("DELETE", [id]) => hiring::delete(&mut org.users, visit, id),
        _ => unknown(path.len() <= 1),
    }
}
