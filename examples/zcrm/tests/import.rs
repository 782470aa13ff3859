//! `import`, as a process, against the emulator: whatever goes wrong, every row is accounted for and nothing is sent
//! twice.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod program;

use std::collections::BTreeSet;

use program::{Account, Ran};
use serde_json::json;
use zcrm_emulator::{Fault, On, Reply};

const ZCRM: &str = env!("CARGO_BIN_EXE_zcrm");
const LEADS: [&str; 5] = ["import", "--module", "Leads", "--input", "leads.csv"];
const REJECTS: [&str; 9] = [
    "import",
    "--module",
    "Leads",
    "--input",
    "leads.csv",
    "--rejects",
    "rejects.csv",
    "--unanswered",
    "unanswered.csv",
];

/// So many valid rows.
fn rows(count: usize) -> String {
    let row = |at| format!("Lead {at},lead{at}@example.com,{at}\n");
    std::iter::once("Last_Name,Email,No_of_Employees\n".to_owned()).chain((0..count).map(row)).collect()
}

/// The rows of a file of rejects, each with its reason last.
fn rows_of(account: &Account, file: &str) -> Vec<Vec<String>> {
    let mut sheet = csv::Reader::from_path(account.path(file)).unwrap();
    assert_eq!(sheet.headers().unwrap().iter().next_back(), Some("zcrm_reason"));
    sheet.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
}

/// How often each lead arrived.
fn arrivals(account: &Account) -> Vec<String> {
    account.sent().concat().iter().map(|lead| lead["Last_Name"].as_str().unwrap().to_owned()).collect()
}

fn assert_nothing_was_sent_twice(account: &Account) {
    let arrived = arrivals(account);
    assert_eq!(arrived.iter().collect::<BTreeSet<_>>().len(), arrived.len());
}

fn posts() -> On {
    On::path("/crm/v2/Leads").method("POST")
}

#[test]
fn ten_thousand_rows_cost_a_hundred_calls_and_the_metadata() {
    let account = Account::new();
    account.write("leads.csv", rows(10_000));
    let ran = account.run(ZCRM, &REJECTS);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(ran.stdout, "created=10000 updated=0 refused=0 unanswered=0 not_sent=0\n");
    assert_eq!(ran.stderr, "", "quiet in a pipe");
    let counters = account.emulator.counters();
    assert_eq!((counters.total_calls(), counters.connections), (101, 1));
    assert_eq!(account.emulator.count_records("Leads"), 10_000);
    assert_nothing_was_sent_twice(&account);
    assert_eq!(account.read("rejects.csv"), "Last_Name,Email,No_of_Employees,zcrm_reason\n");
}

#[test]
fn cells_become_values_of_the_fields_types() {
    let account = Account::new();
    let header =
        "Last_Name,No_of_Employees,Annual_Revenue,Score,Email_Opt_Out,Interests,Follow_Up,External_Number,Owner,Fax";
    let owner = account.client().users().current().unwrap().id.unwrap();
    let cells = format!("\"Berg, \"\"B\"\"\",12,1000.5,7.25,TRUE,Skiing; Chess,2026-12-24,9007199254740993,{owner},");
    account.write("leads.csv", format!("{header}\n{cells}\n"));
    account.emulator.reset_counters();
    let ran = account.run(ZCRM, &LEADS);
    assert_eq!(ran.last_line(), "created=1 updated=0 refused=0 unanswered=0 not_sent=0", "{ran:?}");
    let sent = json!({
        "Last_Name": "Berg, \"B\"", "No_of_Employees": 12, "Annual_Revenue": 1000.5, "Score": 7.25,
        "Email_Opt_Out": true,
        "Interests": ["Skiing", "Chess"], "Follow_Up": "2026-12-24", "External_Number": "9007199254740993",
        "Owner": { "id": owner.as_str() },
    });
    assert_eq!(account.sent(), [[sent]], "an empty cell is not sent");
}

