//! `export`, as a process, against the emulator.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod program;

#[cfg(unix)]
use std::io::{BufRead, BufReader, Read};

use program::Account;
#[cfg(unix)]
use program::{Ran, signal};
use serde_json::Value;
use zcrm_emulator::{Fault, On, Options, Reply};

const ZCRM: &str = env!("CARGO_BIN_EXE_zcrm");

fn with_leads(leads: u64, version: &str) -> Account {
    Account::with(Options { leads, ..Options::default() }, version)
}

fn records(lines: &str) -> Vec<Value> {
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn every_record_is_one_line_as_zoho_sent_it() {
    let account = with_leads(450, "v2");
    let ran = account.run(ZCRM, &["export", "--way", "pages", "--module", "Leads"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(ran.stderr, "", "quiet in a pipe");
    let exported = records(&ran.stdout);
    assert_eq!(exported.len(), 450);
    for lead in &exported {
        assert_eq!(*lead, account.emulator.record("Leads", lead["id"].as_str().unwrap()).unwrap());
    }
    assert_eq!(account.emulator.counters().calls_to("GET", "/crm/v2/Leads"), 3);
    assert_eq!(account.emulator.counters().total_calls(), 5, "besides, the fields and the count");
}

#[test]
fn a_record_that_is_sent_in_several_lines_becomes_one() {
    let account = Account::new();
    let body =
        "{\"data\": [{\n  \"id\": \"1\",\r\n  \"Description\": \"a\\nb\"\n}], \"info\": {\"more_records\": false}}";
    account.emulator.fault(On::path("/crm/v2/Leads"), Fault::Reply(Reply::empty(200).body(body)));
    let ran = account.run(ZCRM, &["export", "--way", "pages", "--module", "Leads"]);
    assert_eq!(ran.stdout.lines().count(), 1);
    assert_eq!(records(&ran.stdout)[0]["Description"], "a\nb");
}

#[test]
fn from_v3_on_the_fields_come_from_the_metadata() {
    let account = with_leads(3, "v8");
    let ran = account.run(ZCRM, &["export", "--way", "pages", "--module", "Leads", "--output", "leads.ndjson"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(records(&account.read("leads.ndjson")).len(), 3);
    let asked = account.emulator.requests().into_iter().rfind(|request| request.path == "/crm/v8/Leads").unwrap();
    let fields = asked.query_value("fields").unwrap();
    assert!(fields.split(',').any(|name| name == "Last_Name"), "{fields}");
}

#[test]
fn csv_has_a_column_a_field() {
    let account = with_leads(2, "v2");
    let fields = "id,Last_Name,Owner,Interests,Annual_Revenue,Email_Opt_Out,Fax,Description";
    let ran =
        account.run(ZCRM, &["export", "--way", "pages", "--module", "Leads", "--format", "csv", "--fields", fields]);
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
    let ran = account.run(ZCRM, &["export", "--way", "pages", "--module", "Leads", "--format", "csv"]);
    let mut sheet = csv::Reader::from_reader(ran.stdout.as_bytes());
    let header: Vec<String> = sheet.headers().unwrap().iter().map(str::to_owned).collect();
    assert!(header.contains(&"id".to_owned()) && header.contains(&"No_of_Employees".to_owned()), "{header:?}");
    assert_eq!(sheet.records().map(Result::unwrap).count(), 2);
}

#[test]
fn since_asks_for_what_changed_and_has_to_be_a_moment() {
    let account = with_leads(2, "v2");
    let ran = account.run(ZCRM, &["export", "--module", "Leads", "--since", "2099-01-01T00:00:00+00:00"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), ""), "{ran:?}");
    let ran = account.run(ZCRM, &["export", "--module", "Leads", "--since", "yesterday"]);
    assert!(ran.stderr.contains("no moment"), "{ran:?}");
    assert_eq!(ran.code, Some(1), "2 would say that a part is done: {ran:?}");
    assert_eq!(account.run(ZCRM, &["export", "--help"]).code, Some(0));
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
    let ran = account.run(ZCRM, &["export", "--way", "pages", "--module", "Leads"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(account.emulator.counters().faults, 5);
    let mut ids: Vec<String> = records(&ran.stdout).iter().map(|lead| lead["id"].to_string()).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 4_000);
}

#[test]
fn a_listing_that_breaks_off_is_done_in_part_and_leaves_the_file_alone() {
    for (format, header) in [("ndjson", 0), ("csv", 1)] {
        let account = with_leads(1_000, "v2");
        let output = ["export", "--way", "pages", "--module", "Leads", "--format", format, "--output", "leads"];
        account.write("leads", "from yesterday\n");
        let refusal = Reply::error(403, "NO_PERMISSION", "permission denied");
        account.emulator.fault(On::exactly("/crm/v2/Leads").after(2), Fault::Reply(refusal));
        let ran = account.run(ZCRM, &output);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{ran:?}");
        assert!(ran.stderr.contains("NO_PERMISSION") && ran.stderr.contains("399 records are in"), "{ran:?}");
        assert_eq!(account.read("leads"), "from yesterday\n");
        let part = account.read("leads.part");
        assert!(part.ends_with('\n'));
        if header == 0 {
            assert_eq!(records(&part).len(), 399);
        } else {
            assert_eq!(csv::Reader::from_reader(part.as_bytes()).records().map(Result::unwrap).count(), 399);
        }
        let ran = account.run(ZCRM, &output);
        assert_eq!(ran.code, Some(1), "{ran:?}");
        assert_eq!(account.read("leads"), "from yesterday\n");
        account.emulator.clear_faults();
        let ran = account.run(ZCRM, &output);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), "records=1000\n"), "{ran:?}");
        assert!(!account.path("leads.part").exists());
        assert_eq!(account.emulator.count_records("Leads"), 1_000);
    }
}

#[test]
fn no_record_leaves_no_part() {
    let account = with_leads(0, "v2");
    let ran = account.run(ZCRM, &["export", "--way", "pages", "--module", "Leads", "--output", "leads.ndjson"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), "records=0\n"), "{ran:?}");
    assert_eq!(account.read("leads.ndjson"), "");
    assert!(!account.path("leads.ndjson.part").exists());
}

#[cfg(unix)]
#[test]
fn what_the_file_was_it_stays() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let account = with_leads(3, "v2");
    let secret = account.write("secret.ndjson", "");
    std::fs::set_permissions(&secret, PermissionsExt::from_mode(0o600)).unwrap();
    symlink("secret.ndjson", account.path("link.ndjson")).unwrap();
    let ran = account.run(ZCRM, &["export", "--way", "pages", "--module", "Leads", "--output", "link.ndjson"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(records(&account.read("secret.ndjson")).len(), 3);
    assert!(account.path("link.ndjson").is_symlink());
    assert_eq!(secret.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let ran = account.run(ZCRM, &["export", "--way", "pages", "--module", "Leads", "--output", "/dev/null"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(!std::path::Path::new("/dev/null").is_file());
    let ran = account.run(ZCRM, &["export", "--way", "pages", "--module", "Leads", "--output", "."]);
    assert!(ran.code == Some(1) && ran.stderr.contains("is a folder"), "{ran:?}");
}

#[test]
fn two_exports_do_not_write_one_file() {
    let account = with_leads(3, "v2");
    let other = std::fs::File::create(account.path("leads.ndjson.part")).unwrap();
    other.lock().unwrap();
    let ran = account.run(ZCRM, &["export", "--way", "pages", "--module", "Leads", "--output", "leads.ndjson"]);
    assert!(ran.code == Some(1) && ran.stderr.contains("another run"), "{ran:?}");
}

#[cfg(unix)]
#[test]
fn ctrl_c_leaves_whole_lines() {
    for target in [&["--output", "leads.ndjson"][..], &[]] {
        let account = with_leads(1_000, "v2");
        account.write("leads.ndjson", "from yesterday\n");
        account.emulator.fault(On::exactly("/crm/v2/Leads").after(3), Fault::Silence);
        let arguments = [&["export", "--way", "pages", "--module", "Leads"], target].concat();
        let stdout = std::fs::File::create(account.path("stdout")).unwrap();
        let child = account.command(ZCRM, &arguments).stdout(stdout).spawn().unwrap();
        account.wait_for(|counters| counters.calls_to("GET", "/crm/v2/Leads") == 4);
        account.interrupt(&child);
        let ran = Ran::of(child.wait_with_output().unwrap());
        assert_eq!(ran.code, Some(2), "{ran:?}");
        assert!(ran.stderr.contains("598 records"), "{ran:?}");
        let text = account.read(if target.is_empty() { "stdout" } else { "leads.ndjson.part" });
        assert!(text.ends_with('\n'));
        assert_eq!(records(&text).len(), 598, "all that was read");
        assert_eq!(account.read("leads.ndjson"), "from yesterday\n");
    }
}

#[cfg(unix)]
#[test]
fn a_second_signal_ends_an_export_that_nobody_reads() {
    for second in ["-INT", "-TERM"] {
        let account = with_leads(2_000, "v2");
        let (mut reader, writer) = std::io::pipe().unwrap();
        let mut command = account.command(ZCRM, &["export", "--way", "pages", "--module", "Leads"]);
        let mut child = command.stdout(writer).spawn().unwrap();
        // Holds the other end of the pipe too.
        drop(command);
        // It writes, and soon cannot: one page is more than a pipe takes.
        reader.read_exact(&mut [0]).unwrap();
        signal(&child, "-INT");
        let mut line = String::new();
        BufReader::new(child.stderr.take().unwrap()).read_line(&mut line).unwrap();
        assert!(line.starts_with("interrupted"), "{line}");
        assert!(child.try_wait().unwrap().is_none(), "what was read has to be written");
        signal(&child, second);
        assert_eq!(child.wait().unwrap().code(), Some(2));
        drop(reader);
    }
}

#[cfg(unix)]
#[test]
fn after_the_first_signal_a_slow_reader_gets_whole_lines() {
    let account = with_leads(2_000, "v2");
    let (mut reader, writer) = std::io::pipe().unwrap();
    let mut command = account.command(ZCRM, &["export", "--way", "pages", "--module", "Leads"]);
    let mut child = command.stdout(writer).spawn().unwrap();
    drop(command);
    let mut text = vec![0];
    reader.read_exact(&mut text).unwrap();
    signal(&child, "-INT");
    let mut line = String::new();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    stderr.read_line(&mut line).unwrap();
    assert!(line.starts_with("interrupted"), "{line}");
    reader.read_to_end(&mut text).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(2));
    let text = String::from_utf8(text).unwrap();
    assert!(text.ends_with('\n'));
    assert!(!records(&text).is_empty());
}

#[cfg(unix)]
#[test]
fn a_full_disk_leaves_whole_lines_and_is_done_in_part() {
    for (format, target) in [("ndjson", "--output leads"), ("csv", "--output leads"), ("ndjson", "> leads.part")] {
        let account = with_leads(1_000, "v2");
        account.write("leads", "from yesterday\n");
        // 256 KiB and no signal when they are full, as on a file system of that size.
        let script = format!(
            "trap '' XFSZ; ulimit -f {}; \
             exec {ZCRM} --config zcrm.json export --way pages --module Leads --format {format} {target}",
            if cfg!(target_os = "linux") { 512 } else { 256 }
        );
        let ran = std::process::Command::new("sh").current_dir(account.folder.path()).args(["-c", &script]).output();
        let ran = Ran::of(ran.unwrap());
        assert_eq!(ran.code, Some(2), "{ran:?}");
        let part = account.read("leads.part");
        assert!(part.ends_with('\n') && part.len() > 100_000, "{} bytes, {ran:?}", part.len());
        let whole = match format {
            "csv" => csv::Reader::from_reader(part.as_bytes()).records().map(Result::unwrap).count(),
            _ => records(&part).len(),
        };
        assert!(ran.stderr.contains(&format!("{whole} records")), "{whole}: {ran:?}");
        assert_eq!(account.read("leads"), "from yesterday\n");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_closed_or_full_standard_output_is_no_panic() {
    for format in ["ndjson", "csv"] {
        let account = with_leads(1_000, "v2");
        let arguments = ["export", "--way", "pages", "--module", "Leads", "--format", format];
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let ran = Ran::of(account.command(ZCRM, &arguments).stdout(writer).output().unwrap());
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(2), ""), "a closed pipe ends quietly");
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let ran = Ran::of(account.command(ZCRM, &arguments).stdout(full).output().unwrap());
        assert_eq!(ran.code, Some(1), "{ran:?}");
        assert!(ran.stderr.contains("standard output cannot be written"), "{ran:?}");
    }
}

#[test]
fn unknown_names_are_errors_that_suggest_the_nearest() {
    let account = with_leads(2, "v2");
    for (arguments, text) in [
        (
            &["--module", "Leads", "--fields", "Last_Name,Lastname"][..],
            "has no field Lastname; did you mean Last_Name?",
        ),
        (&["--module", "Leads", "--fields", "Last Name"], "did you mean Last_Name, whose label it is?"),
        (&["--module", "Leads", "--fields", "Last_Name", "--fields", "Last_Name"], "named twice"),
        (&["--module", "Laeds"], "no module Laeds; did you mean Leads?"),
        (&["--module", "Laeds", "--format", "csv"], "no module Laeds; did you mean Leads?"),
    ] {
        let ran = account.run(ZCRM, &[&["export"], arguments, &["--output", "out"]].concat());
        assert_eq!(ran.code, Some(1), "{ran:?}");
        assert!(ran.stderr.contains(text), "{text}: {ran:?}");
        assert!(!account.path("out").exists() && !account.path("out.part").exists());
    }
}

#[test]
fn without_metadata_there_is_no_csv() {
    for answer in [Reply::empty(204), Reply::json(200, &serde_json::json!({ "fields": [] }))] {
        let account = with_leads(2, "v2");
        account.emulator.fault(On::path("/crm/v2/settings/fields"), Fault::Reply(answer));
        let ran = account.run(ZCRM, &["export", "--way", "pages", "--module", "Leads", "--format", "csv"]);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""), "{ran:?}");
        assert!(ran.stderr.contains("no field of Leads"), "{ran:?}");
    }
}

#[test]
fn numbers_keep_their_digits() {
    let account = Account::new();
    let numbers = ["1.10", "12345678901234567.89", "0.1000000000000000055", "-0.0", "1e3", "0.000000001"];
    let record = |(id, number): (usize, &&str)| format!(r#"{{"id":"{id}","Annual_Revenue":{number}}}"#);
    let records: Vec<String> = numbers.iter().enumerate().map(record).collect();
    let body = format!(r#"{{"data":[{}],"info":{{"more_records":false}}}}"#, records.join(","));
    account.emulator.fault(On::exactly("/crm/v2/Leads"), Fault::Reply(Reply::empty(200).body(body)));
    let arguments =
        ["export", "--way", "pages", "--module", "Leads", "--fields", "Annual_Revenue", "--format", "csv", "--bom"];
    let ran = account.run(ZCRM, &arguments);
    let expected: String = numbers.iter().map(|number| format!("{number}\n")).collect();
    assert_eq!(ran.stdout, format!("\u{feff}Annual_Revenue\n{expected}"), "{ran:?}");
}

#[test]
fn a_wrong_configuration_is_not_done() {
    let account = Account::new();
    account.write("zcrm.json", "{}");
    let ran = account.run(ZCRM, &["export", "--way", "pages", "--module", "Leads"]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.stderr.contains("client_id"), "{ran:?}");
}
