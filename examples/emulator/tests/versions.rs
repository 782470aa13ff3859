//! What one version of the API takes and another refuses, and in which form each answers.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use serde_json::{Value, json};
use support::{Client, start};

const ALL: [&str; 8] = ["v2", "v2.1", "v3", "v4", "v5", "v6", "v7", "v8"];

fn create(client: &Client, module: &str, record: Value) -> String {
    let got = client.post(&format!("/crm/v2/{module}"), json!({ "data": [record] }));
    got.json["data"][0]["details"]["id"].as_str().unwrap_or_else(|| panic!("{}", got.json)).to_owned()
}

/// Which versions accept the call that the closure makes.
fn accepted(mut call: impl FnMut(&str) -> bool) -> Vec<&'static str> {
    ALL.into_iter().filter(|version| call(version)).collect()
}

#[test]
fn a_note_names_its_parents_module_beside_it_up_to_v6_and_within_from_v7_on() {
    let client = start();
    let lead = client.lead(json!({ "Last_Name": "Berg" }));
    let takes = |note: Value| {
        accepted(|version| {
            let got = client.post(&format!("/crm/{version}/Notes"), json!({ "data": [note] }));
            got.json["data"][0]["status"] == "success"
        })
    };
    let beside = json!({ "Note_Content": "A", "Parent_Id": lead, "$se_module": "Leads" });
    assert_eq!(takes(beside), ["v2", "v2.1", "v3", "v4", "v5", "v6"]);
    let within = json!({ "Note_Content": "B", "Parent_Id": { "id": lead, "module": { "api_name": "Leads" } } });
    assert_eq!(takes(within), ["v6", "v7", "v8"]);
    let ruby = json!({ "Note_Content": "C", "Parent_Id": lead, "se_module": "Leads" });
    assert_eq!(takes(ruby), ["v2", "v2.1", "v3", "v4"]);
    for version in ALL {
        let note = client.get(&format!("/crm/{version}/Notes?fields=Parent_Id,$se_module&per_page=1")).json;
        let note = &note["data"][0];
        let later = ["v7", "v8"].contains(&version);
        assert_eq!(note["$se_module"].is_string(), !later, "{version}");
        assert_eq!(note["Parent_Id"]["module"]["api_name"].is_string(), later, "{version}");
    }
}

#[test]
fn a_conversion_names_records_by_bare_ids_up_to_v2_1_and_by_objects_later() {
    let client = start();
    let account = create(&client, "Accounts", json!({ "Account_Name": "Acme" }));
    let takes = |value: Value, name: &str| {
        accepted(|version| {
            let lead = client.lead(json!({ "Last_Name": "Berg" }));
            let body = json!({ "data": [{ name: value }] });
            let got = client.post(&format!("/crm/{version}/Leads/{lead}/actions/convert"), body);
            let item = &got.json["data"][0];
            assert_eq!(item["status"] == "error", item["details"]["expected_data_type"].is_string(), "{item}");
            item["status"] != "error"
        })
    };
    let later = &ALL[2..];
    assert_eq!(takes(json!(account), "Accounts"), ["v2", "v2.1"]);
    assert_eq!(takes(json!({ "id": account }), "Accounts"), later);
    assert_eq!(takes(json!("3652397000000186018"), "assign_to"), ["v2", "v2.1"]);
    assert_eq!(takes(json!({ "id": 3652397000000186018_u64 }), "assign_to"), later);
}

