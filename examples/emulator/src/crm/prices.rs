//! What each call costs in credits, and which are heavy, as Zoho's page on API limits has it.
//!
//! The price of a count is the only figure known, from a single source; searches are taken to cost 1.

use crate::call::Call;
use crate::crm::{composite, coql};

/// What one operation costs, and which scope it needs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Price {
    pub(crate) method: &'static str,
    /// Below `/crm/{version}`, or a whole path.
    pub(crate) path: &'static str,
    pub(crate) scope: &'static str,
    pub(crate) least: u64,
    pub(crate) most: u64,
}

const fn price(method: &'static str, path: &'static str, scope: &'static str, least: u64, most: u64) -> Price {
    Price { method, path, scope, least, most }
}

const MODULES: &str = "ZohoCRM.modules.ALL";
const SETTINGS: &str = "ZohoCRM.settings.ALL";

/// Prices of all operations.
pub(crate) const PRICES: [Price; 60] = [
    price("GET", "/{module}", MODULES, 1, 3),
    price("POST", "/{module}", MODULES, 1, 10),
    price("PUT", "/{module}", MODULES, 1, 10),
    price("DELETE", "/{module}", MODULES, 1, 1),
    price("POST", "/{module}/upsert", MODULES, 1, 10),
    price("GET", "/{module}/search", "ZohoSearch.securesearch.READ", 1, 1),
    price("GET", "/{module}/deleted", MODULES, 2, 2),
    price("GET", "/{module}/{id}", MODULES, 1, 1),
    price("PUT", "/{module}/{id}", MODULES, 1, 1),
    price("DELETE", "/{module}/{id}", MODULES, 1, 1),
    price("GET", "/{module}/actions/count", "ZohoSearch.securesearch.READ", COUNT, COUNT),
    price("POST", "/{module}/actions/add_tags", MODULES, 1, 50),
    price("POST", "/{module}/actions/remove_tags", MODULES, 1, 50),
    price("POST", "/{module}/{id}/actions/add_tags", MODULES, 1, 1),
    price("POST", "/{module}/{id}/actions/remove_tags", MODULES, 1, 1),
    price("POST", "/{module}/{id}/actions/clone", MODULES, 1, 1),
    price("GET", "/{module}/{id}/actions/fetch_full_data", MODULES, 1, 1),
    price("POST", "/Leads/{id}/actions/convert", MODULES, CONVERT, CONVERT),
    price("POST", "/Leads/actions/mass_convert", MODULES, MASS_CONVERT, MASS_CONVERT),
    price("POST", "/{module}/{id}/actions/merge", MODULES, MERGE, MERGE),
    price("POST", "/{module}/actions/mass_update", MODULES, 1, 5),
    price("POST", "/{module}/actions/mass_delete", MODULES, 1, 5),
    price("POST", "/{module}/actions/change_owner", MODULES, 1, 5),
    price("POST", "/{module}/actions/mass_change_owner", MODULES, 1, 1),
    price("POST", "/settings/tags/actions/mass_delete", SETTINGS, 1, 1),
    price("GET", "/{module}/{id}/{related_list}", MODULES, 1, 1),
    price("PUT", "/{module}/{id}/{related_list}", MODULES, 1, 1),
    price("DELETE", "/{module}/{id}/{related_list}", MODULES, 1, 1),
    price("GET", "/{module}/{id}/Attachments", MODULES, 1, 1),
    price("POST", "/{module}/{id}/Attachments", MODULES, 1, 1),
    price("GET", "/{module}/{id}/photo", MODULES, 1, 1),
    price("POST", "/{module}/{id}/photo", MODULES, 1, 1),
    price("POST", "/coql", "ZohoCRM.coql.READ", 1, 3),
    price("POST", "/crm/bulk/{version}/read", "ZohoCRM.bulk.READ", BULK_READ, BULK_READ),
    price("GET", "/crm/bulk/{version}/read/{id}", "ZohoCRM.bulk.READ", 1, 1),
    price("GET", "/crm/bulk/{version}/read/{id}/result", "ZohoCRM.bulk.READ", 1, 1),
    price("POST", "/__composite_requests", "ZohoCRM.composite_requests.CUSTOM", 1, 2),
    price("GET", "/actions/watch", "ZohoCRM.notifications.READ", 1, 1),
    price("POST", "/actions/watch", "ZohoCRM.notifications.CREATE", 1, 1),
    price("PUT", "/actions/watch", "ZohoCRM.notifications.UPDATE", 1, 1),
    price("PATCH", "/actions/watch", "ZohoCRM.notifications.UPDATE", 1, 1),
    price("DELETE", "/actions/watch", "ZohoCRM.notifications.DELETE", 1, 1),
    price("POST", "/crm/bulk/{version}/write", "ZohoCRM.bulk.CREATE", BULK_WRITE, BULK_WRITE),
    price("GET", "/crm/bulk/{version}/write/{id}", "ZohoCRM.bulk.READ", 1, 1),
    price("POST", "/upload", "ZohoFiles.files.ALL", 1, 1),
    price("GET", "/__apis", "ZohoCRM.apis.READ", 1, 1),
    price("GET", "/org", "ZohoCRM.org.READ", 1, 1),
    price("GET", "/users", "ZohoCRM.users.READ", 1, 1),
    price("POST", "/users", "ZohoCRM.users.CREATE", 1, 1),
    price("PUT", "/users", "ZohoCRM.users.UPDATE", 1, 1),
    price("DELETE", "/users/{id}", "ZohoCRM.users.DELETE", 1, 1),
    price("POST", "/files", "ZohoCRM.Files.CREATE", 1, 1),
    price("GET", "/files", "ZohoCRM.Files.READ", 1, 1),
    price("GET", "/settings/modules", SETTINGS, 1, 1),
    price("GET", "/settings/fields", SETTINGS, 1, 1),
    price("GET", "/settings/layouts", SETTINGS, 1, 1),
    price("GET", "/settings/custom_views", SETTINGS, 1, 1),
    price("GET", "/settings/related_lists", SETTINGS, 1, 1),
    price("GET", "/settings/tags", SETTINGS, 1, 1),
    price("GET", "/settings/variables", SETTINGS, 1, 1),
];

