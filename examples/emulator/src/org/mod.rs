//! The organization: its own details and its users.

mod details;
mod users;

use crate::answer::Outcome;
use crate::crm::{Visit, unknown};
use crate::records::Store;

pub(crate) use users::{Person, Users};

/// Everything that the CRM keeps.
#[derive(Debug)]
pub(crate) struct Org {
    pub(crate) users: Users,
    pub(crate) records: Store,
}

impl Org {
    pub(crate) fn new(leads: u64) -> Self {
        Self { users: Users::seeded(), records: Store::seeded(leads) }
    }
}

/// Paths below `/org`.
pub(crate) fn organization(_org: &mut Org, _visit: &Visit<'_>, method: &str, path: &[&str]) -> Outcome {
    match (method, path) {
        ("GET", []) => Ok(details::get()),
        (_, []) => unknown(true),
        _ => unknown(false),
    }
}

/// Paths below `/users`.
pub(crate) fn users(org: &mut Org, visit: &Visit<'_>, method: &str, path: &[&str]) -> Outcome {
    match (method, path) {
        ("GET", []) => users::list(&org.users, visit),
        ("GET", [id]) => users::get(&org.users, id),
        (_, [] | [_]) => unknown(true),
        _ => unknown(false),
    }
}
