//! What is wrong with the configuration and the log file.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::json;

use crate::case::{finds, is_well, signed_in};

#[test]
fn every_fault_is_told() {
    let place = signed_in();
    place.change(json!({ "acounts_url": "x", "client_id": null, "access_type": "online", "api_version": "v9" }));
    let text = finds(&place, ("FAIL  configuration: ", &["acounts_url: unknown key", "did you mean accounts_url?"]));
    for words in ["client_id: required; copy it", "access_type: must be offline", "api_version: "] {
        assert!(text.lines().any(|line| line.starts_with("FAIL  configuration: ") && line.contains(words)), "{text}");
    }
    assert!(text.contains("accounts server: "), "the network is looked at all the same: {text}");
    place.change(json!({}));
    is_well(&place);
}

#[test]
fn blanks_that_were_copied_along() {
    let place = signed_in();
    place.change(json!({ "client_secret": "canary-secret\n" }));
    let text =
        finds(&place, ("FAIL  configuration: ", &["client_secret: has blanks before or behind it", "remove them"]));
    assert!(!text.contains("canary"), "{text}");
}

#[test]
fn a_file_that_is_no_json() {
    let place = signed_in();
    fs::write(place.config(), "{ \"client_id\": ").unwrap();
    finds(&place, ("FAIL  configuration: ", &["zcrm.json", "not a JSON object", "line 1"]));
}

#[test]
fn a_file_that_is_not_there() {
    let place = signed_in();
    fs::remove_file(place.config()).unwrap();
    finds(
        &place,
        ("FAIL  configuration: ", &["cannot read the configuration file", "No such file", "correct its path"]),
    );
}

#[test]
fn servers_of_two_data_centers() {
    let place = signed_in();
    place.change(json!({ "api_base_url": "https://www.zohoapis.eu", "accounts_url": "https://accounts.zoho.com" }));
    finds(&place, ("FAIL  configuration: ", &["accounts_url: belongs to data center US, but api_base_url to EU"]));
}

#[test]
fn a_sandbox_that_there_is_not() {
    let place = signed_in();
    place.change(json!({ "sandbox": true }));
    finds(&place, ("FAIL  configuration: ", &["sandbox: no sandbox is known for the host", "set it to false"]));
}

#[test]
fn a_file_with_secrets_that_others_read() {
    let place = signed_in();
    fs::set_permissions(place.config(), fs::Permissions::from_mode(0o644)).unwrap();
    let said = ("warn  configuration: ", &["other users can read", "client_secret", "use chmod 600"][..]);
    finds(&place, said);
    fs::set_permissions(place.config(), fs::Permissions::from_mode(0o600)).unwrap();
    assert!(!is_well(&place).contains("other users can read"));
}

#[test]
fn a_log_file_in_no_folder() {
    let place = signed_in();
    place.change(json!({ "application_log_file_path": "logs/zcrm.log" }));
    finds(&place, ("FAIL  log file: ", &["logs/zcrm.log cannot be written to", "create its folder"]));
    fs::create_dir(place.folder().join("logs")).unwrap();
    is_well(&place);
    assert!(!place.folder().join("logs/zcrm.log").exists(), "it is not made");
}

#[test]
fn a_log_file_that_is_a_folder() {
    let place = signed_in();
    place.change(json!({ "application_log_file_path": "tokens" }));
    finds(&place, ("FAIL  log file: ", &["tokens cannot be written to", "correct application_log_file_path"]));
}

#[test]
fn an_authority_that_is_not_there() {
    let place = signed_in();
    place.change(json!({ "ca_file": "ca.pem" }));
    finds(&place, ("FAIL  network: ", &["the CA file", "ca.pem cannot be read"]));
}