const COUNT: u64 = 50;
const MERGE: u64 = 50;
const MASS_CONVERT: u64 = 200;
const CONVERT: u64 = 5;
const BULK_READ: u64 = 50;
const BULK_WRITE: u64 = 500;

/// Records of a write from which on it is heavy.
const MANY: usize = 11;

/// What a call costs.
pub(crate) fn credits(call: &Call) -> u64 {
    match (call.method.as_str(), below_version(call).as_slice()) {
        ("POST", ["read"]) => BULK_READ,
        ("POST", ["write"]) if call.path.starts_with("/crm/bulk/") => BULK_WRITE,
        ("POST", ["coql"]) => match rows_asked(call) {
            0..=200 => 1,
            201..=1_000 => 2,
            _ => 3,
        },
        // One of them comes back when all is taken back.
        ("POST", [composite::KEY]) if rolls_back(call) => 2,
        ("GET", [_, "deleted"]) => 2,
        ("GET", [_, "actions", "count"]) => COUNT,
        ("GET", [_]) if call.query("cvid").is_some() => 3,
        ("POST", [_, _, "actions", "convert"]) => CONVERT,
        ("POST", [_, _, "actions", "merge"]) => MERGE,
        ("POST", [_, "actions", "mass_convert"]) => MASS_CONVERT,
        ("POST", [_, "actions", "mass_update" | "mass_delete" | "change_owner"]) => per(tagged(call), 100),
        ("POST", [_, .., "actions", "add_tags" | "remove_tags"]) => per(tagged(call), 50),
        ("DELETE", [_]) => per(call.query_list("ids").len(), 100),
        ("POST" | "PUT", [_] | [_, "upsert"]) => per(records(call), 10),
        _ => 1,
    }
}

/// How many of those that may be under way at once a call counts for.
pub(crate) fn slots(call: &Call) -> usize {
    if below_version(call) == [composite::KEY] { 5 } else { 1 }
}

/// Whether a call is one of those of which only few may be under way at once.
pub(crate) fn is_heavy(call: &Call) -> bool {
    match (call.method.as_str(), below_version(call).as_slice()) {
        ("POST", ["coql" | composite::KEY])
        | ("GET", [_, "search"])
        | ("POST", [_, _, "actions", "convert" | "send_mail"])
        | ("POST", [_, "actions", "mass_convert"]) => true,
        ("GET", [_]) => call.query("cvid").is_some() || call.query("sort_by").is_some(),
        ("POST" | "PUT", [_] | [_, "upsert"]) => records(call) >= MANY,
        _ => false,
    }
}

/// The path without `/crm/{version}` or `/crm/bulk/{version}`.
fn below_version(call: &Call) -> Vec<&str> {
    let segments = call.segments();
    let skipped = if segments.get(1) == Some(&"bulk") { 3 } else { 2 };
    segments.into_iter().skip(skipped).collect()
}

fn rolls_back(call: &Call) -> bool {
    call.json().is_ok_and(|body| body["rollback_on_fail"] == true)
}

fn per(items: usize, each: usize) -> u64 {
    items.div_ceil(each).max(1) as u64
}

fn records(call: &Call) -> usize {
    call.json().ok().and_then(|body| body["data"].as_array().map(Vec::len)).unwrap_or_default()
}

fn tagged(call: &Call) -> usize {
    let in_body = call.json().ok().and_then(|body| body["ids"].as_array().map(Vec::len));
    in_body.unwrap_or_else(|| call.query_list("ids").len())
}

fn rows_asked(call: &Call) -> u64 {
    let body = call.json().unwrap_or_default();
    coql::rows_asked(body["select_query"].as_str().unwrap_or_default())
}
