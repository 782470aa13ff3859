//! `attach`, as a process, against the emulator.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod program;

use program::Account;
use zcrm_emulator::{Fault, On, Options, Reply};

const ATTACH: &str = env!("CARGO_BIN_EXE_attach");

fn account() -> (Account, String) {
    let account = Account::with(Options { leads: 1, ..Options::default() }, "v2");
    let lead = account.client().module("Leads").records().iter().next().unwrap().unwrap().id().unwrap();
    account.emulator.reset_counters();
    (account, lead.to_string())
}

fn attachments(account: &Account, lead: &str) -> Vec<(String, String)> {
    let listed = account.client().module("Leads").record(lead).attachments().list().iter();
    listed.map(Result::unwrap).map(|file| (file.id.unwrap().to_string(), file.file_name.unwrap())).collect()
}

#[test]
fn each_file_is_attached_and_named_with_its_id() {
    let (account, lead) = account();
    account.write("quote.pdf", vec![b'q'; 3 << 20]);
    account.write("note.txt", "hello");
    account.emulator.fault(On::path("/crm/v2/Leads/").times(1), Fault::Reply(Reply::invalid_token()));
    let ran = account.run(ATTACH, &["--module", "Leads", "--record", &lead, "quote.pdf", "note.txt"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{ran:?}");
    let mut there = attachments(&account, &lead);
    there.sort();
    let mut told: Vec<(String, String)> = ran
        .stdout
        .lines()
        .map(|line| line.split_once(' ').unwrap())
        .map(|(id, name)| (id.to_owned(), name.to_owned()))
        .collect();
    told.sort();
    assert_eq!(told, there);
    assert_eq!(told.len(), 2);
}

#[test]
fn a_file_that_is_not_there_does_not_keep_the_others() {
    let (account, lead) = account();
    account.write("note.txt", "hello");
    let ran = account.run(ATTACH, &["--module", "Leads", "--record", &lead, "absent.txt", "note.txt"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(ran.stderr.contains("absent.txt"), "{ran:?}");
    assert_eq!(attachments(&account, &lead).len(), 1);
    let ran = account.run(ATTACH, &["--module", "Leads", "--record", &lead, "absent.txt"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
}

#[test]
fn an_upload_whose_answer_was_lost_is_not_sent_again() {
    let (account, lead) = account();
    account.write("note.txt", "hello");
    account.emulator.fault(On::path("/crm/v2/Leads/").method("POST").times(1), Fault::ResetAfterWork);
    let ran = account.run(ATTACH, &["--module", "Leads", "--record", &lead, "note.txt"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert_eq!(attachments(&account, &lead).len(), 1, "it had arrived, and nothing was sent twice");
}
