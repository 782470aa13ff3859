//! `export --resume` and `--plan`, as processes that are killed, against the emulator.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod program;

use std::collections::BTreeSet;
use std::process::Child;
use std::thread;
use std::time::Duration;

use program::{Account, Ran};
use serde_json::Value;
use zcrm_emulator::{Fault, MadeUpLeads, On, Options, Reply};

const ZCRM: &str = env!("CARGO_BIN_EXE_zcrm");
const WAYS: [&str; 3] = ["pages", "query", "bulk"];

fn with_leads(leads: u64, version: &str) -> Account {
    let account = Account::with(Options { leads, ..Options::default() }, version);
    account.emulator.behave(|behaviour| {
        behaviour.bulk_page = 700;
        behaviour.bulk_downloads_a_minute = None;
    });
    account
}

/// An export of all leads by this way into `leads.ndjson`.
fn export<'a>(way: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let export =
        ["export", "--module", "Leads", "--fields", "Last_Name,City", "--output", "leads.ndjson", "--way", way];
    [&export[..], more].concat()
}

fn ids(account: &Account) -> Vec<String> {
    let text = account.read("leads.ndjson");
    text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["id"].as_str().unwrap().to_owned()).collect()
}

fn assert_whole(account: &Account, leads: usize) {
    let ids = ids(account);
    assert_eq!(ids.len(), leads, "no row comes twice");
    assert_eq!(ids.into_iter().collect::<BTreeSet<_>>().len(), leads, "no row is missing");
    for left in ["leads.ndjson.part", "leads.ndjson.cursor"] {
        assert!(!account.path(left).exists(), "{left}");
    }
}

/// Waits for a moment at which the program is to be killed.
fn still_running_after(child: &mut Child, moment: Duration) -> bool {
    thread::sleep(moment);
    child.try_wait().unwrap().is_none()
}

#[test]
fn what_broke_off_is_gone_on_with_and_counted_as_one() {
    for (version, way) in [("v2", "pages"), ("v8", "pages"), ("v2", "query"), ("v8", "query")] {
        let account = with_leads(6_000, version);
        let path = if way == "query" { format!("/crm/{version}/coql") } else { format!("/crm/{version}/Leads") };
        let refusal = Reply::error(403, "NO_PERMISSION", "permission denied");
        // By COQL the count comes first, and pages of v8 are large.
        let passed = if (version, way) == ("v8", "query") { 2 } else { 4 };
        account.emulator.fault(On::exactly(path).after(passed), Fault::Reply(refusal));
        let ran = account.run(ZCRM, &export(way, &[]));
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{ran:?}");
        assert!(ran.stderr.contains("--resume"), "{ran:?}");
        account.emulator.clear_faults();

        let ran = account.run(ZCRM, &export(way, &["--resume", "--since", "2020-01-01T00:00:00+00:00"]));
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""), "{ran:?}");
        assert!(ran.stderr.contains("since was null"), "{ran:?}");
        let other = if way == "query" { "bulk" } else { "query" };
        let ran = account.run(ZCRM, &export(other, &["--resume"]));
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""), "{ran:?}");
        assert!(ran.stderr.contains("the cursor is of a scan"), "{ran:?}");

        account.emulator.reset_counters();
        let ran = account.run(ZCRM, &export(way, &["--resume"]));
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), "records=6000\n"), "{ran:?}");
        assert_whole(&account, 6_000);
        let calls = account.emulator.counters().total_calls();
        assert!(calls < 30, "{calls} calls: what was read is not read again");
    }
}

#[test]
fn killed_at_any_moment_and_gone_on_with_nothing_is_missing_or_doubled() {
    for (version, workers) in [("v2", "1"), ("v8", "3")] {
        for way in WAYS {
            let account = with_leads(0, version);
            account.emulator.make_up_leads(MadeUpLeads { id_gap: 7, per_second: 20, ..MadeUpLeads::of(2_500) });
            account.emulator.behave(|behaviour| behaviour.delay = Duration::from_millis(20));
            let (mut kills, mut how) = (0, "--resume");
            loop {
                let arguments = export(way, &[how, "--workers", workers]);
                let mut child = account.command(ZCRM, &arguments).spawn().unwrap();
                let moment = Duration::from_millis(fastrand::u64(20..600));
                if kills < 6 && still_running_after(&mut child, moment) {
                    child.kill().unwrap();
                    child.wait().unwrap();
                    (kills, how) = (kills + 1, "--resume");
                    continue;
                }
                let ran = Ran::of(child.wait_with_output().unwrap());
                if way == "bulk" && ran.code == Some(1) && ran.stderr.contains("whether Zoho started the job") {
                    // Killed between a request for a job and its response.
                    how = "--fresh";
                    continue;
                }
                assert_eq!((ran.code, ran.last_line()), (Some(0), "records=2500"), "{way} {version}: {ran:?}");
                break;
            }
            assert_whole(&account, 2_500);
        }
    }
}

