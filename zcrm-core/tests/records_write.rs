//! Batches: what is sent, and what the report says of each record.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod fake;

use fake::{Answer, all_done, answering, page, results, serving};
use serde::Serialize;
use serde_json::{Value, json};
use zcrm_core::entity::Record;
use zcrm_core::resource::Conversion;
use zcrm_core::rest::{BatchReport, Counts, Outcome};
use zcrm_core::{ErrorKind, Method, Nullable};

fn leads(count: usize) -> Vec<Record> {
    (0..count)
        .map(|index| Record::new().with("Last_Name", format!("Lead {index}")).with("Email", format!("{index}@x.com")))
        .collect()
}

fn counts(report: &BatchReport) -> String {
    report.counts().to_string()
}

#[test]
fn any_number_goes_out_in_calls_of_100() {
    for (count, sizes) in [(0, vec![]), (1, vec![1]), (100, vec![100]), (101, vec![100, 1]), (250, vec![100, 100, 50])]
    {
        let (client, fake) = serving("v2", all_done);
        let report = client.module("Leads").create(&leads(count)).unwrap();
        assert_eq!(report.len(), count);
        assert_eq!(report.created().map(|(index, _)| index).collect::<Vec<_>>(), (0..count).collect::<Vec<_>>());
        assert!(report.is_complete());
        let asked = fake.asked();
        assert_eq!(asked.iter().map(fake::Asked::rows).collect::<Vec<_>>(), sizes);
        assert!(
            asked
                .iter()
                .all(|asked| asked.method == Method::Post && asked.path == "/crm/v2/Leads" && asked.query.is_empty())
        );
        if let Some(first) = asked.first() {
            assert_eq!(first.body["data"][0], json!({"Last_Name": "Lead 0", "Email": "0@x.com"}));
        }
    }
}

