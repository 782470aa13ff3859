//! Whatever a crash, an editor or another program left in the store's files: nothing is lost that can be read.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use tempfile::TempDir;
use zcrm_core::persistence::{PersistenceErrorKind as Kind, PersistenceHandler};
use zcrm_core::{OAuthTokens, UserIdentifier};
use zcrm_persist_file::{FILE_NAME, FilePersistence};

const LONG: Duration = Duration::from_secs(60);

fn user(name: &str) -> UserIdentifier {
    UserIdentifier::new(name).unwrap()
}

fn tokens(name: &str) -> OAuthTokens {
    OAuthTokens::new(user(name), "1000.fake-access", "1000.fake-refresh", 1_700_000_000_000)
}

fn store() -> (FilePersistence, TempDir) {
    let folder = TempDir::new().unwrap();
    (FilePersistence::new(folder.path()).unwrap(), folder)
}

fn content(rows: &str) -> Vec<u8> {
    format!(r#"{{"about":"","version":1,"tokens":[{rows}]}}"#).into_bytes()
}

fn row(name: &str, access: &str) -> String {
    format!(r#"{{"user":"{name}","access_token":"{access}","refresh_token":"r","expires_at_millis":1}}"#)
}

#[test]
fn a_file_that_cannot_be_understood_is_never_overwritten() {
    let cases = [
        (b"\x04\x08[\x06o:\x14ZohoOAuthTokens\x00".to_vec(), "Ruby SDK"),
        (br#"{"version":2,"tokens":{}}"#.to_vec(), "version 2"),
        (br#"{"about":"","version":7,"tokens":[]}"#.to_vec(), "version 7"),
        (b"1000.canary".to_vec(), "damaged"),
        (br#""1000.canary""#.to_vec(), "damaged"),
        (br#"{"about":"","version":1,"tokens":[],"1000.canary":1}"#.to_vec(), "damaged"),
        (content(&row("abc@xyz.com", "1000.canary"))[..100].to_vec(), "damaged"),
        (vec![0; 4096], "damaged"),
        (vec![0xff, 0xfe, 0x00], "damaged"),
        ("[".repeat(100_000).into_bytes(), "damaged"),
    ];
    let (store, folder) = store();
    for (content, hint) in cases {
        fs::write(store.file(), &content).unwrap();
        let opened = FilePersistence::new(folder.path()).and_then(|store| store.get_oauth_tokens(&user("abc@xyz.com")));
        let saved = store.save_oauth_tokens(&tokens("abc@xyz.com"));
        let deleted = store.delete_oauth_tokens(&user("abc@xyz.com"));
        for fault in [opened.map(drop).unwrap_err(), saved.unwrap_err(), deleted.unwrap_err()] {
            assert_eq!(fault.kind(), Kind::Corrupt, "{fault:?}");
            assert!(fault.to_string().contains(hint), "{fault} should say {hint:?}");
            assert!(!format!("{fault:?}").contains("1000.canary"), "{fault:?}");
        }
        assert_eq!(fs::read(store.file()).unwrap(), content, "the file is as it was");
    }
}

#[test]
fn a_row_that_cannot_be_read_is_its_users_alone_and_a_save_replaces_it() {
    let twice = format!("{0},{0}", row("bad@x.com", "1000.canary"));
    for bad in [
        r#"{"user":"bad@x.com"}"#,
        r#"{"user":"bad@x.com","access_token":7,"refresh_token":"1000.canary","expires_at_millis":1}"#,
        r#"{"user":"bad@x.com","access_token":"","refresh_token":null,"expires_at_millis":1}"#,
        r#"{"user":"bad@x.com","access_token":"1000.canary","refresh_token":"r","expires_at_millis":"soon"}"#,
        r#"{"user":"bad@x.com","access_token":"1000.canary","refresh_token":"r","expires_at_millis":1,"more":1}"#,
        &twice,
    ] {
        let (store, _folder) = store();
        let found = content(&format!("{},{bad},{}", row("a@x.com", "first"), row("z@x.com", "last")));
        let others = |store: &FilePersistence| {
            for name in ["a@x.com", "z@x.com"] {
                assert!(store.get_oauth_tokens(&user(name)).unwrap().is_some(), "{name} is not touched by {bad}");
            }
        };
        fs::write(store.file(), &found).unwrap();
        others(&store);
        let fault = store.get_oauth_tokens(&user("bad@x.com")).map(drop).unwrap_err();
        assert_eq!(fault.kind(), Kind::CorruptRow, "{bad}: {fault}");
        assert!(!format!("{fault:?}").contains("canary"), "{fault:?}");

        store.save_oauth_tokens(&tokens("a@x.com")).unwrap();
        assert!(store.get_oauth_tokens(&user("bad@x.com")).is_err(), "another's save leaves it as it is");
        store.save_oauth_tokens(&tokens("bad@x.com")).unwrap();
        assert!(store.get_oauth_tokens(&user("bad@x.com")).unwrap().is_some(), "a save replaces {bad}");
        others(&store);

        fs::write(store.file(), &found).unwrap();
        store.delete_oauth_tokens(&user("bad@x.com")).unwrap();
        assert!(store.get_oauth_tokens(&user("bad@x.com")).unwrap().is_none(), "a deletion removes {bad}");
        others(&store);
    }
}

#[test]
fn a_row_that_names_nobody_is_kept() {
    for odd in [r#""1000.odd""#, r#"{"user":"","odd":true}"#, r#"{"user":3,"odd":[1.50]}"#, r#"{"odd":{"deep":"x"}}"#] {
        let (store, _folder) = store();
        fs::write(store.file(), content(&format!("{odd},{}", row("a@x.com", "first")))).unwrap();
        assert!(store.get_oauth_tokens(&user("a@x.com")).unwrap().is_some());
        store.save_oauth_tokens(&tokens("b@x.com")).unwrap();
        store.delete_oauth_tokens(&user("a@x.com")).unwrap();
        let text = fs::read_to_string(store.file()).unwrap();
        assert!(text.contains(odd), "{odd} is kept, letter by letter: {text}");
    }
}

#[test]
fn one_token_of_the_two_is_enough() {
    let (store, _folder) = store();
    for (fields, access, refresh) in [
        (r#""access_token":"a""#, "a", ""),
        (r#""access_token":"a","refresh_token":null"#, "a", ""),
        (r#""access_token":"a","refresh_token":"""#, "a", ""),
        (r#""refresh_token":"r""#, "", "r"),
    ] {
        fs::write(store.file(), content(&format!(r#"{{"user":"a@x.com",{fields},"expires_at_millis":1}}"#))).unwrap();
        let found = store.get_oauth_tokens(&user("a@x.com")).unwrap().unwrap();
        assert_eq!((found.access_token().expose(), found.refresh_token().expose()), (access, refresh));
    }
}

#[test]
fn a_byte_order_mark_is_no_damage() {
    let (store, folder) = store();
    for text in [content(&row("a@x.com", "first")), Vec::new()] {
        fs::write(store.file(), [b"\xEF\xBB\xBF".as_slice(), &text].concat()).unwrap();
        let store = FilePersistence::new(folder.path()).unwrap();
        assert_eq!(store.get_oauth_tokens(&user("a@x.com")).unwrap().is_some(), !text.is_empty());
        store.save_oauth_tokens(&tokens("a@x.com")).unwrap();
    }
}

#[test]
fn a_file_does_not_become_larger_than_is_read() {
    let (store, _folder) = store();
    store.save_oauth_tokens(&tokens("small@x.com")).unwrap();
    let large = |size| OAuthTokens::new(user("large@x.com"), "a".repeat(size), "r", 1);
    for size in [64 << 20, 65 << 20] {
        let fault = store.save_oauth_tokens(&large(size)).unwrap_err();
        assert_eq!(fault.kind(), Kind::DoesNotFit, "{fault}");
        assert!(store.get_oauth_tokens(&user("small@x.com")).unwrap().is_some(), "the old content is intact");
    }
    store.save_oauth_tokens(&large(63 << 20)).unwrap();
    assert_eq!(
        store.save_oauth_tokens(&OAuthTokens::new(user("b@x.com"), "a".repeat(2 << 20), "r", 1)).unwrap_err().kind(),
        Kind::DoesNotFit
    );
    store.delete_oauth_tokens(&user("large@x.com")).unwrap();
    assert!(store.get_oauth_tokens(&user("small@x.com")).unwrap().is_some());
}

/// The files of a user's lock with this extension: there is one user.
fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder.join(".zcrm_locks")).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.extension().is_some_and(|found| found == extension)).collect()
}

#[test]
fn a_damaged_record_of_a_lock_counts_as_none() {
    let (store, folder) = store();
    let user = user("abc@xyz.com");
    drop(store.lock_refresh(&user, LONG, LONG).unwrap());
    let record = files(folder.path(), "lock").into_iter().find(|path| !path.ends_with("file.lock")).unwrap();
    let whole = fs::read(&record).unwrap();
    let digits = |numbers: [u64; 3]| format!("{:020} {:020} {:020}\n", numbers[0], numbers[1], numbers[2]).into_bytes();
    for damaged in [
        vec![0xff; 64],
        vec![0; 63],
        Vec::new(),
        whole[..30].to_vec(),
        whole.repeat(50),
        b"1 2 3\n".to_vec(),
        digits([u64::MAX, 3, u64::MAX]),
        digits([1, 16, 5_000]),
        digits([1, u64::MAX, 5_000]),
    ] {
        fs::write(&record, &damaged).unwrap();
        let mut lock = store.lock_refresh(&user, LONG, LONG).unwrap();
        assert!(lock.excludes_others() && lock.is_held());
        let second = store.lock_refresh(&user, Duration::ZERO, LONG).map(drop).unwrap_err();
        assert_eq!(second.kind(), Kind::LockTimeout, "the lock excludes others, whatever the record was: {damaged:?}");
    }
}

#[test]
fn a_rate_limit_is_shared_and_a_damaged_note_of_it_is_none() {
    let (store, folder) = store();
    let other = FilePersistence::new(folder.path()).unwrap();
    let user = user("abc@xyz.com");
    assert!(store.rate_limited_until(&user).unwrap().is_none());
    let until = SystemTime::now() + Duration::from_secs(300);
    store.set_rate_limited_until(&user, Some(until)).unwrap();
    let told = other.rate_limited_until(&user).unwrap().unwrap();
    assert!(until.duration_since(told).unwrap() < Duration::from_millis(2), "to the millisecond");
    let note = files(folder.path(), "limit").pop().unwrap();
    for damaged in [vec![0xff; 21], Vec::new(), b"9".repeat(20), b"99999999999999999999\n".to_vec(), vec![b'0'; 300]] {
        fs::write(&note, &damaged).unwrap();
        assert_eq!(other.rate_limited_until(&user).unwrap(), None, "{damaged:?}");
        store.set_rate_limited_until(&user, Some(until)).unwrap();
        assert!(other.rate_limited_until(&user).unwrap().is_some());
    }
    other.set_rate_limited_until(&user, None).unwrap();
    assert_eq!(store.rate_limited_until(&user).unwrap(), None);
}

#[test]
fn opening_reads_the_beginning_only() {
    let (_, folder) = store();
    let damaged_at_the_end = [content(&row("a@x.com", &"a".repeat(10_000))), b"and more".to_vec()].concat();
    fs::write(folder.path().join(FILE_NAME), damaged_at_the_end).unwrap();
    let store = FilePersistence::new(folder.path()).unwrap();
    let fault = store.get_oauth_tokens(&user("a@x.com")).map(drop).unwrap_err();
    assert_eq!(fault.kind(), Kind::Corrupt, "the first call tells, before a grant is spent: {fault}");
}