#[test]
fn a_bulk_job_is_taken_up_and_never_started_twice_unless_told() {
    for version in ["v2", "v8"] {
        let account = with_leads(600, version);
        let starts = || account.emulator.counters().calls_to("POST", &format!("/crm/bulk/{version}/read"));
        account.emulator.behave(|behaviour| behaviour.bulk_polls = 1_000_000);
        let mut child = account.command(ZCRM, &export("bulk", &[])).spawn().unwrap();
        // The fields, the count, the start, and the first question for its state.
        account.wait_for(|counters| counters.total_calls() >= 4);
        child.kill().unwrap();
        child.wait().unwrap();
        account.emulator.behave(|behaviour| behaviour.bulk_polls = 0);
        let ran = account.run(ZCRM, &export("bulk", &[]));
        assert_eq!(ran.code, Some(1), "{ran:?}");
        assert!(ran.stderr.contains("--resume") && ran.stderr.contains("--fresh"), "{ran:?}");
        let ran = account.run(ZCRM, &export("bulk", &["--resume"]));
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), "records=600\n"), "{ran:?}");
        assert_eq!(starts(), 1, "{version}");
        assert_whole(&account, 600);

        account.emulator.fault(On::path("/crm/bulk/").method("POST").times(1), Fault::ResetAfterWork);
        assert_eq!(account.run(ZCRM, &export("bulk", &[])).code, Some(1));
        for again in [&["--resume"][..], &[]] {
            let ran = account.run(ZCRM, &export("bulk", again));
            assert_eq!(ran.code, Some(1), "{ran:?}");
            assert!(ran.stderr.contains("--fresh"), "{ran:?}");
        }
        assert_eq!(starts(), 2, "{version}");
        let ran = account.run(ZCRM, &export("bulk", &["--fresh"]));
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), "records=600\n"), "{ran:?}");
        assert_eq!(starts(), 3, "{version}");
    }
}

#[cfg(unix)]
#[test]
fn ctrl_c_waits_for_the_job_that_is_being_started() {
    let account = with_leads(600, "v8");
    let starts = || account.emulator.counters().calls_to("POST", "/crm/bulk/v8/read");
    account.emulator.fault(On::path("/crm/bulk/").method("POST").times(1), program::held());
    let child = account.command(ZCRM, &export("bulk", &[])).spawn().unwrap();
    account.wait_for(|counters| counters.calls_to("POST", "/crm/bulk/v8/read") > 0);
    let ran = account.signal_within_call(child, "-INT");
    assert_eq!(ran.code, Some(2), "{ran:?}");
    let ran = account.run(ZCRM, &export("bulk", &["--resume"]));
    assert_eq!((ran.code, ran.stdout.as_str(), starts()), (Some(0), "records=600\n", 1), "{ran:?}");
    assert_whole(&account, 600);
}

#[test]
fn csv_is_gone_on_with_behind_its_header() {
    let account = with_leads(5_000, "v8");
    let refusal = Reply::error(403, "NO_PERMISSION", "permission denied");
    account.emulator.fault(On::exactly("/crm/v8/coql").after(2), Fault::Reply(refusal));
    let arguments = export("query", &["--format", "csv", "--resume"]);
    assert_eq!(account.run(ZCRM, &arguments).code, Some(2));
    account.emulator.clear_faults();
    let ran = account.run(ZCRM, &arguments);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), "records=5000\n"), "{ran:?}");
    let text = account.read("leads.ndjson");
    let rows: BTreeSet<String> =
        csv::Reader::from_reader(text.as_bytes()).records().map(|row| row.unwrap()[0].to_owned()).collect();
    assert_eq!(rows.len(), 5_000);
}

