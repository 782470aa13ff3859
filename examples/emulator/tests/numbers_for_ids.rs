//! Ids may be sent as JSON numbers wherever a body has one; Zoho's SDK for v8 writes all of them so.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use serde_json::{Value, json};
use support::start;

const ROLE: u64 = 3_652_397_000_000_026_008;
const PROFILE: u64 = 3_652_397_000_000_026_014;
const ASTA: u64 = 3_652_397_000_000_186_017;

fn number(value: &Value) -> u64 {
    value.as_str().unwrap_or_else(|| panic!("{value} is no id")).parse().unwrap()
}

fn details(got: &Value) -> u64 {
    assert_eq!(got["status"], "success", "{got}");
    number(&got["details"]["id"])
}

#[test]
fn users() {
    let client = start();
    let user = json!({ "last_name": "Holm", "email": "h@xyz.com", "role": { "id": ROLE }, "profile": PROFILE });
    let id = details(&client.post("/crm/v8/users", json!({ "users": [user] })).json["users"][0]);
    let change = json!({ "users": [{ "id": id, "Reporting_To": { "id": ASTA }, "role": ROLE }] });
    details(&client.put("/crm/v8/users", change).json["users"][0]);
    let read = client.get(&format!("/crm/v8/users/{id}")).json["users"][0].clone();
    assert_eq!((number(&read["Reporting_To"]["id"]), number(&read["role"]["id"])), (ASTA, ROLE));
    assert_eq!(read["full_name"], "Holm");
}

#[test]
fn taxes_tags_and_variables() {
    let client = start();
    let first = number(&client.get("/crm/v8/org/taxes").json["org_taxes"]["taxes"][0]["id"]);
    let change = json!({ "org_taxes": { "taxes": [{ "id": first, "value": "12.5" }] } });
    assert_eq!(client.put("/crm/v8/org/taxes", change).json["org_taxes"]["code"], "SUCCESS");
    let one = client.get(&format!("/crm/v8/org/taxes/{first}")).json["org_taxes"]["taxes"][0].clone();
    assert_eq!((number(&one["id"]), &one["value"]), (first, &json!(12.5)));
    let wrong = json!({ "org_taxes": { "taxes": [{ "id": first, "value": "much" }] } });
    assert_eq!(client.put("/crm/v8/org/taxes", wrong).json["org_taxes"]["code"], "INVALID_DATA");

    let path = "/crm/v8/settings/tags?module=Leads";
    let got = client.post(path, json!({ "tags": [{ "name": "a" }, { "name": "b" }] }));
    let (a, b) = (details(&got.json["tags"][0]), details(&got.json["tags"][1]));
    details(&client.put(path, json!({ "tags": [{ "id": a, "name": "c" }] })).json["tags"][0]);
    let lead: u64 = client.lead(json!({ "Last_Name": "Berg" })).parse().unwrap();
    let add = json!({ "tags": [{ "name": "b" }], "ids": [lead] });
    details(&client.post("/crm/v8/Leads/actions/add_tags", add).json["data"][0]);
    let merge = json!({ "tags": [{ "conflict_id": b }] });
    details(&client.post(&format!("/crm/v8/settings/tags/{a}/actions/merge"), merge).json["tags"][0]);

    let group = number(&client.get("/crm/v8/settings/variable_groups").json["variable_groups"][0]["id"]);
    let new = json!({ "name": "V", "api_name": "V", "type": "text", "variable_group": { "id": group } });
    let id = details(&client.post("/crm/v8/settings/variables", json!({ "variables": [new] })).json["variables"][0]);
    let change = json!({ "variables": [{ "id": id, "value": "x" }] });
    details(&client.put("/crm/v8/settings/variables", change).json["variables"][0]);
}

#[test]
fn records_and_what_they_refer_to() {
    let client = start();
    let got = client.post("/crm/v8/Accounts", json!({ "data": [{ "Account_Name": "A", "Owner": ASTA + 1 }] }));
    let account = details(&got.json["data"][0]);
    let contact = json!({ "Last_Name": "C", "Account_Name": account, "Layout": { "id": 3652397000001001056_u64 } });
    let contact = details(&client.post("/crm/v8/Contacts", json!({ "data": [contact] })).json["data"][0]);
    details(&client.put("/crm/v8/Contacts", json!({ "data": [{ "id": contact, "Title": "T" }] })).json["data"][0]);
    let read = client.get(&format!("/crm/v8/Contacts/{contact}")).json["data"][0].clone();
    assert_eq!((number(&read["Account_Name"]["id"]), &read["Title"]), (account, &json!("T")));
    assert_eq!(read["Layout"]["id"], "3652397000001001056");
    let note = json!({ "Note_Content": "N", "Parent_Id": { "id": contact, "module": { "api_name": "Contacts" } } });
    details(&client.post("/crm/v8/Notes", json!({ "data": [note] })).json["data"][0]);
    let mandatory = client.post("/crm/v8/Accounts", json!({ "data": [{ "Account_Name": "" }] }));
    assert_eq!(mandatory.json["data"][0]["code"], "MANDATORY_NOT_FOUND");
}
