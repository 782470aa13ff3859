//! The organization: its own details, users, roles, taxes and variables.
//!
//! | File | Holds |
//! |---|---|
//! | `details` | the organization itself |
//! | `users` | lists and searches of users |
//! | `hiring` | adding, changing and deleting them |
//! | `roles` | roles and profiles |
//! | `taxes`, `variables` | those |

mod details;
mod hiring;
mod roles;
mod taxes;
mod users;
mod variables;

use std::collections::HashMap;

use serde_json::Value;

use crate::answer::Outcome;
use crate::crm::jobs::Jobs;
use crate::crm::metadata::Views;
use crate::crm::storage::Storage;
use crate::crm::store::{MadeUpLeads, Store, Tie};
use crate::crm::tag::Tag;
use crate::crm::users::Users;
use crate::crm::visit::Visit;
use crate::verdict::{not_supported, unknown};
use crate::version::Version;

pub(crate) use roles::{profile_route as profiles, role_route as roles};
pub(crate) use variables::{group_route as variable_groups, route as variables};

/// What a mass update by view did.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MassUpdate {
    pub(crate) total: usize,
    pub(crate) updated: usize,
}

/// Everything that the CRM keeps.
#[derive(Debug)]
pub(crate) struct Org {
    pub(crate) users: Users,
    pub(crate) records: Store,
    pub(crate) ties: Vec<Tie>,
    pub(crate) tags: Vec<Tag>,
    pub(crate) files: Storage,
    pub(crate) views: Views,
    pub(crate) jobs: Jobs,
    pub(crate) mass_updates: HashMap<String, MassUpdate>,
    taxes: Vec<Value>,
    variables: Vec<Value>,
}

impl Org {
    pub(crate) fn new(leads: MadeUpLeads) -> Self {
        Self {
            users: Users::seeded(),
            records: Store::seeded(leads),
            ties: Vec::new(),
            tags: Vec::new(),
            files: Storage::default(),
            views: Views::default(),
            jobs: Jobs::default(),
            mass_updates: HashMap::new(),
            taxes: taxes::seeded(),
            variables: variables::seeded(),
        }
    }
}

/// Paths below `/org`.
pub(crate) fn organization(org: &mut Org, visit: &Visit<'_>, method: &str, path: &[&str]) -> Outcome {
    match (method, path) {
        ("GET", []) => Ok(details::get()),
        (_, ["taxes", rest @ ..]) => taxes::route(org, visit, method, rest),
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
        ("GET", [id]) => users::get(&org.users, visit, id),
        ("POST", []) => hiring::create(&mut org.users, visit),
        ("PUT", []) => hiring::update_several(&mut org.users, visit),
        ("PUT", [id]) => hiring::update(&mut org.users, visit, id),
        ("DELETE", [id]) => hiring::delete(&mut org.users, visit, id),
        _ => unknown(path.len() <= 1),
    }
}
