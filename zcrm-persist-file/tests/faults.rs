//! A disk without room, a mount for reading only, folders with too few rights: what can go on goes on. Each in a
//! process of its own, which gives up the rights of root, so that root is no exception.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::ffi::OsString;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::Path;
use std::process::Command;
use std::time::Duration;
use std::{env, fs};

#[cfg(not(target_vendor = "apple"))]
use nix::unistd::setgroups;
use nix::unistd::{Gid, Uid, geteuid, setgid, setuid};
use tempfile::TempDir;
use zcrm_core::persistence::{PersistenceError, PersistenceErrorKind, PersistenceHandler};
use zcrm_core::{OAuthTokens, UserIdentifier};
use zcrm_persist_file::{FILE_NAME, FilePersistence};

const FOLDER: &str = "ZCRM_TEST_FOLDER";
const RIGHTS: &str = "ZCRM_TEST_RIGHTS";
const MARK: &str = "outcome> ";
/// The user without rights of every Unix.
const NOBODY: u32 = 65_534;
const LOCKS: &str = ".zcrm_locks";

fn tokens(number: usize) -> OAuthTokens {
    let user = UserIdentifier::new(format!("user-{number}@x.com")).unwrap();
    OAuthTokens::new(user, "1000.canary-access", "1000.canary-refresh", 1)
}

/// Opens the store, reads one user, locks the refresh of another one, asks whether the other one can be saved, saves
/// it, and tells how that went.
fn attempt(folder: &Path) -> String {
    let (old, new) = (tokens(0), tokens(1_000));
    let told = |fault: PersistenceError| format!("{:?}: {fault} {fault:?}", fault.kind());
    let store = match FilePersistence::new(folder) {
        Ok(store) => store,
        Err(fault) => return format!("not opened, {}", told(fault)),
    };
    let found = store.get_oauth_tokens(old.user()).map_or_else(told, |found| format!("found {}", found.is_some()));
    let minute = Duration::from_secs(60);
    let mut lock = store.lock_refresh(new.user(), minute, minute);
    let held = match &mut lock {
        Ok(lock) => format!("lock excludes {} and is held {}", lock.excludes_others(), lock.is_held()),
        Err(fault) => format!("no lock, {fault}"),
    };
    let second = store
        .lock_refresh(new.user(), Duration::ZERO, minute)
        .is_err_and(|fault| fault.kind() == PersistenceErrorKind::LockTimeout);
    let foretold = store.check_writable(new.user()).map_or_else(told, |()| "saved".to_owned());
    let saved = store.save_oauth_tokens(&new).map_or_else(told, |()| "saved".to_owned());
    assert_eq!(foretold, saved, "what is asked before a grant is spent is what becomes of the save");
    format!("{found}, {held}, second taker refused {second}, {saved}")
}

#[test]
fn child() {
    let Some(folder) = env::var_os(FOLDER) else {
        let works = "found false, lock excludes true and is held true, second taker refused true, saved";
        return assert_eq!(attempt(TempDir::new().unwrap().path()), works, "where nothing is wrong, it works");
    };
    if env::var_os(RIGHTS).is_some() && geteuid().is_root() {
        let (user, group) = (Uid::from_raw(NOBODY), Gid::from_raw(NOBODY));
        // nix has none for Apple; no folder here lets a group in.
        #[cfg(not(target_vendor = "apple"))]
        setgroups(&[group]).unwrap();
        setgid(group).and_then(|()| setuid(user)).unwrap();
    }
    println!("{MARK}{}", attempt(folder.as_ref()));
}

fn outcome(mut command: Command, folder: &Path) -> String {
    let output = command.args(["--exact", "child", "--nocapture"]).env(FOLDER, folder).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let told = text.split_once(MARK).map(|(_, outcome)| outcome.lines().next().unwrap().to_owned());
    let told = told.unwrap_or_else(|| panic!("no outcome: {text} {}", String::from_utf8_lossy(&output.stderr)));
    assert!(!told.contains("canary"), "{told}");
    told
}

/// How it goes for a user without the rights of root.
fn outcome_for_user(folder: &Path) -> String {
    let mut command = Command::new(env::current_exe().unwrap());
    command.env(RIGHTS, "of a user").current_dir("/");
    outcome(command, folder)
}