#[test]
fn refused_and_malformed_rows_go_to_the_rejects_and_can_be_fed_back() {
    let account = Account::new();
    let mut input =
        b"Last_Name,Email,No_of_Employees\nGood,good@example.com,1\nTwelve,t@example.com,twelve\n,no@example.com,2\n\
        Mail,nonsense,3\nShort,s@example.com\nLong,l@example.com,4,5\nBytes,\xff@example.com,6\n"
            .to_vec();
    input.extend_from_slice(b"Open,\"o@example.com,7\n");
    account.write("leads.csv", input);
    let ran = account.run(ZCRM, &REJECTS);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert_eq!(ran.last_line(), "created=1 updated=0 refused=7 unanswered=0 not_sent=0");
    assert_eq!(account.emulator.count_records("Leads"), 1);
    let text = String::from_utf8_lossy(&std::fs::read(account.path("rejects.csv")).unwrap()).into_owned();
    for reason in [
        "No_of_Employees is \"\"twelve\"\", not a whole number",
        "refused: MANDATORY_NOT_FOUND",
        "refused: INVALID_DATA",
        "the row has 2 cells, and the header 3",
        "the row has 4 cells, and the header 3",
        "Email is not UTF-8",
        "Email begins with a quotation mark that is never closed",
    ] {
        assert!(text.contains(reason), "{reason}: {text}");
    }
    let mut sheet = csv::Reader::from_path(account.path("rejects.csv")).unwrap();
    let rows: Vec<csv::ByteRecord> = sheet.byte_records().map(Result::unwrap).collect();
    assert!(rows.iter().any(|row| &row[1] == b"\xff@example.com"), "cells stay as they were");

    let corrected = "Last_Name,Email,No_of_Employees,zcrm_reason\nTwelve,t@example.com,12,\"refused: it was twelve\"\n";
    account.write("leads.csv", corrected);
    let ran = account.run(ZCRM, &REJECTS);
    assert_eq!(ran.last_line(), "created=1 updated=0 refused=0 unanswered=0 not_sent=0", "{ran:?}");
    assert!(account.sent().concat().iter().all(|lead| lead.get("zcrm_reason").is_none()));
}

#[test]
fn a_lost_answer_is_unanswered_and_not_sent_again() {
    let account = Account::new();
    account.write("leads.csv", rows(500));
    account.emulator.fault(posts().after(1).times(1), Fault::ResetAfterWork);
    account.emulator.fault(posts().after(2).times(1), Fault::Reply(Reply::html(502)));
    let ran = account.run(ZCRM, &REJECTS);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert_eq!(ran.last_line(), "created=300 updated=0 refused=0 unanswered=200 not_sent=0");
    assert_nothing_was_sent_twice(&account);
    assert_eq!(arrivals(&account).len(), 500);
    assert_eq!(rows_of(&account, "rejects.csv").len(), 0);
    let rejects = rows_of(&account, "unanswered.csv");
    assert_eq!(rejects.len(), 200);
    assert!(rejects.iter().all(|row| row[3].starts_with("unanswered: ")));
    let lost: BTreeSet<&str> = rejects.iter().map(|row| row[0].as_str()).collect();
    let sent = account.sent();
    let unanswered = sent.iter().filter(|call| lost.contains(call[0]["Last_Name"].as_str().unwrap()));
    assert_eq!(unanswered.map(Vec::len).sum::<usize>(), 200, "whole calls");
}

#[test]
fn an_upsert_whose_answer_was_lost_is_sent_again() {
    let account = Account::new();
    account.write("leads.csv", rows(300));
    account.emulator.fault(posts().after(1).times(1), Fault::ResetAfterWork);
    let upsert = [&REJECTS[..], &["--upsert-by", "Email"]].concat();
    let ran = account.run(ZCRM, &upsert);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(ran.last_line(), "created=300 updated=0 refused=0 unanswered=0 not_sent=0");
    assert_eq!(account.emulator.count_records("Leads"), 300);
    let ran = account.run(ZCRM, &upsert);
    assert_eq!(ran.last_line(), "created=0 updated=300 refused=0 unanswered=0 not_sent=0", "{ran:?}");
    assert_eq!(account.emulator.count_records("Leads"), 300);
}

