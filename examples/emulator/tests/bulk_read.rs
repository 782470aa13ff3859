//! Bulk reading: creating jobs, waiting for them, their files, going on, and what goes wrong.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use std::io::{Cursor, Read};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use support::{Client, Got, start};
use zcrm_emulator::{Fault, MadeUpLeads, On, Reply};

fn try_create(client: &Client, version: &str, body: &Value) -> Got {
    let headers = [("content-type", "application/json")];
    let body = body.to_string().into_bytes();
    client.try_call_with("POST", &format!("/crm/bulk/{version}/read"), &headers, Some(body)).unwrap()
}

fn create(client: &Client, version: &str, query: Value) -> String {
    let got = try_create(client, version, &json!({ "query": query, "file_type": "csv" }));
    assert_eq!((got.status, &got.json["data"][0]["code"]), (201, &json!("ADDED_SUCCESSFULLY")), "{}", got.json);
    got.json["data"][0]["details"]["id"].as_str().unwrap().to_owned()
}

fn detail(client: &Client, version: &str, job: &str) -> Value {
    client.get(&format!("/crm/bulk/{version}/read/{job}")).json["data"][0].clone()
}

/// The states that a job goes through, and what it says at its end.
fn wait(client: &Client, version: &str, job: &str) -> (Vec<String>, Value) {
    let mut states = Vec::new();
    let patience = Instant::now() + Duration::from_secs(60);
    while Instant::now() < patience {
        let seen = detail(client, version, job);
        let state = seen["state"].as_str().unwrap().to_owned();
        if states.last() != Some(&state) {
            states.push(state.clone());
        }
        if state == "COMPLETED" || state == "FAILURE" {
            return (states, seen);
        }
    }
    panic!("{states:?}");
}

/// The lines of the file of a job.
fn rows(client: &Client, detail: &Value) -> Vec<Vec<String>> {
    let got = client.get(detail["result"]["download_url"].as_str().unwrap());
    assert_eq!(got.status, 200);
    let mut archive = zip::ZipArchive::new(Cursor::new(got.bytes)).unwrap();
    assert_eq!(archive.len(), 1);
    let mut file = archive.by_index(0).unwrap();
    assert_eq!(file.name().unwrap(), format!("{}.csv", detail["id"].as_str().unwrap()));
    let mut text = String::new();
    file.read_to_string(&mut text).unwrap();
    let reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    reader.into_records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
}

#[test]
fn a_job_and_its_file() {
    let client = start();
    client.emulator.behave(|behaviour| behaviour.bulk_polls = 3);
    let lead = client.lead(json!({
        "Last_Name": "Berg, \"the\nfirst\"", "Interests": ["Chess", "Skiing"], "Email_Opt_Out": true, "Score": 1.5,
        "Tag": [{ "name": "a" }, { "name": "b" }], "Created_Time": null,
    }));
    let fields = ["Last_Name", "Owner", "Owner.last_name", "Interests", "Email_Opt_Out", "Score", "Tag", "City", "id"];
    let job = create(&client, "v8", json!({ "module": { "api_name": "Leads" }, "fields": fields }));
    let (states, told) = wait(&client, "v8", &job);
    assert_eq!(states, ["ADDED", "QUEUED", "IN PROGRESS", "COMPLETED"]);
    let result = &told["result"];
    assert_eq!((&result["count"], &result["more_records"], &result["page"]), (&json!(1), &json!(false), &json!(1)));
    assert_eq!((&result["per_page"], &result["next_page_token"]), (&json!(200_000), &Value::Null));
    assert_eq!(told["query"]["module"]["api_name"], "Leads");
    let rows = rows(&client, &told);
    assert_eq!(
        rows[0],
        ["Id", "Last_Name", "Owner", "Owner.last_name", "Interests", "Email_Opt_Out", "Score", "Tag", "City"]
    );
    let asta = "3652397000000186017";
    assert_eq!(rows[1], [&*lead, "Berg, \"the\nfirst\"", asta, "Berg", "Chess;Skiing", "true", "1.5", "a,b", ""]);
    assert_eq!(client.emulator.counters().credits, 1 + 50 + 4 + 1);
}

