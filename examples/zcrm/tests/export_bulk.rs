//! `export --way bulk`, as a process, against the emulator.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod program;

use std::collections::BTreeSet;

use program::Account;
use serde_json::Value;
use zcrm_emulator::{Fault, On, Options};

const ZCRM: &str = env!("CARGO_BIN_EXE_zcrm");

fn with_leads(leads: u64, version: &str) -> Account {
    let account = Account::with(Options { leads, ..Options::default() }, version);
    account.emulator.behave(|behaviour| {
        behaviour.bulk_polls = 0;
        behaviour.bulk_page = 400;
    });
    account
}

#[test]
fn every_record_comes_once_from_as_many_jobs_as_it_takes() {
    for version in ["v2", "v8"] {
        let account = with_leads(1_000, version);
        let ran = account.run(ZCRM, &["export", "--module", "Leads", "--way", "bulk", "--output", "leads.ndjson"]);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), "records=1000\n"), "{ran:?}");
        let text = account.read("leads.ndjson");
        let ids: BTreeSet<String> = text
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap()["id"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(ids.len(), 1_000);
        assert_eq!(account.emulator.counters().calls_to("POST", &format!("/crm/bulk/{version}/read")), 3);
        // The fields and the count, and for each job its start, its state and its file.
        assert_eq!(account.emulator.counters().credits, 2 + 3 * (50 + 1 + 1));
    }
}

#[test]
fn the_id_alone_and_ranges_of_numbers() {
    for version in ["v2", "v8"] {
        let account = with_leads(300, version);
        let export = ["export", "--module", "Leads", "--way", "bulk", "--fields", "id"];
        let all = account.run(ZCRM, &export);
        assert_eq!((all.code, all.stdout.lines().count()), (Some(0), 300), "{all:?}");
        assert!(all.stdout.lines().all(|line| line.starts_with(r#"{"id":"#) && line.len() < 40), "{all:?}");

        let mut ids: Vec<&str> = all.stdout.lines().map(|line| line.trim_matches(|c: char| !c.is_numeric())).collect();
        ids.sort_unstable();
        let between = format!("id between '{}' and {}", ids[10], ids[59]);
        let some = account.run(ZCRM, &[&export[..], &["--where", &between]].concat());
        assert_eq!((some.code, some.stdout.lines().count()), (Some(0), 50), "{some:?}");
    }
}

#[test]
fn csv_and_a_moment_and_fields_that_zoho_does_not_export() {
    let account = with_leads(10, "v8");
    account.emulator.behave(|behaviour| behaviour.bulk_refused_fields = vec!["City".to_owned()]);
    let ran = account.run(
        ZCRM,
        &[
            "export",
            "--module",
            "Leads",
            "--way",
            "bulk",
            "--format",
            "csv",
            "--fields",
            "id,Last_Name,City,Interests",
            "--since",
            "2024-01-01T00:07:00+00:00",
        ],
    );
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let lines: Vec<&str> = ran.stdout.lines().collect();
    assert_eq!(lines[0], "id,Last_Name,City,Interests");
    assert_eq!(lines.len(), 1 + 2, "{ran:?}");
    assert!(lines[1].ends_with(",Brown 8,,Skiing;Chess"), "{ran:?}");
    assert!(ran.stderr.contains("refuses City"), "{ran:?}");
}

#[test]
fn a_lost_answer_is_told_and_no_job_is_started_twice() {
    let account = with_leads(10, "v8");
    account.emulator.fault(On::path("/crm/bulk/").method("POST"), Fault::ResetAfterWork);
    let ran = account.run(ZCRM, &["export", "--module", "Leads", "--way", "bulk", "--output", "leads.ndjson"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.stderr.contains("whether Zoho started the job is not known"), "{ran:?}");
    assert_eq!(account.emulator.counters().calls_to("POST", "/crm/bulk/v8/read"), 1);
    assert!(!account.path("leads.ndjson").exists());
}
