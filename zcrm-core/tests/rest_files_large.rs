//! Memory stays flat whatever the size of a file. In a binary of its own, as the whole process is measured.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
// The emulator's options cannot be built in one expression from outside of its crate.
#![allow(clippy::field_reassign_with_default)]

mod rest_support;

use std::io;

use rest_support::{client, emulator, quick};
use serde_json::Value;
use zcrm_core::Method;
use zcrm_core::rest::Upload;
use zcrm_emulator::{Fault, On, Reply};

const SIZE: u64 = 200 * 1024 * 1024;
const ALLOWED_KIB: u64 = 20 * 1024;

/// The most memory that the process had so far, in KiB.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[test]
fn two_hundred_megabytes_go_up_and_down_in_little_memory() {
    let emulator = emulator(1);
    let client = client(&emulator, quick());
    let page: Value = client.call(Method::Get, "Leads").send().unwrap().json().unwrap();
    let path = format!("Leads/{}/Attachments", page["data"][0]["id"].as_str().unwrap());
    let file = tempfile::NamedTempFile::new().unwrap();
    file.as_file().set_len(SIZE).unwrap();
    let before = peak();

    let halfway = Fault::ReplyWithin(SIZE / 2, Reply::invalid_token());
    emulator.fault(On::path("/crm/").method("POST").times(1), halfway);
    let mut upload = Upload::from_path(file.path()).unwrap();
    let answer: Value = client.call(Method::Post, &path).upload(&mut upload).unwrap().json().unwrap();
    let id = answer["data"][0]["details"]["id"].as_str().unwrap();
    let downloaded = client.call(Method::Get, &format!("{path}/{id}")).to_writer(io::sink()).unwrap();

    assert_eq!(downloaded.bytes, SIZE);
    let used = peak() - before;
    assert!(used < ALLOWED_KIB, "{used} KiB, the emulator's own included");
}