/// A folder that belongs to the user of the child, below one that every user can enter.
fn users_folder() -> (TempDir, std::path::PathBuf) {
    let root = TempDir::new().unwrap();
    set_mode(root.path(), 0o755);
    // Its real path, which errors name.
    let folder = root.path().canonicalize().unwrap().join("tokens");
    filled(&folder);
    (root, folder)
}

fn filled(folder: &Path) -> Vec<u8> {
    let store = FilePersistence::new(folder).unwrap();
    for number in 0..20 {
        store.save_oauth_tokens(&tokens(number)).unwrap();
    }
    fs::read(store.file()).unwrap()
}

/// Gives all that is in a folder to the user of the child.
fn give_away(folder: &Path) {
    if geteuid().is_root() {
        chown(folder, Some(NOBODY), Some(NOBODY)).unwrap();
        for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.is_dir() { give_away(&entry) } else { chown(&entry, Some(NOBODY), Some(NOBODY)).unwrap() }
        }
    }
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

fn names(folder: &Path) -> Vec<OsString> {
    let mut names: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    names
}

/// No file can grow: as on a full disk, an empty one can still be made.
fn without_room() -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", r#"trap "" XFSZ; ulimit -f 0; exec "$0" "$@""#]).arg(env::current_exe().unwrap());
    command
}

#[test]
fn on_a_full_disk_a_refresh_goes_on_and_a_save_leaves_the_old_content() {
    let folder = TempDir::new().unwrap();
    let before = filled(folder.path());
    let outcome = outcome(without_room(), folder.path());
    assert!(
        outcome.contains("found true, lock excludes true and is held true, second taker refused true"),
        "{outcome}"
    );
    assert!(outcome.contains("no room left") && outcome.contains("Unavailable"), "{outcome}");
    assert_eq!(fs::read(folder.path().join(FILE_NAME)).unwrap(), before);
    assert_eq!(names(folder.path()), [LOCKS, FILE_NAME], "no half file stays behind");
}

#[test]
fn where_no_lock_can_be_made_a_refresh_goes_on_without() {
    let (_root, folder) = users_folder();
    let before = fs::read(folder.join(FILE_NAME)).unwrap();
    fs::remove_dir_all(folder.join(LOCKS)).unwrap();
    give_away(&folder);
    set_mode(&folder, 0o500);
    let outcome = outcome_for_user(&folder);
    set_mode(&folder, 0o700);
    assert!(outcome.contains("found true, lock excludes false and is held true"), "{outcome}");
    assert!(outcome.contains("lacks the right") && outcome.contains("Denied"), "{outcome}");
    assert_eq!(fs::read(folder.join(FILE_NAME)).unwrap(), before);
}

#[test]
fn where_locks_can_only_be_read_they_count() {
    let (_root, folder) = users_folder();
    let minute = Duration::from_secs(60);
    // By one that can write.
    drop(FilePersistence::new(&folder).unwrap().lock_refresh(tokens(1_000).user(), minute, minute).unwrap());
    give_away(&folder);
    for entry in fs::read_dir(folder.join(LOCKS)).unwrap() {
        set_mode(&entry.unwrap().path(), 0o400);
    }
    set_mode(&folder.join(LOCKS), 0o500);
    set_mode(&folder, 0o500);
    let outcome = outcome_for_user(&folder);
    set_mode(&folder, 0o700);
    set_mode(&folder.join(LOCKS), 0o700);
    assert!(
        outcome.contains("found true, lock excludes true and is held true, second taker refused true"),
        "{outcome}"
    );
    assert!(outcome.contains("Denied"), "{outcome}");
}

#[test]
fn a_folder_that_cannot_be_forced_to_the_disk_takes_saves() {
    let (_root, folder) = users_folder();
    give_away(&folder);
    // It can be written to and gone through, and not be opened.
    set_mode(&folder, 0o300);
    let outcome = outcome_for_user(&folder);
    set_mode(&folder, 0o700);
    assert!(outcome.ends_with(", saved"), "{outcome}");
}

