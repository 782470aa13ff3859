//! What Zoho's own SDKs for Python call, in the form in which they call it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use serde_json::{Value, json};
use support::{Client, start};

fn id_of(got: &Value) -> String {
    assert_eq!(got["status"], "success", "{got}");
    got["details"]["id"].as_str().unwrap().to_owned()
}

fn field(client: &Client, version: &str, module: &str, name: &str) -> Value {
    let got = client.get(&format!("/crm/{version}/settings/fields?module={module}"));
    let fields = got.json["fields"].as_array().unwrap_or_else(|| panic!("{module}: {}", got.json)).clone();
    fields.into_iter().find(|field| field["api_name"] == name).unwrap_or_default()
}

#[test]
fn settings_know_activities_up_to_v2_1_and_line_items_as_a_subform_later() {
    let client = start();
    for kind in ["fields", "layouts", "related_lists", "custom_views"] {
        let status = |version: &str| client.get(&format!("/crm/{version}/settings/{kind}?module=Activities")).status;
        assert_eq!((status("v2"), status("v2.1"), status("v3"), status("v8")), (200, 200, 400, 400), "{kind}");
    }
    assert_eq!(client.get("/crm/v2/settings/modules/Activities").json["modules"][0]["plural_label"], "Activities");
    assert_eq!(field(&client, "v2", "Tasks", "Recurring_Activity")["data_type"], "RRULE");
    assert_eq!(field(&client, "v2", "Tasks", "Remind_At")["data_type"], "ALARM");

    let subform = field(&client, "v8", "Quotes", "Quoted_Items")["subform"]["module"].as_str().unwrap().to_owned();
    assert_eq!(field(&client, "v8", &subform, "Product_Name")["lookup"]["module"]["api_name"], "Products");
    assert_eq!(client.get("/crm/v2/settings/fields?module=Quoted_Items").code(), "INVALID_MODULE");
}

#[test]
fn a_note_that_is_written_back_with_its_parent_stays_where_it_was() {
    let client = start();
    let lead = client.lead(json!({ "Last_Name": "A", "Company": "C" }));
    let note = json!({ "Note_Content": "x", "Parent_Id": lead, "$se_module": "Leads" });
    let id = id_of(&client.post("/crm/v3/Notes", json!({ "data": [note] })).json["data"][0]);
    let below = format!("/crm/v3/Leads/{lead}/Notes/{id}?fields=Parent_Id,Note_Content");
    let before = client.get(&below).json["data"][0]["Parent_Id"].clone();
    let again = json!({ "data": [{ "Note_Content": "y", "Parent_Id": lead, "$se_module": "Leads" }] });
    assert_eq!(client.put(&format!("/crm/v3/Notes/{id}"), again).json["data"][0]["code"], "SUCCESS");
    let read = client.get(&below).json["data"][0].clone();
    assert_eq!((&read["Parent_Id"], &read["Note_Content"]), (&before, &json!("y")));

    let other = client.lead(json!({ "Last_Name": "B", "Company": "C" }));
    let moved = json!({ "data": [{ "Parent_Id": { "id": other, "module": { "api_name": "Leads" } } }] });
    assert_eq!(client.put(&format!("/crm/v8/Notes/{id}"), moved).json["data"][0]["code"], "SUCCESS");
    assert_eq!(client.get(&below).status, 204);
    assert_eq!(client.get(&below.replace(&lead, &other)).json["data"][0]["Note_Content"], "y");
}

#[test]
fn a_channel_whose_events_were_all_stopped_can_still_be_stopped() {
    let client = start();
    let watch = |more: Value| {
        let mut watch = json!({ "channel_id": "7", "events": ["Leads.edit"] });
        watch.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({ "watch": [watch] })
    };
    let enabled = client.post("/crm/v8/actions/watch", watch(json!({ "notify_url": "https://www.example.com/cb" })));
    assert_eq!(enabled.status, 201, "{}", enabled.json);
    let ended = client.call("PATCH", "/crm/v8/actions/watch", Some(watch(json!({ "_delete_events": true }))));
    assert_eq!(ended.json["watch"][0]["code"], "SUCCESS");
    let stop = || client.delete("/crm/v8/actions/watch?channel_ids=7").json["watch"][0]["code"].clone();
    assert_eq!((stop(), stop()), (json!("SUCCESS"), json!("NOT_SUBSCRIBED")));
}

