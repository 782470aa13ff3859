//! `attach`, as a process, against the emulator.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod program;

use program::Account;
#[cfg(unix)]
use program::Ran;
use zcrm_emulator::{Fault, On, Options, Reply};

const ZCRM: &str = env!("CARGO_BIN_EXE_zcrm");

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
    let ran = account.run(ZCRM, &["attach", "--module", "Leads", "--record", &lead, "quote.pdf", "note.txt"]);
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
    let ran = account.run(ZCRM, &["attach", "--module", "Leads", "--record", &lead, "absent.txt", "note.txt"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(ran.stderr.contains("absent.txt"), "{ran:?}");
    assert_eq!(attachments(&account, &lead).len(), 1);
    let ran = account.run(ZCRM, &["attach", "--module", "Leads", "--record", &lead, "absent.txt"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
}

#[test]
fn an_upload_whose_answer_was_lost_is_not_sent_again() {
    let (account, lead) = account();
    account.write("note.txt", "hello");
    account.emulator.fault(On::path("/crm/v2/Leads/").method("POST").times(1), Fault::ResetAfterWork);
    let ran = account.run(ZCRM, &["attach", "--module", "Leads", "--record", &lead, "note.txt"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(ran.stderr.contains("note.txt may be attached"), "{ran:?}");
    assert_eq!(attachments(&account, &lead).len(), 1, "it had arrived, and nothing was sent twice");
}

#[cfg(target_os = "linux")]
#[test]
fn all_files_are_attached_though_nobody_takes_their_ids() {
    use std::process::Stdio;
    for nobody in [Nobody::Reads, Nobody::HasRoom] {
        let (account, lead) = account();
        for name in ["a.txt", "b.txt", "c.txt"] {
            account.write(name, name);
        }
        let mut command =
            account.command(ZCRM, &["attach", "--module", "Leads", "--record", &lead, "a.txt", "b.txt", "c.txt"]);
        match nobody {
            Nobody::Reads => {
                let (reader, writer) = std::io::pipe().unwrap();
                drop(reader);
                command.stdout(writer);
            }
            Nobody::HasRoom => {
                command.stdout(Stdio::from(std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap()));
            }
        }
        let ran = Ran::of(command.output().unwrap());
        assert_eq!(ran.code, Some(0), "{ran:?}");
        assert_eq!(attachments(&account, &lead).len(), 3);
        match nobody {
            Nobody::Reads => assert_eq!(ran.stderr, ""),
            Nobody::HasRoom => assert!(ran.stderr.contains("standard output cannot be written"), "{ran:?}"),
        }
    }
}

#[cfg(target_os = "linux")]
#[derive(Clone, Copy)]
enum Nobody {
    Reads,
    HasRoom,
}

#[cfg(unix)]
#[test]
fn ctrl_c_names_the_file_that_is_in_doubt() {
    let (account, lead) = account();
    account.write("a.txt", "a");
    account.write("b.txt", "b");
    account.emulator.fault(On::path("/crm/v2/Leads/").method("POST").after(1), Fault::Silence);
    let child = account.command(ZCRM, &["attach", "--module", "Leads", "--record", &lead, "a.txt", "b.txt"]).spawn();
    let child = child.unwrap();
    account.wait_for(|counters| counters.faults == 1);
    account.interrupt(&child);
    let ran = Ran::of(child.wait_with_output().unwrap());
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(ran.stdout.ends_with(" a.txt\n") && ran.stderr.contains("b.txt may be attached"), "{ran:?}");
}

#[test]
fn an_unknown_module_is_told_with_the_nearest() {
    let (account, lead) = account();
    account.write("note.txt", "hello");
    let ran = account.run(ZCRM, &["attach", "--module", "Laeds", "--record", &lead, "note.txt"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.stderr.contains("did you mean Leads?"), "{ran:?}");
}
