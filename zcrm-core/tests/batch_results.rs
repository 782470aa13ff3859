//! Results of batches in every odd form: one odd result is about one item, and never changes what became of the others.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod fake;

use fake::{Answer, serving};
use serde_json::{Value, json};
use zcrm_core::entity::{Note, NoteId, Tag};
use zcrm_core::rest::{BatchReport, Outcome};
use zcrm_core::{Client, Record, Result};

fn done(id: &str) -> Value {
    json!({ "code": "SUCCESS", "status": "success", "message": "m", "details": { "id": id } })
}

fn refused() -> Value {
    json!({ "code": "INVALID_DATA", "status": "error", "message": "m", "details": { "api_name": "Email" } })
}

/// One letter for each outcome: written, rejected, unanswered, not sent.
fn letters(report: BatchReport) -> String {
    let letter = |outcome| match outcome {
        Outcome::Created(_) | Outcome::Updated(_) | Outcome::Deleted(_) => 'w',
        Outcome::Rejected(_) => 'r',
        Outcome::Unanswered(_) => 'u',
        _ => 'n',
    };
    report.into_iter().map(letter).collect()
}

/// Writes of three items with the ids 1, 2 and 3: the key of their results, and whether ids are known before.
type Write = (&'static str, &'static str, bool, fn(&Client) -> Result<BatchReport>);

fn writes() -> Vec<Write> {
    const IDS: [&str; 3] = ["1", "2", "3"];
    vec![
        ("create", "data", false, |client| {
            client.module("Leads").create(&IDS.map(|name| Record::new().with("Last_Name", name)))
        }),
        ("create from an iterator", "data", false, |client| {
            let leads = IDS.map(|name| Record::new().with("Last_Name", name));
            Ok(client.module("Leads").writer().create_iter(leads).report())
        }),
        ("upsert", "data", false, |client| {
            client.module("Leads").upsert(&IDS.map(|name| Record::new().with("Email", name)), ["Email"])
        }),
        ("update", "data", true, |client| client.module("Leads").update_field(IDS, "City", "Oslo")),
        ("delete", "data", true, |client| client.module("Leads").delete(IDS)),
        ("tag", "data", true, |client| client.module("Leads").add_tags(["x"], IDS)),
        ("create notes", "data", false, |client| {
            client.module("Leads").record("5").notes().create(&IDS.map(Note::new))
        }),
        ("delete notes", "data", true, |client| client.notes().delete(IDS.map(NoteId::from))),
        ("create tags", "tags", false, |client| client.module("Leads").tags().create(&IDS.map(Tag::from))),
    ]
}

#[test]
fn one_odd_result_is_about_one_item() {
    let odd = [
        json!(null),
        json!(7),
        json!("SUCCESS"),
        json!([done("2")]),
        json!({}),
        json!({ "details": { "id": "2" } }),
        json!({ "code": "INTERNAL_ERROR", "status": "error", "message": "m", "details": {} }),
        json!({ "code": "SUCCESS", "status": "error", "message": "m", "details": { "id": "2" } }),
        json!({ "code": { "x": 1 }, "status": ["success"], "details": [] }),
        json!({ "code": null, "status": null, "message": null, "details": null }),
    ];
    for version in ["v2", "v8"] {
        for status in [200, 201, 202, 207] {
            for middle in &odd {
                for (write, key, _, call) in writes() {
                    let results = [done("1"), middle.clone(), refused()];
                    let (client, zoho) = serving(version, move |_| Answer::Json(status, json!({ key: results })));
                    let label = format!("{version} {write} {status} {middle}");
                    let report = call(&client).unwrap_or_else(|error| panic!("{label}: {error}"));
                    assert_eq!(letters(report), "wur", "{label}");
                    assert_eq!(zoho.asked().len(), 1, "{label}");
                }
            }
        }
    }
}