#[test]
fn dying_tokens_and_a_busy_server_cost_nothing() {
    let account = Account::new();
    account.write("leads.csv", rows(500));
    account.emulator.fault(posts().after(1).times(1), Fault::Reply(Reply::invalid_token()));
    account.emulator.fault(posts().after(2).times(2), Fault::Reply(Reply::too_many_requests().retry_after(0)));
    account.emulator.fault(posts().after(3).times(1), Fault::Reply(Reply::invalid_token()));
    account.emulator.expire_tokens_now();
    let ran = account.run(ZCRM, &REJECTS);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(ran.last_line(), "created=500 updated=0 refused=0 unanswered=0 not_sent=0");
    assert_eq!(account.emulator.count_records("Leads"), 500);
}

#[test]
fn without_working_tokens_nothing_is_sent_and_every_row_comes_back() {
    let account = Account::new();
    account.write("leads.csv", rows(250));
    account.emulator.fault(posts().after(1), Fault::Reply(Reply::invalid_token()));
    let ran = account.run(ZCRM, &REJECTS);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert_eq!(ran.last_line(), "created=100 updated=0 refused=0 unanswered=0 not_sent=150");
    let reasons = ran.stderr.lines().filter(|line| line.starts_with("rows 101 to 250: not_sent: ")).count();
    assert_eq!(reasons, 1, "it is said why, and once: {ran:?}");
    assert_eq!(account.emulator.count_records("Leads"), 100);
    assert_eq!(rows_of(&account, "rejects.csv").len(), 0, "they are not rejected: the same command goes on");
    account.emulator.clear_faults();
    let client = account.client();
    client.oauth().refresh(client.user().unwrap()).unwrap();
    let ran = account.run(ZCRM, &REJECTS);
    assert_eq!(ran.last_line(), "created=250 updated=0 refused=0 unanswered=0 not_sent=0", "{ran:?}");
    assert_eq!(account.emulator.count_records("Leads"), 250);
}

#[test]
fn what_cannot_begin_is_not_done_and_says_why() {
    let account = Account::new();
    account.write("leads.csv", "Last_Name,City2\nBerg,Oslo\n");
    let ran = account.run(ZCRM, &LEADS);
    assert_eq!(ran.code, Some(1));
    assert!(ran.stderr.contains("no field City2"), "{ran:?}");
    account.write("leads.csv", rows(2));
    let ran = account.run(ZCRM, &[&LEADS[..], &["--upsert-by", "Phone"]].concat());
    assert!(ran.code == Some(1) && ran.stderr.contains("no column Phone"), "{ran:?}");
    // The same file where names that differ in case are one, as on Windows and macOS.
    let other_case = account.path("LEADS.CSV").exists().then_some("LEADS.CSV");
    for rejects in ["leads.csv"].into_iter().chain(other_case) {
        let ran = account.run(ZCRM, &[&LEADS[..], &["--rejects", rejects]].concat());
        assert!(ran.code == Some(1) && ran.stderr.contains("is being read"), "{ran:?}");
    }
    assert_eq!(account.read("leads.csv"), rows(2));
    assert_eq!(account.emulator.count_records("Leads"), 0);
}

#[test]
fn no_row_done_is_not_done() {
    let account = Account::new();
    account.write("leads.csv", "Last_Name,No_of_Employees\nBerg,many\n");
    let ran = account.run(ZCRM, &LEADS);
    assert_eq!((ran.code, ran.last_line()), (Some(1), "created=0 updated=0 refused=1 unanswered=0 not_sent=0"));
    assert!(ran.stderr.contains("not a whole number"), "without a file of rejects: {ran:?}");
}

