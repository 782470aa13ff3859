//! Keys, their change, and what a wrong one or a meddled row leads to.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::fs;

use zcrm_core::persistence::{InMemoryPersistence, PersistenceErrorKind as Kind, PersistenceHandler};
use zcrm_core::{OAuthTokens, UserIdentifier};
use zcrm_persist_custom::{Encrypted, EncryptionKey};

fn key(number: u8) -> EncryptionKey {
    EncryptionKey::from_text(&format!("{number:02x}").repeat(32)).unwrap()
}

fn user(name: &str) -> UserIdentifier {
    UserIdentifier::new(name).unwrap()
}

fn tokens(name: &str) -> OAuthTokens {
    OAuthTokens::new(user(name), "1000.canary-access", "1000.canary-refresh", 5)
}

fn store(inner: &InMemoryPersistence, keys: &[u8]) -> Encrypted<InMemoryPersistence> {
    Encrypted::new(inner.clone(), keys.iter().copied().map(key)).unwrap()
}

fn stored(inner: &InMemoryPersistence, name: &str) -> OAuthTokens {
    inner.get_oauth_tokens(&user(name)).unwrap().unwrap()
}

#[test]
fn nothing_readable_is_stored_and_no_two_are_alike() {
    let inner = InMemoryPersistence::new();
    let store = store(&inner, &[1]);
    store.save_oauth_tokens(&tokens("a@x.com")).unwrap();
    let first = stored(&inner, "a@x.com");
    store.save_oauth_tokens(&tokens("a@x.com")).unwrap();
    let second = stored(&inner, "a@x.com");
    for token in [first.access_token(), first.refresh_token(), second.access_token(), second.refresh_token()] {
        assert!(token.expose().starts_with("zcrm1.") && !token.expose().contains("canary"), "{}", token.expose());
    }
    assert!(!first.access_token().same_as(second.access_token()), "each encryption has a nonce of its own");
    assert_eq!(second.expiry_millis(), 5);
}

#[test]
fn the_first_key_encrypts_and_all_decrypt() {
    let inner = InMemoryPersistence::new();
    store(&inner, &[1]).save_oauth_tokens(&tokens("a@x.com")).unwrap();
    let both = store(&inner, &[2, 1]);
    let found = both.get_oauth_tokens(&user("a@x.com")).unwrap().unwrap();
    assert_eq!(found.refresh_token().expose(), "1000.canary-refresh");
    both.save_oauth_tokens(&found).unwrap();
    let new_only = store(&inner, &[2]).get_oauth_tokens(&user("a@x.com")).unwrap().unwrap();
    assert_eq!(new_only.access_token().expose(), "1000.canary-access");
    assert!(store(&inner, &[1]).get_oauth_tokens(&user("a@x.com")).is_err());
}

#[test]
fn a_wrong_key_is_told_by_its_id() {
    let inner = InMemoryPersistence::new();
    store(&inner, &[1]).save_oauth_tokens(&tokens("a@x.com")).unwrap();
    let fault = store(&inner, &[2, 3]).get_oauth_tokens(&user("a@x.com")).unwrap_err();
    assert_eq!(fault.kind(), Kind::WrongKey);
    let text = fault.to_string();
    assert!(text.contains("another key"), "{text}");
    assert!(text.contains(key(1).id()) && text.contains(key(2).id()) && text.contains(key(3).id()), "{text}");
}

#[test]
fn a_row_of_a_lost_key_is_replaced_by_a_save_and_removed_by_a_deletion() {
    let inner = InMemoryPersistence::new();
    for delete_first in [false, true] {
        store(&inner, &[1]).save_oauth_tokens(&tokens("a@x.com")).unwrap();
        let store = store(&inner, &[2]);
        assert_eq!(store.get_oauth_tokens(&user("a@x.com")).unwrap_err().kind(), Kind::WrongKey);
        if delete_first {
            store.delete_oauth_tokens(&user("a@x.com")).unwrap();
            assert!(store.get_oauth_tokens(&user("a@x.com")).unwrap().is_none());
        }
        store.save_oauth_tokens(&tokens("a@x.com")).unwrap();
        let found = store.get_oauth_tokens(&user("a@x.com")).unwrap().unwrap();
        assert_eq!(found.refresh_token().expose(), "1000.canary-refresh");
    }
}

