//! Moving tokens between stores, and out of the file of Zoho's Ruby SDK.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::fs;
use std::path::PathBuf;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use tempfile::TempDir;
use zcrm_core::persistence::{InMemoryPersistence, PersistenceErrorKind as Kind, PersistenceHandler};
use zcrm_core::{OAuthTokens, UserIdentifier};
use zcrm_persist_custom::{Encrypted, EncryptionKey, Newer, RubyTokenFile, copy_tokens};

fn user(name: &str) -> UserIdentifier {
    UserIdentifier::new(name).unwrap()
}

fn tokens(name: &str, number: i64) -> OAuthTokens {
    OAuthTokens::new(user(name), "1000.canary-access", "1000.canary-refresh", number)
}

#[test]
fn each_user_is_copied_or_told() {
    let (from, to) = (InMemoryPersistence::new(), InMemoryPersistence::new());
    let key = |digits: &str| EncryptionKey::from_text(&digits.repeat(32)).unwrap();
    let wrapped = Encrypted::new(from.clone(), [key("01")]).unwrap();
    wrapped.save_oauth_tokens(&tokens("a@x.com", 1)).unwrap();
    from.save_oauth_tokens(&tokens("plain@x.com", 2)).unwrap();
    to.save_oauth_tokens(&tokens("plain@x.com", 3)).unwrap();
    let report = copy_tokens(&wrapped, &to, ["a@x.com", "plain@x.com", "absent@x.com"].map(user), Newer::Keep);
    assert_eq!(report.copied, [user("a@x.com")]);
    assert_eq!(report.unknown, [user("absent@x.com")]);
    assert_eq!(report.failed.iter().map(|(user, _)| user.as_str()).collect::<Vec<_>>(), ["plain@x.com"]);
    assert!(!report.is_complete() && !format!("{report:?}").contains("canary"));
    let copied = to.get_oauth_tokens(&user("a@x.com")).unwrap().unwrap();
    assert_eq!((copied.access_token().expose(), copied.expiry_millis()), ("1000.canary-access", 1));
    let kept = to.get_oauth_tokens(&user("plain@x.com")).unwrap().unwrap();
    assert_eq!(kept.expiry_millis(), 3, "who cannot be read is left as it was");
    assert!(wrapped.get_oauth_tokens(&user("a@x.com")).unwrap().is_some(), "the source keeps its own");
}

#[test]
fn copying_waits_for_a_refresh_of_the_destination() {
    let (from, to) = (InMemoryPersistence::new(), InMemoryPersistence::new());
    from.save_oauth_tokens(&tokens("a@x.com", 1)).unwrap();
    let lock = to.lock_refresh(&user("a@x.com"), Duration::from_secs(20), Duration::from_secs(20)).unwrap();
    let (done, copied) = mpsc::channel();
    thread::scope(|scope| {
        scope.spawn(|| done.send(copy_tokens(&from, &to, [user("a@x.com")], Newer::Keep)));
        assert!(copied.recv_timeout(Duration::from_millis(300)).is_err());
        to.save_oauth_tokens(&tokens("a@x.com", 2)).unwrap();
        drop(lock);
        let report = copied.recv_timeout(Duration::from_secs(20)).unwrap();
        assert_eq!((&report.kept[..], report.copied.len()), (&[user("a@x.com")][..], 0));
        assert!(!report.is_complete());
    });
    let expiry = || to.get_oauth_tokens(&user("a@x.com")).unwrap().unwrap().expiry_millis();
    assert_eq!(expiry(), 2, "what was obtained later is kept");
    assert!(copy_tokens(&from, &to, [user("a@x.com")], Newer::Replace).is_complete());
    assert_eq!(expiry(), 1);
}

/// What `Marshal.dump` writes, by hand.
mod dump {
    pub(crate) fn file(value: Vec<u8>) -> Vec<u8> {
        [vec![4, 8], value].concat()
    }

    pub(crate) fn number(number: usize) -> Vec<u8> {
        match u8::try_from(number).unwrap() {
            0 => vec![0],
            small @ 1..=122 => vec![small + 5],
            byte => vec![1, byte],
        }
    }

    pub(crate) fn text(text: &str) -> Vec<u8> {
        [b"I\"", number(text.len()).as_slice(), text.as_bytes(), &[6], b":\x06ET"].concat()
    }

    pub(crate) fn symbol(name: &str) -> Vec<u8> {
        [b":", number(name.len()).as_slice(), name.as_bytes()].concat()
    }

    pub(crate) fn millis(millis: u64) -> Vec<u8> {
        [b"l+".as_slice(), &number(4), &millis.to_le_bytes()].concat()
    }

    pub(crate) fn list(values: &[Vec<u8>]) -> Vec<u8> {
        [b"[".to_vec(), number(values.len()), values.concat()].concat()
    }

    pub(crate) fn object(class: &str, variables: &[(&str, Vec<u8>)]) -> Vec<u8> {
        let pairs: Vec<u8> =
            variables.iter().flat_map(|(name, value)| [symbol(name), value.clone()].concat()).collect();
        [b"o".to_vec(), symbol(class), number(variables.len()), pairs].concat()
    }
}