/// Only root can make what root left behind; without it, the same file is this user's own and works.
#[test]
fn files_of_another_user_are_refused_and_files_of_root_are_read_only() {
    const ANOTHER: u32 = 54_321;
    for (owner, expected) in [
        (ANOTHER, "not opened, Denied: FILE cannot be used: it belongs to the user with the id 54321"),
        (0, "found true, lock excludes true and is held true, second taker refused true, Denied: FILE cannot be used"),
    ] {
        let (_root, folder) = users_folder();
        give_away(&folder);
        let file = folder.join(FILE_NAME);
        let before = fs::read(&file).unwrap();
        let expected = if geteuid().is_root() {
            chown(&file, Some(owner), Some(owner)).unwrap();
            set_mode(&file, 0o644);
            expected.replace("FILE", file.to_str().unwrap())
        } else {
            "found true, lock excludes true and is held true, second taker refused true, saved".to_owned()
        };
        let outcome = outcome_for_user(&folder);
        assert!(outcome.starts_with(&expected), "{outcome}");
        if geteuid().is_root() {
            assert!(outcome.contains("chown"), "{outcome}");
            assert_eq!(fs::read(&file).unwrap(), before);
        }
    }
}

/// A mount namespace of one's own, for root, or for a user where the system lets users have one.
fn in_own_mounts(script: &str, folder: &Path) -> Option<Command> {
    let flags: &[&str] = if geteuid().is_root() { &["-m"] } else { &["-rm"] };
    let may = Command::new("unshare").args(flags).args(["mount", "--bind", "/", "/"]).output();
    if !may.is_ok_and(|output| output.status.success()) {
        return None;
    }
    let mut command = Command::new("unshare");
    command.args(flags).args(["sh", "-c", &format!(r#"{script} && exec "$0" "$@""#)]).arg(env::current_exe().unwrap());
    command.current_dir(folder);
    Some(command)
}

/// What users without a mount namespace see of it is in the unit tests: how a mount point is recognised.
#[test]
fn a_token_file_that_is_a_mount_is_refused_before_anything_is_lost() {
    let folder = TempDir::new().unwrap();
    let before = filled(folder.path());
    fs::write(folder.path().join("other"), &before).unwrap();
    if let Some(command) = in_own_mounts(&format!("mount --bind other {FILE_NAME}"), folder.path()) {
        let outcome = outcome(command, folder.path());
        assert!(
            outcome.contains("not opened, Setup") && outcome.contains("mount the folder, not the file"),
            "{outcome}"
        );
    }
    assert_eq!(fs::read(folder.path().join(FILE_NAME)).unwrap(), before);
}

/// What users without a mount namespace see of it is the same as of a folder that they may not write to, above.
#[test]
fn on_a_mount_for_reading_only_a_refresh_goes_on() {
    let root = TempDir::new().unwrap();
    let folder = root.path().join("tokens");
    let before = filled(&folder);
    if let Some(command) = in_own_mounts("mount --bind tokens tokens && mount -o remount,bind,ro tokens", root.path()) {
        let outcome = outcome(command, &folder);
        assert!(outcome.contains("found true, lock excludes false and is held true"), "{outcome}");
        assert!(outcome.contains("read-only") && outcome.contains("Denied"), "{outcome}");
    }
    assert_eq!(fs::read(folder.join(FILE_NAME)).unwrap(), before);
}

/// Only root may freeze a file, and not everywhere; whoever runs this, the question before a save tells what is so.
#[cfg(target_os = "linux")]
#[test]
fn a_file_that_nobody_may_replace_is_told_before_a_save() {
    let folder = tempfile::tempdir().unwrap();
    let store = FilePersistence::new(folder.path()).unwrap();
    let user = UserIdentifier::new("abc@xyz.com").unwrap();
    let chattr = |flag: &str| {
        let done = std::process::Command::new("chattr").arg(flag).arg(store.file()).output();
        done.is_ok_and(|output| output.status.success())
    };
    let is_frozen = chattr("+i");
    let writable = store.check_writable(&user);
    let saved = store.save_oauth_tokens(&OAuthTokens::new(user, "1000.fake-access", "1000.fake-refresh", 1));
    assert!(!is_frozen || chattr("-i"));
    assert_eq!((writable.is_err(), saved.is_err()), (is_frozen, is_frozen), "{writable:?} {saved:?}");
    assert!(writable.err().is_none_or(|fault| fault.to_string().contains("chattr")));
}
