//! Credits, and how many calls may be under way at once.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use serde_json::{Value, json};
use support::{Client, start};

fn leads(number: usize) -> Value {
    json!({ "data": vec![json!({ "Last_Name": "Berg" }); number] })
}

fn cost(client: &Client, call: impl FnOnce()) -> u64 {
    let before = client.emulator.counters().credits;
    call();
    client.emulator.counters().credits - before
}

#[test]
fn credits_by_call() {
    let client = start();
    client.emulator.seed_leads(3);
    let get = |path: &str| cost(&client, || drop(client.get(path)));
    let post = |path: &str, body: Value| cost(&client, || drop(client.post(path, body)));
    let coql = |limit: u64| {
        post(
            "/crm/v8/coql",
            json!({ "select_query": format!("select id from Leads where id is not null limit {limit}") }),
        )
    };
    assert_eq!((coql(1), coql(200), coql(201), coql(1_000), coql(1_001), coql(2_000)), (1, 1, 2, 2, 3, 3));
    assert_eq!((get("/crm/v2/Leads"), get("/crm/v2/Leads?cvid=1"), get("/crm/v2/Leads/deleted")), (1, 3, 2));
    assert_eq!((post("/crm/v2/Leads", leads(10)), post("/crm/v2/Leads/upsert", leads(11))), (1, 2));
    let tags = |ids: usize| json!({ "tags": [{ "name": "a" }], "ids": vec!["1"; ids] });
    assert_eq!(post("/crm/v8/Leads/actions/add_tags", tags(51)), 2);
    let convert = "/crm/v8/Leads/3652397000100000000/actions/convert";
    assert_eq!(post(convert, json!({ "data": [{}] })), 5);
    client.emulator.behave(|behaviour| behaviour.refuse_every_token = true);
    assert_eq!(get("/crm/v2/Leads"), 0);
}

#[test]
fn a_day_has_so_many_credits() {
    let client = start();
    client.emulator.behave(|behaviour| behaviour.daily_credits = Some(10));
    let left = || client.get("/crm/v2/org").header("x-api-credits-remaining").map(str::to_owned);
    let answers: Vec<_> = (0..7).map(|_| left()).collect();
    let told = |left: &str| Some(left.to_owned());
    assert_eq!(answers, [None, None, None, None, told("5"), told("4"), told("3")]);
    assert_eq!(client.get("/crm/v8/Leads/actions/count").code(), "TOO_MANY_REQUESTS");
    assert_eq!(client.get("/crm/v2/org").status, 200);
}

#[test]
fn the_price_list_tells_what_calls_cost() {
    let client = start();
    let list = client.get("/crm/v8/__apis").json["__apis"].as_array().unwrap().clone();
    let price = |path: &str, method: &str| {
        let api = list.iter().find(|api| api["path"] == path).unwrap_or_else(|| panic!("{path}"));
        let operations = api["operation_types"].as_array().unwrap();
        let operation = operations.iter().find(|operation| operation["method"] == method).unwrap();
        (operation["min_credits"].as_u64().unwrap(), operation["max_credits"].as_u64().unwrap())
    };
    assert_eq!(price("/crm/v8/coql", "POST"), (1, 3));
    assert_eq!(price("/crm/v8/{module}", "PUT"), (1, 10));
    assert_eq!(price("/crm/bulk/v8/read", "POST"), (50, 50));
    let filter =
        json!({ "field": { "api_name": "operation_types.oauth_scope" }, "comparator": "equals", "value": "bulk" });
    let query =
        url::form_urlencoded::Serializer::new(String::new()).append_pair("filters", &filter.to_string()).finish();
    let bulk = client.get(&format!("/crm/v8/__apis?{query}")).json["__apis"].as_array().unwrap().clone();
    let is_bulk = |api: &Value| api["path"].as_str().unwrap().starts_with("/crm/bulk/");
    assert!(bulk.len() >= 3 && bulk.iter().all(is_bulk), "{bulk:?}");
    assert_eq!(client.get("/crm/v8/__apis?filters=x").code(), "INVALID_DATA");
}

#[test]
fn heavy_calls_have_a_limit_of_their_own() {
    let client = start();
    client.emulator.seed_leads(10);
    client.emulator.behave(|behaviour| {
        behaviour.max_heavy_in_flight = Some(2);
        behaviour.concurrency = Some(6);
    });
    let (heavy, light) = ("/crm/v2/Leads/search?word=lead", "/crm/v2/org");
    let held = client.hold(heavy, 2);
    client.wait_until("two heavy calls are in flight", |counters| counters.heavy_in_flight == 2);
    assert_eq!([client.get(heavy).status, client.get(heavy).status, client.get(light).status], [429, 429, 200]);
    drop(held);
    client.wait_until("none is", |counters| (counters.heavy_in_flight, counters.in_flight) == (0, 0));
    assert_eq!(client.get(heavy).status, 200);
    let held = client.hold(light, 5);
    client.wait_until("five calls are in flight", |counters| counters.in_flight == 5);
    assert_eq!(client.get(light).status, 200);
    drop(held);
    client.wait_until("none is", |counters| counters.in_flight == 0);
    let counters = client.emulator.counters();
    assert_eq!((counters.highest_heavy_in_flight, counters.highest_in_flight), (3, 6));
}

