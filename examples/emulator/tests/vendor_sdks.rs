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
fn a_channel_without_events_is_gone() {
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
    let stopped = client.delete("/crm/v8/actions/watch?channel_ids=7");
    assert_eq!(stopped.json["watch"][0]["code"], "NOT_SUBSCRIBED", "{}", stopped.json);
}

#[test]
fn a_slash_before_a_path_changes_nothing() {
    let client = start();
    let with = client.get("//v8/crm/org669351987/bulk-write/1/1.zip");
    assert_eq!(with.code(), client.get("/v8/crm/org669351987/bulk-write/1/1.zip").code());
    assert_ne!(with.code(), "INVALID_URL_PATTERN");
}
