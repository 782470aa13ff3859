//! Many processes share the file: nothing is lost, whoever dies or stands still.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::env;
use std::process::Command;
use std::time::Duration;

use tempfile::TempDir;
use zcrm_core::persistence::conformance::{Processes, work_if_ordered};
use zcrm_persist_file::FilePersistence;

const FOLDER: &str = "ZCRM_TEST_FOLDER";

/// The work of the other processes. Without an order there is a plain test to do: nobody sets the orders but the suite.
#[test]
fn worker() {
    let ordered = work_if_ordered(|| FilePersistence::new(env::var_os(FOLDER).expect("a folder")).unwrap());
    assert_eq!(ordered, env::var_os(FOLDER).is_some(), "a worker is told both its work and its folder");
}

#[test]
fn nothing_is_lost_between_processes() {
    let folder = TempDir::new().unwrap();
    let (ours, theirs) = (folder.path().to_owned(), folder.path().to_owned());
    let worker = move || {
        let mut command = Command::new(env::current_exe().unwrap());
        command.args(["--exact", "worker", "--nocapture"]).env(FOLDER, &theirs);
        command
    };
    Processes::new(move || FilePersistence::new(&ours).unwrap(), worker)
        .frees_frozen(Duration::from_secs(5), Duration::from_secs(15))
        .run();
}