#[test]
fn a_result_that_is_no_json_is_about_one_item() {
    let odd = [
        "{\"code\":\"SUCCESS\",\"status\":\"success\",\"message\":\"a\u{1}b\",\"details\":{\"id\":\"2\"}}",
        "{\"code\":\"SUCCESS\",\"status\":\"success\",\"details\":{\"id\":02}}",
        "{\"code\":\"SUCCESS\",\"code\":\"SUCCESS\",\"status\":\"success\",\"details\":{\"id\":\"2\"}}",
        "{\"code\":SUCCESS}",
        "NaN",
    ];
    for middle in odd {
        for (write, key, _, call) in writes() {
            let body = format!("{{\"{key}\":[{},{middle},{}]}}", done("1"), refused());
            let (client, zoho) = serving("v8", move |_| Answer::Text(200, body.clone().leak()));
            assert_eq!(letters(call(&client).unwrap()), "wur", "{write} {middle}");
            assert_eq!(zoho.asked().len(), 1, "{write} {middle}");
        }
    }
}

#[test]
fn odd_members_of_a_success_change_nothing() {
    for member in ["message", "duplicate_field", "action"] {
        for odd in [json!(null), json!(7), json!([]), json!({})] {
            for (write, key, _, call) in writes() {
                let mut results = ["1", "2", "3"].map(done);
                results[1][member] = odd.clone();
                results[1]["details"]["Created_By"] = odd.clone();
                results[1]["details"]["Modified_Time"] = odd.clone();
                let (client, _) = serving("v8", move |_| Answer::Json(200, json!({ key: results })));
                assert_eq!(letters(call(&client).unwrap()), "www", "{write} {member} {odd}");
            }
        }
    }
}

#[test]
fn too_few_and_too_many_results_are_never_guessed_at() {
    for (write, key, by_id, call) in writes() {
        for (results, expected, with_ids) in [
            (vec![], "uuu", "uuu"),
            (vec![done("3")], "uuu", "uuw"),
            (vec![refused(), done("1")], "uuu", "wuu"),
            (vec![done("1"), done("2"), done("3"), done("4")], "uuu", "www"),
        ] {
            let shown = json!(results);
            let (client, _) = serving("v8", move |_| Answer::Json(200, json!({ key: results })));
            let expected = if by_id { with_ids } else { expected };
            assert_eq!(letters(call(&client).unwrap()), expected, "{write} {shown}");
        }
    }
}

#[test]
fn results_in_another_order_belong_to_their_items() {
    for (write, key, by_id, call) in writes() {
        if by_id {
            let (client, _) =
                serving("v8", move |_| Answer::Json(207, json!({ key: [done("3"), done("1"), refused()] })));
            assert_eq!(letters(call(&client).unwrap()), "wrw", "{write}");
        }
    }
}

#[test]
fn a_batch_that_is_rejected_with_results_is_read_item_by_item() {
    for (write, key, _, call) in writes() {
        let results = [refused(), json!(5), refused()];
        let (client, _) = serving("v8", move |_| Answer::Json(400, json!({ key: results })));
        assert_eq!(letters(call(&client).unwrap()), "rur", "{write}");
    }
}

#[test]
fn results_that_all_say_success_count_though_the_status_is_that_of_a_failure() {
    for status in [400, 403, 404, 422] {
        for (write, key, _, call) in writes() {
            let results = ["1", "2", "3"].map(done);
            let (client, zoho) = serving("v8", move |_| Answer::Json(status, json!({ key: results })));
            assert_eq!(letters(call(&client).unwrap()), "www", "{status} {write}");
            assert_eq!(zoho.asked().len(), 1, "{status} {write}");
        }
        for body in [json!({ "data": [done("7")] }), done("7"), json!([done("7")])] {
            let shown = body.to_string();
            let (client, zoho) = serving("v8", move |_| Answer::Json(status, body.clone()));
            let files = client.module("Leads").record("5").attachments();
            let error = files.upload_link("https://example.com/a.pdf").unwrap_err();
            assert!(error.outcome_unknown(), "{status} {shown}: {error}");
            assert_eq!(zoho.asked().len(), 1, "{status} {shown}");
        }
    }
}
