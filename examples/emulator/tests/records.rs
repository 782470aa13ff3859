//! Records: created, read, listed, changed, found, deleted.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use serde_json::{Value, json};
use support::start;

#[test]
fn each_record_is_answered_for_itself() {
    let client = start();
    let empty = client.get("/crm/v2/Leads");
    assert_eq!((empty.status, empty.bytes.len()), (204, 0));
    let got = client.post(
        "/crm/v2/Leads",
        json!({ "data": [
            { "Last_Name": "Berg", "Company": "Acme", "Email": "berg@acme.example" },
            { "Company": "No name" },
            { "Last_Name": "Dahl", "Email": "no address" },
            { "Last_Name": "Eide", "No_of_Employees": "many" },
            { "Last_Name": "Foss", "City": "x".repeat(256) },
        ], "trigger": ["workflow"] }),
    );
    let code = |item: usize| got.json["data"][item]["code"].as_str().unwrap().to_owned();
    assert_eq!(got.status, 200);
    assert_eq!(code(0), "SUCCESS");
    assert_eq!(code(1), "MANDATORY_NOT_FOUND");
    assert_eq!(got.json["data"][1]["details"]["api_name"], "Last_Name");
    assert_eq!(got.json["data"][2]["details"]["expected_data_type"], "email");
    assert_eq!(got.json["data"][3]["details"]["expected_data_type"], "integer");
    assert_eq!(got.json["data"][4]["details"]["maximum_length"], 255);
    let details = &got.json["data"][0]["details"];
    assert_eq!(details["Created_By"]["name"], "Asta Berg");
    let id = details["id"].as_str().unwrap();
    let lead = client.get(&format!("/crm/v2/Leads/{id}")).json["data"][0].clone();
    assert_eq!(lead["Full_Name"], "Berg");
    assert_eq!(lead["Owner"]["email"], "abc@xyz.com");
    assert_eq!(lead["City"], Value::Null);
}

#[test]
fn limits_of_a_call() {
    let client = start();
    let many = |count: usize| json!({ "data": vec![json!({ "Last_Name": "A" }); count] });
    assert_eq!(client.post("/crm/v2/Leads", many(100)).status, 201);
    let got = client.post("/crm/v2/Leads", many(101));
    assert_eq!((got.status, got.code()), (400, "LIMIT_EXCEEDED"));
    assert_eq!(client.get("/crm/v2/Leads?per_page=201").code(), "LIMIT_EXCEEDED");
    let ids = "1,".repeat(101);
    assert_eq!(client.delete(&format!("/crm/v2/Leads?ids={ids}")).code(), "LIMIT_EXCEEDED");
    assert_eq!(client.post("/crm/v2/Leads", json!({})).code(), "MANDATORY_NOT_FOUND");
    assert_eq!(client.post("/crm/v2/Leads", json!(null)).code(), "INVALID_DATA");
    assert_eq!(client.get("/crm/v2/Nothing").code(), "INVALID_MODULE");
    assert_eq!(client.get("/crm/v2/settings/nope").code(), "INVALID_URL_PATTERN");
    assert_eq!(client.get("/crm/v9/Leads").code(), "INVALID_URL_PATTERN");
}

#[test]
fn update_and_delete() {
    let client = start();
    let id = client.lead(json!({ "Last_Name": "Berg", "City": "Oslo", "Phone": "1" }));
    let path = format!("/crm/v2/Leads/{id}");
    let got = client.put(&path, json!({ "data": [{ "City": null }] }));
    assert_eq!((got.status, got.json["data"][0]["message"].as_str()), (200, Some("record updated")));
    let lead = client.get(&path).json["data"][0].clone();
    assert_eq!((&lead["City"], &lead["Phone"]), (&Value::Null, &json!("1")));
    let got = client.put("/crm/v2/Leads", json!({ "data": [{ "id": "42", "City": "A" }, { "City": "B" }] }));
    assert_eq!(got.status, 202);
    assert_eq!(got.json["data"][0]["code"], "INVALID_DATA");
    assert_eq!(got.json["data"][1]["code"], "MANDATORY_NOT_FOUND");
    let got = client.delete(&format!("/crm/v2/Leads?ids={id},42,"));
    assert_eq!(got.json["data"][0]["message"], "record deleted");
    assert_eq!(got.json["data"][1]["code"], "INVALID_DATA");
    assert_eq!(client.get(&path).status, 204);
    assert_eq!(client.get(&path.replace("v2", "v8")).status, 400);
    let gone = client.get("/crm/v2/Leads/deleted?type=all&page=1&per_page=200");
    assert_eq!(gone.json["data"][0]["id"], id.as_str());
    assert_eq!(gone.json["data"][0]["type"], "recycle");
    assert_eq!(client.get("/crm/v2/Leads/deleted?type=permanent").status, 204);
    assert!(client.emulator.purge("Leads", &id) && !client.emulator.purge("Leads", "42"));
    let gone = client.get("/crm/v2/Leads/deleted?type=permanent").json["data"][0].clone();
    assert_eq!((&gone["id"], &gone["deleted_by"]), (&json!(id), &Value::Null));
}

