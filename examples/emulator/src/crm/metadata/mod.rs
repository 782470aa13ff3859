//! What modules there are, which fields and layouts they have, how they are listed and related.
//!
//! | File | Holds |
//! |---|---|
//! | `module`, `field`, `fields`, `wide` | the modules and their fields as the emulator defines them |
//! | `module_json`, `field_json`, `layouts` | how they are described |
//! | `views` | custom views |
//! | `related` | related lists |

mod field;
mod field_json;
mod fields;
mod layouts;
mod module;
mod module_json;
mod pick;
mod related;
mod views;
mod wide;

use crate::answer::Outcome;
use crate::crm::visit::Visit;
use crate::verdict::unknown;

pub(crate) use field::{Field, Kind};
pub(crate) use field_json::one as describe_field;
pub(crate) use layouts::id as layout_id;
pub(crate) use module::{ACTIVITIES, Module, find, modules};
pub(crate) use related::find as related;
pub(crate) use views::{Shows, Views, shows as view_shows, wanted as wanted_view};

/// Paths below `/settings` that describe the modules.
pub(crate) fn settings(views: &mut Views, visit: &Visit<'_>, method: &str, path: &[&str]) -> Outcome {
    match (method, path) {
        ("GET", ["modules", rest @ ..]) => module_json::get(visit, rest),
        ("GET", ["fields", rest @ ..]) => field_json::get(visit, rest),
        ("GET", ["layouts", rest @ ..]) => layouts::get(visit, rest),
        ("GET", ["related_lists", rest @ ..]) => related::get(visit, rest),
        (_, ["custom_views", rest @ ..]) => views::route(views, visit, method, rest),
        _ => unknown(false),
    }
}