#[test]
fn a_report_tells_each_record_apart_and_goes_on() {
    let (client, fake) = answering(
        "v2",
        [
            results(202, (0..100).map(|index| (index == 7).then_some("MANDATORY_NOT_FOUND"))),
            Answer::Lost,
            Answer::Json(
                400,
                json!({"code": "LICENSE_LIMIT_EXCEEDED", "message": "m", "details": {}, "status": "error"}),
            ),
            Answer::Json(500, json!({"code": "INTERNAL_ERROR", "message": "m", "details": {}, "status": "error"})),
            Answer::Text(200, ""),
            Answer::Text(200, "{\"data\":[{\"code\""),
            Answer::Text(200, "<html>bad gateway</html>"),
            results(200, [None, None]),
            results(201, (0..100).map(|_| None)),
        ],
    );
    let report = client.module("Leads").create(&leads(900)).unwrap();
    assert_eq!(counts(&report), "created=199 updated=0 deleted=0 rejected=101 unanswered=600 not_sent=0");
    assert_eq!(fake.asked().len(), 9, "no call went out twice");
    let (index, error) = report.rejected().next().unwrap();
    assert_eq!(
        (index, error.code(), error.api().unwrap().details()),
        (7, Some("MANDATORY_NOT_FOUND"), r#"{"index":7}"#)
    );
    assert!(
        report
            .rejected()
            .skip(1)
            .all(|(index, error)| (200..300).contains(&index) && error.code() == Some("LICENSE_LIMIT_EXCEEDED"))
    );
    let unanswered: Vec<_> = report.unanswered().map(|(index, _)| index).collect();
    assert_eq!(unanswered, (100..200).chain(300..800).collect::<Vec<_>>());
    assert!(report.unanswered().all(|(_, error)| error.outcome_unknown()));
    assert_eq!(report.failed().count(), 701);
    assert!(!report.is_complete());
}

#[test]
fn a_refused_call_that_accounts_for_each_record_is_taken_apart() {
    let (client, _) = answering("v8", [results(400, [Some("DUPLICATE_DATA"), Some("INVALID_DATA"), None])]);
    let report = client.module("Leads").create(&leads(3)).unwrap();
    let codes: Vec<_> =
        report.outcomes().iter().map(|outcome| outcome.error().and_then(|error| error.code())).collect();
    assert_eq!(codes, [Some("DUPLICATE_DATA"), Some("INVALID_DATA"), None]);
    assert_eq!(report.rejected().next().unwrap().1.status(), Some(400));
    let (client, _) = answering("v8", [results(400, [Some("LIMIT_EXCEEDED")])]);
    let report = client.module("Leads").create(&leads(3)).unwrap();
    assert_eq!(counts(&report), "created=0 updated=0 deleted=0 rejected=3 unanswered=0 not_sent=0");
}

#[test]
fn no_connection_a_busy_server_or_dead_tokens_end_the_batch() {
    let busy = Answer::Json(429, json!({"code": "TOO_MANY_REQUESTS", "message": "m", "status": "error"}));
    let scope = Answer::Json(401, json!({"code": "OAUTH_SCOPE_MISMATCH", "message": "m", "status": "error"}));
    for (answer, kind, attempts) in
        [(Answer::Unreachable, ErrorKind::Connect, 3), (busy, ErrorKind::RateLimited, 3), (scope, ErrorKind::Scope, 1)]
    {
        let mut first = true;
        let (client, fake) =
            serving("v2", move |asked| if std::mem::take(&mut first) { all_done(asked) } else { answer.clone() });
        let report = client.module("Leads").create(&leads(450)).unwrap();
        assert_eq!(counts(&report), "created=100 updated=0 deleted=0 rejected=0 unanswered=0 not_sent=350");
        assert!(report.not_sent().all(|(_, error)| error.kind() == kind));
        assert_eq!(fake.asked().len(), 1 + attempts);
    }
}

#[test]
fn answers_that_do_not_add_up_are_no_answers() {
    for length in [0, 2, 4] {
        let (client, _) = answering("v2", [results(200, (0..length).map(|_| None))]);
        let report = client.module("Leads").create(&leads(3)).unwrap();
        assert_eq!(counts(&report), "created=0 updated=0 deleted=0 rejected=0 unanswered=3 not_sent=0");
    }
}

#[test]
fn a_success_may_tell_little() {
    let bare = json!({"data": [{"code": "SUCCESS", "status": "success", "message": "m", "details": {"id": 7}}]});
    let (client, _) = answering("v2", [Answer::Json(201, bare)]);
    let lead = client.module("Leads").create_one(&leads(1)[0]).unwrap();
    assert_eq!((lead.id.as_str(), lead.created_by(), lead.created_time()), ("7", None, None));
    let full = json!({"data": [{"code": "SUCCESS", "status": "success", "message": "m", "details": {"id": "7",
        "Created_Time": "2018-03-28T10:32:45+05:30", "Created_By": {"id": "9", "name": "N"}, "$x": 1}}]});
    let (client, _) = answering("v2", [Answer::Json(201, full)]);
    let lead = client.module("Leads").create_one(&leads(1)[0]).unwrap();
    assert_eq!(lead.created_time().unwrap().as_str(), "2018-03-28T10:32:45+05:30");
    assert_eq!(lead.created_by().unwrap().name.as_deref(), Some("N"));
    assert_eq!(lead.details().get("$x").unwrap(), 1);
}

#[derive(Serialize)]
struct Typed<'a> {
    #[serde(rename = "Last_Name")]
    last_name: &'a str,
}

#[derive(Serialize)]
struct Patch {
    id: String,
    #[serde(rename = "Phone", skip_serializing_if = "Nullable::is_absent")]
    phone: Nullable<String>,
    #[serde(rename = "Fax", skip_serializing_if = "Nullable::is_absent")]
    fax: Nullable<String>,
}

#[test]
fn types_of_ones_own_are_written_like_records() {
    let (client, fake) = serving("v2", all_done);
    let name = String::from("Berg");
    let _ = client.module("Leads").create(&[Typed { last_name: &name }]).unwrap();
    let patch = Patch { id: "1".to_owned(), phone: Nullable::Null, fax: Nullable::Absent };
    let _ = client.module("Leads").update(&[patch]).unwrap();
    assert_eq!(fake.asked()[0].body, json!({"data": [{"Last_Name": "Berg"}]}));
    assert_eq!(fake.asked()[1].body, json!({"data": [{"id": "1", "Phone": null}]}));
}

#[test]
fn an_update_sends_the_changes_and_nothing_else() {
    let (client, fake) = serving("v2", |asked| match asked.method {
        Method::Get => page(
            [json!({"id": "1", "City": "Oslo", "Fax": "1", "Tag": [{"id": "2", "name": "hot"}], "$editable": true})],
            Value::Null,
        ),
        _ => all_done(asked),
    });
    let handle = client.module("Leads").record("1");
    let mut lead = handle.get().unwrap();
    lead.set("City", "Bergen").clear("Fax");
    let saved = handle.update(&lead).unwrap();
    assert_eq!(saved.id.as_str(), "1");
    let report = client.module("Leads").update(std::slice::from_ref(&lead)).unwrap();
    assert_eq!(report.updated().count(), 1);
    let asked = fake.asked();
    assert_eq!((asked[1].method, asked[1].path.as_str()), (Method::Put, "/crm/v2/Leads/1"));
    assert_eq!(asked[1].body, json!({"data": [{"City": "Bergen", "Fax": null}]}));
    assert_eq!((asked[2].method, asked[2].path.as_str()), (Method::Put, "/crm/v2/Leads"));
    assert_eq!(asked[2].body, json!({"data": [{"id": "1", "City": "Bergen", "Fax": null}]}));
}

