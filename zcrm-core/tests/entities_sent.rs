//! What of an entity or a record travels: only what was changed, digit by digit, and nothing that JSON does not know.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod fake;

use fake::{Answer, Asked, Fake, serving};
use std::slice::from_ref;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use zcrm_core::entity::*;
use zcrm_core::{Client, ErrorKind, Result};

fn client(version: &str) -> (Client, Fake) {
    serving(version, |asked: &Asked| {
        let done = json!({"code": "SUCCESS", "status": "success", "message": "done", "details": {"id": "5"}});
        let rows = asked.body.as_object().into_iter().flatten().filter_map(|(_, rows)| rows.as_array()).map(Vec::len);
        let rows = vec![done; rows.max().unwrap_or(1)];
        let keys = ["data", "users", "taxes", "variables", "tags", "custom_views"];
        Answer::Json(200, keys.into_iter().map(|key| (key.to_owned(), json!(rows))).collect())
    })
}

/// The text of the one body that was sent.
fn sent<T>(act: impl FnOnce(&Client) -> Result<T>) -> String {
    let (client, fake) = client("v2");
    act(&client).unwrap();
    let asked = fake.asked();
    assert_eq!(asked.len(), 1, "{asked:?}");
    asked[0].text.clone()
}

fn read<T: DeserializeOwned>(json: &str) -> T {
    serde_json::from_str(json).unwrap()
}

const AMOUNTS: [&str; 5] = ["1234567890123456.78", "12345678901234567.89", "0.10", "1.50E+3", "-0.0"];

#[derive(Serialize, Deserialize, Clone)]
struct Deal {
    id: RecordId,
    #[serde(rename = "Amount")]
    amount: Amount,
    #[serde(flatten)]
    other: Members,
}

