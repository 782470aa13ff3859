//! Which scopes a call needs.

use crate::oauth::Session;

const READ: &[&str] = &["READ"];
/// What an action or a composite request counts as.
const ANY_WRITE: &[&str] = &["CREATE", "UPDATE", "DELETE", "WRITE", "CUSTOM"];

/// Whether a session may make a call to a path below the version.
pub(crate) fn allow(session: &Session, method: &str, path: &[&str], is_bulk: bool) -> bool {
    let by_method: &[&str] = match (method, path) {
        ("GET", _) => READ,
        ("POST", [_, .., "upsert"]) => &["CREATE", "UPDATE"],
        ("POST", [_, .., "actions", _]) => ANY_WRITE,
        ("POST", _) => &["CREATE"],
        ("DELETE", _) => &["DELETE"],
        _ => &["UPDATE"],
    };
    let module = |operations| {
        let group = format!("ZohoCRM.modules.{}", path.first().unwrap_or(&""));
        session.allows(&group, operations)
    };
    let every_module = |operations| session.allows("ZohoCRM.modules", operations);
    let searching = || session.allows("ZohoSearch.securesearch", READ);
    match path {
        // The result of a bulk write, by the path on its own host.
        [_, "crm", _, "bulk-write", ..] => session.allows("ZohoCRM.bulk", READ),
        _ if is_bulk => session.allows("ZohoCRM.bulk", by_method) && every_module(READ),
        ["coql"] => session.allows("ZohoCRM.coql", READ) && every_module(READ),
        ["__apis"] => session.allows("ZohoCRM.apis", READ),
        ["__composite_requests"] => session.allows("ZohoCRM.composite_requests", ANY_WRITE),
        ["actions", "watch"] => session.allows("ZohoCRM.notifications", by_method),
        [_, "actions", "count"] | [_, "search"] => module(READ) && searching(),
        ["org", "currencies", ..] => session.allows("ZohoCRM.settings.currencies", by_method),
        ["org", ..] => session.allows("ZohoCRM.org", by_method),
        ["users", ..] => session.allows("ZohoCRM.users", by_method),
        ["settings", rest @ ..] => {
            let group = format!("ZohoCRM.settings.{}", rest.first().unwrap_or(&""));
            session.allows(&group, by_method)
        }
        ["upload"] => session.allows("ZohoFiles.files", by_method),
        ["files", ..] => session.allows("ZohoCRM.Files", by_method),
        [_, .., "actions", _] => module(if method == "GET" { READ } else { ANY_WRITE }),
        _ => module(by_method),
    }
}