#[test]
fn a_slash_before_a_path_changes_nothing() {
    let client = start();
    let with = client.get("//v8/crm/org669351987/bulk-write/1/1.zip");
    assert_eq!(with.code(), client.get("/v8/crm/org669351987/bulk-write/1/1.zip").code());
    assert_ne!(with.code(), "INVALID_URL_PATTERN");
}

const FORMAT: &str = r#"{"decimal_separator":"Period","thousand_separator":"Comma","decimal_places":"2"}"#;

fn currency(name: &str, iso: &str) -> Value {
    let format: Value = serde_json::from_str(FORMAT).unwrap();
    json!({ "name": name, "iso_code": iso, "symbol": iso, "exchange_rate": "1.5", "format": format })
}

#[test]
fn currencies_begin_with_the_base() {
    let client = start();
    let add = |row: Value| client.post("/crm/v8/org/currencies", json!({ "currencies": [row] }));
    let enable = || {
        let base = json!({ "base_currency": currency("Krone", "NOK") });
        client.post("/crm/v8/org/currencies/actions/enable", base).json["base_currency"].clone()
    };
    assert_eq!(client.get("/crm/v2/org/currencies").status, 204);
    assert_eq!(add(currency("Euro", "EUR")).json["currencies"][0]["code"], "FEATURE_NOT_ENABLED");
    id_of(&enable());
    assert_eq!(enable()["code"], "ALREADY_ENABLED");
    let euro = id_of(&add(currency("Euro", "EUR")).json["currencies"][0]);
    assert_eq!(add(currency("Euro", "EUR")).json["currencies"][0]["code"], "DUPLICATE_DATA");
    let change =
        json!({ "currencies": [{ "id": euro.parse::<u64>().unwrap(), "exchange_rate": "2.5", "is_base": true }] });
    id_of(&client.put("/crm/v8/org/currencies", change).json["currencies"][0]);
    let read = client.get(&format!("/crm/v2/org/currencies/{euro}")).json["currencies"][0].clone();
    assert_eq!((&read["exchange_rate"], &read["is_base"]), (&json!("2.5"), &json!(false)));
    assert_eq!(client.get("/crm/v2/org/currencies").json["currencies"][0]["is_base"], true);
    let available = "org/currencies/actions/available_currencies";
    assert_eq!(client.get(&format!("/crm/v3/{available}")).code(), "API_NOT_SUPPORTED");
    let left = client.get(&format!("/crm/v4/{available}")).json["available_currencies"].clone();
    assert_eq!(left.as_array().unwrap().iter().map(|one| &one["iso_code"]).collect::<Vec<_>>(), ["USD"]);
}

#[test]
fn contact_roles_and_the_contacts_of_a_deal() {
    let client = start();
    let made = client.post("/crm/v2/Contacts/roles", json!({ "contact_roles": [{ "name": "Payer" }, { "name": "" }] }));
    let id = id_of(&made.json["contact_roles"][0]);
    assert_eq!(made.json["contact_roles"][1]["code"], "MANDATORY_NOT_FOUND");
    let rename = |name: &str| {
        let body = json!({ "contact_roles": [{ "name": name }] });
        client.put(&format!("/crm/v2/Contacts/roles/{id}"), body).json["contact_roles"][0]["code"].clone()
    };
    assert_eq!((rename("Purchasing"), rename("Buyer")), (json!("DUPLICATE_DATA"), json!("SUCCESS")));
    assert_eq!(client.get(&format!("/crm/v2/Contacts/roles/{id}")).json["contact_roles"][0]["name"], "Buyer");
    let create = |module: &str, row: Value| {
        id_of(&client.post(&format!("/crm/v2/{module}"), json!({ "data": [row] })).json["data"][0])
    };
    let contact = create("Contacts", json!({ "Last_Name": "K" }));
    let deal = create("Deals", json!({ "Deal_Name": "D", "Stage": "Qualification" }));
    let of_deal = format!("/crm/v2/Deals/{deal}/Contact_Roles");
    let body = json!({ "data": [{ "Contact_Role": "Buyer" }] });
    assert_eq!(client.put(&format!("{of_deal}/{contact}"), body).json["data"][0]["code"], "SUCCESS");
    assert_eq!(client.get(&of_deal).json["data"][0]["Contact_Role"], "Buyer");
    assert_eq!(client.delete(&format!("/crm/v2/Contacts/roles?ids={id}")).json["contact_roles"][0]["code"], "SUCCESS");
    assert_eq!(client.get(&format!("/crm/v2/Contacts/roles/{id}")).code(), "INVALID_DATA");
}