#[test]
fn what_cannot_be_sent_is_refused_before_the_first_call() {
    let (client, fake) = serving("v2", all_done);
    let module = client.module("Leads");
    let mut records = leads(150);
    records[120].set("id", "1");
    let error = module.create(&records).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert!(error.to_string().contains("record 120"), "{error}");
    assert!(module.update(&leads(2)).unwrap_err().to_string().contains("record 0"));
    assert_eq!(module.create(&["no object"]).unwrap_err().kind(), ErrorKind::InvalidInput);
    assert_eq!(module.delete(["1", ""]).unwrap_err().kind(), ErrorKind::InvalidInput);
    assert_eq!(client.module("").create(&leads(1)).unwrap_err().kind(), ErrorKind::InvalidInput);
    assert_eq!(fake.asked().len(), 0);
}

#[test]
fn an_iterator_is_read_a_call_at_a_time_and_given_back() {
    let (client, fake) = serving("v2", all_done);
    let pulled = std::rc::Rc::new(std::cell::Cell::new(0));
    let seen = std::rc::Rc::clone(&pulled);
    let endless = (0..).map(move |index| {
        seen.set(index + 1);
        Record::new().with("Last_Name", index)
    });
    let mut writes = client.module("Leads").writer().create_iter(endless);
    assert_eq!((fake.asked().len(), pulled.get()), (0, 0));
    let first = writes.next().unwrap();
    assert_eq!((first.index, first.record.get::<u32>("Last_Name").unwrap()), (0, Some(0)));
    assert_eq!((fake.asked().len(), pulled.get()), (1, 100));
    let later = writes.nth(149).unwrap();
    assert_eq!((later.index, later.record.get::<u32>("Last_Name").unwrap()), (150, Some(150)));
    assert_eq!((fake.asked().len(), pulled.get()), (2, 200));
}

#[test]
fn a_record_that_cannot_be_sent_does_not_disturb_an_iterator() {
    let (client, fake) = serving("v2", all_done);
    let mut records = leads(3);
    records[1].set("id", "1");
    let written: Vec<_> = client.module("Leads").writer().create_iter(records).collect();
    assert!(matches!(written[0].outcome, Outcome::Created(_)));
    assert!(matches!(&written[1].outcome, Outcome::NotSent(error) if error.kind() == ErrorKind::InvalidInput));
    assert!(matches!(written[2].outcome, Outcome::Created(_)));
    assert_eq!(fake.asked()[0].rows(), 2);
    let mut sum = Counts::default();
    written.iter().for_each(|written| sum.add(&written.outcome));
    assert_eq!(sum.total(), 3);
}

#[test]
fn upserts_name_their_check_fields_where_the_version_wants_them() {
    let item = |action, field: Value| {
        json!({"code": "SUCCESS", "status": "success", "message": "m",
        "details": {"id": "1"}, "action": action, "duplicate_field": field})
    };
    let answer = json!({"data": [item("insert", Value::Null), item("update", json!("Email"))]});
    for (version, in_query) in [("v2", true), ("v2.1", false), ("v8", false)] {
        let (client, fake) = answering(version, [Answer::Json(200, answer.clone())]);
        let report = client.module("Leads").upsert(&leads(2), ["Email", "Phone"]).unwrap();
        assert_eq!(report.created().map(|(index, _)| index).collect::<Vec<_>>(), [0]);
        let (index, updated) = report.updated().next().unwrap();
        assert_eq!((index, updated.duplicate_field.as_deref()), (1, Some("Email")));
        let asked = fake.asked().remove(0);
        assert_eq!(asked.path, format!("/crm/{version}/Leads/upsert"));
        assert_eq!(asked.parameter("duplicate_check_fields"), in_query.then_some("Email,Phone"));
        assert_eq!(asked.body["duplicate_check_fields"], json!(["Email", "Phone"]));
    }
}

