//! Imports that are killed, cut off and taken up again: no row is doubled, none is lost, and the sums are right.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![cfg(unix)]

mod program;

use std::collections::BTreeMap;
use std::fs;
use std::thread;
use std::time::Duration;

use program::{Account, Ran};
use zcrm_emulator::{Fault, On, Options};

const ZCRM: &str = env!("CARGO_BIN_EXE_zcrm");
const FILES: [&str; 6] = ["--rejects", "rejects.csv", "--unanswered", "unanswered.csv", "--results", "results.csv"];

/// So many rows, one in a hundred of which Zoho refuses.
fn rows(count: usize) -> String {
    let email = |at| if at % 100 == 37 { "nonsense".to_owned() } else { format!("lead{at}@example.com") };
    let row = |at| format!("Lead {at},{},{at}\n", email(at));
    std::iter::once("Last_Name,Email,No_of_Employees\n".to_owned()).chain((0..count).map(row)).collect()
}

fn arguments<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&["import", "--module", "Leads", "--input", "leads.csv"], &FILES[..], more].concat()
}

/// How often each lead is in Zoho, by its last name.
fn leads(account: &Account) -> BTreeMap<String, usize> {
    let mut leads = BTreeMap::new();
    for lead in account.client().module("Leads").records().fields(["Last_Name"]).iter() {
        *leads.entry(lead.unwrap().get::<String>("Last_Name").unwrap().unwrap()).or_default() += 1;
    }
    leads
}

/// The columns of the file of results: row, outcome, id.
fn results(account: &Account) -> Vec<(u64, String, String)> {
    let mut rows = csv::Reader::from_path(account.path("results.csv")).unwrap();
    let rows = rows.records().map(Result::unwrap);
    rows.map(|row| (row[0].parse().unwrap(), row[2].to_owned(), row[3].to_owned())).collect()
}

fn sum(line: &str) -> u64 {
    line.split(' ').map(|word| word.split_once('=').unwrap().1.parse::<u64>().unwrap()).sum()
}

fn count(line: &str, name: &str) -> u64 {
    line.split(' ').find_map(|word| word.strip_prefix(name)?.strip_prefix('=')).unwrap().parse().unwrap()
}

/// Kills an import after so long, and has it go on until it is done.
fn kill_and_go_on(seed: u64, more: &[&str]) {
    const ROWS: usize = 1_200;
    let mut random = fastrand::Rng::with_seed(seed);
    let account = Account::with(Options::default(), if random.bool() { "v2" } else { "v8" });
    account.write("leads.csv", rows(ROWS));
    account.emulator.behave(|behaviour| {
        behaviour.delay = Duration::from_millis(20);
        behaviour.unique_email = more.contains(&"Email");
    });
    let mut done = None;
    for _ in 0..2 {
        let mut child = account.command(ZCRM, &arguments(more)).spawn().unwrap();
        thread::sleep(Duration::from_millis(random.u64(0..350)));
        child.kill().unwrap();
        let ran = Ran::of(child.wait_with_output().unwrap());
        // It may have been done before; another run would import the file once more.
        if ran.last_line().starts_with("created=") && !account.path("leads.csv.journal").exists() {
            done = Some(ran);
            break;
        }
    }
    let ran = done.unwrap_or_else(|| account.run(ZCRM, &arguments(more)));
    let line = ran.last_line();
    let refused = (0..ROWS).filter(|at| at % 100 == 37).count() as u64;
    assert_eq!(sum(line), ROWS as u64, "seed {seed}: {ran:?}");
    let leads = leads(&account);
    let doubled: Vec<_> = leads.iter().filter(|(_, times)| **times > 1).take(5).collect();
    assert!(doubled.is_empty(), "seed {seed}: none is doubled: {doubled:?}");
    assert_eq!(count(line, "not_sent"), 0, "seed {seed}: {ran:?}");
    if count(line, "unanswered") > 0 {
        // A job whose start was not answered may still come, as far as anybody can tell.
        assert!(more.contains(&"bulk") && !more.contains(&"Email"), "seed {seed}: {ran:?}");
        assert_eq!(count(line, "created"), leads.len() as u64, "seed {seed}: {ran:?}");
        assert!(account.path("leads.csv.journal").exists(), "seed {seed}");
        return;
    }
    assert_eq!(leads.len() as u64, ROWS as u64 - refused, "seed {seed}: none is lost");
    if !more.contains(&"bulk") {
        assert_eq!(count(line, "created"), leads.len() as u64, "seed {seed}: {ran:?}");
    }
    assert_eq!(count(line, "refused"), refused, "seed {seed}: {ran:?}");
    let results = results(&account);
    assert!(results.iter().map(|(row, ..)| *row).eq(1..=ROWS as u64), "seed {seed}: in the input's order");
    assert_eq!(results.iter().filter(|(_, outcome, _)| outcome == "refused").count() as u64, refused);
    assert!(results.iter().all(|(_, outcome, id)| (outcome == "refused") == id.is_empty()), "seed {seed}");
    assert_eq!(account.read("rejects.csv").lines().count() as u64, refused + 1, "seed {seed}");
    assert!(!account.path("leads.csv.journal").exists(), "seed {seed}: all is done");
}

