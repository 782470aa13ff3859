//! What others may have put into the folder, and whose files the store leaves behind.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

use nix::sys::stat::Mode;
use nix::unistd::{geteuid, mkfifo};
use rustix::process::getgroups;
use tempfile::TempDir;
use zcrm_core::persistence::{PersistenceErrorKind as Kind, PersistenceHandler};
use zcrm_core::{OAuthTokens, UserIdentifier};
use zcrm_persist_file::{FILE_NAME, FilePersistence};

const LONG: Duration = Duration::from_secs(60);
const LOCKS: &str = ".zcrm_locks";
const SOMEBODY: u32 = 54_321;

fn tokens() -> OAuthTokens {
    OAuthTokens::new(UserIdentifier::new("abc@xyz.com").unwrap(), "1000.fake-access", "1000.fake-refresh", 1)
}

/// A store that was used, so that all its files are there.
fn used() -> (FilePersistence, TempDir) {
    let folder = TempDir::new().unwrap();
    let store = FilePersistence::new(folder.path()).unwrap();
    store.save_oauth_tokens(&tokens()).unwrap();
    drop(store.lock_refresh(tokens().user(), LONG, LONG).unwrap());
    store.set_rate_limited_until(tokens().user(), Some(std::time::SystemTime::now())).unwrap();
    (store, folder)
}

fn lock_files(folder: &Path) -> Vec<PathBuf> {
    let files: Vec<_> = fs::read_dir(folder.join(LOCKS)).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(files.len() >= 3, "{files:?}");
    files
}

/// Uses the store in every way that opens the lock file, and tells how one of them failed.
fn use_it(store: &FilePersistence) -> String {
    let user = tokens();
    let outcomes = [
        store.lock_refresh(user.user(), Duration::ZERO, LONG).map(drop),
        store.save_oauth_tokens(&user),
        store.set_rate_limited_until(user.user(), Some(std::time::SystemTime::now())),
    ];
    let fault = outcomes.into_iter().find_map(Result::err).expect("a planted file must be refused");
    assert_eq!(fault.kind(), Kind::Setup, "{fault}");
    fault.to_string()
}

#[test]
fn a_planted_lock_file_is_refused_and_what_it_leads_to_is_untouched() {
    type Plant = fn(&Path, &Path);
    let plants: [(&str, Plant); 5] = [
        ("symbolic link", |target, file| symlink(target, file).unwrap()),
        ("symbolic link", |_, file| symlink("/nowhere/at/all", file).unwrap()),
        ("hard link", |target, file| fs::hard_link(target, file).unwrap()),
        ("neither a file nor a folder", |_, file| mkfifo(file, Mode::S_IRWXU).unwrap()),
        ("a folder", |_, file| fs::create_dir(file).unwrap()),
    ];
    for (what, plant) in plants {
        let (store, folder) = used();
        let target = folder.path().join("precious");
        fs::write(&target, "of somebody").unwrap();
        for file in lock_files(folder.path()) {
            fs::remove_file(&file).unwrap();
            plant(&target, &file);
            let text = use_it(&store);
            assert!(text.contains(what) && text.contains(file.file_name().unwrap().to_str().unwrap()), "{text}");
            if file.is_dir() { fs::remove_dir(&file).unwrap() } else { fs::remove_file(&file).unwrap() }
        }
        assert_eq!(fs::read_to_string(&target).unwrap(), "of somebody");
    }
}

#[test]
fn a_planted_folder_of_locks_is_refused() {
    let (store, folder) = used();
    let elsewhere = TempDir::new().unwrap();
    fs::remove_dir_all(folder.path().join(LOCKS)).unwrap();
    symlink(elsewhere.path(), folder.path().join(LOCKS)).unwrap();
    assert!(use_it(&store).contains("symbolic link"));
    assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 0);
}

#[test]
fn what_is_planted_aside_is_replaced_and_not_followed() {
    let (store, folder) = used();
    let target = folder.path().join("precious");
    fs::write(&target, "of somebody").unwrap();
    symlink(&target, folder.path().join("zcrm_oauthtokens.txt.new")).unwrap();
    store.save_oauth_tokens(&tokens()).unwrap();
    assert_eq!(fs::read_to_string(&target).unwrap(), "of somebody");
}

#[test]
fn a_pipe_in_the_place_of_the_file_does_not_block() {
    let folder = TempDir::new().unwrap();
    mkfifo(&folder.path().join(FILE_NAME), Mode::S_IRWXU).unwrap();
    assert_eq!(FilePersistence::new(folder.path()).unwrap_err().kind(), Kind::Setup);
}