#[test]
fn all_fields_and_none_found() {
    let client = start();
    let job = create(&client, "v2", json!({ "module": "Leads" }));
    let (_, told) = wait(&client, "v2", &job);
    assert_eq!((&told["result"]["count"], told["result"].get("next_page_token")), (&json!(0), None));
    let rows = rows(&client, &told);
    assert_eq!(rows.len(), 1);
    assert!(rows[0].contains(&"Email".to_owned()) && !rows[0].contains(&"Contract".to_owned()), "{rows:?}");
    assert_eq!(told["query"]["module"], "Leads");
}

#[test]
fn criteria_in_both_shapes() {
    let client = start();
    for lead in [
        json!({ "Last_Name": "A", "City": "Oslo", "No_of_Employees": 5 }),
        json!({ "Last_Name": "B", "City": "Oslo", "No_of_Employees": 50, "Owner": "3652397000000186018" }),
        json!({ "Last_Name": "C", "Follow_Up": "2026-05-01", "Email_Opt_Out": true }),
    ] {
        client.lead(lead);
    }
    let found = |version: &str, criteria: Value| {
        let module = if version == "v2" { json!("Leads") } else { json!({ "api_name": "Leads" }) };
        let job = create(&client, version, json!({ "module": module, "fields": ["Last_Name"], "criteria": criteria }));
        let rows = rows(&client, &wait(&client, version, &job).1);
        rows[1..].iter().map(|row| row[1].clone()).collect::<String>()
    };
    let leaf = |name: &str, comparator: &str, value: Value| json!({ "field": { "api_name": name }, "comparator": comparator, "value": value });
    for (criteria, names) in [
        (leaf("City", "equal", json!("Oslo")), "AB"),
        (leaf("City", "equal", json!("${EMPTY}")), "C"),
        (leaf("City", "not_equal", json!("${EMPTY}")), "AB"),
        (leaf("City", "starts_with", json!("os")), "AB"),
        (leaf("No_of_Employees", "in", json!([5, 6])), "A"),
        (leaf("No_of_Employees", "greater_equal", json!("5")), "AB"),
        (leaf("Follow_Up", "between", json!(["2026-01-01", "2026-12-31"])), "C"),
        (leaf("Email_Opt_Out", "equal", json!(true)), "C"),
        (leaf("Owner", "equal", json!(3652397000000186018_u64)), "B"),
        (leaf("Owner.last_name", "equal", json!("Dahl")), "B"),
        (
            json!({ "group_operator": "or", "group": [leaf("Last_Name", "equal", json!("C")),
                { "group_operator": "and", "group": [leaf("City", "equal", json!("Oslo")), leaf("No_of_Employees", "less_than", json!(10))] }] }),
            "AC",
        ),
    ] {
        assert_eq!(found("v8", criteria.clone()), names, "{criteria}");
    }
    assert_eq!(found("v2", json!({ "api_name": "City", "comparator": "equal", "value": "Oslo" })), "AB");
}

