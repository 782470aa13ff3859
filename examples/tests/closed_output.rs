//! Programs whose standard output nobody reads.
#![cfg(feature = "file")]
#![allow(clippy::unwrap_used)]

use std::process::Command;

#[test]
fn a_closed_standard_output_is_no_panic() {
    let programs = [
        (env!("CARGO_BIN_EXE_quickstart"), &[][..]),
        (env!("CARGO_BIN_EXE_fleet"), &["--processes", "2", "--threads", "1"]),
    ];
    // It measures on Unix only.
    let bench = cfg!(unix).then_some((env!("CARGO_BIN_EXE_bench"), &["10", "--runs", "1"][..]));
    for (program, arguments) in programs.into_iter().chain(bench) {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let ran = Command::new(program).args(arguments).stdout(writer).output().unwrap();
        assert_eq!((ran.status.code(), String::from_utf8_lossy(&ran.stderr).as_ref()), (Some(2), ""), "{program}");
    }
}