#[cfg(unix)]
#[test]
fn ctrl_c_waits_for_the_call_under_way_and_accounts_for_every_row() {
    for files in [true, false] {
        let account = Account::new();
        account.write("leads.csv", rows(500) + "X,x@example.com,many\n");
        account.emulator.fault(posts().after(1).times(1), program::held());
        let child = account.command(ZCRM, if files { &REJECTS } else { &LEADS }).spawn().unwrap();
        account.wait_for(|counters| counters.calls_to("POST", "/crm/v2/Leads") == 2);
        let ran = account.signal_within_call(child, "-INT");
        assert_eq!(ran.code, Some(2), "{ran:?}");
        assert_eq!(ran.last_line(), "created=200 updated=0 refused=1 unanswered=0 not_sent=300", "{ran:?}");
        assert_eq!(account.emulator.count_records("Leads"), 200);
        if !files {
            assert!(ran.stderr.contains("rows 201 to 500: not_sent"), "{ran:?}");
            assert!(ran.stderr.contains("row 501: refused"), "{ran:?}");
            continue;
        }
        let ran = account.run(ZCRM, &REJECTS);
        assert_eq!(ran.last_line(), "created=500 updated=0 refused=1 unanswered=0 not_sent=0", "{ran:?}");
        assert_nothing_was_sent_twice(&account);
        assert_eq!(account.emulator.count_records("Leads"), 500);
    }
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_the_wait_for_a_rate_limit() {
    let account = Account::new();
    account.write("leads.csv", rows(500));
    account.emulator.fault(posts().after(1), Fault::Reply(Reply::too_many_requests().retry_after(60)));
    let begun = std::time::Instant::now();
    let child = account.command(ZCRM, &REJECTS).spawn().unwrap();
    account.wait_for(|counters| counters.faults == 1);
    account.interrupt(&child);
    let ran = Ran::of(child.wait_with_output().unwrap());
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert_eq!(ran.last_line(), "created=100 updated=0 refused=0 unanswered=0 not_sent=400", "{ran:?}");
    assert!(begun.elapsed() < std::time::Duration::from_secs(30), "{:?}", begun.elapsed());
    for rows in ["rows 101 to 200: not_sent", "rows 201 to 500: not_sent"] {
        assert!(ran.stderr.contains(rows), "{ran:?}");
    }
}

#[cfg(unix)]
#[test]
fn a_second_ctrl_c_ends_at_once_and_tells_what_is_known() {
    let account = Account::new();
    account.write("leads.csv", rows(500));
    account.emulator.fault(posts().after(1), Fault::Silence);
    let mut child = account.command(ZCRM, &REJECTS).spawn().unwrap();
    account.wait_for(|counters| counters.faults == 1);
    let mut stderr = std::io::BufReader::new(child.stderr.take().unwrap());
    account.interrupt(&child);
    let mut line = String::new();
    std::io::BufRead::read_line(&mut stderr, &mut line).unwrap();
    assert!(line.starts_with("interrupted"), "{line}");
    account.interrupt(&child);
    let ran = Ran::of(child.wait_with_output().unwrap());
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert_eq!(ran.last_line(), "created=100 updated=0 refused=0 unanswered=100 not_sent=300", "{ran:?}");
    let doubtful = rows_of(&account, "unanswered.csv");
    assert_eq!(doubtful.len(), 100);
    assert_eq!(doubtful[0][0], "Lead 100");
}

#[test]
fn unanswered_rows_are_not_imported_again_unseen() {
    let account = Account::new();
    account.write("leads.csv", rows(300));
    account.emulator.fault(posts().after(1).times(1), Fault::ResetAfterWork);
    let ran = account.run(ZCRM, &REJECTS);
    assert_eq!(ran.last_line(), "created=200 updated=0 refused=0 unanswered=100 not_sent=0", "{ran:?}");
    account
        .write("leads.csv", "Last_Name,Email,No_of_Employees,zcrm_reason\nLead 1,a@example.com,1,unanswered: lost\n");
    let ran = account.run(ZCRM, &[&LEADS[..], &["--fresh"]].concat());
    assert_eq!(ran.last_line(), "created=0 updated=0 refused=1 unanswered=0 not_sent=0", "{ran:?}");
    assert!(ran.stderr.contains("row 1: refused: it was sent before and not answered"), "{ran:?}");
    assert_eq!(account.emulator.count_records("Leads"), 300);
    let ran = account.run(ZCRM, &[&LEADS[..], &["--upsert-by", "Email"]].concat());
    assert_eq!(ran.last_line(), "created=1 updated=0 refused=0 unanswered=0 not_sent=0", "{ran:?}");
}

#[test]
fn whatever_a_spreadsheet_writes_is_understood() {
    let lead = json!({ "Last_Name": "Berg", "Company": "A; B, C", "No_of_Employees": 3 });
    for file in [
        "Last_Name;Company;No_of_Employees\nBerg;\"A; B, C\";3\n",
        "\u{feff}Last_Name;Company;No_of_Employees\r\nBerg;\"A; B, C\";3\r\n",
        "Last_Name\tCompany\tNo_of_Employees\nBerg\tA; B, C\t3",
        "sep=;\r\nLast_Name;Company;No_of_Employees\r\nBerg;\"A; B, C\";3\r\n",
        "Last_Name,Company,No_of_Employees,,\n,,,,\n\nBerg,\"A; B, C\",3,,\n , ,,,\n,,,,",
        "Last_Name,,Company,No_of_Employees\rBerg,,\"A; B, C\",3,,,\r",
        "\n;;;\r\nLast_Name;Company;No_of_Employees;;\n\u{a0};\u{3000};;;\nBerg;\"A; B, C\";3\n",
        "Last_Name,Interests,Company,No_of_Employees,Owner\nBerg, ,\"A; B, C\",3,\t\n",
    ] {
        let account = Account::new();
        account.write("leads.csv", file);
        let ran = account.run(ZCRM, &REJECTS);
        assert_eq!((ran.code, ran.last_line()), (Some(0), "created=1 updated=0 refused=0 unanswered=0 not_sent=0"));
        assert_eq!(account.sent(), [[lead.clone()]], "{file:?}");
    }
    let account = Account::new();
    account.write("leads.csv", "Last_Name|Company\nBerg|A,B\n");
    let ran = account.run(ZCRM, &LEADS);
    assert!(ran.code == Some(1) && ran.stderr.contains("--separator"), "{ran:?}");
    let ran = account.run(ZCRM, &[&LEADS[..], &["--separator", "|"]].concat());
    assert_eq!(ran.code, Some(0), "{ran:?}");
    account.write("leads.csv", "Last_Name,Company,\nBerg,Acme,more\n");
    let ran = account.run(ZCRM, &LEADS);
    assert!(ran.stderr.contains("row 1: refused: column 3 has no name"), "{ran:?}");
    account.write("leads.csv", b"\xff\xfeL\0a\0");
    let ran = account.run(ZCRM, &LEADS);
    assert!(ran.code == Some(1) && ran.stderr.contains("UTF-16"), "{ran:?}");
}

#[test]
fn a_misplaced_quotation_mark_costs_its_row_alone() {
    let account = Account::new();
    let file = "Last_Name,Company\nA,5\" pipe\n\"naka, \\\"who is there?\\\" x\",Acme\n\
        B,\"never closed\nC,Acme\nD,\"a \"\"b\"\"\"";
    account.write("leads.csv", file);
    let ran = account.run(ZCRM, &LEADS);
    assert_eq!(ran.last_line(), "created=2 updated=0 refused=3 unanswered=0 not_sent=0", "{ran:?}");
    for text in
        ["row 1: refused: Company has a quotation", "row 2: refused: Last_Name has a quotation mark after a backslash"]
    {
        assert!(ran.stderr.contains(text), "{text}: {ran:?}");
    }
    assert_eq!(account.sent()[0][1]["Company"], "a \"b\"");
}

#[test]
fn of_a_cell_without_end_no_more_is_kept_than_a_record_can_hold() {
    let account = Account::new();
    let much = "x".repeat(8 << 20);
    account.write("leads.csv", format!("Last_Name,Company\nA,\"{much}\"\nB,Acme\n"));
    let ran = account.run(ZCRM, &REJECTS);
    assert_eq!(ran.last_line(), "created=1 updated=0 refused=1 unanswered=0 not_sent=0", "{ran:?}");
    let rejects = account.read("rejects.csv");
    assert!(rejects.contains("the row is longer than 1024 KiB") && rejects.len() < 2 << 20, "{}", rejects.len());
}

#[test]
fn numbers_are_sent_digit_by_digit() {
    let account = Account::new();
    let numbers = ["1.10", "12345678901234567.89", "0.1000000000000000055", "-0.0", "1e3"];
    let lines: String = numbers.iter().map(|number| format!("Berg,{number}\n")).collect();
    account.write("leads.csv", format!("Last_Name,Annual_Revenue\n{lines}"));
    for arguments in [&LEADS[..], &[&LEADS[..], &["--upsert-by", "Last_Name"]].concat()] {
        account.emulator.reset_counters();
        let ran = account.run(ZCRM, arguments);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        let posted = account.emulator.requests().into_iter().find(|request| request.method == "POST").unwrap();
        let body = String::from_utf8(posted.body).unwrap();
        for number in numbers {
            assert!(body.contains(&format!(":{number}}}")), "{number}: {body}");
        }
    }
}

#[test]
fn rows_come_from_standard_input() {
    let account = Account::new();
    let mut command = account.command(ZCRM, &["import", "--module", "Leads", "--input", "-"]);
    let mut child = command.stdin(std::process::Stdio::piped()).spawn().unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), rows(3).as_bytes()).unwrap();
    let ran = Ran::of(child.wait_with_output().unwrap());
    assert_eq!(ran.last_line(), "created=3 updated=0 refused=0 unanswered=0 not_sent=0", "{ran:?}");
}

