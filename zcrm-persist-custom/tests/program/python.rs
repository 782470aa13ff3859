//! The sample in Python, which keeps tokens in SQLite.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use libtest_mimic::Trial;
use tempfile::TempDir;
use zcrm_core::persistence::conformance::Suite;
use zcrm_core::persistence::{PersistenceErrorKind, PersistenceHandler};
use zcrm_core::{OAuthTokens, UserIdentifier};
use zcrm_persist_custom::ExternalProgram;

use crate::sharing::{InFolder, processes};
use crate::support::trial;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("the_python_sample_conforms", the_python_sample_conforms),
        trial("the_python_sample_excludes_processes", the_python_sample_excludes_processes),
        trial("the_python_sample_keeps_its_files_private", the_python_sample_keeps_its_files_private),
        trial(
            "the_python_sample_replaces_a_row_that_it_cannot_read",
            the_python_sample_replaces_a_row_that_it_cannot_read,
        ),
        trial("the_python_sample_tells_before_what_it_cannot_save", the_python_sample_tells_before_what_it_cannot_save),
        trial("the_python_sample_follows_no_planted_link", the_python_sample_follows_no_planted_link),
    ]
}

/// The sample, which keeps its database in `folder`.
fn sample(folder: &TempDir) -> ExternalProgram {
    let python = Command::new("python3").arg("--version").output();
    assert!(
        python.is_ok_and(|output| output.status.success()),
        "the sample token helper is tested with Python 3; install it: sudo apt-get install python3"
    );
    ExternalProgram::new(sample_path(), folder.path().join("tokens.sqlite").to_str().unwrap()).unwrap()
}

fn sample_path() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/token_helper.py")).canonicalize().unwrap()
}

fn the_python_sample_conforms() {
    let fresh = || {
        let folder = tempfile::tempdir().unwrap();
        InFolder(sample(&folder), Some(folder))
    };
    let broken = || {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(
            folder.path().join("tokens.sqlite"),
            "no database, but long enough to be taken for one".repeat(99),
        )
        .unwrap();
        InFolder(sample(&folder), Some(folder))
    };
    let damaged = move || {
        let store = fresh();
        store.save_oauth_tokens(&tokens()).unwrap();
        execute(store.1.as_ref().unwrap(), "UPDATE tokens SET expiry_millis = 'soon'");
        (store, tokens().user().clone())
    };
    Suite::new(fresh)
        .reopen(|store| InFolder(store.0.clone(), None))
        .broken(broken)
        .unreadable_row(damaged)
        .requires_lock()
        .keeps_data_centers()
        .lists()
        .ends_leases()
        .slow()
        .run();
}

fn the_python_sample_excludes_processes() {
    let folder = tempfile::tempdir().unwrap();
    drop(sample(&folder));
    let database = folder.path().join("tokens.sqlite");
    processes(sample_path(), database.to_str().unwrap().to_owned())
        .frees_frozen(Duration::from_secs(5), Duration::from_secs(20))
        .slow()
        .run();
}

fn the_python_sample_keeps_its_files_private() {
    let folder = tempfile::tempdir().unwrap();
    let store = sample(&folder);
    let user = UserIdentifier::new("abc@xyz.com").unwrap();
    drop(store.lock_refresh(&user, Duration::from_secs(20), Duration::from_secs(20)).unwrap());
    store.save_oauth_tokens(&OAuthTokens::new(user, "1000.fake-access", "1000.fake-refresh", 1)).unwrap();
    for (path, mode) in files(folder.path().to_owned()) {
        assert_eq!(mode & 0o077, 0, "{path:?} is open to others: {mode:o}");
    }
}

fn files(folder: PathBuf) -> Vec<(PathBuf, u32)> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    let found: Vec<_> = entries.map(|entry| (entry.path(), entry.metadata().unwrap().permissions().mode())).collect();
    assert!(!found.is_empty());
    found
}

fn tokens() -> OAuthTokens {
    OAuthTokens::new(UserIdentifier::new("abc@xyz.com").unwrap(), "1000.fake-access", "1000.fake-refresh", 1)
}

/// Runs SQL on the sample's database.
fn execute(folder: &TempDir, sql: &str) {
    let script = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).executescript(sys.argv[2])";
    let database = folder.path().join("tokens.sqlite");
    assert!(Command::new("python3").args(["-c", script]).arg(database).arg(sql).status().unwrap().success());
}

fn the_python_sample_tells_before_what_it_cannot_save() {
    let folder = tempfile::tempdir().unwrap();
    let store = sample(&folder);
    store.save_oauth_tokens(&tokens()).unwrap();
    store.check_writable(tokens().user()).unwrap();
    execute(&folder, "CREATE TRIGGER full BEFORE INSERT ON tokens BEGIN SELECT RAISE(ABORT, 'as on a full disk'); END");
    let (told, failed) =
        (store.check_writable(tokens().user()).unwrap_err(), store.save_oauth_tokens(&tokens()).unwrap_err());
    assert!(told.to_string().contains("as on a full disk"), "{told}");
    assert_eq!((told.kind(), told.to_string()), (failed.kind(), failed.to_string()));
    assert!(store.get_oauth_tokens(tokens().user()).unwrap().is_some(), "reading works");
}

fn the_python_sample_replaces_a_row_that_it_cannot_read() {
    let folder = tempfile::tempdir().unwrap();
    let store = sample(&folder);
    for bad in ["access_token = CAST(X'ff' AS TEXT)", "refresh_token = X'00'", "expiry_millis = 'soon'"] {
        store.save_oauth_tokens(&tokens()).unwrap();
        execute(&folder, &format!("UPDATE tokens SET {bad}"));
        let fault = store.get_oauth_tokens(tokens().user()).unwrap_err();
        assert_eq!(fault.kind(), PersistenceErrorKind::CorruptRow, "{bad}: {fault}");
    }
    store.save_oauth_tokens(&tokens()).unwrap();
    assert!(store.get_oauth_tokens(tokens().user()).unwrap().is_some());
}

fn the_python_sample_follows_no_planted_link() {
    let folder = tempfile::tempdir().unwrap();
    let store = sample(&folder);
    let long = Duration::from_secs(20);
    drop(store.lock_refresh(tokens().user(), long, long).unwrap());
    let mut locks = files(folder.path().to_owned()).into_iter().map(|(path, _)| path);
    let lock = locks.find(|path| path.extension().is_some_and(|found| found == "lock")).unwrap();
    std::fs::remove_file(&lock).unwrap();
    std::os::unix::fs::symlink(folder.path().join("elsewhere"), &lock).unwrap();
    assert!(store.lock_refresh(tokens().user(), long, long).is_err());
    assert!(!folder.path().join("elsewhere").exists());
}