#[test]
fn a_key_file_from_windows_is_read_or_explained() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("zcrm.key");
    fs::write(&path, "").unwrap();
    #[cfg(unix)]
    fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let digits = "07".repeat(32);
    for text in [format!("\u{feff}{digits}\r\n"), "\u{feff}BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\r\n".to_owned()]
    {
        fs::write(&path, text).unwrap();
        assert_eq!(EncryptionKey::from_file(&path).unwrap().id(), key(7).id());
    }
    let wide = |to_bytes: fn(u16) -> [u8; 2]| format!("\u{feff}{digits}").encode_utf16().flat_map(to_bytes).collect();
    let unmarked: Vec<u8> = digits.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let cases: [(Vec<u8>, &str); 4] = [
        (wide(u16::to_le_bytes), "UTF-16"),
        (wide(u16::to_be_bytes), "UTF-16"),
        (unmarked, "64 hexadecimal digits"),
        (vec![0xc3, 0x28], "no text"),
    ];
    for (content, reason) in cases {
        fs::write(&path, content).unwrap();
        let fault = EncryptionKey::from_file(&path).unwrap_err();
        assert!(fault.kind() == Kind::Setup && fault.to_string().contains(reason), "{fault}");
        assert!(!fault.to_string().contains("0707"), "{fault}");
    }
}

#[test]
fn rows_and_columns_cannot_be_exchanged() {
    let inner = InMemoryPersistence::new();
    let store = store(&inner, &[1]);
    store.save_oauth_tokens(&tokens("a@x.com")).unwrap();
    let row = stored(&inner, "a@x.com");
    let swapped = OAuthTokens::new(user("a@x.com"), row.refresh_token().clone(), row.access_token().clone(), 5);
    let mut altered = row.access_token().expose().to_owned();
    let last = altered.pop().unwrap();
    altered.push(if last == 'A' { 'Q' } else { 'A' });
    let altered = OAuthTokens::new(user("a@x.com"), altered, row.refresh_token().clone(), 5);
    let cut = OAuthTokens::new(user("a@x.com"), &row.access_token().expose()[..20], row.refresh_token().clone(), 5);
    for meddled in [row.for_user(user("b@x.com")), swapped, altered, cut] {
        inner.save_oauth_tokens(&meddled).unwrap();
        let fault = store.get_oauth_tokens(meddled.user()).unwrap_err();
        assert_eq!(fault.kind(), Kind::CorruptRow, "{fault}");
        assert!(!format!("{fault:?}").contains("canary"));
    }
}

#[test]
fn plaintext_is_taken_only_when_that_was_asked_for() {
    let inner = InMemoryPersistence::new();
    inner.save_oauth_tokens(&tokens("a@x.com")).unwrap();
    let fault = store(&inner, &[1]).get_oauth_tokens(&user("a@x.com")).unwrap_err();
    assert_eq!(fault.kind(), Kind::CorruptRow);
    assert!(fault.to_string().contains("accept_plaintext") && !format!("{fault:?}").contains("canary"), "{fault}");
    let accepting = store(&inner, &[1]).accept_plaintext();
    let found = accepting.get_oauth_tokens(&user("a@x.com")).unwrap().unwrap();
    accepting.save_oauth_tokens(&found).unwrap();
    let strict = store(&inner, &[1]).get_oauth_tokens(&user("a@x.com")).unwrap().unwrap();
    assert_eq!(strict.access_token().expose(), "1000.canary-access");
}

#[test]
fn keys_are_read_strictly_and_do_not_print() {
    let hex = "0123456789abcdef".repeat(4);
    let base64 = "ASNFZ4mrze8BI0VniavN7wEjRWeJq83vASNFZ4mrze8=";
    assert_eq!(EncryptionKey::from_text(&hex).unwrap().id(), EncryptionKey::from_text(base64).unwrap().id());
    for wrong in ["", "canary", &hex[..62], &hex.replace('0', "g"), "é".repeat(32).as_str()] {
        let fault = EncryptionKey::from_text(wrong).unwrap_err();
        assert!(fault.kind() == Kind::Setup && !fault.to_string().contains("canary"), "{fault}");
    }
    let shown = format!("{:?}", store(&InMemoryPersistence::new(), &[7]));
    assert!(shown.contains(key(7).id()) && !shown.contains("0707") && !shown.contains("[7, 7"), "{shown}");
    assert!(EncryptionKey::from_env("ZCRM_NO_SUCH_KEY").unwrap_err().to_string().contains("ZCRM_NO_SUCH_KEY"));
    assert!(Encrypted::new(InMemoryPersistence::new(), []).is_err());
}

#[cfg(unix)]
#[test]
fn a_key_file_is_its_owners_only() {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("zcrm.key");
    assert!(EncryptionKey::from_file(&path).unwrap_err().to_string().contains("cannot be read"));
    fs::write(&path, format!("{}\n", "07".repeat(32))).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    assert!(EncryptionKey::from_file(&path).unwrap_err().to_string().contains("chmod 600"));
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    assert_eq!(EncryptionKey::from_file(&path).unwrap().id(), key(7).id());
}
