//! A disk without room and a folder without the right to write, in a process of its own, so that root is no exception.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::ffi::OsString;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;
use std::{env, fs};

use tempfile::TempDir;
use zcrm_core::persistence::PersistenceHandler;
use zcrm_core::{OAuthTokens, UserIdentifier};
use zcrm_persist_file::FilePersistence;

const FOLDER: &str = "ZCRM_TEST_FOLDER";
const MARK: &str = "outcome> ";
/// The user without rights of every Unix.
const NOBODY: u32 = 65_534;

fn tokens(number: usize) -> OAuthTokens {
    let user = UserIdentifier::new(format!("user-{number}@x.com")).unwrap();
    OAuthTokens::new(user, "1000.canary-access", "1000.canary-refresh", 1)
}

/// Opens the store, reads a user and saves another one, and tells how that went.
fn attempt(folder: &Path) -> String {
    let outcome = FilePersistence::new(folder).and_then(|store| {
        let found = store.get_oauth_tokens(tokens(0).user())?.is_some();
        store.save_oauth_tokens(&tokens(1_000)).map(|()| format!("saved, {found}"))
    });
    outcome.unwrap_or_else(|fault| format!("{fault} {fault:?}"))
}

#[test]
fn child() {
    match env::var_os(FOLDER) {
        Some(folder) => println!("{MARK}{}", attempt(folder.as_ref())),
        None => assert_eq!(attempt(TempDir::new().unwrap().path()), "saved, false", "where nothing is wrong, it works"),
    }
}

fn outcome(mut command: Command, folder: &Path) -> String {
    let output = command.args(["--exact", "child", "--nocapture"]).env(FOLDER, folder).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let (_, outcome) = text.split_once(MARK).unwrap_or_else(|| panic!("no outcome: {text} {:?}", output.stderr));
    outcome.lines().next().unwrap().to_owned()
}

fn filled(folder: &Path) -> (FilePersistence, Vec<u8>) {
    let store = FilePersistence::new(folder).unwrap();
    for number in 0..20 {
        store.save_oauth_tokens(&tokens(number)).unwrap();
    }
    let content = fs::read(store.file()).unwrap();
    (store, content)
}

fn names(folder: &Path) -> Vec<OsString> {
    let mut names: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    names
}

#[test]
fn a_full_disk_leaves_the_old_content() {
    let folder = TempDir::new().unwrap();
    let (store, before) = filled(folder.path());
    let mut command = Command::new("sh");
    command.args(["-c", r#"trap "" XFSZ; ulimit -f 1; exec "$0" "$@""#]).arg(env::current_exe().unwrap());
    let outcome = outcome(command, folder.path());
    assert!(outcome.contains("no room left") && outcome.contains("Unavailable"), "{outcome}");
    assert!(!outcome.contains("canary"), "{outcome}");
    assert_eq!(fs::read(store.file()).unwrap(), before);
    assert_eq!(names(folder.path()), [".zcrm_locks", "zcrm_oauthtokens.txt"], "no half file stays behind");
}

#[test]
fn a_folder_without_the_right_to_write_can_be_read() {
    let root = TempDir::new().unwrap();
    fs::set_permissions(root.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let folder = root.path().join("tokens");
    let (store, before) = filled(&folder);
    // Where the program itself lies, another user may not be able to start it.
    let program = root.path().join("program");
    fs::copy(env::current_exe().unwrap(), &program).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let mut command = Command::new(&program);
    command.current_dir(root.path());
    if fs::metadata(&program).unwrap().uid() == 0 {
        for path in [store.file(), &folder, &folder.join(".zcrm_locks")] {
            std::os::unix::fs::chown(path, Some(NOBODY), Some(NOBODY)).unwrap();
        }
        command.uid(NOBODY).gid(NOBODY);
    }
    fs::remove_file(folder.join(".zcrm_locks/file.lock")).unwrap();
    fs::set_permissions(folder.join(".zcrm_locks"), fs::Permissions::from_mode(0o500)).unwrap();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o500)).unwrap();

    let outcome = outcome(command, &folder);
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o700)).unwrap();
    fs::set_permissions(folder.join(".zcrm_locks"), fs::Permissions::from_mode(0o700)).unwrap();
    assert!(outcome.contains("lacks the right") && outcome.contains("Denied"), "{outcome}");
    assert!(outcome.contains("file.lock"), "the store was opened and read, and only the save failed: {outcome}");
    assert_eq!(fs::read(store.file()).unwrap(), before);
}
