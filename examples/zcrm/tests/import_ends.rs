//! However an import ends, its last line adds up to the rows of the file, and its files hold those that are left.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod program;

#[cfg(unix)]
use std::process::Stdio;

use program::Account;
#[cfg(unix)]
use program::Ran;
use zcrm_emulator::{Fault, On, Reply};

const ZCRM: &str = env!("CARGO_BIN_EXE_zcrm");
const LEADS: [&str; 7] = ["import", "--module", "Leads", "--input", "leads.csv", "--rejects", "rejects.csv"];
const FIELDS: &str = "/crm/v2/settings/fields";

fn rows(count: usize) -> String {
    let row = |at| format!("Lead {at};Company {at}\n");
    std::iter::once("Last_Name;Company\n".to_owned()).chain((0..count).map(row)).collect()
}

fn reasons(account: &Account) -> Vec<String> {
    let mut sheet = csv::ReaderBuilder::new().delimiter(b';').from_path(account.path("rejects.csv")).unwrap();
    sheet.records().map(|row| row.unwrap()[2].to_owned()).collect()
}

#[test]
fn an_import_that_cannot_begin_accounts_for_every_row() {
    let refusals =
        [Reply::invalid_token(), Reply::error(401, "OAUTH_SCOPE_MISMATCH", "no"), Reply::empty(302), Reply::empty(204)];
    for refusal in refusals {
        let account = Account::new();
        account.write("leads.csv", rows(230) + ";\n\"Un\"closed;x\n");
        account.emulator.fault(On::path(FIELDS), Fault::Reply(refusal.clone()));
        let ran = account.run(ZCRM, &LEADS);
        assert_eq!(ran.code, Some(1), "{refusal:?}: {ran:?}");
        assert_eq!(ran.last_line(), "created=0 updated=0 refused=1 unanswered=0 not_sent=230", "{refusal:?}: {ran:?}");
        assert_eq!(ran.stderr.lines().filter(|line| line.starts_with("error: ")).count(), 1, "{ran:?}");
        assert_eq!(reasons(&account).len(), 1);
        assert!(ran.stderr.contains("rows 1 to 230: not_sent"), "{ran:?}");
        assert!(!account.path("leads.csv.journal").exists(), "nothing was sent");
        account.emulator.clear_faults();
        let client = account.client();
        client.oauth().refresh(client.user().unwrap()).unwrap();
        let ran = account.run(ZCRM, &LEADS);
        assert!(ran.last_line().starts_with("created=230 "), "what was left can be imported: {ran:?}");
    }
}

