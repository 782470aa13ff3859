//! The quirks of the Ruby SDK that no other test shows the absence of.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod fake;

use std::io::Cursor;

use fake::{Answer, all_done, answering, serving};
use serde_json::{Value, json};
use zcrm_core::entity::*;
use zcrm_core::persistence::{InMemoryPersistence, PersistenceHandler};
use zcrm_core::transport::{Headers, HttpRequest, HttpResponse, Transport, TransportError};
use zcrm_core::{Client, Config, ErrorKind, Method, OAuthTokens, Record, UserIdentifier};

fn read<T: serde::de::DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).unwrap()
}

#[test]
fn criteria_are_a_tree_and_the_same_whenever_they_are_read() {
    let leaf = |field: &str| json!({"field": field, "comparator": "equal", "value": field});
    let json = json!({"group_operator": "and", "group": [leaf("A"), leaf("B"),
        {"group_operator": "or", "group": [leaf("C"), leaf("D"), {"field": "E", "comparator": "is_empty"}]}]});
    let (first, second): (CustomViewCriteria, CustomViewCriteria) = (read(json.clone()), read(json.clone()));
    assert_eq!(first, second);
    assert_eq!(first.group.as_ref().unwrap().len(), 3);
    assert_eq!(first.group.as_ref().unwrap()[2].group.as_ref().unwrap().len(), 3);
    assert_eq!(serde_json::to_value(&first).unwrap(), json);
}

#[test]
fn a_refusal_is_an_error_whatever_was_asked_for() {
    let refusal = json!({"code": "INVALID_DATA", "message": "no such id", "status": "error", "details": {}});
    for key in ["custom_views", "data", "taxes", "related_lists"] {
        for status in [200, 400] {
            let body = json!({ key: [refusal] });
            let (client, _) = serving("v2", move |_| Answer::Json(status, body.clone()));
            let module = client.module("Leads");
            let error = match key {
                "custom_views" => module
                    .custom_views()
                    .update_one(&CustomView::with_id("5").sort_by(FieldRef::from("City")).sort_order("asc"))
                    .unwrap_err(),
                "data" => module.record("5").related("Products").remove("6").unwrap_err(),
                "related_lists" if status == 400 => module.related_lists().get("5").unwrap_err(),
                "taxes" if status == 400 => client.taxes().get("5").unwrap_err(),
                _ => continue,
            };
            assert_eq!((error.code(), error.status()), (Some("INVALID_DATA"), Some(status)), "{key}: {error}");
        }
    }
}

/// Says nothing, but how many calls are left.
#[derive(Debug)]
struct Counting;

impl Transport for Counting {
    fn send(&self, _: HttpRequest<'_>) -> Result<HttpResponse, TransportError> {
        let headers = Headers::new([("X-RATELIMIT-REMAINING".to_owned(), "42".to_owned())]);
        Ok(HttpResponse::new(204, headers, Cursor::new(Vec::new())))
    }
}

#[test]
fn an_empty_answer_keeps_its_headers() {
    let config = Config::from_pairs([
        ("client_id", "1000.fake"),
        ("client_secret", "fake-secret"),
        ("redirect_uri", "https://example.com"),
        ("current_user_email", "abc@xyz.com"),
    ]);
    let store = InMemoryPersistence::new();
    let user = UserIdentifier::new("abc@xyz.com").unwrap();
    store.save_oauth_tokens(&OAuthTokens::new(user, "1000.fake.a", "1000.fake.r", i64::MAX / 4)).unwrap();
    let client = Client::with_transport(config.unwrap(), store, Counting);
    let reply = client.call(Method::Get, "Leads").send().unwrap();
    assert_eq!((reply.status(), reply.rate_limits().remaining), (204, Some(42)));
    assert_eq!(reply.headers().get("x-ratelimit-remaining"), Some("42"));
}

