//! `query`, as a process, against the emulator.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod program;

use std::collections::HashSet;
use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

use program::{Account, Ran};
use serde_json::Value;
use zcrm_core::Record;
use zcrm_emulator::{Fault, MadeUpLeads, On, Options, Reply};

const ZCRM: &str = env!("CARGO_BIN_EXE_zcrm");

fn with_leads(leads: u64, version: &str) -> Account {
    Account::with(Options { leads, ..Options::default() }, version)
}

fn query(account: &Account, arguments: &[&str]) -> Ran {
    account.run(ZCRM, &[&["query"], arguments].concat())
}

fn rows(lines: &str) -> Vec<Value> {
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn column(text: &str, name: &str) -> Vec<String> {
    rows(text).iter().map(|row| row[name].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_hundred_thousand_rows_cost_at_most_52_requests_and_155_credits() {
    let account = Account::with(Options::default(), "v8");
    account.emulator.make_up_leads(MadeUpLeads { id_gap: 9, ..MadeUpLeads::of(100_000) });
    let ran = query(&account, &["--output", "leads.ndjson", "select Last_Name from Leads"]);
    assert_eq!((ran.code, ran.stdout.as_str(), ran.stderr.as_str()), (Some(0), "rows=100000\n", ""));
    let ids: HashSet<_> = column(&account.read("leads.ndjson"), "id").into_iter().collect();
    assert_eq!(ids.len(), 100_000);
    let counters = account.emulator.counters();
    assert!(counters.total_calls() <= 52 && counters.credits <= 155, "{counters:?}");
}

#[test]
fn a_query_comes_as_an_argument_or_on_standard_input() {
    let account = with_leads(450, "v2");
    let text = "select Last_Name from Leads where id is not null";
    let ran = query(&account, &[text]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    assert_eq!(rows(&ran.stdout).len(), 450);

    let mut child = account.command(ZCRM, &["query"]).stdin(Stdio::piped()).spawn().unwrap();
    // As PowerShell may pipe it.
    let piped = format!("\u{feff}{}", text.replace(' ', "\r\n"));
    child.stdin.take().unwrap().write_all(piped.as_bytes()).unwrap();
    assert_eq!(Ran::of(child.wait_with_output().unwrap()).stdout, ran.stdout);

    let ran = query(&account, &[]);
    assert_eq!(ran.code, Some(1), "standard input is empty");
    assert!(ran.stderr.contains("there is no query"), "{ran:?}");
}

#[test]
fn parameters_are_values_whatever_their_characters() {
    let odd = ["O'Brien", "a \"b\"", "back\\slash", "100% sure", "😀", "x=y:=z", "a' or 'a' = 'a", "--version"];
    for version in ["v2", "v8"] {
        let account = Account::with(Options::default(), version);
        let leads: Vec<_> = odd.iter().map(|name| Record::new().with("Last_Name", *name)).collect();
        let _ = account.client().module("Leads").create(&leads).unwrap().into_result().unwrap();
        for name in odd {
            let parameter = format!("name={name}");
            let text = "select Last_Name from Leads where Last_Name = :name";
            let ran = query(&account, &["--param", &parameter, text]);
            assert_eq!(ran.code, Some(0), "{ran:?}");
            assert_eq!(column(&ran.stdout, "Last_Name"), [name], "{version}");
        }
        let text = "select Last_Name from Leads where Last_Name in :names limit :most";
        let ran = query(&account, &["--param", r#"names:=["O'Brien","😀"]"#, "--param", "most:=5", text]);
        assert_eq!(column(&ran.stdout, "Last_Name"), ["O'Brien", "😀"], "{ran:?}");
    }
}

#[test]
fn csv_has_the_querys_columns() {
    let account = with_leads(2, "v8");
    let text = "select Last_Name, Owner, Owner.email as 'Mail', Interests, Annual_Revenue, Fax from Leads";
    let ran = query(&account, &["--format", "csv", text]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let mut sheet = csv::Reader::from_reader(ran.stdout.as_bytes());
    let header: Vec<_> = sheet.headers().unwrap().iter().map(str::to_owned).collect();
    assert_eq!(header, ["Last_Name", "Owner", "Mail", "Interests", "Annual_Revenue", "Fax"]);
    let first = sheet.records().next().unwrap().unwrap();
    assert_eq!(&first[1], "3652397000000186017");
    assert_eq!((&first[2], &first[3], &first[4], &first[5]), ("abc@xyz.com", "Skiing;Chess", "0.25", ""));

    let ran = query(&account, &["--format", "csv", "select COUNT(id), City from Leads group by City"]);
    assert!(ran.stdout.starts_with("COUNT(id),City\n1,"), "{ran:?}");
    let ran = query(&account, &["--format", "csv", "select City from Leads where City = 'nowhere'"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), "City\n"));
}

#[test]
fn a_table_keeps_every_cell_in_its_column() {
    let account = Account::with(Options::default(), "v8");
    let lead = |name: &str, city: &str| Record::new().with("Last_Name", name).with("City", city);
    let leads = [lead("Ærlig 日本", "Oslo"), lead("B\u{1b}[31m\nC", "Bergen"), lead(&"x".repeat(70), "Bodø")];
    let _ = account.client().module("Leads").create(&leads).unwrap().into_result().unwrap();
    let ran = query(&account, &["--format", "table", "select Last_Name, City from Leads"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let wide = 60;
    let line = |name: &str, width: usize, city: &str| format!("{name}{}  {city}\n", " ".repeat(wide - width));
    let rule = "-".repeat(wide);
    let expected = [
        line("Last_Name", 9, "City"),
        line(&rule, 60, "------"),
        line("Ærlig 日本", 10, "Oslo"),
        line("B [31m C", 8, "Bergen"),
        line(&format!("{}…", "x".repeat(59)), 60, "Bodø"),
    ];
    assert_eq!(ran.stdout, expected.concat());

    let account = with_leads(450, "v8");
    let ran = query(&account, &["--format", "table", "select Last_Name from Leads"]);
    assert_eq!(ran.stdout.lines().count(), 452, "those after the measured ones come too");
}

#[test]
fn what_cannot_be_sent_is_refused_with_1_and_leaves_the_output_alone() {
    let account = with_leads(3, "v8");
    account.write("rows.ndjson", "from yesterday\n");
    let many: Vec<_> = (0..26).map(|number| format!("Last_Name != '{number}'")).collect();
    let [all, any] = [" and ", " or "].map(|joint| format!("select Last_Name from Leads where {}", many.join(joint)));
    for (arguments, says) in [
        (vec!["delete from Leads where id = 1"], "only reads"),
        (vec!["update Leads set City = 'x'"], "only reads"),
        (vec!["select Last_Name from Leads where City = :city"], ":city has no value"),
        (vec!["--param", "town=Oslo", "select Last_Name from Leads"], "no parameter :town"),
        (vec!["--param", "city", "select Last_Name from Leads"], "NAME=TEXT"),
        (vec!["--param", "n:={}", "select Last_Name from Leads"], "no value of a query"),
        (vec!["--format", "xml", "select Last_Name from Leads"], "xml"),
        (vec![all.as_str()], "26"),
        (vec![any.as_str()], "26"),
    ] {
        let ran = query(&account, &[&["--output", "rows.ndjson"], arguments.as_slice()].concat());
        assert_eq!(ran.code, Some(1), "{ran:?}");
        assert!(ran.stderr.contains(says) && !ran.stderr.contains("panicked"), "{says}: {ran:?}");
    }
    assert_eq!(account.emulator.counters().total_calls(), 0);
    let ran = query(&account, &["--output", "rows.ndjson", "select Last_Name from Laeds"]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.stderr.contains("did you mean Leads?"), "{ran:?}");
    assert_eq!(account.read("rows.ndjson"), "from yesterday\n");
}

#[test]
fn a_break_after_rows_came_out_is_2_and_keeps_them_aside() {
    let account = with_leads(5_000, "v8");
    account.emulator.fault(On::path("/crm/v8/coql").after(1), Fault::Reply(Reply::error(400, "INVALID_QUERY", "no")));
    let ran = query(&account, &["--output", "rows.ndjson", "select Last_Name from Leads"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(ran.stderr.contains("the query broke off: 200"), "{ran:?}");
    assert_eq!(account.read("rows.ndjson.part").lines().count(), 200);
    assert!(!account.path("rows.ndjson").exists());
}

#[test]
fn a_closed_pipe_ends_quietly() {
    let account = with_leads(20_000, "v8");
    let mut child = account.command(ZCRM, &["query", "select Last_Name, Email, Company from Leads"]).spawn().unwrap();
    let mut first = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
    assert!(first.contains("Last_Name"));
    let ran = Ran::of(child.wait_with_output().unwrap());
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(2), ""));
}