#[test]
fn pages_by_number_up_to_v6_and_by_token_from_v7_on() {
    let mut client = start();
    client.emulator.make_up_leads(MadeUpLeads { id_gap: 5, converted_every: 10, ..MadeUpLeads::of(50) });
    client.emulator.behave(|behaviour| behaviour.bulk_page = 20);
    let by_number = |page: u64| {
        let job =
            create(&client, "v6", json!({ "module": { "api_name": "Leads" }, "fields": ["Email"], "page": page }));
        let told = wait(&client, "v6", &job).1;
        (told["result"]["more_records"].clone(), rows(&client, &told)[1..].to_vec())
    };
    let (first, second, third) = (by_number(1), by_number(2), by_number(3));
    assert_eq!((first.0, second.0, third.0), (json!(true), json!(true), json!(false)));
    let all: Vec<_> = [first.1, second.1, third.1].concat();
    assert_eq!(all.len(), 45);

    let mut query = json!({ "module": { "api_name": "Leads" }, "fields": ["Email"] });
    let mut read = Vec::new();
    let mut tokens = Vec::new();
    for page in 1..=3 {
        let job = create(&client, "v8", query);
        let told = wait(&client, "v8", &job).1;
        assert_eq!(told["result"]["page"], page);
        read.extend(rows(&client, &told)[1..].to_vec());
        tokens.push(told["result"]["next_page_token"].clone());
        query = json!({ "page_token": tokens[tokens.len() - 1] });
    }
    assert_eq!((read, &tokens[2]), (all, &Value::Null));

    let code = |query: Value| try_create(&client, "v8", &json!({ "query": query })).code().to_owned();
    assert_eq!(code(json!({ "module": { "api_name": "Leads" }, "page": 2 })), "PAGE_RANGE_EXCEEDED");
    assert_eq!(code(json!({ "page_token": tokens[0], "fields": ["Email"] })), "AMBIGUITY_DURING_PROCESSING");
    assert_eq!(code(json!({ "page_token": "nonsense" })), "INVALID_DATA");
    client.emulator.behave(|behaviour| behaviour.page_token_life = Duration::ZERO);
    assert_eq!(code(json!({ "page_token": tokens[0] })), "EXPIRED_VALUE");
    client.emulator.behave(|behaviour| behaviour.page_token_life = Duration::from_secs(60));
    let grant = client.emulator.new_grant("b@example.com");
    client.token = client.exchange(&grant)["access_token"].as_str().unwrap().to_owned();
    assert_eq!(try_create(&client, "v8", &json!({ "query": { "page_token": tokens[0] } })).code(), "INVALID_DATA");
}

#[test]
fn what_is_refused() {
    let client = start();
    client.emulator.behave(|behaviour| behaviour.bulk_refused_fields = vec!["Street".to_owned()]);
    let leads = json!({ "api_name": "Leads" });
    let leaf = |name: &str, comparator: &str, value: Value| json!({ "module": leads, "criteria": { "field": { "api_name": name }, "comparator": comparator, "value": value } });
    let many = vec![leaf("City", "equal", json!("a"))["criteria"].clone(); 26];
    for (version, query, code) in [
        ("v8", json!({ "module": "Leads" }), "INVALID_DATA"),
        ("v2", json!({ "module": leads }), "INVALID_DATA"),
        ("v8", json!({}), "MANDATORY_NOT_FOUND"),
        ("v8", json!({ "module": { "api_name": "Nothing" } }), "MODULE_NOT_AVAILABLE"),
        ("v8", json!({ "module": { "api_name": "Attachments" } }), "MODULE_NOT_SUPPORTED"),
        ("v8", json!({ "module": leads, "fields": ["Nope"] }), "FIELD_NOT_AVAILABLE"),
        ("v8", json!({ "module": leads, "fields": ["Last_Name", "Contract"] }), "FIELD_NOT_SUPPORTED"),
        ("v8", json!({ "module": leads, "fields": ["Street"] }), "FIELD_NOT_SUPPORTED"),
        ("v8", json!({ "module": leads, "cvid": "1" }), "INVALID_DATA"),
        ("v8", leaf("City", "greater_than", json!("a")), "FIELD_COMPARATOR_IN_CRITERIA_NOT_SUPPORTED"),
        ("v8", leaf("Description", "equal", json!("a")), "FIELD_IN_CRITERIA_NOT_SUPPORTED"),
        ("v8", leaf("City", "in", json!("a")), "COMPARATOR_AND_VALUE_IN_CRITERIA_NOT_COMPATIBLE"),
        ("v8", leaf("No_of_Employees", "equal", json!("many")), "VALUE_TYPE_NOT_SUPPORTED"),
        ("v8", leaf("City", "in", json!(vec!["a"; 21])), "VALUE_LIMIT_EXCEEDED_IN_CRITERIA"),
        (
            "v8",
            json!({ "module": leads, "criteria": { "group_operator": "xor", "group": many[..2] } }),
            "GROUP_OPERATOR_NOT_SUPPORTED",
        ),
        (
            "v8",
            json!({ "module": leads, "criteria": { "group_operator": "and", "group": many } }),
            "CRITERIA_LIMIT_EXCEEDED",
        ),
        (
            "v8",
            json!({ "module": leads, "criteria": { "group_operator": "and", "group": [] } }),
            "AMBIGUOUS_GROUP_IN_CRITERIA",
        ),
    ] {
        let got = try_create(&client, version, &json!({ "query": query }));
        assert_eq!((got.status, got.code()), (400, code), "{query}: {}", got.json);
    }
    let untyped = client.call("POST", "/crm/bulk/v8/read", Some(json!({ "query": { "module": leads } })));
    assert_eq!((untyped.status, untyped.code()), (415, "MEDIA_TYPE_NOT_SUPPORTED"));
    assert_eq!(client.get("/crm/bulk/v8/read/1").code(), "RESOURCE_NOT_FOUND");
    let job = create(&client, "v8", json!({ "module": leads }));
    assert_eq!(client.get(&format!("/crm/bulk/v8/read/{job}/result")).code(), "RESOURCE_NOT_FOUND");
}