#[test]
fn a_dry_run_checks_and_sends_nothing() {
    let account = Account::new();
    account.write("leads.csv", "Last_Name,No_of_Employees\nBerg,1\nDahl,many\n");
    let ran = account.run(ZCRM, &[&LEADS[..], &["--dry-run"]].concat());
    assert_eq!((ran.code, ran.plan()), (Some(2), "way=records calls=1 credits=1"));
    assert!(ran.stdout.starts_with("row 2: No_of_Employees is \"many\", not a whole number"), "{ran:?}");
    account.write("leads.csv", rows(3));
    let ran = account.run(ZCRM, &[&LEADS[..], &["--dry-run"]].concat());
    assert_eq!((ran.code, ran.plan()), (Some(0), "way=records calls=1 credits=1"));
    assert_eq!(ran.stdout.lines().count(), 1, "{ran:?}");
    assert!(!account.path("leads.csv.journal").exists());
    assert_eq!(account.sent().len(), 0);
}

#[cfg(target_os = "linux")]
#[test]
fn all_is_imported_though_nobody_takes_the_summary() {
    let account = Account::new();
    account.write("leads.csv", rows(150));
    let full = || std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let ran = Ran::of(account.command(ZCRM, &LEADS).stdout(full()).output().unwrap());
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.stderr.contains("cannot be written") && ran.stderr.contains("created=150"), "{ran:?}");
    let ran = Ran::of(account.command(ZCRM, &LEADS).stdout(full()).stderr(full()).output().unwrap());
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(account.emulator.count_records("Leads"), 300);
}

