//! The file store keeps the contract, and the file is what the documentation says.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tempfile::TempDir;
use zcrm_core::persistence::conformance::Suite;
use zcrm_core::persistence::{PersistenceErrorKind, PersistenceHandler};
use zcrm_core::{OAuthTokens, UserIdentifier};
use zcrm_persist_file::{FILE_NAME, FilePersistence};

fn tokens(user: &str, access: &str) -> OAuthTokens {
    OAuthTokens::new(UserIdentifier::new(user).unwrap(), access, "1000.fake-refresh", 1_700_000_000_000)
}

/// How opening, or the first call, fails.
fn refused(folder: &Path) -> (PersistenceErrorKind, String) {
    let user = UserIdentifier::new("abc@xyz.com").unwrap();
    let read = FilePersistence::new(folder).and_then(|store| store.get_oauth_tokens(&user));
    let fault = read.map(|tokens| tokens.is_some()).expect_err("this must be refused");
    (fault.kind(), fault.to_string())
}

#[test]
fn contract() {
    let root = TempDir::new().unwrap();
    let (fresh, broken, damaged) = (root.path().join("fresh"), root.path().join("broken"), root.path().join("damaged"));
    let (count, count_damaged) = (AtomicUsize::new(0), AtomicUsize::new(0));
    Suite::new(move || FilePersistence::new(fresh.join(count.fetch_add(1, Ordering::Relaxed).to_string())).unwrap())
        .reopen(|store| FilePersistence::new(store.file()).unwrap())
        .broken(move || {
            let store = FilePersistence::new(&broken).unwrap();
            fs::write(store.file(), "{ half a file").unwrap();
            store
        })
        .unreadable_row(move || {
            let store =
                FilePersistence::new(damaged.join(count_damaged.fetch_add(1, Ordering::Relaxed).to_string())).unwrap();
            fs::write(store.file(), r#"{"about":"","version":1,"tokens":[{"user":"abc@xyz.com","access_token":7}]}"#)
                .unwrap();
            (store, UserIdentifier::new("abc@xyz.com").unwrap())
        })
        .requires_lock()
        .lists()
        .ends_leases()
        .shares_rate_limits()
        .keeps_data_centers()
        .run();
}

#[test]
fn an_empty_file_made_by_hand_is_an_empty_store() {
    let folder = TempDir::new().unwrap();
    for content in ["", "\n"] {
        fs::write(folder.path().join(FILE_NAME), content).unwrap();
        let store = FilePersistence::new(folder.path()).unwrap();
        let tokens = tokens("abc@xyz.com", "1000.fake-access");
        assert!(store.get_oauth_tokens(tokens.user()).unwrap().is_none());
        store.save_oauth_tokens(&tokens).unwrap();
        assert!(store.get_oauth_tokens(tokens.user()).unwrap().is_some());
    }
}

#[test]
fn a_person_can_read_it() {
    let folder = TempDir::new().unwrap();
    let store = FilePersistence::new(folder.path()).unwrap();
    store.save_oauth_tokens(&tokens("abc@xyz.com", "1000.fake-access")).unwrap();
    let content = fs::read_to_string(folder.path().join(FILE_NAME)).unwrap();
    let by_whom = content.find("      \"saved_at_millis\": 1").unwrap();
    assert!(content.contains(&format!("process {} on ", std::process::id())), "{content}");
    assert_eq!(
        &content[..by_whom],
        r#"{
  "about": "OAuth tokens, kept by zcrm-persist-file. Whoever reads them has your Zoho CRM: show them to nobody.",
  "version": 1,
  "tokens": [
    {
      "user": "abc@xyz.com",
      "access_token": "1000.fake-access",
      "refresh_token": "1000.fake-refresh",
      "expires_at_millis": 1700000000000,
"#
    );
}

#[test]
fn the_folder_is_created_and_the_file_may_be_named() {
    let root = TempDir::new().unwrap();
    let folder = root.path().join("new").join("tokens");
    let store = FilePersistence::new(folder.join(FILE_NAME)).unwrap();
    assert_eq!(fs::canonicalize(store.file()).unwrap(), fs::canonicalize(&folder).unwrap().join(FILE_NAME));
    assert!(!store.file().to_str().unwrap().starts_with(r"\\?\"), "a path as people write them: {store:?}");
}

#[test]
fn wrong_things_in_its_place() {
    let root = TempDir::new().unwrap();
    let file = root.path().join("file");
    fs::write(&file, "x").unwrap();
    for folder in [file.clone(), file.join("below")] {
        let (kind, text) = refused(&folder);
        assert_eq!(kind, PersistenceErrorKind::Setup, "{text}");
        assert!(text.contains("a file where a folder is needed"), "{text}");
    }
    let folder = root.path().join("tokens");
    fs::create_dir_all(folder.join(FILE_NAME)).unwrap();
    let (kind, text) = refused(&folder);
    assert_eq!(kind, PersistenceErrorKind::Setup, "{text}");
    assert!(text.contains("it is a folder"), "{text}");
}

#[test]
fn a_folder_that_is_gone_is_a_failure() {
    let root = TempDir::new().unwrap();
    let store = FilePersistence::new(root.path().join("tokens")).unwrap();
    let tokens = tokens("abc@xyz.com", "1000.fake-access");
    fs::remove_dir_all(root.path().join("tokens")).unwrap();
    assert!(store.get_oauth_tokens(tokens.user()).is_err());
    assert!(store.save_oauth_tokens(&tokens).is_err());
    assert!(store.lock_refresh(tokens.user(), Duration::from_secs(1), Duration::from_secs(60)).is_err());
    assert!(!root.path().join("tokens").exists(), "nothing is put into the place of a disk that is away");
}

/// A folder in the place of the file that is written aside: as root, too, it cannot be written.
#[test]
fn what_makes_a_save_fail_is_told_before() {
    type Break = fn(&FilePersistence);
    let ways: [(&str, Break); 4] = [
        ("aside is taken", |store| fs::create_dir(store.file().with_extension("txt.new")).unwrap()),
        ("the folder is gone", |store| fs::remove_dir_all(store.file().parent().unwrap()).unwrap()),
        ("the file is damaged", |store| fs::write(store.file(), "{ half a file").unwrap()),
        ("no lock", |store| {
            let locks = store.file().with_file_name(".zcrm_locks");
            fs::remove_dir_all(&locks).and_then(|()| fs::write(locks, "")).unwrap();
        }),
    ];
    for (what, break_it) in ways {
        let root = TempDir::new().unwrap();
        let store = FilePersistence::new(root.path().join("tokens")).unwrap();
        let tokens = tokens("abc@xyz.com", "1000.fake-access");
        let before = fs::read(store.file()).unwrap();
        store.check_writable(tokens.user()).unwrap();
        assert_eq!(fs::read(store.file()).unwrap(), before, "nothing is saved");
        break_it(&store);
        let told = store.check_writable(tokens.user()).expect_err(what);
        let failed = store.save_oauth_tokens(&tokens).expect_err(what);
        assert_eq!((told.kind(), told.to_string()), (failed.kind(), failed.to_string()), "{what}");
    }
}

#[test]
fn an_endless_timeout_is_no_panic() {
    let folder = TempDir::new().unwrap();
    let store = FilePersistence::new(folder.path()).unwrap();
    assert!(
        store
            .lock_refresh(&UserIdentifier::new("abc@xyz.com").unwrap(), Duration::MAX, Duration::MAX)
            .unwrap()
            .is_held()
    );
}

#[test]
fn what_a_crash_left_aside_is_in_nobodys_way() {
    let folder = TempDir::new().unwrap();
    let store = FilePersistence::new(folder.path()).unwrap();
    let aside = folder.path().join("zcrm_oauthtokens.txt.new");
    fs::write(&aside, "half").unwrap();
    let tokens = tokens("abc@xyz.com", "1000.fake-access");
    store.save_oauth_tokens(&tokens).unwrap();
    assert!(store.get_oauth_tokens(tokens.user()).unwrap().is_some());
    assert!(!aside.exists());
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn only_the_owner_may_use_it() {
        let root = TempDir::new().unwrap();
        let folder = root.path().join("tokens");
        let store = FilePersistence::new(&folder).unwrap();
        assert_eq!((mode(&folder), mode(store.file())), (0o700, 0o600));

        fs::set_permissions(store.file(), fs::Permissions::from_mode(0o644)).unwrap();
        let store = FilePersistence::new(&folder).unwrap();
        assert_eq!(mode(store.file()), 0o644, "reading changes nothing");
        store.save_oauth_tokens(&tokens("abc@xyz.com", "1000.fake-access")).unwrap();
        assert_eq!(mode(store.file()), 0o600);
    }

    #[test]
    fn links_to_folders_are_followed_and_a_link_for_the_file_is_refused() {
        let root = TempDir::new().unwrap();
        let (real, link) = (root.path().join("real"), root.path().join("link"));
        let store = FilePersistence::new(&real).unwrap();
        symlink(&real, &link).unwrap();
        assert_eq!(FilePersistence::new(&link).unwrap().file(), store.file(), "one folder, one lock");

        let other = root.path().join("other");
        fs::create_dir(&other).unwrap();
        symlink(store.file(), other.join(FILE_NAME)).unwrap();
        let (kind, text) = refused(&other);
        assert_eq!(kind, PersistenceErrorKind::Setup);
        assert!(text.contains("symbolic link"), "{text}");
        let fault = zcrm_core::Error::from(FilePersistence::new(&other).unwrap_err());
        assert!(fault.to_string().contains("name the folder"), "{fault}");
    }
}

#[cfg(windows)]
mod windows {
    use std::fs::File;
    use std::os::windows::fs::OpenOptionsExt;
    use std::thread;

    use super::*;

    /// As a backup opens a file: others may read it, and not replace it.
    fn hold(store: &FilePersistence) -> File {
        const SHARE_READ: u32 = 1;
        File::options().read(true).share_mode(SHARE_READ).open(store.file()).unwrap()
    }

    #[test]
    fn a_file_that_another_program_holds_for_a_moment_is_replaced() {
        let folder = TempDir::new().unwrap();
        let store = FilePersistence::new(folder.path()).unwrap();
        let held = hold(&store);
        thread::scope(|scope| {
            scope.spawn(|| {
                // Longer than the first attempts take.
                thread::sleep(Duration::from_secs(1));
                drop(held);
            });
            store.save_oauth_tokens(&tokens("abc@xyz.com", "1000.fake-access")).unwrap();
        });
        assert!(store.get_oauth_tokens(tokens("abc@xyz.com", "").user()).unwrap().is_some());
    }

    #[test]
    fn a_file_that_another_program_keeps_is_an_error_that_names_what_may_hold_it() {
        let folder = TempDir::new().unwrap();
        let store = FilePersistence::new(folder.path()).unwrap();
        let _held = hold(&store);
        let fault = store.save_oauth_tokens(&tokens("abc@xyz.com", "1000.fake-access")).unwrap_err();
        assert!(fault.to_string().contains("backup"), "{fault:?}");
    }
}
