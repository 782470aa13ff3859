//! What is wrong with the file of tokens, and with stores of the application's own.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use serde_json::json;

use crate::case::{ZCRM, examine, files, finds, is_well, says, signed_in};
use crate::support::{Place, finish};

fn token_file(place: &Place) -> std::path::PathBuf {
    place.folder().join("tokens/zcrm_oauthtokens.txt")
}

#[test]
fn no_store_yet_and_none_is_made() {
    let place = Place::new(zcrm_emulator::Options::default());
    finds(&place, ("FAIL  store: ", &["tokens is not there", "sign in, which makes it"]));
    place.sign_in();
    place.emulator.reset_counters();
    is_well(&place);
}

#[test]
fn a_file_where_a_folder_is_needed() {
    let place = signed_in();
    place.change(json!({ "token_persistence_path": "zcrm.json" }));
    finds(&place, ("FAIL  store: ", &["zcrm.json cannot be used", "a folder is needed", "choose another"]));
}

#[test]
fn tokens_that_everybody_reads() {
    let place = signed_in();
    fs::set_permissions(token_file(&place), fs::Permissions::from_mode(0o644)).unwrap();
    finds(&place, ("warn  permissions: ", &["every user of this machine can read the tokens", "run: chmod 600 "]));
    assert_eq!(fs::metadata(token_file(&place)).unwrap().permissions().mode() & 0o777, 0o644);
    fs::set_permissions(token_file(&place), fs::Permissions::from_mode(0o600)).unwrap();
    assert!(!is_well(&place).contains("warn  permissions"));
}

#[test]
fn tokens_that_belong_to_another_user() {
    let place = signed_in();
    // Only root can give files away; for other users nothing has changed.
    let is_given = std::os::unix::fs::chown(token_file(&place), Some(12_345), None).is_ok();
    if is_given {
        finds(&place, ("warn  permissions: ", &["belongs to the user with the id 12345", "chown"]));
    } else {
        assert!(!is_well(&place).contains("warn  permissions"));
    }
}

#[test]
fn a_folder_that_everybody_writes_to() {
    let place = signed_in();
    fs::set_permissions(place.folder().join("tokens"), fs::Permissions::from_mode(0o777)).unwrap();
    finds(&place, ("warn  permissions: ", &["other users can write to the folder", "run: chmod go-w "]));
}

#[test]
fn a_row_that_cannot_be_understood() {
    let place = signed_in();
    let whole = place.tokens();
    fs::write(token_file(&place), whole.replace("\"refresh_token\": \"", "\"refresh_token\": 7, \"x\": \"")).unwrap();
    finds(&place, ("FAIL  tokens: ", &["the tokens of abc@xyz.com", "cannot be understood", "log in again"]));
    place.sign_in();
    place.emulator.reset_counters();
    is_well(&place);
}

#[test]
fn a_file_that_is_damaged() {
    let place = signed_in();
    let whole = place.tokens();
    fs::write(token_file(&place), &whole[..whole.len() / 2]).unwrap();
    finds(&place, ("FAIL  store: ", &["cannot be read", "it is damaged", "Restore it"]));
}

#[test]
fn a_file_of_the_ruby_sdk() {
    let place = signed_in();
    fs::write(token_file(&place), [4, 8, b'[', 0]).unwrap();
    finds(&place, ("FAIL  store: ", &["written by Zoho's Ruby SDK", "Name another folder"]));
}

#[test]
fn a_disk_that_is_full() {
    let place = signed_in();
    let before = files(place.folder());
    let script = format!("trap '' XFSZ; ulimit -f 0; '{ZCRM}' --config '{}' doctor | cat", place.config().display());
    let mut shell = Command::new("bash");
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("ZCRM_")) {
        shell.env_remove(name);
    }
    let output = finish(shell.args(["-o", "pipefail", "-c", &script]));
    says(&place, &output, ("FAIL  store: ", &["cannot write the tokens to", "there is no room left", "make some"]));
    assert_eq!(files(place.folder()), before);
}

#[test]
fn a_refresh_lock_that_another_program_holds() {
    use zcrm_core::persistence::PersistenceHandler;
    let place = signed_in();
    let store = zcrm_persist_file::FilePersistence::new(place.folder().join("tokens")).unwrap();
    let hour = std::time::Duration::from_secs(3600);
    let user = crate::support::USER.parse().unwrap();
    let lock = store.lock_refresh(&user, hour, hour).unwrap();
    finds(
        &place,
        ("warn  store: ", &["another program has held the refresh lock of abc@xyz.com", "end it where it stands"]),
    );
    drop(lock);
    is_well(&place);
}

#[test]
fn a_program_that_is_none() {
    let place = signed_in();
    fs::write(place.folder().join("helper"), "no program").unwrap();
    let custom = |path: &str| json!({ "persistence_handler_class": "x", "persistence_handler_class_path": path });
    place.change(custom(&place.folder().join("helper").display().to_string()));
    finds(&place, ("FAIL  store: ", &["helper", "is not executable", "chmod +x"]));
    place.change(json!({ "persistence_handler_class": "MyStore" }));
    finds(&place, ("FAIL  store: ", &["persistence_handler_class is \"MyStore\"", "register a handler"]));
}

#[test]
fn a_program_that_keeps_tokens() {
    let place = Place::new(zcrm_emulator::Options::default());
    place.change(json!({
        "persistence_handler_class": place.folder().join("tokens.sqlite"),
        "persistence_handler_class_path": concat!(env!("CARGO_MANIFEST_DIR"), "/../token_helper.py"),
    }));
    place.sign_in();
    place.emulator.reset_counters();
    let output = examine(&place, &[]);
    let text = says(&place, &output, ("ok    store: says that it can be written to", &[]));
    assert!(text.contains("ok    tokens: "), "{text}");
}