#[test]
fn without_tokens_every_row_is_left() {
    let account = Account::new();
    account.write("leads.csv", rows(101));
    std::fs::remove_dir_all(account.path("tokens")).unwrap();
    let ran = account.run(ZCRM, &LEADS[..5]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert_eq!(ran.last_line(), "created=0 updated=0 refused=0 unanswered=0 not_sent=101");
    assert!(ran.stderr.contains("rows 1 to 101: not_sent: "), "{ran:?}");
}

#[cfg(unix)]
#[test]
fn a_signal_before_the_first_page_accounts_for_every_row() {
    for (fault, twice) in [
        (Fault::Reply(Reply::too_many_requests().retry_after(40)), false),
        (Fault::Silence, true),
        (Fault::Reply(Reply::too_many_requests().retry_after(40)), true),
    ] {
        for signal in ["-INT", "-TERM"] {
            let account = Account::new();
            account.write("leads.csv", rows(150));
            account.emulator.fault(On::path(FIELDS), fault.clone());
            let child = account.command(ZCRM, &LEADS).spawn().unwrap();
            account.wait_for(|counters| counters.faults >= 1);
            program::signal(&child, signal);
            let ran = if twice { signal_again(child, signal) } else { Ran::of(child.wait_with_output().unwrap()) };
            assert_eq!(ran.code, Some(2), "{ran:?}");
            assert_eq!(ran.last_line(), "created=0 updated=0 refused=0 unanswered=0 not_sent=150", "{ran:?}");
            assert!(reasons(&account).iter().all(|reason| reason.starts_with("not_sent: ")));
        }
    }
}

/// Sends the signal a second time, after the first one was taken. The program may have ended by then.
#[cfg(unix)]
fn signal_again(mut child: std::process::Child, signal: &str) -> Ran {
    let mut stderr = std::io::BufReader::new(child.stderr.take().unwrap());
    std::io::BufRead::read_line(&mut stderr, &mut String::new()).unwrap();
    program::signal(&child, signal);
    Ran::of(child.wait_with_output().unwrap())
}

#[cfg(unix)]
#[test]
fn an_input_that_stands_still_can_be_ended() {
    let account = Account::new();
    let mut command = account.command(ZCRM, &["import", "--module", "Leads", "--input", "-"]);
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    std::io::Write::write_all(&mut stdin, rows(120).as_bytes()).unwrap();
    account.wait_for(|counters| counters.calls_to("POST", "/crm/v2/Leads") == 1);
    account.interrupt(&child);
    let ran = signal_again(child, "-INT");
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert_eq!(ran.last_line(), "created=100 updated=0 refused=0 unanswered=0 not_sent=20", "{ran:?}");
    drop(stdin);
}

/// `nohup` has the program ignore SIGHUP.
#[cfg(target_os = "linux")]
#[test]
fn a_hangup_that_is_ignored_stays_ignored() {
    for (nohup, code) in [(true, 0), (false, 2)] {
        let account = Account::new();
        account.write("leads.csv", rows(150));
        account.emulator.fault(On::path("/crm/v2/Leads").method("POST").times(1), program::held());
        // Whatever runs the tests may ignore the signal itself.
        let before: &[&str] = if nohup { &["nohup"] } else { &["env", "--default-signal=HUP"] };
        let mut command = std::process::Command::new(before[0]);
        command.args(&before[1..]).arg(ZCRM).args(["--config", "zcrm.json"]).current_dir(account.folder.path());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let child = command.args(LEADS).spawn().unwrap();
        account.wait_for(|counters| counters.calls_to("POST", "/crm/v2/Leads") == 1);
        let ran = if nohup {
            program::signal(&child, "-HUP");
            account.emulator.clear_faults();
            Ran::of(child.wait_with_output().unwrap())
        } else {
            account.signal_within_call(child, "-HUP")
        };
        assert_eq!(ran.code, Some(code), "nohup {nohup}: {ran:?}");
    }
}

#[test]
fn a_row_in_doubt_stays_in_doubt_wherever_it_goes() {
    let account = Account::new();
    account.write("leads.csv", "Last_Name;Company;zcrm_reason\nA;B;unanswered: lost (row 7)\nC;D;not_sent: outage\n");
    for _ in 0..3 {
        let ran = account.run(ZCRM, &LEADS);
        assert!(ran.stderr.is_empty() || ran.code == Some(1), "{ran:?}");
        assert_eq!(account.emulator.count_records("Leads"), 1, "C alone");
        assert!(reasons(&account)[0].starts_with("unanswered before, now refused: "), "{:?}", reasons(&account));
        std::fs::rename(account.path("rejects.csv"), account.path("leads.csv")).unwrap();
    }
    account.write("leads.csv", account.read("leads.csv").replace("A;B;", "A;B;seen to: "));
    assert_eq!(account.run(ZCRM, &LEADS).last_line(), "created=1 updated=0 refused=0 unanswered=0 not_sent=0");
}

#[test]
fn a_malformed_row_is_refused_until_somebody_corrects_it() {
    let account = Account::new();
    account.write("leads.csv", "Last_Name;Company\n\"Un\"closed;x\nShort\nA;B;C\n5\" pipe;Acme\n");
    for _ in 0..3 {
        let ran = account.run(ZCRM, &LEADS);
        assert_eq!(ran.last_line(), "created=0 updated=0 refused=4 unanswered=0 not_sent=0", "{ran:?}");
        std::fs::rename(account.path("rejects.csv"), account.path("leads.csv")).unwrap();
    }
    let rejects = account.read("leads.csv");
    let corrected =
        rejects.replace("\"\"\"Un\"\"closed\"", "Unclosed").replace("\"A;B;C\"", "A;B").replace("Short;;", "Short;y;");
    account.write("leads.csv", corrected.replace("\"B;C\"", "B"));
    let ran = account.run(ZCRM, &LEADS);
    assert_eq!(
        ran.last_line(),
        "created=3 updated=0 refused=1 unanswered=0 not_sent=0",
        "{ran:?}, {}",
        account.read("leads.csv")
    );
}

#[test]
fn a_row_of_which_nothing_can_be_sent_is_refused() {
    let account = Account::new();
    account.write("leads.csv", "Last_Name;Created_Time\nA;\n;2026-01-31T00:00:00Z\n;\n");
    let ran = account.run(ZCRM, &LEADS);
    assert_eq!(ran.last_line(), "created=1 updated=0 refused=1 unanswered=0 not_sent=0", "{ran:?}");
    assert!(reasons(&account)[0].contains("Zoho does not take"), "{:?}", reasons(&account));
}

#[test]
fn an_update_whose_answer_was_lost_has_created_nothing() {
    let account = Account::new();
    account.emulator.seed_leads(2);
    let ids: Vec<String> =
        account.client().module("Leads").records().iter().map(|lead| lead.unwrap().id().unwrap().to_string()).collect();
    for id in &ids {
        // Not before the call went out, as if by it.
        account.emulator.set_fields("Leads", id, &serde_json::json!({ "Created_Time": "2099-01-01T00:00:00+00:00" }));
    }
    let rows: String = ids.iter().map(|id| format!(" {id} ,Oslo\n")).collect();
    account.write("leads.csv", format!("id,City\n{rows}12a,Rome\n\"1,2\",Rome\n"));
    account.emulator.fault(On::path("/crm/v2/Leads").method("PUT").times(1), Fault::ResetAfterWork);
    let ran = account.run(ZCRM, &[&LEADS[..], &["--update", "--results", "results.csv"]].concat());
    assert_eq!(ran.last_line(), "created=0 updated=2 refused=2 unanswered=0 not_sent=0", "{ran:?}");
    assert_eq!(account.read("results.csv").matches(",updated,").count(), 2, "undo deletes what was created");
    assert_eq!(account.emulator.counters().calls_to("PUT", "/crm/v2/Leads"), 2);
    let rejects = account.read("rejects.csv");
    assert!(rejects.contains("12a") && rejects.contains("not the id of a record"), "{rejects}");
}