#[test]
fn tags_are_put_on_records_by_the_query_up_to_v3_and_by_the_body_from_v3_on() {
    let client = start();
    let lead = client.lead(json!({ "Last_Name": "Berg" }));
    let add = |version: &str, query: &str, body: Value| {
        client.post(&format!("/crm/{version}/Leads/actions/add_tags{query}"), body)
    };
    let by_query = accepted(|version| add(version, &format!("?ids={lead}&tag_names=a"), json!({})).status == 200);
    assert_eq!(by_query, ["v2", "v2.1", "v3"]);
    let body = |ids: &[&str]| json!({ "tags": [{ "name": "b", "color_code": "#F17574" }], "ids": ids });
    let by_body = accepted(|version| add(version, "", body(&[&lead])).status == 200);
    assert_eq!(by_body, ["v3", "v4", "v5", "v6", "v7", "v8"]);

    let locked = |version: &str| {
        let query = if version < "v4" { format!("?ids={lead}&tag_names=a") } else { String::new() };
        add(version, &query, body(&[&lead])).json["locked_count"].clone()
    };
    assert_eq!((locked("v2"), locked("v4"), locked("v5")), (json!(0), json!(false), json!("0")));
    let colours = client.get("/crm/v8/settings/tags?module=Leads").json;
    assert!(colours["tags"].as_array().unwrap().iter().any(|tag| tag["color_code"] == "#F17574"), "{colours}");

    // 100 in the query, 500 in the body.
    let ids = vec![lead.as_str(); 501];
    assert_eq!(add("v3", &format!("?ids={}&tag_names=a", ids[..101].join(",")), json!({})).code(), "LIMIT_EXCEEDED");
    assert_eq!(add("v4", "", body(&ids[..500])).status, 200);
    assert_eq!(add("v8", "", body(&ids)).code(), "LIMIT_EXCEEDED");
}

#[test]
fn a_tag_keeps_its_colour() {
    let client = start();
    let path = "/crm/v6/settings/tags?module=Leads";
    let new = |colour: &str| json!({ "tags": [{ "name": format!("t{colour}"), "color_code": colour }] });
    assert_eq!(client.post(path, new("#123456")).json["tags"][0]["details"]["api_name"], "color_code");
    let made = client.post(path, new("#57B1FD")).json["tags"][0]["details"]["id"].as_str().unwrap().to_owned();
    let read = || {
        let tags = client.get(path).json["tags"].as_array().unwrap().clone();
        tags.into_iter().find(|tag| tag["id"] == made.as_str()).unwrap()["color_code"].clone()
    };
    assert_eq!(read(), "#57B1FD");
    let change = json!({ "tags": [{ "name": "other", "color_code": "#000001" }] });
    client.put(&format!("/crm/v8/settings/tags/{made}?module=Leads"), change);
    assert_eq!(read(), "#000001");
    assert_eq!(client.get("/crm/v2/settings/tags?module=Leads").json["tags"][0].get("color_code"), None);
}

#[test]
fn custom_views_are_sorted_by_put_up_to_v2_1_and_by_an_action_from_v6_on() {
    let client = start();
    let list = |version: &str| client.get(&format!("/crm/{version}/settings/custom_views?module=Leads")).json;
    let view = list("v2")["custom_views"][0]["id"].as_str().unwrap().to_owned();
    let city = json!({ "sort_by": { "api_name": "City" }, "sort_order": "asc" });
    let body = json!({ "custom_views": [city] });
    let put = |version: &str, path: &str, body: &Value| {
        client.put(&format!("/crm/{version}/settings/custom_views/{path}?module=Leads"), body.clone())
    };
    assert_eq!(accepted(|version| put(version, &view, &body).status == 200), ["v2", "v2.1"]);
    let action = format!("{view}/actions/change_sort");
    assert_eq!(accepted(|version| put(version, &action, &body).status == 200), ["v6", "v7", "v8"]);
    let early = put("v4", &action, &body);
    assert_eq!((early.code(), early.json["details"]["supported_version"].as_str()), ("API_NOT_SUPPORTED", Some("v6")));
    let ids: Vec<_> = (0..2).map(|at| list("v8")["custom_views"][at]["id"].clone()).collect();
    let several = json!({ "custom_views": [
        { "id": ids[0], "sort_by": { "api_name": "Email" }, "sort_order": "desc" },
        { "id": ids[1], "sort_by": { "api_name": "Phone" }, "sort_order": "asc" },
    ] });
    assert_eq!(put("v8", "actions/change_sort", &several).status, 200);
    let sorted = list("v8");
    assert_eq!(sorted["custom_views"][0]["sort_by"]["api_name"], "Email");
    assert_eq!(sorted["custom_views"][1]["sort_by"]["api_name"], "Phone");
    assert_eq!(list("v3")["custom_views"][0]["sort_by"], "Email");
    assert_eq!(list("v2")["custom_views"][0]["fields"][0], "Company");
    assert_eq!(list("v2.1")["custom_views"][0]["fields"][0]["api_name"], "Company");
    assert_eq!(list("v2.1")["custom_views"][2]["criteria"]["group"][0]["field"]["api_name"], "City");
}

