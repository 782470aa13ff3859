//! `export`, as a process, against the emulator.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod program;

use program::{Account, Ran};
use serde_json::Value;
use zcrm_emulator::{Fault, On, Options, Reply};

const EXPORT: &str = env!("CARGO_BIN_EXE_export");

fn with_leads(leads: u64, version: &str) -> Account {
    Account::with(Options { leads, ..Options::default() }, version)
}

fn records(lines: &str) -> Vec<Value> {
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn every_record_is_one_line_as_zoho_sent_it() {
    let account = with_leads(450, "v2");
    let ran = account.run(EXPORT, &["--module", "Leads"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(ran.stderr, "", "quiet in a pipe");
    let exported = records(&ran.stdout);
    assert_eq!(exported.len(), 450);
    for lead in &exported {
        assert_eq!(*lead, account.emulator.record("Leads", lead["id"].as_str().unwrap()).unwrap());
    }
    assert_eq!(account.emulator.counters().calls_to("GET", "/crm/v2/Leads"), 3);
    assert_eq!(account.emulator.counters().total_calls(), 3, "no metadata is needed");
}

#[test]
fn a_record_that_is_sent_in_several_lines_becomes_one() {
    let account = Account::new();
    let body =
        "{\"data\": [{\n  \"id\": \"1\",\r\n  \"Description\": \"a\\nb\"\n}], \"info\": {\"more_records\": false}}";
    account.emulator.fault(On::path("/crm/v2/Leads"), Fault::Reply(Reply::empty(200).body(body)));
    let ran = account.run(EXPORT, &["--module", "Leads"]);
    assert_eq!(ran.stdout.lines().count(), 1);
    assert_eq!(records(&ran.stdout)[0]["Description"], "a\nb");
}

#[test]
fn from_v3_on_the_fields_come_from_the_metadata() {
    let account = with_leads(3, "v8");
    let ran = account.run(EXPORT, &["--module", "Leads", "--output", "leads.ndjson"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(records(&account.read("leads.ndjson")).len(), 3);
    let asked = account.emulator.requests().into_iter().rfind(|request| request.path == "/crm/v8/Leads").unwrap();
    let fields = asked.query_value("fields").unwrap();
    assert!(fields.split(',').any(|name| name == "Last_Name"), "{fields}");
}

#[test]
fn over_fifty_fields_is_an_error_that_says_so_and_leaves_the_output_alone() {
    let account = with_leads(3, "v8");
    account.write("leads.ndjson", "from yesterday\n");
    let fields: Vec<Value> = (0..51).map(|at| serde_json::json!({ "api_name": format!("F{at}") })).collect();
    let answer = Reply::json(200, &serde_json::json!({ "fields": fields }));
    account.emulator.fault(On::path("/crm/v8/settings/fields"), Fault::Reply(answer));
    let ran = account.run(EXPORT, &["--module", "Leads", "--output", "leads.ndjson"]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.stderr.contains("51 fields") && ran.stderr.contains("at most 50"), "{ran:?}");
    assert_eq!(account.read("leads.ndjson"), "from yesterday\n");
}

#[test]
fn csv_has_a_column_a_field() {
    let account = with_leads(2, "v2");
    let fields = "id,Last_Name,Owner,Interests,Annual_Revenue,Email_Opt_Out,Fax,Description";
    let ran = account.run(EXPORT, &["--module", "Leads", "--format", "csv", "--fields", fields]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let mut sheet = csv::Reader::from_reader(ran.stdout.as_bytes());
    assert_eq!(sheet.headers().unwrap().iter().collect::<Vec<_>>().join(","), fields);
    for row in sheet.records().map(Result::unwrap) {
        let lead = account.emulator.record("Leads", &row[0]).unwrap();
        assert_eq!(row[1], lead["Last_Name"]);
        assert_eq!(row[2], lead["Owner"]["id"]);
        assert_eq!(&row[3], "Skiing;Chess");
        assert_eq!(row[4], lead["Annual_Revenue"].to_string());
        assert_eq!(row[5], lead["Email_Opt_Out"].to_string());
        assert_eq!(&row[6], "");
        assert_eq!(row[7], lead["Description"]);
    }
}

#[test]
fn csv_without_fields_has_those_of_the_metadata() {
    let account = with_leads(2, "v2");
    let ran = account.run(EXPORT, &["--module", "Leads", "--format", "csv"]);
    let mut sheet = csv::Reader::from_reader(ran.stdout.as_bytes());
    let header: Vec<String> = sheet.headers().unwrap().iter().map(str::to_owned).collect();
    assert!(header.contains(&"id".to_owned()) && header.contains(&"No_of_Employees".to_owned()), "{header:?}");
    assert_eq!(sheet.records().map(Result::unwrap).count(), 2);
}

#[test]
fn since_asks_for_what_changed_and_has_to_be_a_moment() {
    let account = with_leads(2, "v2");
    let ran = account.run(EXPORT, &["--module", "Leads", "--since", "2099-01-01T00:00:00+00:00"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), ""), "{ran:?}");
    let ran = account.run(EXPORT, &["--module", "Leads", "--since", "yesterday"]);
    assert!(ran.stderr.contains("no moment"), "{ran:?}");
    assert_eq!(ran.code, Some(1), "2 would say that a part is done: {ran:?}");
    assert_eq!(account.run(EXPORT, &["--help"]).code, Some(0));
}

#[test]
fn busy_failing_and_forgetful_servers_cost_no_record() {
    let account = with_leads(4_000, "v2");
    let leads = || On::path("/crm/v2/Leads");
    account.emulator.fault(leads().after(1).times(1), Fault::Reply(Reply::too_many_requests().retry_after(0)));
    account.emulator.fault(leads().after(2).times(1), Fault::Reply(Reply::html(503)));
    account.emulator.fault(leads().after(3).times(1), Fault::ResetAfterWork);
    account.emulator.fault(leads().after(4).times(1), Fault::CutOff);
    account.emulator.fault(leads().after(5).times(1), Fault::Reply(Reply::invalid_token()));
    let ran = account.run(EXPORT, &["--module", "Leads"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(account.emulator.counters().faults, 5);
    let mut ids: Vec<String> = records(&ran.stdout).iter().map(|lead| lead["id"].to_string()).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 4_000);
}

#[test]
fn a_listing_that_breaks_off_is_done_in_part_and_one_that_cannot_begin_is_not_done() {
    let account = with_leads(1_000, "v2");
    let refusal = Reply::error(403, "NO_PERMISSION", "permission denied");
    account.emulator.fault(On::path("/crm/v2/Leads").after(2), Fault::Reply(refusal));
    let ran = account.run(EXPORT, &["--module", "Leads", "--output", "leads.ndjson"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(ran.stderr.contains("NO_PERMISSION"), "{ran:?}");
    assert_eq!(records(&account.read("leads.ndjson")).len(), 400);
    let ran = account.run(EXPORT, &["--module", "Leads", "--output", "leads.ndjson"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert_eq!(records(&account.read("leads.ndjson")).len(), 400, "what an earlier run has written stays");
}

#[cfg(unix)]
#[test]
fn ctrl_c_leaves_whole_lines() {
    let account = with_leads(1_000, "v2");
    account.emulator.fault(On::path("/crm/v2/Leads").after(3), Fault::Silence);
    let child = account.command(EXPORT, &["--module", "Leads", "--output", "leads.ndjson"]).spawn().unwrap();
    account.wait_for(|counters| counters.calls_to("GET", "/crm/v2/Leads") == 4);
    account.interrupt(&child);
    let ran = Ran::of(child.wait_with_output().unwrap());
    assert_eq!(ran.code, Some(2), "{ran:?}");
    let text = account.read("leads.ndjson");
    assert!(text.ends_with('\n'));
    assert_eq!(records(&text).len(), 600, "all that was read");
}

#[test]
fn a_wrong_configuration_is_not_done() {
    let account = Account::new();
    account.write("zcrm.json", "{}");
    let ran = account.run(EXPORT, &["--module", "Leads"]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.stderr.contains("client_id"), "{ran:?}");
}