/// `TEST_KILLS` says how often.
#[test]
fn a_killed_import_is_taken_up_without_losing_or_doubling_a_row() {
    let kills: u64 = std::env::var("TEST_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(24);
    let ways: [&[&str]; 6] = [
        &[],
        &["--workers", "4"],
        &["--upsert-by", "Email"],
        &["--upsert-by", "Email", "--workers", "3"],
        &["--way", "bulk"],
        &["--way", "bulk", "--upsert-by", "Email"],
    ];
    thread::scope(|scope| {
        for lane in 0..4 {
            scope.spawn(move || {
                for seed in (lane..kills).step_by(4) {
                    kill_and_go_on(seed, ways[(seed % 7 % 6) as usize]);
                }
            });
        }
    });
}

fn posts() -> On {
    On::path("/crm/v2/Leads").method("POST")
}

/// An import whose third call did its work and whose answer was lost.
fn interrupted(account: &Account) -> Ran {
    account.write("leads.csv", rows(300));
    account.emulator.fault(posts().after(2).times(1), Fault::ResetAfterWork);
    let ran = account.run(ZCRM, &arguments(&[]));
    assert_eq!(ran.last_line(), "created=198 updated=0 refused=2 unanswered=100 not_sent=0", "{ran:?}");
    ran
}

#[test]
fn lost_answers_are_found_out_about_and_what_is_doubtful_is_told() {
    let account = Account::new();
    interrupted(&account);
    assert_eq!(account.read("unanswered.csv").lines().count(), 101);
    account.emulator.reset_counters();
    let ran = account.run(ZCRM, &arguments(&[]));
    assert_eq!(ran.last_line(), "created=297 updated=0 refused=3 unanswered=0 not_sent=0", "{ran:?}");
    assert_eq!(account.sent().concat().len(), 1, "the refused row is sent again, to learn why");
    assert_eq!(leads(&account).len(), 297);

    // Somebody changes one of the records before anybody looks.
    let account = Account::new();
    interrupted(&account);
    let changed = account.client().module("Leads").records().fields(["Last_Name"]).all().unwrap();
    let changed = changed.iter().find(|lead| lead.get::<String>("Last_Name").unwrap().unwrap() == "Lead 250").unwrap();
    let change = zcrm_core::Record::new().with("No_of_Employees", 1);
    account.client().module("Leads").record(changed.id().unwrap()).update(&change).unwrap();
    let ran = account.run(ZCRM, &arguments(&[]));
    assert_eq!(ran.last_line(), "created=296 updated=0 refused=3 unanswered=1 not_sent=0", "{ran:?}");
    assert!(account.read("unanswered.csv").contains("Lead 250"), "told, not guessed");
    assert_eq!(leads(&account).len(), 297);
    assert!(account.path("leads.csv.journal").exists());
}

#[test]
fn what_a_lost_call_has_created_is_told_as_created() {
    let account = Account::new();
    account.emulator.behave(|behaviour| behaviour.unique_email = true);
    account.write("leads.csv", rows(300));
    let upserts = On::path("/crm/v2/Leads/upsert").method("POST");
    account.emulator.fault(upserts.after(1).times(1), Fault::ResetAfterWork);
    let by_email = arguments(&["--upsert-by", "Email"]);
    let ran = account.run(ZCRM, &by_email);
    assert_eq!(ran.last_line(), "created=297 updated=0 refused=3 unanswered=0 not_sent=0", "{ran:?}");
    assert_eq!(account.emulator.counters().calls_to("POST", "/crm/v2/Leads/upsert"), 4);
    let ran = account.run(ZCRM, &by_email);
    assert_eq!(ran.last_line(), "created=0 updated=297 refused=3 unanswered=0 not_sent=0", "{ran:?}");
}

#[test]
fn a_job_whose_start_was_lost_is_started_again_where_a_value_is_unique() {
    for fault in [Fault::ResetBeforeWork, Fault::ResetAfterWork] {
        let account = Account::new();
        account.emulator.behave(|behaviour| behaviour.unique_email = true);
        account.write("leads.csv", rows(200) + "Taken,taken@example.com,1\n");
        let taken = zcrm_core::Record::new().with("Last_Name", "Taken before").with("Email", "Taken@example.com");
        assert_eq!(account.client().module("Leads").create(&[taken]).unwrap().counts().created, 1);
        // Zoho's clock has whole seconds.
        thread::sleep(Duration::from_secs(3));
        account.emulator.fault(On::path("/crm/bulk/v2/write").method("POST").times(1), fault.clone());
        let ran = account.run(ZCRM, &arguments(&["--way", "bulk"]));
        assert_eq!(ran.last_line(), "created=0 updated=0 refused=0 unanswered=201 not_sent=0", "{ran:?}");
        let ran = account.run(ZCRM, &arguments(&["--way", "bulk"]));
        assert_eq!(ran.last_line(), "created=198 updated=0 refused=3 unanswered=0 not_sent=0", "{fault:?} {ran:?}");
        assert_eq!(leads(&account).len(), 199, "{fault:?}");
        assert!(!account.path("leads.csv.journal").exists(), "{fault:?}");
    }
}

#[test]
fn a_journal_is_of_one_input_and_one_way_of_treating_it() {
    let account = Account::new();
    interrupted(&account);
    let journal = account.read("leads.csv.journal");
    account.write("leads.csv", rows(301));
    let ran = account.run(ZCRM, &arguments(&[]));
    assert!(ran.code == Some(1) && ran.stderr.contains("input") && ran.stderr.contains("--fresh"), "{ran:?}");
    account.write("leads.csv", rows(300));
    let ran = account.run(ZCRM, &arguments(&["--upsert-by", "Email"]));
    assert!(ran.code == Some(1) && ran.stderr.contains("--upsert-by") && ran.stderr.contains("--fresh"), "{ran:?}");
    assert_eq!(account.read("leads.csv.journal"), journal, "nothing is lost");

    // A last line that is torn is dropped; what it said is found out again.
    let torn = &journal[..journal.len() - 40];
    account.write("leads.csv.journal", torn);
    let ran = account.run(ZCRM, &arguments(&[]));
    assert_eq!(ran.last_line(), "created=297 updated=0 refused=3 unanswered=0 not_sent=0", "{ran:?}");
    assert_eq!(leads(&account).len(), 297);

    // Damage elsewhere is not.
    account.write("leads.csv.journal", journal.replacen("\"sending\"", "\"sen\n", 1));
    let ran = account.run(ZCRM, &arguments(&[]));
    assert!(ran.code == Some(1) && ran.stderr.contains("is damaged in line 2"), "{ran:?}");
    let ran = account.run(ZCRM, &arguments(&["--fresh"]));
    assert!(ran.last_line().starts_with("created=297 "), "{ran:?}");
}

#[test]
fn a_second_process_is_refused_and_a_finished_journal_only_repeats_the_last_line() {
    let account = Account::new();
    account.write("leads.csv", rows(300));
    account.emulator.fault(posts().after(1).times(1), Fault::Silence);
    let mut child = account.command(ZCRM, &arguments(&[])).spawn().unwrap();
    account.wait_for(|counters| counters.faults == 1);
    let ran = account.run(ZCRM, &arguments(&[]));
    assert!(ran.code == Some(1) && ran.stderr.contains("held by another process"), "{ran:?}");
    child.kill().unwrap();
    drop(child.wait_with_output().unwrap());

    let mut journal = account.read("leads.csv.journal");
    let line = "created=297 updated=0 refused=3 unanswered=0 not_sent=0";
    journal += &format!("[0,{{\"finish\":{{\"summary\":\"{line}\"}}}}]\n");
    account.write("leads.csv.journal", journal);
    account.emulator.reset_counters();
    let ran = account.run(ZCRM, &arguments(&[]));
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), format!("{line}\n").as_str()), "{ran:?}");
    assert_eq!(account.emulator.counters().total_calls(), 0);
    assert!(!account.path("leads.csv.journal").exists());
}