#[test]
fn what_is_there_in_some_versions_only() {
    let client = start();
    let status = |path: &'static str| accepted(|version| client.get(&format!("/crm/{version}/{path}")).status == 200);
    assert_eq!(status("users/search?criteria=(last_name:equals:Berg)"), ["v2"]);
    assert_eq!(status("users/actions/count"), ["v6", "v7", "v8"]);
    assert_eq!(status("Leads/actions/count"), &ALL[1..]);
    assert_eq!(status("org/taxes/3652397000000083001"), ALL);
    let known = |method: &'static str, path: &str| {
        accepted(|version| {
            let got = client.call(method, &format!("/crm/{version}/{path}"), Some(json!({})));
            assert_eq!(got.status, 400, "nothing of this can be done");
            got.code() != "API_NOT_SUPPORTED"
        })
    };
    assert_eq!(known("POST", "Leads/actions/mass_update"), ALL);
    assert_eq!(known("POST", "__composite_requests"), &ALL[2..]);
    assert_eq!(known("POST", "Leads/actions/change_owner"), &ALL[2..]);
    for action in ["mass_delete", "mass_change_owner", "mass_convert"] {
        assert_eq!(known("POST", &format!("Leads/actions/{action}")), &ALL[3..], "{action}");
        assert_eq!(known("GET", &format!("Leads/actions/{action}")), &ALL[3..], "{action}");
    }
    let merged = client.lead(json!({ "Last_Name": "Merged" }));
    assert_eq!(known("POST", &format!("Leads/{merged}/actions/merge")), &ALL[5..]);
    assert_eq!(known("POST", "settings/tags/actions/mass_delete"), &ALL[6..]);
    create(&client, "Tasks", json!({ "Subject": "T" }));
    assert_eq!(status("Activities?fields=Subject"), ["v2", "v2.1"]);
    assert_eq!(client.get("/crm/v3/Activities?fields=Subject").code(), "INVALID_MODULE");
    assert_eq!(client.get("/crm/v2/Activities").json["data"][0]["Activity_Type"], "Tasks");
    let user = |version: &str| client.get(&format!("/crm/{version}/users?type=CurrentUser")).json["users"][0].clone();
    assert!(user("v2.1").get("territories").is_some() && user("v3").get("territories").is_none());
    assert!(user("v3")["name_format"].is_string() && user("v4")["name_format__s"].is_string());
    let lead = client.lead(json!({ "Last_Name": "Berg" }));
    let read = |version: &str| client.get(&format!("/crm/{version}/Leads/{lead}")).json["data"][0].clone();
    assert_eq!((&read("v3")["$converted"], &read("v4")["Converted__s"]), (&json!(false), &json!(false)));
    assert!(read("v8").get("$converted").is_none());
}

#[test]
fn a_duplicate_tells_more_from_v5_on() {
    let client = start();
    client.emulator.behave(|behaviour| behaviour.unique_email = true);
    let lead = client.lead(json!({ "Last_Name": "Berg", "Email": "a@b.example" }));
    let details = |version: &str| {
        let body = json!({ "data": [{ "Last_Name": "X", "Email": "a@b.example" }] });
        client.post(&format!("/crm/{version}/Leads"), body).json["data"][0]["details"].clone()
    };
    assert_eq!(details("v4"), json!({ "api_name": "Email", "id": lead }));
    let later = details("v5");
    assert_eq!(later["duplicate_record"]["id"], json!(lead));
    assert_eq!(later["duplicate_record"]["module"]["api_name"], "Leads");
}