#[test]
fn what_an_earlier_run_has_left_is_not_written_over() {
    let account = Account::new();
    account.write("leads.csv", rows(2));
    account.write("rejects.csv.part", "Last_Name,zcrm_reason\nBerg,refused: x\n");
    let ran = account.run(ZCRM, &REJECTS);
    assert!(ran.code == Some(1) && ran.stderr.contains("rejects.csv.part was left by a run"), "{ran:?}");
    let again = ["import", "--module", "Leads", "--input", "rejects.csv.part", "--rejects", "rejects.csv"];
    let ran = account.run(ZCRM, &again);
    assert!(ran.code == Some(1) && ran.stderr.contains("is being read"), "{ran:?}");
    assert_eq!(account.read("rejects.csv.part"), "Last_Name,zcrm_reason\nBerg,refused: x\n");
    assert_eq!(account.emulator.count_records("Leads"), 0);
}

#[cfg(target_os = "linux")]
#[test]
fn rows_that_a_full_disk_does_not_take_are_named() {
    let account = Account::new();
    account.write("leads.csv", rows(3) + "Short\nShort\n");
    let ran = account.run(ZCRM, &[&LEADS[..], &["--rejects", "/dev/full"]].concat());
    assert_eq!(ran.code, Some(2), "{ran:?}");
    for text in ["row 4: refused", "row 5: refused", "/dev/full cannot be written"] {
        assert!(ran.stderr.contains(text), "{text}: {ran:?}");
    }
    assert_eq!(ran.last_line(), "created=3 updated=0 refused=2 unanswered=0 not_sent=0");
    assert!(account.path("leads.csv.journal").exists(), "the files are not complete, so the same command goes on");
    let ran = account.run(ZCRM, &[&LEADS[..], &["--rejects", "rejects.csv"]].concat());
    assert_eq!(ran.last_line(), "created=3 updated=0 refused=2 unanswered=0 not_sent=0");
    assert_eq!(account.read("rejects.csv").lines().count(), 3);
    assert_eq!(account.emulator.count_records("Leads"), 3);
}

