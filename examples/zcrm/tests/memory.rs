//! How much memory the program takes, seen from outside. Only what grows with the rows is judged: the program itself
//! is larger where it was built without optimization.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod program;

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::process::Child;

use program::Account;
use zcrm_emulator::Options;

const ZCRM: &str = env!("CARGO_BIN_EXE_zcrm");
const LEADS: usize = 6_000;

/// A page of COQL, 2,000 rows of all fields, in KB; and 200 rows.
const LARGEST_PAGE: u64 = 4_800;
const PAGE: u64 = 480;

/// The most memory that a process had so far, in KB.
fn peak(child: &Child) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// By how many KB the peak grows between the first record and the last ones. A pipe that is not read holds the program
/// up, so that it is still there to be looked at.
fn growth(account: &Account, arguments: &[&str]) -> u64 {
    let mut child = account.command(ZCRM, &[&["export", "--module", "Leads"], arguments].concat()).spawn().unwrap();
    let mut rows = BufReader::new(child.stdout.take().unwrap()).split(b'\n').map(Result::unwrap);
    rows.next().unwrap();
    let first = peak(&child);
    // The last ones fill the buffers of the pipe and of the program.
    assert_eq!(rows.by_ref().take(LEADS - 200).count(), LEADS - 200);
    let last = peak(&child);
    assert_eq!(rows.count(), 199);
    let mut told = String::new();
    child.stderr.take().unwrap().read_to_string(&mut told).unwrap();
    assert!(child.wait().unwrap().success(), "{told}");
    last - first
}

#[test]
fn an_export_holds_one_page_a_worker() {
    for (version, page) in [("v2", PAGE), ("v8", LARGEST_PAGE)] {
        let account = Account::with(Options { leads: LEADS as u64, ..Options::default() }, version);
        for (way, page) in [("query", page), ("pages", PAGE)] {
            let one = growth(&account, &["--way", way]);
            assert!(one < page + 1_200, "{version}, {way}: {one} KB");
            // Of the largest pages there are not enough to tell.
            if page < LARGEST_PAGE {
                let five = growth(&account, &["--way", way, "--workers", "5"]);
                assert!(five < 6 * page + 3_000, "{version}, {way}, five workers: {five} KB");
            }
        }
    }
}
