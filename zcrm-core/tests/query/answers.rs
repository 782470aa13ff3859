//! Answers that are late, odd, broken or missing.

use serde_json::{Value, json};
use zcrm_core::ErrorKind;
use zcrm_emulator::{Fault, On, Reply};

use super::{ids, start};

fn on() -> On {
    On::path("/crm/v8/coql")
}

fn page(rows: &[Value], more: Value) -> Fault {
    Fault::Reply(Reply::json(200, &json!({ "data": rows, "info": { "count": rows.len(), "more_records": more } })))
}

fn rows(ids: std::ops::Range<u64>) -> Vec<Value> {
    ids.map(|id| json!({ "id": id.to_string(), "Last_Name": "x" })).collect()
}

#[test]
fn what_busy_failing_and_forgetful_servers_do_not_answer_is_asked_again() {
    let (emulator, client) = start("v8", 5_000);
    emulator.fault(on().times(1), Fault::Reply(Reply::too_many_requests().retry_after(0)));
    emulator.fault(on().after(1).times(1), Fault::Reply(Reply::html(503)));
    emulator.fault(on().after(2).times(1), Fault::ResetAfterWork);
    emulator.fault(on().after(3).times(1), Fault::CutOff);
    let mut found = ids(&client.query("select Last_Name from Leads"));
    found.dedup();
    assert_eq!(found.len(), 5_000);
}

#[test]
fn after_an_error_the_rows_end_and_nothing_may_have_been_done() {
    let (emulator, client) = start("v8", 5_000);
    emulator.fault(on().after(1), Fault::Reply(Reply::html(503)));
    let query = client.query("select Last_Name from Leads");
    let mut rows = query.iter();
    assert_eq!(rows.by_ref().take(200).filter(Result::is_ok).count(), 200);
    let error = rows.next().unwrap().unwrap_err();
    assert_eq!((error.kind(), error.outcome_unknown()), (ErrorKind::Server, false));
    assert!(rows.next().is_none());
}

#[test]
fn more_records_is_understood_in_any_type() {
    for (more, all) in [
        (json!("true"), 400),
        (json!(1), 400),
        (json!("false"), 200),
        (json!(0), 200),
        // Nothing is said: a full page has another one behind it.
        (Value::Null, 400),
    ] {
        let (emulator, client) = start("v8", 0);
        emulator.fault(on().times(1), page(&rows(1..201), more.clone()));
        emulator.fault(on().times(1), page(&rows(201..401), json!(false)));
        assert_eq!(ids(&client.query("select Last_Name from Leads")).len(), all, "{more}");
    }
}

#[test]
fn a_page_that_comes_back_or_out_of_order_is_an_error_and_no_loop() {
    let mut jumbled = rows(1..201);
    jumbled.swap(3, 150);
    let nameless: Vec<_> = (1..201).map(|number| json!({ "Last_Name": number })).collect();
    for (pages, says) in [
        (vec![rows(1..201), rows(1..201)], "same rows"),
        (vec![rows(1..201), rows(2..202)], "order of their ids"),
        (vec![jumbled], "order of their ids"),
        (vec![nameless], "without its id"),
        (vec![Vec::new()], "empty page"),
    ] {
        let (emulator, client) = start("v8", 0);
        for rows in &pages {
            emulator.fault(on().times(1), page(rows, json!(true)));
        }
        let last = client.query("select Last_Name from Leads").iter().last().unwrap().unwrap_err();
        assert_eq!(last.kind(), ErrorKind::InvalidResponse);
        assert!(last.to_string().contains(says), "{says}: {last}");
        assert_eq!(emulator.counters().total_calls() as usize, pages.len());
    }
    let (emulator, client) = start("v8", 0);
    emulator.fault(on(), page(&rows(1..201), json!(true)));
    let last = client.query("select Last_Name from Leads order by Last_Name").iter().last().unwrap().unwrap_err();
    assert!(last.to_string().contains("same page"), "{last}");
}

#[test]
fn a_row_that_is_no_json_hides_no_other() {
    let (emulator, client) = start("v8", 0);
    let body = r#"{"data":[{"id":"1"},{"id":"2","a":"\ud800"},{"id":"3"}],"info":{"more_records":false}}"#;
    emulator.fault(on(), Fault::Reply(Reply::empty(200).body(body)));
    let query = client.query("select Last_Name from Leads");
    assert_eq!(query.iter_as::<Value>().map(|row| row.is_ok()).collect::<Vec<_>>(), [true, false, true]);
}

#[test]
fn what_zoho_rejects_says_why() {
    let (_emulator, client) = start("v8", 1);
    let error = client.query("select Nothing from Leads").all().unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::InvalidRequest, Some("INVALID_QUERY")));
    let error = client.query("select Last_Name from Laeds").all().unwrap_err();
    assert_eq!(error.code(), Some("INVALID_MODULE"));
}