#[cfg(unix)]
#[test]
fn rows_that_were_gathered_and_not_sent_are_not_in_doubt() {
    let account = Account::new();
    let mut command = account.command(ZCRM, &["import", "--module", "Leads", "--input", "-"]);
    let mut child = command.stdin(std::process::Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    // More than what the pipe and the program's buffer hold, and fewer rows than a request takes.
    let row = format!("Berg,{}\n", "x".repeat(5_000));
    std::io::Write::write_all(&mut stdin, format!("Last_Name,Description\n{}", row.repeat(60)).as_bytes()).unwrap();
    let mut stderr = std::io::BufReader::new(child.stderr.take().unwrap());
    account.interrupt(&child);
    std::io::BufRead::read_line(&mut stderr, &mut String::new()).unwrap();
    account.interrupt(&child);
    let ran = Ran::of(child.wait_with_output().unwrap());
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(ran.last_line().starts_with("created=0 updated=0 refused=0 unanswered=0 not_sent="), "{ran:?}");
    assert!(!ran.last_line().ends_with("=0"), "{ran:?}");
    assert_eq!(account.sent().len(), 0);
    drop(stdin);
}

#[cfg(unix)]
#[test]
fn rows_come_through_a_named_pipe_and_go_into_one() {
    let account = Account::new();
    for name in ["in", "out"] {
        assert!(std::process::Command::new("mkfifo").arg(account.path(name)).status().unwrap().success());
    }
    let import = account.command(ZCRM, &["import", "--module", "Leads", "--input", "in"]).spawn().unwrap();
    account.write("in", rows(3));
    let ran = Ran::of(import.wait_with_output().unwrap());
    assert_eq!(ran.last_line(), "created=3 updated=0 refused=0 unanswered=0 not_sent=0", "{ran:?}");
    let export = account.command(ZCRM, &["export", "--module", "Leads", "--output", "out"]).spawn().unwrap();
    assert_eq!(account.read("out").lines().count(), 3);
    let ran = Ran::of(export.wait_with_output().unwrap());
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), "records=3\n"), "{ran:?}");
    assert!(!account.path("out").is_file(), "still a pipe");
}