#[test]
fn a_plan_is_what_the_export_then_costs() {
    for version in ["v2", "v8"] {
        for way in ["auto", "pages", "query", "bulk"] {
            let account = with_leads(5_000, version);
            account.emulator.behave(|behaviour| behaviour.bulk_page = 200_000);
            let ran = account.run(ZCRM, &export(way, &["--plan"]));
            assert_eq!(ran.code, Some(0), "{ran:?}");
            assert!(!account.path("leads.ndjson").exists());
            let planned = account.emulator.counters();
            assert!(planned.total_calls() <= 3 && planned.credits <= 3, "{planned:?}");
            let number = |name: &str| -> f64 {
                let word = ran.last_line().split(' ').find_map(|word| word.strip_prefix(name)).unwrap();
                word.parse().unwrap()
            };
            let (calls, credits) = (number("calls="), number("credits="));
            assert!(ran.last_line().starts_with("way=") && number("seconds=") >= 0.0);
            account.emulator.reset_counters();
            assert_eq!(account.run(ZCRM, &export(way, &[])).code, Some(0));
            let counted = account.emulator.counters();
            // How often the state of a job has to be asked for, nobody knows before.
            let polls = if counted.calls_to("POST", &format!("/crm/bulk/{version}/read")) > 0 { 2.0 } else { 0.0 };
            let near = |planned: f64, counted: u64| (planned - counted as f64).abs() <= 0.05 * counted as f64 + polls;
            assert!(near(calls, counted.total_calls()), "{way} {version}: {calls} planned, {counted:?}");
            assert!(near(credits, counted.credits), "{way} {version}: {credits} planned, {counted:?}");
        }
    }
}

#[test]
fn a_condition_means_the_same_whatever_the_way() {
    for version in ["v2", "v8"] {
        let account = with_leads(1_000, version);
        let mut sets = Vec::new();
        for way in ["query", "bulk", "auto"] {
            let ran = account.run(ZCRM, &export(way, &["--where", "City = 'Oslo' and Last_Name like 'B%'"]));
            assert_eq!(ran.code, Some(0), "{ran:?}");
            sets.push(ids(&account).into_iter().collect::<BTreeSet<_>>());
        }
        assert!(!sets[0].is_empty() && sets.iter().all(|set| *set == sets[0]), "{version}");
        let ran = account.run(ZCRM, &export("auto", &["--where", "City = "]));
        assert_eq!(ran.code, Some(1), "{ran:?}");
    }
}

#[test]
fn pages_are_read_where_nothing_else_serves_and_where_they_are_cheapest() {
    for version in ["v2", "v8"] {
        let account = with_leads(300, version);
        let scope = Reply::error(401, "OAUTH_SCOPE_MISMATCH", "invalid oauth scope to access this URL");
        account.emulator.fault(On::exactly(format!("/crm/{version}/coql")), Fault::Reply(scope.clone()));
        account.emulator.fault(On::path("/crm/bulk/"), Fault::Reply(scope));
        let ran = account.run(ZCRM, &export("auto", &[]));
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), "records=300\n"), "{ran:?}");
        assert_eq!(ran.stderr, "", "they miss nothing");
        assert_whole(&account, 300);

        account.emulator.clear_faults();
        let ran = account.run(ZCRM, &["export", "--module", "Leads", "--plan"]);
        assert!(ran.last_line().starts_with("way=pages"), "a file is a field: {ran:?}");
        assert!(ran.stderr.contains("by COQL it takes"), "{ran:?}");
        let ran = account.run(ZCRM, &["export", "--module", "Leads", "--output", "all.ndjson"]);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), "records=300\n"), "{ran:?}");
        let all = account.read("all.ndjson");
        assert!(all.lines().all(|line| line.contains(r#""Contract":"#) && line.contains(r#""City":"#)), "{all}");
    }
}

#[test]
fn killed_before_the_file_had_its_name_an_export_is_only_given_it() {
    let account = with_leads(3_000, "v8");
    let refusal = Reply::error(403, "NO_PERMISSION", "permission denied");
    account.emulator.fault(On::exactly("/crm/v8/coql").after(2), Fault::Reply(refusal));
    assert_eq!(account.run(ZCRM, &export("query", &[])).code, Some(2));
    let cursor = account.read("leads.ndjson.cursor");
    let mut cursor: Value = serde_json::from_str(&cursor).unwrap();
    let written = account.read("leads.ndjson.part").lines().count();
    (cursor["complete"], cursor["cursor"]) = (true.into(), Value::Null);
    account.write("leads.ndjson.cursor", cursor.to_string());
    account.emulator.reset_counters();
    let ran = account.run(ZCRM, &export("query", &["--resume"]));
    assert_eq!((ran.code, ran.stdout), (Some(0), format!("records={written}\n")), "{}", ran.stderr);
    assert_eq!(ids(&account).len(), written);
    assert_eq!(account.emulator.counters().calls_to("POST", "/crm/v8/coql"), 0);
}