#[test]
fn a_bulk_job_is_followed_to_its_end_by_the_next_run() {
    let account = Account::new();
    account.emulator.behave(|behaviour| behaviour.unique_email = true);
    account.write("leads.csv", rows(1_000));
    account.emulator.fault(On::path("/crm/bulk/v2/write/").method("GET").times(1), Fault::Silence);
    let mut child = account.command(ZCRM, &arguments(&["--way", "bulk"])).spawn().unwrap();
    account.wait_for(|counters| counters.faults == 1);
    child.kill().unwrap();
    drop(child.wait_with_output().unwrap());
    let ran = account.run(ZCRM, &arguments(&["--way", "bulk"]));
    assert_eq!(ran.last_line(), "created=990 updated=0 refused=10 unanswered=0 not_sent=0", "{ran:?}");
    assert_eq!(account.emulator.counters().calls_to("POST", "/crm/bulk/v2/write"), 1, "one job");
    assert_eq!(leads(&account).len(), 990);
    let results = results(&account);
    assert!(results.iter().all(|(row, outcome, _)| (row % 100 == 38) == (outcome == "refused")), "{results:?}");

    // Rows are many enough for a job to be cheaper, or not.
    account.emulator.behave(|behaviour| behaviour.unique_email = false);
    for (count, plan) in [(4_900, "way=records calls=49 credits=486"), (5_100, "way=bulk calls=6 credits=505")] {
        account.write("leads.csv", rows(count));
        let ran =
            account.run(ZCRM, &["import", "--module", "Leads", "--input", "leads.csv", "--way", "auto", "--dry-run"]);
        assert_eq!(ran.plan(), plan, "{ran:?}");
    }
}

#[test]
fn spent_credits_end_a_run_and_the_next_one_goes_on() {
    let account = Account::new();
    account.write("leads.csv", rows(1_000));
    let ran = account.run(ZCRM, &arguments(&["--max-credits", "35", "--workers", "2"]));
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert_eq!(ran.last_line(), "created=297 updated=0 refused=3 unanswered=0 not_sent=700", "{ran:?}");
    assert_eq!(account.read("rejects.csv").lines().count(), 4);
    let ran = account.run(ZCRM, &arguments(&["--max-credits", "41"]));
    assert_eq!(ran.last_line(), "created=693 updated=0 refused=7 unanswered=0 not_sent=300", "{ran:?}");
    let ran = account.run(ZCRM, &arguments(&[]));
    assert_eq!(ran.last_line(), "created=990 updated=0 refused=10 unanswered=0 not_sent=0", "{ran:?}");
    assert_eq!(leads(&account).len(), 990);
    assert_eq!(results(&account).len(), 1_000);
    assert!(fs::metadata(account.path("leads.csv.journal")).is_err());
}