#[test]
fn duplicates() {
    let client = start();
    client.emulator.behave(|behaviour| behaviour.unique_email = true);
    let id = client.lead(json!({ "Last_Name": "Berg", "Email": "a@b.example" }));
    let got = client.post("/crm/v2/Leads", json!({ "data": [{ "Last_Name": "X", "Email": "A@b.example" }] }));
    assert_eq!((got.status, got.json["data"][0]["code"].as_str()), (202, Some("DUPLICATE_DATA")));
    assert_eq!(got.json["data"][0]["details"]["id"], id.as_str());
    let got = client.put(&format!("/crm/v2/Leads/{id}"), json!({ "data": [{ "Email": "a@b.example" }] }));
    assert_eq!(got.status, 200);
}

#[test]
fn upsert_by_query_by_body_and_by_zohos_own_field() {
    let client = start();
    let id = client.lead(json!({ "Last_Name": "Berg", "Email": "a@b.example", "Phone": "77" }));
    let by_phone = json!({ "data": [{ "Last_Name": "New", "Phone": "77" }, { "Last_Name": "Other", "Phone": "78" }] });
    let got = client.post("/crm/v2/Leads/upsert?duplicate_check_fields=Phone,", by_phone);
    let items = &got.json["data"];
    assert_eq!((&items[0]["action"], &items[0]["duplicate_field"]), (&json!("update"), &json!("Phone")));
    assert_eq!(items[0]["details"]["id"], id.as_str());
    assert_eq!((&items[1]["action"], &items[1]["duplicate_field"]), (&json!("insert"), &Value::Null));
    let by_body = json!({ "data": [{ "Last_Name": "Newer", "Phone": "77" }], "duplicate_check_fields": ["Phone"] });
    assert_eq!(client.post("/crm/v8/Leads/upsert", by_body).json["data"][0]["action"], "update");
    let by_own = json!({ "data": [{ "Last_Name": "Newest", "Email": "A@B.example" }] });
    let got = client.post("/crm/v2/Leads/upsert", by_own);
    assert_eq!(got.json["data"][0]["duplicate_field"], "Email");
    let twice =
        json!({ "data": [{ "Last_Name": "T", "Email": "t@b.example" }, { "Last_Name": "T", "Email": "t@b.example" }] });
    let got = client.post("/crm/v2/Leads/upsert", twice);
    assert_eq!(got.json["data"][1]["action"], "update");
}

#[test]
fn listing_by_page_with_fields_and_order() {
    let client = start();
    client.emulator.seed_leads(450);
    let first = client.get("/crm/v2/Leads?page=1&per_page=200");
    assert_eq!(first.json["info"], json!({ "page": 1, "per_page": 200, "count": 200, "more_records": true }));
    let size = first.bytes.len() / 200;
    assert!((2200..2600).contains(&size), "{size}");
    let last = client.get("/crm/v2/Leads?page=3");
    assert_eq!(last.json["info"]["count"], 50);
    assert_eq!(last.json["info"]["more_records"], false);
    assert_eq!(client.get("/crm/v2/Leads?page=4").status, 204);
    let sorted = client.get("/crm/v2/Leads?fields=Last_Name,Email&sort_by=Email&sort_order=asc&per_page=2");
    let row = sorted.json["data"][0].as_object().unwrap().clone();
    assert_eq!(row.keys().collect::<Vec<_>>(), ["Email", "Last_Name", "id"]);
    assert_eq!(row["Email"], "lead0@acme.example");
    let id = row["id"].as_str().unwrap();
    client.delete(&format!("/crm/v2/Leads/{id}"));
    assert_eq!(client.get("/crm/v2/Leads?page=3").json["info"]["count"], 49);
}