#[test]
fn a_record_is_shared_with_users() {
    let client = start();
    let lead = client.lead(json!({ "Last_Name": "A", "Company": "C" }));
    let path = format!("/crm/v2/Leads/{lead}/actions/share");
    let share = |user: u64| json!({ "share": [{ "user": { "id": user }, "permission": "read_write" }] });
    assert_eq!(client.get(&path).status, 204);
    let first = |got: Value| got["share"][0]["code"].clone();
    assert_eq!(first(client.post(&path, share(3_652_397_000_000_186_018)).json), "SUCCESS");
    assert_eq!(first(client.post(&path, share(3_652_397_000_000_186_018)).json), "DUPLICATE_DATA");
    assert_eq!(first(client.post(&path, share(1)).json), "INVALID_DATA");
    let later = json!({ "share": [{ "shared_with": { "id": "3652397000000186018" }, "permission": "read_only" }] });
    assert_eq!(first(client.put(&path.replace("v2", "v8"), later).json), "SUCCESS");
    let read = client.get(&path).json;
    assert_eq!(read["share"][0]["permission"], "read_only");
    assert!(read["shareable_user"].as_array().unwrap().iter().all(|user| user["id"] != "3652397000000186018"));
    assert_eq!(client.delete(&path).json["share"]["message"], "Sharing Revoked");
    assert_eq!(client.delete(&path).json["share"]["code"], "BAD_REQUEST");
}

#[test]
fn what_else_they_read() {
    let client = start();
    let account = json!({ "data": [{ "Account_Name": "Cargo" }] });
    id_of(&client.post("/crm/v8/Accounts", account).json["data"][0]);
    let lead = client.lead(json!({ "Last_Name": "A", "Company": "Cargo" }));
    let options = |version: &str| client.get(&format!("/crm/{version}/Leads/{lead}/__conversion_options"));
    assert_eq!(options("v2").code(), "API_NOT_SUPPORTED");
    let accounts = options("v8").json["__conversion_options"]["Accounts"].clone();
    assert_eq!((accounts.as_array().unwrap().len(), &accounts[0]["Account_Name"]), (1, &json!("Cargo")));

    let status = field(&client, "v8", "Leads", "Lead_Status")["id"].as_str().unwrap().to_owned();
    let choices = format!("settings/fields/{status}/pick_list_values?module=Leads");
    assert_eq!(client.get(&format!("/crm/v6/{choices}")).code(), "API_NOT_SUPPORTED");
    assert_eq!(client.get(&format!("/crm/v8/{choices}")).json["pick_list_values"][0]["reference_value"], "-None-");

    let territories = client.get("/crm/v2/settings/territories").json["territories"].clone();
    let below = territories[1]["id"].as_str().unwrap();
    assert_eq!(territories[1]["parent_id"], territories[0]["id"]);
    let later = client.get(&format!("/crm/v8/settings/territories/{below}")).json["territories"][0].clone();
    assert_eq!(later["reporting_to"]["id"], territories[0]["id"]);

    assert_eq!(client.get(&format!("/crm/v2/Leads/{lead}/actions/blueprint")).code(), "RECORD_NOT_IN_PROCESS");
    assert_eq!(client.get("/crm/v8/users/3652397000000186017/actions/associated_groups").status, 204);
    assert_eq!(client.get("/crm/v8/users/1/actions/associated_groups").code(), "INVALID_DATA");

    assert_eq!(client.upload("/crm/v2/org/photo", "file", Some("a.png"), b"photo").json["code"], "SUCCESS");
    assert_eq!(client.get("/crm/v4/org/photo").status, 404);
    assert_eq!(client.get("/crm/v8/org/photo").bytes, b"photo");
    assert_eq!(client.delete("/crm/v8/org/photo").json["code"], "SUCCESS");
}