#[test]
fn an_upsert_is_repeated_only_if_zoho_would_find_every_record_again() {
    let mut records = leads(2);
    let (client, fake) = answering("v2", [Answer::Lost, results(200, [None, None])]);
    assert!(client.module("Leads").upsert(&records, ["Email"]).unwrap().is_complete());
    assert_eq!(fake.asked().len(), 2);
    records[1].clear("Email");
    for fields in [vec!["Email"], vec![]] {
        let (client, fake) = answering("v2", [Answer::Lost]);
        let report = client.module("Leads").upsert(&records, fields).unwrap();
        assert_eq!(counts(&report), "created=0 updated=0 deleted=0 rejected=0 unanswered=2 not_sent=0");
        assert_eq!(fake.asked().len(), 1);
    }
}

#[test]
fn an_upsert_of_a_record_that_was_read_sends_its_changes_and_check_fields() {
    let (client, fake) = serving("v2", all_done);
    let mut lead = Record::from_json(r#"{"id":"1","Email":"a@x.com","City":"Oslo"}"#).unwrap();
    lead.set("City", "Bergen");
    let unread = Record::from_json(r#"{"Email":"b@x.com","City":"Oslo"}"#).unwrap();
    let _ = client.module("Leads").upsert(&[lead, unread], ["Email"]).unwrap();
    let expected = json!([{"id": "1", "City": "Bergen", "Email": "a@x.com"}, {"Email": "b@x.com", "City": "Oslo"}]);
    assert_eq!(fake.asked()[0].body["data"], expected);
}

#[test]
fn an_update_is_repeated_and_a_create_is_not() {
    let mut lead = leads(1).remove(0);
    let (client, fake) = answering("v2", [Answer::Lost]);
    assert_eq!(client.module("Leads").create_one(&lead).unwrap_err().kind(), ErrorKind::Unanswered);
    assert_eq!(fake.asked().len(), 1);
    lead.set("id", "0");
    let (client, fake) = answering("v2", [Answer::Lost, results(200, [None])]);
    assert!(client.module("Leads").update(&[lead]).unwrap().is_complete());
    assert_eq!(fake.asked().len(), 2);
}

#[test]
fn deletions_name_their_ids_in_the_query() {
    let (client, fake) = serving("v2", |asked| {
        let ids = asked.parameter("ids").unwrap();
        let item = |id: &str| json!({"code": "SUCCESS", "status": "success", "message": "record deleted", "details": {"id": id}});
        Answer::Json(200, json!({"data": ids.split(',').map(item).collect::<Vec<_>>()}))
    });
    let ids: Vec<String> = (0..150).map(|id| id.to_string()).collect();
    let report = client.module("Leads").delete(&ids).unwrap();
    assert_eq!(report.deleted().map(|(_, id)| id.to_string()).collect::<Vec<_>>(), ids);
    let asked = fake.asked();
    assert_eq!(asked.len(), 2);
    assert_eq!((asked[0].method, asked[0].path.as_str()), (Method::Delete, "/crm/v2/Leads"));
    assert_eq!(asked[1].parameter("ids"), Some(ids[100..].join(",").as_str()));
    assert_eq!(asked[0].body, Value::Null);
}

#[test]
fn no_such_id_counts_as_deleted_only_after_a_lost_answer() {
    let gone = || results(200, [None, Some("INVALID_DATA"), Some("NOT_ALLOWED")]);
    let (client, _) = answering("v2", [Answer::Lost, gone()]);
    let report = client.module("Leads").delete(["0", "1", "2"]).unwrap();
    assert_eq!(counts(&report), "created=0 updated=0 deleted=2 rejected=1 unanswered=0 not_sent=0");
    let (client, _) = answering("v2", [gone()]);
    let report = client.module("Leads").delete(["0", "1", "2"]).unwrap();
    assert_eq!(counts(&report), "created=0 updated=0 deleted=1 rejected=2 unanswered=0 not_sent=0");

    for status in [200, 400, 404] {
        let gone = || results(status, [Some("INVALID_DATA")]);
        let (client, fake) = answering("v2", [Answer::Lost, gone()]);
        client.module("Leads").record("1").delete().unwrap();
        assert_eq!(fake.asked()[0].path, "/crm/v2/Leads/1");
        let (client, _) = answering("v2", [gone()]);
        assert_eq!(client.module("Leads").record("1").delete().unwrap_err().code(), Some("INVALID_DATA"));
    }
}

#[test]
fn single_records_fail_with_zohos_reason() {
    let (client, _) =
        answering("v2", [results(202, [Some("MANDATORY_NOT_FOUND")]), results(200, [Some("DUPLICATE_DATA")])]);
    let error = client.module("Leads").create_one(&Record::new()).unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::InvalidRequest, Some("MANDATORY_NOT_FOUND")));
    let error = client.module("Leads").record("1").update(&Record::new().with("Email", "a@x.com")).unwrap_err();
    assert_eq!(error.code(), Some("DUPLICATE_DATA"));
}

