//! What a request that was put together by hand costs, by its path, its query and its body.

use serde_json::Value;

use super::cost::Cost;
use super::parts::Parts;
use crate::transport::Method;

/// Records that one credit pays for, in a call with ids.
const TAGGED: usize = 50;
const CHANGED: usize = 100;

/// Which parts of the API do not hold records.
const NO_MODULES: [&str; 6] = ["settings", "users", "org", "files", "actions", "coql"];

/// The cost by Zoho's page *API limits* and its Kaizen posts.
pub(super) fn of(parts: &Parts) -> Cost {
    let segments: Vec<&str> = parts.path.trim_matches('/').split('/').collect();
    match (parts.method, segments.as_slice()) {
        (Method::Post, ["crm", "bulk", _, "read"]) => Cost::credits_of(50),
        (Method::Post, ["crm", "bulk", _, "write"]) => Cost::credits_of(500),
        (_, ["crm", "bulk", ..]) => Cost::ONE,
        (method, ["crm", _, path @ ..]) => of_path(method, path, parts),
        _ => Cost::ONE,
    }
}

fn of_path(method: Method, path: &[&str], parts: &Parts) -> Cost {
    let has = |name: &str| parts.query.contains(&format!("?{name}=")) || parts.query.contains(&format!("&{name}="));
    match (method, path) {
        (Method::Post, ["coql"]) => Cost::credits_of(coql(parts)).heavy(),
        (Method::Post, ["__composite_requests"]) => {
            let rolls_back = body(parts).and_then(|body| body.get("rollback_on_fail")?.as_bool()) == Some(true);
            Cost::credits_of(if rolls_back { 2 } else { 1 }).heavy().with_slots(5)
        }
        (Method::Post, ["settings", "modules"]) => Cost::credits_of(500),
        (_, [first, ..]) if NO_MODULES.contains(first) => Cost::ONE,
        (Method::Get, [_, "deleted"]) => Cost::credits_of(2),
        (Method::Get, [_, "actions", "count"]) => Cost::credits_of(50),
        (Method::Get, [_, "search"]) => Cost::ONE.heavy(),
        (Method::Get, [_]) if has("cvid") => Cost::credits_of(3).heavy(),
        (Method::Get, [_]) if has("sort_by") => Cost::ONE.heavy(),
        (Method::Post, [_, _, "actions", "convert"]) => Cost::credits_of(5).heavy(),
        (Method::Post, [_, _, "actions", "send_mail"]) => Cost::credits_of(20).heavy(),
        (Method::Post, [_, _, "actions", "merge"]) => Cost::credits_of(50),
        (Method::Post, [_, "actions", "mass_convert"]) => Cost::credits_of(200).heavy(),
        (Method::Post, [_, .., "actions", "add_tags" | "remove_tags"]) => Cost::per_items(ids(parts), TAGGED),
        (Method::Post, [_, "actions", "mass_update" | "mass_delete" | "change_owner"]) => {
            Cost::per_items(ids(parts), CHANGED)
        }
        (Method::Post | Method::Put, [_] | [_, "upsert"]) => {
            let records = body(parts).and_then(|body| Some(body.get("data")?.as_array()?.len()));
            Cost::records(records.unwrap_or(1))
        }
        _ => Cost::ONE,
    }
}

fn body(parts: &Parts) -> Option<Value> {
    serde_json::from_slice(parts.body.as_deref()?).ok()
}

/// How many ids are in the body, or in the query of older versions.
fn ids(parts: &Parts) -> usize {
    let in_body = body(parts).and_then(|body| Some(body.get("ids")?.as_array()?.len()));
    in_body.unwrap_or_else(|| {
        let parameters = parts.query.trim_start_matches('?').split('&');
        let ids = parameters.filter_map(|parameter| parameter.strip_prefix("ids="));
        ids.map(|ids| ids.matches("%2C").count() + 1).next().unwrap_or(1)
    })
}

/// By the rows that the query's limit allows; Zoho's own limit is 200.
fn coql(parts: &Parts) -> u32 {
    let query = body(parts).and_then(|body| Some(body.get("select_query")?.as_str()?.to_lowercase()));
    let limit = query.as_deref().and_then(|query| query.rsplit_once(" limit ")).map(|(_, limit)| limit);
    // `limit 0, 1000` has the offset first, `limit 1000 offset 0` last.
    let rows = limit.and_then(|limit| limit.split(" offset").next()?.rsplit(',').next()?.trim().parse().ok());
    crate::coql::credits(rows.unwrap_or(200))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::config::ApiVersion;
    use crate::rest::Request;

    #[test]
    fn a_call_by_hand_costs_what_the_same_call_costs_elsewhere() {
        let none = &Value::Null;
        let coql = |limit: &str| json!({ "select_query": format!("select id from Leads where id is not null{limit}") });
        let records = |number: usize| json!({ "data": vec![json!({}); number] });
        let ids = json!({ "ids": vec!["1"; 120] });
        for (method, path, query, body, credits, heavy) in [
            (Method::Get, "Leads", None, none, 1, false),
            (Method::Get, "Leads", Some(("cvid", "1")), none, 3, true),
            (Method::Get, "Leads", Some(("sort_by", "id")), none, 1, true),
            (Method::Get, "Leads/deleted", None, none, 2, false),
            (Method::Get, "Leads/actions/count", None, none, 50, false),
            (Method::Get, "Leads/search", None, none, 1, true),
            (Method::Get, "settings/modules", None, none, 1, false),
            (Method::Post, "users", None, &json!({ "users": [{}] }), 1, false),
            (Method::Post, "Leads", None, &records(100), 10, true),
            (Method::Put, "Leads", None, &records(10), 1, false),
            (Method::Post, "Leads/upsert", None, &records(11), 2, true),
            (Method::Post, "Leads/1/actions/convert", None, &records(1), 5, true),
            (Method::Post, "Leads/actions/add_tags", None, &ids, 3, false),
            (Method::Post, "Leads/actions/add_tags", Some(("ids", "1,2,3")), none, 1, false),
            (Method::Post, "Leads/actions/mass_delete", None, &ids, 2, false),
            (Method::Post, "coql", None, &coql(""), 1, true),
            (Method::Post, "coql", None, &coql(" LIMIT 2000, 1000"), 2, true),
            (Method::Post, "coql", None, &coql(" limit 2000 offset 100"), 3, true),
        ] {
            let mut request = Request::new(method, ApiVersion::V8, path.split('/')).json(body);
            if let Some((name, value)) = query {
                request = request.query(name, value);
            }
            let cost = of(request.parts());
            assert_eq!((cost.credits(), cost.is_heavy()), (credits, heavy), "{method} {path} {query:?}");
        }
        let bulk = |kind: &str| of(Request::at(Method::Post, "/crm/bulk/v8".to_owned(), [kind]).parts()).credits();
        assert_eq!((bulk("read"), bulk("write")), (50, 500));
    }
}