#[test]
fn nothing_newer_is_304() {
    let client = start();
    client.lead(json!({ "Last_Name": "Berg" }));
    let since =
        |time: &str| client.try_call_with("GET", "/crm/v2/Leads", &[("if-modified-since", time)], None).unwrap();
    assert_eq!(since("2019-07-25T15:26:49+05:30").json["info"]["count"], 1);
    let nothing = since("2099-07-25T15:26:49+05:30");
    assert_eq!((nothing.status, nothing.bytes.len()), (304, 0));
    assert_eq!(since("Thu, 25 Jul 2019 15:26:49 GMT").status, 400);
}

#[test]
fn users_and_organization() {
    let client = start();
    assert_eq!(client.get("/crm/v2/org").json["org"][0]["license_details"]["paid_type"], "enterprise");
    let sample = client.get("/crm/v2/users/3652397000000186017");
    assert_eq!(sample.json["users"][0]["email"], "abc@xyz.com");
    assert_eq!(client.get("/crm/v2/users/1").code(), "INVALID_DATA");
    let current = client.get("/crm/v2/users?type=CurrentUser&page=&per_page=");
    assert_eq!(current.json["users"].as_array().unwrap().len(), 1);
    assert_eq!(current.json["info"]["more_records"], false);
    let count = |kind: &str| client.get(&format!("/crm/v2/users?type={kind}")).json["info"]["count"].clone();
    assert_eq!((count("ActiveUsers"), count("DeletedUsers"), count("AdminUsers")), (json!(3), json!(1), json!(1)));
    assert!(client.get("/crm/v2/org").header("x-accesstoken-reset").unwrap().contains('T'));
}

#[test]
fn a_clone_is_a_record_of_its_own() {
    let client = start();
    let lead = client.lead(json!({ "Last_Name": "Berg", "City": "Oslo", "Description": "x".repeat(900) }));
    let path = format!("/crm/v8/Leads/{lead}/actions/clone");
    let got = client.call("POST", &path, None);
    assert_eq!(got.status, 201, "{}", got.json);
    let copy = got.json["data"][0]["details"]["id"].as_str().unwrap().to_owned();
    assert_ne!(copy, lead);
    let read = client.get(&format!("/crm/v8/Leads/{copy}/actions/fetch_full_data?fields=City,Description"));
    assert_eq!((&read.json["data"][0]["City"], &read.json["data"][0]["id"]), (&json!("Oslo"), &json!(copy)));
    assert_eq!(client.call("POST", &path.replace("v8", "v6"), None).code(), "API_NOT_SUPPORTED");
    let both = format!("Leads/actions/fetch_full_data?fields=City&ids={lead},{copy}");
    assert_eq!(client.get(&format!("/crm/v8/{both}")).json["data"].as_array().unwrap().len(), 2);
    assert_eq!(client.get(&format!("/crm/v7/{both}")).code(), "API_NOT_SUPPORTED");
}

#[test]
fn a_mass_update_by_ids_and_by_view() {
    let client = start();
    let ids: Vec<_> = ["A", "B"].map(|name| client.lead(json!({ "Last_Name": name }))).into();
    let path = "/crm/v2/Leads/actions/mass_update";
    let update = |rest: Value| {
        let mut body = json!({ "data": [{ "City": "Oslo" }] });
        body.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        client.post(path, body)
    };
    let got = update(json!({ "ids": [ids[0], 42] }));
    assert_eq!(
        (&got.json["data"][0]["code"], &got.json["data"][1]["code"]),
        (&json!("SUCCESS"), &json!("INVALID_DATA"))
    );
    let city = |id: &str| client.emulator.record("Leads", id).unwrap()["City"].clone();
    assert_eq!((city(&ids[0]), city(&ids[1])), (json!("Oslo"), Value::Null));
    let views = client.get("/crm/v2/settings/custom_views?module=Leads").json;
    let job = update(json!({ "cvid": views["custom_views"][0]["id"] }));
    let job = job.json["data"][0]["details"]["job_id"].as_str().unwrap().to_owned();
    let status = client.get(&format!("{path}?job_id={job}")).json["data"][0].clone();
    assert_eq!((&status["Status"], &status["Updated_Count"]), (&json!("COMPLETED"), &json!(2)));
    assert_eq!(city(&ids[1]), "Oslo");
    assert_eq!(update(json!({ "data": [{ "City": "A", "State": "B" }], "ids": ids })).code(), "LIMIT_EXCEEDED");
    let email = update(json!({ "data": [{ "Email": "a@b.example" }], "ids": ids }));
    assert_eq!(email.json["data"][0]["code"], "NOT_ALLOWED");
}
