//! Memory stays flat whatever the size of a result. In a binary of its own, as the whole process is measured.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "bulk_read/support.rs"]
#[allow(dead_code, reason = "each test uses its part of it")]
mod support;

use std::io::Write;

use support::start;
use zcrm_core::ErrorKind;
use zcrm_emulator::{Fault, On, Reply};
use zip::write::SimpleFileOptions;

const ROWS: u64 = 60_000;
const ALLOWED_KIB: u64 = 12 * 1024;

/// The most memory that the process had so far, in KiB.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// A file of so many rows of a kilobyte each.
fn file(rows: u64, end: &str) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    archive.start_file("1.csv", SimpleFileOptions::default()).unwrap();
    archive.write_all(b"Id,Last_Name\n").unwrap();
    let name = "x".repeat(1_000);
    for row in 0..rows {
        writeln!(archive, "{row},{name}").unwrap();
    }
    archive.write_all(end.as_bytes()).unwrap();
    archive.finish().unwrap().into_inner()
}

#[test]
fn sixty_megabytes_of_rows_are_read_in_little_memory() {
    let (emulator, client) = start("v8", 1);
    let job = client.module("Leads").bulk_read().fields(["Last_Name"]).start().unwrap();
    let result = job.wait().unwrap();
    assert_eq!(result.rows().unwrap().count(), 1);
    let serve = |file| {
        let reply = Reply::empty(200).header("Content-Type", "application/zip").body(file);
        emulator.fault(On::path("/crm/bulk/").method("GET").times(1), Fault::Reply(reply));
    };

    serve(file(ROWS, ""));
    let before = peak();
    assert_eq!(result.rows().unwrap().map(Result::unwrap).count() as u64, ROWS);
    let used = peak() - before;
    assert!(used < ALLOWED_KIB, "{used} KiB");

    // A quotation mark that is never closed makes one row of all that follows, which is refused in time.
    serve(file(3, &format!("9,\"{}", "x\n".repeat(40 << 20))));
    let rows: Vec<_> = result.rows().unwrap().map(|row| row.map(drop).map_err(|error| error.kind())).collect();
    assert_eq!(rows, [Ok(()), Ok(()), Ok(()), Err(ErrorKind::InvalidResponse)]);
}