#[test]
fn digits_travel_as_they_came() {
    for amount in AMOUNTS {
        let text = format!(r#"{{"id":"1","Amount":{amount},"Rows":[{{"id":"2","Sum":{amount},"City":"Oslo"}}]}}"#);

        let deal: Deal = read(&format!(r#"{{"id":"1","Amount":{amount}}}"#));
        let expected = format!(r#""Amount":{amount}"#);
        for body in [
            sent(|client| client.module("Deals").update(from_ref(&deal))),
            sent(|client| client.module("Deals").record("1").update(&deal)),
            sent(|client| client.module("Deals").upsert(from_ref(&deal), ["Amount"])),
        ] {
            assert!(body.contains(&expected), "{body}");
        }

        let mut record = Record::from_json(&text).unwrap();
        let mut rows = record.subform("Rows").unwrap();
        rows[0].set("City", "Bergen");
        let amount_read = record.field("Amount");
        record.set("Rows", rows).set("Sum", amount_read);
        let body = sent(|client| client.module("Deals").update(from_ref(&record)));
        assert!(body.contains(&format!(r#""Rows":[{{"id":"2","Sum":{amount},"City":"Bergen"}}]"#)), "{body}");
        assert!(body.contains(&format!(r#""Sum":{amount}"#)), "{body}");
    }
}

#[derive(Serialize)]
struct Scores {
    #[serde(rename = "Last_Name")]
    last_name: &'static str,
    #[serde(rename = "Scores")]
    scores: Vec<Option<f32>>,
}

#[test]
fn numbers_that_json_does_not_know_are_refused_before_anything_is_sent() {
    let row = || Record::new().with("Score", f64::INFINITY);
    let line = LineItem::new("7", f64::NAN);
    let mut quote = Record::new();
    quote.set_line_items(LineItemField::QuotedItems, &[line]);
    for (record, place) in [
        (Record::new().with("Score", f64::NAN), "Score: NaN"),
        (Record::new().with("Score", f32::NEG_INFINITY), "Score: -inf"),
        (Record::new().with("Scores", vec![1.0, f64::NAN]), "Scores: [1]: NaN"),
        (Record::new().with("Visits", vec![row()]), "Score: inf"),
        (Record::new().with("Discount", Amount::from_percent(f64::NAN)), "Discount: NaN"),
        (quote, "Quoted_Items: "),
    ] {
        let error = serde_json::to_string(&record).unwrap_err();
        assert!(error.to_string().contains(place), "{error}");
        refused(place, |client| client.module("Leads").create(from_ref(&record)));
        refused(place, |client| client.module("Leads").record("1").update(&record));
    }
    let scores = || Scores { last_name: "Berg", scores: vec![Some(1.0), None, Some(f32::NAN)] };
    refused("Scores[2]: NaN", |client| client.module("Leads").create(&[scores()]));
    refused("Scores[2]: NaN", |client| client.module("Leads").record("1").update(&scores()));
    let mut record = Record::new();
    let error = record.set_as("Score", &f64::NAN).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert!(!record.is_changed());
}

/// Nothing was sent, for a reason that names the place.
fn refused<T>(place: &str, act: impl FnOnce(&Client) -> Result<T>) {
    let (client, fake) = client("v2");
    let error = act(&client).err().unwrap();
    assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
    assert!(error.to_string().contains(place), "{error}");
    assert!(fake.asked().is_empty());
}

/// The one row that was sent under a key.
fn row(body: &str, key: &str) -> Value {
    let body: Value = read(body);
    assert_eq!(body[key].as_array().map(Vec::len), Some(1), "{body}");
    body[key][0].clone()
}

#[test]
fn an_update_sends_what_was_changed_since_the_entity_was_read() {
    let mut user: User = read(
        r#"{"id": "5", "email": "n@example.com", "phone": "1", "fax": null, "city": "Oslo", "Isonline": true,
            "role": {"id": "11", "name": "CEO"}, "Shoe_Size": 43, "Rate": 0.10, "$next_shift": {"id": "6"}}"#,
    );
    assert_eq!(row(&sent(|client| client.users().update_one(&user)), "users"), json!({}), "nothing");
    user = user.phone("2").role("12").custom_field("Shoe_Size", Json::null());
    user.city = None;
    let body = sent(|client| client.users().update_one(&user));
    assert_eq!(row(&body, "users"), json!({"phone": "2", "role": "12", "city": null, "Shoe_Size": null}));

    let note: Note =
        read(r#"{"id": "5", "Note_Title": "Call", "Note_Content": "a", "Parent_Id": {"id": "1"}, "$size": 3}"#);
    let note = note.content("b");
    let body = sent(|client| client.module("Leads").record("1").notes().update_one(&note));
    let body = row(&body, "data");
    assert_eq!((&body["Note_Content"], body.get("Note_Title"), body.get("Parent_Id")), (&json!("b"), None, None));

    let tag: Tag = read(r##"{"id": "5", "name": "a", "color_code": "#57B1FD", "count": 3}"##);
    let tag = tag.name("b");
    assert_eq!(row(&sent(|client| client.module("Leads").tags().update_one(&tag)), "tags"), json!({"name": "b"}));
    let body = sent(|client| client.module("Leads").tags().update(from_ref(&tag)));
    assert_eq!(row(&body, "tags"), json!({"id": "5", "name": "b"}), "of many, the id too");

    let tax: OrgTax =
        read(r#"{"id": "5", "name": "VAT", "display_label": "VAT", "value": 12.50, "sequence_number": 1}"#);
    let tax = tax.name("MVA");
    let body = sent(|client| client.taxes().update(from_ref(&tax)));
    assert_eq!(row(&body, "taxes"), json!({"id": "5", "name": "MVA"}));

    let variable: Variable = read(
        r#"{"id": "5", "name": "Bonus", "api_name": "Bonus", "type": "decimal", "value": 0.10, "description": null,
            "variable_group": {"id": "6", "api_name": "General", "name": "General"}}"#,
    );
    let variable = variable.value("1.10".parse::<Json>().unwrap());
    let body = sent(|client| client.variables().update_one(&variable));
    assert_eq!(body, r#"{"variables":[{"id":"5","value":1.10}]}"#);
    let variable = variable.variable_group(VariableGroup::named("Other"));
    let body = sent(|client| client.variables().update_one(&variable));
    assert_eq!(row(&body, "variables")["variable_group"], json!({"api_name": "Other"}));

    let view: CustomView = read(r#"{"id": "5", "name": "All", "sort_by": "Last_Name", "sort_order": "asc"}"#);
    let view = view.sort_order("desc");
    let body = sent(|client| client.module("Leads").custom_views().update_one(&view));
    assert_eq!(row(&body, "custom_views"), json!({"sort_order": "desc"}));
}

#[test]
fn a_copy_of_what_was_read_is_created_whole() {
    let mut tax: OrgTax = read(r#"{"id": "5", "name": "VAT", "value": 12.50, "sequence_number": "1", "$x": 1}"#);
    tax.id = None;
    let body = sent(|client| client.taxes().create(from_ref(&tax)));
    assert_eq!(body, r#"{"taxes":[{"name":"VAT","sequence_number":"1","value":12.50}]}"#);
}

#[test]
fn a_field_of_an_entity_that_was_not_read_is_cleared_by_null() {
    let mut user = User::with_id("5").phone("1");
    user.other.insert("fax".to_owned(), Json::null());
    let body = sent(|client| client.users().update_one(&user));
    assert_eq!(row(&body, "users"), json!({"phone": "1", "fax": null}));
}