#[test]
fn options_stand_beside_the_records() {
    let (client, fake) = serving("v8", |asked| match asked.method {
        Method::Delete => results(200, [None]),
        _ => all_done(asked),
    });
    let writer = client.module("Leads").writer().trigger(["workflow"]).assignment_rule("9").skip_cadences("insert");
    let _ = writer.create(&leads(1)).unwrap();
    let quiet = client.module("Leads").writer().trigger([""; 0]);
    let _ = quiet.upsert(&leads(1), ["Email"]).unwrap();
    let _ = quiet.delete(["1"]).unwrap();
    let asked = fake.asked();
    assert_eq!(asked[0].body["trigger"], json!(["workflow"]));
    assert_eq!(asked[0].body["lar_id"], "9");
    assert_eq!(asked[0].body["skip_feature_execution"], json!([{"name": "cadences", "action": "insert"}]));
    assert_eq!(asked[1].body["trigger"], json!([]));
    assert_eq!(asked[2].parameter("wf_trigger"), Some("false"));
}

#[test]
fn options_of_other_versions_are_refused() {
    for (version, rules, cadences) in
        [("v2", true, false), ("v2.1", true, false), ("v3", false, false), ("v7", false, false), ("v8", true, true)]
    {
        let (client, fake) = serving(version, all_done);
        let writer = client.module("Leads").writer();
        let kind = |result: Result<_, zcrm_core::Error>| result.err().map(|error| error.kind());
        let refused = |taken: bool| (!taken).then_some(ErrorKind::Unsupported);
        let create = writer.clone().apply_layout_rules().create(&leads(1));
        assert_eq!(kind(create), refused(rules), "{version}");
        let upsert = writer.skip_cadences("insert").upsert(&leads(1), ["Email"]);
        assert_eq!(kind(upsert), refused(cadences), "{version}");
        assert_eq!(fake.asked().len(), usize::from(rules) + usize::from(cadences), "{version}");
    }
}

#[test]
fn one_value_for_many_records() {
    let (client, fake) = serving("v2", all_done);
    let report =
        client.module("Leads").update_field((0..150_u64).map(zcrm_core::RecordId::from), "City", Value::Null).unwrap();
    assert_eq!(report.updated().count(), 150);
    assert_eq!(fake.asked()[0].body["data"][1], json!({"id": "1", "City": null}));
    assert_eq!(fake.asked()[1].rows(), 50);
}

#[test]
fn a_lead_is_converted_in_both_shapes_of_the_answer() {
    let old = json!({"data": [{"Contacts": "1", "Deals": null, "Accounts": "2"}]});
    let new = json!({"data": [{"code": "SUCCESS", "status": "success", "message": "m", "details":
        {"Contacts": {"id": "1", "name": "Berg"}, "Deals": null, "Accounts": {"id": "2", "name": "A"}}}]});
    for (version, answer) in [("v2", old), ("v8", new)] {
        let (client, fake) = answering(version, [Answer::Json(200, answer)]);
        let deal = Record::new().with("Deal_Name", "Planks");
        let converted =
            client.module("Leads").record("7").convert(Conversion::new().overwrite(true).deal(deal)).unwrap();
        assert_eq!(converted.contact.unwrap().id.as_str(), "1");
        assert_eq!(converted.account.unwrap().id.as_str(), "2");
        assert_eq!(converted.deal, None);
        let asked = fake.asked().remove(0);
        assert_eq!(asked.path, format!("/crm/{version}/Leads/7/actions/convert"));
        assert_eq!(asked.body, json!({"data": [{"overwrite": true, "Deals": {"Deal_Name": "Planks"}}]}));
    }
    let refused = results(202, [Some("ID_ALREADY_CONVERTED")]);
    let (client, _) = answering("v2", [refused, Answer::Lost]);
    let lead = client.module("Leads").record("7");
    assert_eq!(lead.convert(Conversion::new()).unwrap_err().code(), Some("ID_ALREADY_CONVERTED"));
    assert!(lead.convert(Conversion::new()).unwrap_err().outcome_unknown());
}