#[test]
fn failures_limits_and_faults() {
    let client = start();
    let query = json!({ "module": { "api_name": "Leads" }, "fields": ["Email"] });
    client.emulator.behave(|behaviour| behaviour.bulk_failure = Some("INTERNAL_SERVER_ERROR".to_owned()));
    let job = create(&client, "v8", query.clone());
    let (states, told) = wait(&client, "v8", &job);
    assert_eq!(states.last().unwrap(), "FAILURE");
    assert_eq!(told["result"]["error_message"]["code"], "INTERNAL_SERVER_ERROR");
    client.emulator.behave(|behaviour| {
        behaviour.bulk_failure = None;
        behaviour.bulk_downloads_a_minute = Some(2);
        behaviour.bulk_jobs_a_day = Some(3);
    });
    let job = create(&client, "v8", query.clone());
    wait(&client, "v8", &job);
    let result = format!("/crm/bulk/v8/read/{job}/result");
    client.emulator.fault(On::path("/crm/bulk/").times(1), Fault::CutOff);
    assert!(client.try_call("GET", &result, None).is_err());
    assert_eq!((client.get(&result).status, client.get(&result).status), (200, 429));
    client.emulator.fault(On::path("/crm/bulk/").method("POST").times(1), Fault::ReplyAfterWork(Reply::html(502)));
    assert_eq!(try_create(&client, "v8", &json!({ "query": query })).status, 502);
    assert_eq!(try_create(&client, "v8", &json!({ "query": query })).code(), "DAILY_LIMIT_EXCEEDED");
    client.emulator.behave(|behaviour| behaviour.bulk_result_life = Duration::ZERO);
    assert_eq!(client.get(&result).code(), "RESOURCE_NOT_FOUND");
}

#[test]
fn jobs_run_one_after_another() {
    let client = start();
    client.emulator.behave(|behaviour| {
        behaviour.bulk_polls = 0;
        behaviour.bulk_job_time = Duration::from_millis(200);
    });
    let started = Instant::now();
    let query = json!({ "module": { "api_name": "Leads" }, "fields": ["Email"] });
    let (first, second) = (create(&client, "v8", query.clone()), create(&client, "v8", query));
    assert_eq!(wait(&client, "v8", &first).1["state"], "COMPLETED");
    assert!(started.elapsed() >= Duration::from_millis(200));
    assert_eq!(wait(&client, "v8", &second).1["state"], "COMPLETED");
    assert!(started.elapsed() >= Duration::from_millis(400));
}
