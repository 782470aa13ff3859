//! What modules there are and which fields they have.

mod fields;
mod module;

use crate::answer::Outcome;
use crate::crm::{Visit, unknown};
use crate::org::Org;

pub(crate) use module::{Field, Kind, Module, find, modules};

/// Paths below `/settings`.
pub(crate) fn settings(_org: &mut Org, _visit: &Visit<'_>, _method: &str, _path: &[&str]) -> Outcome {
    unknown(false)
}

/// The id of a module's only layout.
pub(crate) fn layout_id(module: &Module) -> String {
    (LAYOUTS + module.number()).to_string()
}

const LAYOUTS: u64 = 3_652_397_000_001_001_055;