#[test]
fn ids_may_be_texts_of_any_kind_and_numbers() {
    let (client, fake) = serving("v2", |_| Answer::Json(200, json!({"data": [{"id": "7"}]})));
    let module = client.module("Leads");
    module.record(7_u64).get().unwrap();
    module.record("7").get().unwrap();
    module.record(String::from("7")).get().unwrap();
    let id = RecordId::new("7");
    module.record(&id).get().unwrap();
    assert_eq!(id.as_str(), "7", "an id that was lent can be used again");
    assert!(fake.asked().iter().all(|asked| asked.path == "/crm/v2/Leads/7"));
}

#[test]
fn a_mass_update_can_clear() {
    let (client, fake) = serving("v2", all_done);
    let report = client.module("Leads").update_field(["5", "6"], "City", Value::Null).unwrap();
    assert_eq!(report.updated().count(), 2);
    assert_eq!(fake.asked()[0].body, json!({"data": [{"id": "5", "City": null}, {"id": "6", "City": null}]}));
}

#[test]
fn an_unset_discount_is_not_sent() {
    let line = LineItem::new("7", 2);
    let json = serde_json::to_value(&line).unwrap();
    assert!(json.get("Discount").is_none(), "{json}");
    let mut line = line;
    line.discount = Some("10%".into());
    assert_eq!(serde_json::to_value(&line).unwrap()["Discount"], "10%");
}

#[test]
fn a_list_of_objects_in_a_subform_is_kept() {
    let json = json!({"id": "1", "Rows": [{"id": "2", "Files": [{"name": "a.txt"}, {"name": "b.txt"}], "Gone": null}]});
    let record: Record = read(json.clone());
    let row = record.subform("Rows").unwrap().remove(0);
    assert_eq!(row.get::<Vec<Value>>("Files").unwrap().unwrap().len(), 2);
    assert_eq!(serde_json::to_value(&record).unwrap(), json);
}

#[test]
fn a_module_is_read_as_it_is() {
    let module: Module = read(json!({"api_name": "Leads", "presence_sub_menu": true,
        "related_lists": [{"id": "5", "api_name": "Products", "visible": true}]}));
    assert_eq!((module.presence_sub_menu, module.presence_sub_menu_status), (Some(true), None));
    assert_eq!(module.related_lists.unwrap()[0].api_name.as_deref(), Some("Products"));
}

#[test]
fn a_field_needs_no_picklist() {
    let field: Field = read(json!({"id": "5", "api_name": "City"}));
    assert_eq!((field.api_name.as_deref(), field.pick_list_values), (Some("City"), None));
}

#[test]
fn absent_is_not_false() {
    let absent: Module = read(json!({}));
    let no: Module = read(json!({"creatable": false}));
    assert_eq!((absent.creatable, no.creatable), (None, Some(false)));
    assert_eq!(read::<OrgTax>(json!({"sequence_number": 3})).sequence_number, Some(3));
    let tag: Tag = read(json!({"modified_by": {"id": "7"}}));
    assert_eq!((tag.modified_by.unwrap().id, tag.created_by), (Some(UserId::new("7")), None));
}

#[test]
fn an_error_tells_what_zoho_says() {
    let refusal = json!({"code": "NO_PERMISSION", "message": "permission denied to read", "status": "error",
        "details": {"permissions": ["Crm_Implied_View_Leads"]}});
    let (client, _) = answering("v2", [Answer::Json(403, refusal)]);
    let error = client.variable_groups().get("5").unwrap_err();
    assert!(error.to_string().contains("permission denied to read"), "{error}");
    assert_eq!((error.code(), error.status()), (Some("NO_PERMISSION"), Some(403)));
    assert_eq!(error.method(), Some("GET"));
    assert!(error.path().unwrap().ends_with("settings/variable_groups/5"), "{:?}", error.path());
    assert!(error.api().unwrap().details().contains("Crm_Implied_View_Leads"), "{error}");
}

#[test]
fn a_wrong_argument_is_not_zohos_refusal() {
    let (client, fake) = answering("v2", []);
    let error = client.users().update_one(&User::default()).unwrap_err();
    assert_eq!((error.kind(), error.status(), error.code()), (ErrorKind::InvalidInput, None, None));
    assert_eq!(fake.asked().len(), 0);
}