fn owner_and_mode(path: &Path) -> (u32, u32, u32) {
    let found = fs::symlink_metadata(path).unwrap();
    (found.uid(), found.gid(), found.permissions().mode() & 0o777)
}

#[test]
fn a_save_keeps_owner_group_and_the_mode_that_somebody_chose() {
    let (store, _folder) = used();
    let file = store.file();
    let (owner, group) = if geteuid().is_root() {
        (SOMEBODY, SOMEBODY)
    } else {
        (geteuid().as_raw(), getgroups().unwrap().last().map_or_else(|| owner_and_mode(file).1, |group| group.as_raw()))
    };
    chown(file, Some(owner), Some(group)).unwrap();
    for mode in [0o600, 0o640, 0o660] {
        fs::set_permissions(file, fs::Permissions::from_mode(mode)).unwrap();
        store.save_oauth_tokens(&tokens()).unwrap();
        let kept = owner_and_mode(file);
        assert_eq!((kept.0, kept.2), (owner, mode));
        assert!(kept.1 == group || mode == 0o600, "the group matters where it has a right");
        chown(file, Some(owner), Some(group)).unwrap();
    }
    // As a file made by hand: nobody chose that everybody can read it.
    fs::set_permissions(file, fs::Permissions::from_mode(0o644)).unwrap();
    store.save_oauth_tokens(&tokens()).unwrap();
    assert_eq!(owner_and_mode(file).2, 0o600);
}

#[test]
fn what_root_makes_in_a_users_folder_is_the_users() {
    let root = TempDir::new().unwrap();
    let home = root.path().join("home");
    fs::create_dir(&home).unwrap();
    let owner = if geteuid().is_root() { SOMEBODY } else { geteuid().as_raw() };
    chown(&home, Some(owner), None).unwrap();
    let folder = home.join("deep").join("tokens");
    let store = FilePersistence::new(&folder).unwrap();
    store.save_oauth_tokens(&tokens()).unwrap();
    fs::remove_file(store.file()).unwrap();
    store.save_oauth_tokens(&tokens()).unwrap();
    drop(store.lock_refresh(tokens().user(), LONG, LONG).unwrap());
    let mut paths = lock_files(&folder);
    paths.extend([home.join("deep"), folder.clone(), folder.join(LOCKS), store.file().to_owned()]);
    for path in paths {
        assert_eq!(owner_and_mode(&path).0, owner, "{}", path.display());
        assert_eq!(owner_and_mode(&path).2 & 0o077, 0, "{}", path.display());
    }
}

static WARNINGS: Mutex<Vec<String>> = Mutex::new(Vec::new());

struct Listener;

impl log::Log for Listener {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        if record.level() <= log::Level::Warn {
            WARNINGS.lock().unwrap().push(record.args().to_string());
        }
    }

    fn flush(&self) {}
}

#[test]
fn what_others_can_change_or_read_is_a_warning() {
    log::set_logger(&Listener).unwrap();
    log::set_max_level(log::LevelFilter::Warn);
    let warned = |folder: &Path| {
        let all = WARNINGS.lock().unwrap();
        all.iter().filter(|text| text.contains(folder.to_str().unwrap())).cloned().collect::<Vec<_>>().join("; ")
    };
    let root = TempDir::new().unwrap();
    let root = fs::canonicalize(root.path()).unwrap();
    let private = root.join("private");
    FilePersistence::new(&private).unwrap().save_oauth_tokens(&tokens()).unwrap();
    assert_eq!(warned(&private), "");
    for mode in [0o777, 0o1777, 0o770] {
        let folder = root.join(format!("{mode:o}"));
        fs::create_dir_all(&folder).unwrap();
        fs::set_permissions(&folder, fs::Permissions::from_mode(mode)).unwrap();
        FilePersistence::new(&folder).unwrap();
        assert!(warned(&folder).contains("other users can write to"), "{mode:o}: {}", warned(&folder));
    }
    let readable = root.join("readable");
    fs::create_dir(&readable).unwrap();
    fs::write(readable.join(FILE_NAME), "").unwrap();
    fs::set_permissions(readable.join(FILE_NAME), fs::Permissions::from_mode(0o644)).unwrap();
    FilePersistence::new(&readable).unwrap();
    assert!(warned(&readable).contains("every user can read"), "{}", warned(&readable));
}