#[test]
fn a_change_that_somebody_made_meanwhile_is_not_overwritten() {
    let client = start();
    let id = client.lead(json!({ "Last_Name": "Berg", "Email": "a@b.example" }));
    assert!(client.emulator.set_fields("Leads", &id, &json!({ "Modified_Time": "2026-03-01T10:00:00+02:00" })));
    let body = json!({ "data": [{ "id": id, "City": "Oslo" }] }).to_string().into_bytes();
    let put = |path: &str, since: &str| {
        client.try_call_with("PUT", path, &[("if-unmodified-since", since)], Some(body.clone())).unwrap()
    };
    let one = format!("/crm/v8/Leads/{id}");
    for path in [one.as_str(), "/crm/v2/Leads"] {
        let refused = put(path, "2026-03-01T07:59:59Z");
        assert_eq!((refused.status, &refused.json["data"][0]["code"]), (412, &json!("ALREADY_MODIFIED")), "{path}");
        assert_eq!(refused.json["data"][0]["details"]["id"], json!(id));
    }
    assert_eq!(client.get(&one).json["data"][0]["City"], Value::Null);
    assert_eq!(put(&one, "2026-03-01T10:00:00+02:00").status, 200);
    assert_eq!(put(&one, "yesterday").code(), "INVALID_DATA");
}

#[test]
fn nothing_newer_is_304_for_users_and_related_lists_too() {
    let client = start();
    let lead = client.lead(json!({ "Last_Name": "Berg" }));
    for path in
        ["/crm/v2/users".to_owned(), format!("/crm/v2/Leads/{lead}/Notes"), "/crm/v8/Leads?fields=id".to_owned()]
    {
        let header = [("if-modified-since", "2099-01-01T00:00:00+02:00")];
        assert_eq!(client.try_call_with("GET", &path, &header, None).unwrap().status, 304, "{path}");
    }
}

#[test]
fn requests_of_one_call_are_refused_where_zoho_refuses_them() {
    let client = start();
    let path = "/crm/v8/__composite_requests";
    let get = |name: &str, uri: &str| json!({ "sub_request_id": name, "method": "GET", "uri": uri });
    let send = |rest: Value, parts: Vec<Value>| {
        let mut body = rest;
        body["__composite_requests"] = parts.into();
        client.post(path, body)
    };
    let both = send(json!({ "rollback_on_fail": true, "parallel_execution": true }), vec![get("a", "/crm/v8/org")]);
    assert_eq!(both.code(), "AMBIGUITY_DURING_PROCESSING");
    let loops = vec![get("a", "/crm/v8/Leads/@{b:$.data[0].id}"), get("b", "/crm/v8/Leads/@{a:$.data[0].id}")];
    assert_eq!(send(json!({}), loops).code(), "LOOPING_FOUND");
    assert_eq!(send(json!({}), vec![get("a", "/crm/v8/org"), get("a", "/crm/v8/org")]).code(), "DUPLICATE_DATA");
    assert_eq!(send(json!({}), vec![get("a", "/crm/v8/org"); 6]).code(), "INVALID_DATA");

    let rows = |rows: u64| {
        let params = json!({ "fields": "id", "per_page": rows });
        json!({ "sub_request_id": "c", "method": "GET", "uri": "/crm/v8/Leads", "params": params })
    };
    let newer = json!({ "sub_request_id": "d", "method": "GET", "uri": "/crm/v8/org" });
    let some = send(json!({}), vec![get("a", "/crm/v8/org"), get("b", "/crm/v8/files"), rows(26)]);
    let codes: Vec<&Value> = (0..3).map(|at| &some.json["__composite_requests"][at]["code"]).collect();
    assert_eq!((some.status, codes), (207, vec![&json!("SUCCESS"), &json!("NOT_SUPPORTED"), &json!("LIMIT_EXCEEDED")]));
    let none = client.post(&path.replace("v8", "v7"), json!({ "__composite_requests": [newer] }));
    assert_eq!((none.status, &none.json["__composite_requests"][0]["code"]), (400, &json!("NOT_ALLOWED")));
    // All were executed, and one of them failed.
    let executed = send(json!({}), vec![get("a", "/crm/v8/Leads/7"), get("b", "/crm/v8/Leads/@{a:$.data[0].id}")]);
    let items = &executed.json["__composite_requests"];
    assert_eq!(items[0]["details"]["response"]["status_code"], 400);
    assert_eq!((executed.status, &items[1]["code"]), (207, &json!("INVALID_REFERENCE")));
}