const CLASS: &str = "ZCRMSDK::OAuthClient::ZohoOAuthTokens";

fn entry(name: &str, number: u64) -> Vec<u8> {
    dump::object(
        CLASS,
        &[
            ("@refresh_token", dump::text("1000.canary-refresh")),
            ("@access_token", dump::text("1000.canary-access")),
            ("@expiry_time", dump::millis(1_700_000_000_000 + number)),
            ("@user_identifier", dump::text(name)),
            ("@user_email", b"0".to_vec()),
        ],
    )
}

fn written(bytes: &[u8]) -> (PathBuf, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("zcrm_oauthtokens.txt");
    fs::write(&path, bytes).unwrap();
    (path, folder)
}

#[test]
fn the_ruby_file_is_read_and_copied() {
    let (path, _folder) = written(&dump::file(dump::list(&[entry("a@x.com", 1), entry("é@x.com", 2)])));
    let old = RubyTokenFile::open(&path).unwrap();
    assert_eq!(old.users(), [user("a@x.com"), user("é@x.com")]);
    let to = InMemoryPersistence::new();
    assert!(copy_tokens(&old, &to, old.users(), Newer::Keep).is_complete());
    let found = to.get_oauth_tokens(&user("é@x.com")).unwrap().unwrap();
    assert_eq!(
        (found.access_token().expose(), found.refresh_token().expose()),
        ("1000.canary-access", "1000.canary-refresh")
    );
    assert_eq!(found.expiry_millis(), 1_700_000_000_002);
    assert!(old.get_oauth_tokens(&user("b@x.com")).unwrap().is_none());
    assert_eq!(old.save_oauth_tokens(&found).unwrap_err().kind(), Kind::Denied);
    assert_eq!(old.delete_oauth_tokens(found.user()).unwrap_err().kind(), Kind::Denied);
    assert!(!format!("{old:?}").contains("canary"));
}

#[test]
fn repeated_names_and_texts_are_links() {
    // As Ruby writes it: the second object's class and variables are symbol links, its tokens object links.
    let second = b"o;\x00\x09;\x06@\x07;\x08@\x08;\x0a@\x09;\x0bI\"\x0cb@x.com\x06;\x07T".to_vec();
    let (path, _folder) = written(&dump::file(dump::list(&[entry("a@x.com", 1), second])));
    let old = RubyTokenFile::open(&path).unwrap();
    let found = old.get_oauth_tokens(&user("b@x.com")).unwrap().unwrap();
    assert_eq!((found.access_token().expose(), found.expiry_millis()), ("1000.canary-access", 1_700_000_000_001));
}

#[test]
fn an_empty_file_holds_nobody() {
    let (path, _folder) = written(b"");
    assert!(RubyTokenFile::open(&path).unwrap().users().is_empty());
    assert_eq!(RubyTokenFile::open("/nowhere/zcrm_oauthtokens.txt").unwrap_err().kind(), Kind::Unavailable);
}

#[test]
fn a_planted_file_does_no_more_than_fail() {
    for value in [
        b"[\x06".repeat(100_000),
        b"I".repeat(500_000),
        b"[\x04\xff\xff\xff\x7f".to_vec(),
        b"\"\x04\xff\xff\xff\x7f".to_vec(),
        b"\"\xfc\x00\x00\x00\x80".to_vec(),
        b"l+\x04\xff\xff\xff\x7f".to_vec(),
        b"[\x06@\x00".to_vec(),
        b"[\x06@\x7f".to_vec(),
        b"[\x06o;\x7f\x00".to_vec(),
        b"c\x0bKernel".to_vec(),
        b"u:\x0bKernel\x06x".to_vec(),
        dump::text("1000.canary"),
        dump::list(&[dump::object("Kernel", &[])]),
        dump::list(&[dump::object(CLASS, &[("@refresh_token", dump::text("1000.canary"))])]),
        dump::list(&[entry(" blank@x.com", 1)]),
    ] {
        let (path, _folder) = written(&dump::file(value));
        let fault = RubyTokenFile::open(&path).unwrap_err();
        assert_eq!(fault.kind(), Kind::Corrupt);
        assert!(!format!("{fault:?}").contains("canary"), "{fault:?}");
    }
    let (path, _folder) = written(&vec![4; 2 << 20]);
    assert!(RubyTokenFile::open(&path).unwrap_err().to_string().contains("1 MiB"));
}

#[test]
fn no_cut_and_no_altered_byte_does_more_than_fail() {
    let whole = dump::file(dump::list(&[entry("a@x.com", 1), entry("b@x.com", 2)]));
    let (path, _folder) = written(&whole);
    for end in 1..whole.len() {
        fs::write(&path, &whole[..end]).unwrap();
        assert!(RubyTokenFile::open(&path).is_err(), "cut at {end}");
    }
    for place in 0..whole.len() {
        for byte in [0, 1, 4, 0x7f, 0x80, 0xfc, 0xff, b'@', b'[', b'I', b'o', b'l'] {
            let mut altered = whole.clone();
            altered[place] = byte;
            fs::write(&path, &altered).unwrap();
            // Whatever it says: it comes back.
            let _ = RubyTokenFile::open(&path);
        }
    }
}
