//! The configuration dictionary, rule by rule.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod environment;
mod network;
mod paths;
mod servers;

use std::fs;
use std::path::Path;

use zcrm_core::config::{ApiVersion, StoreKind};
use zcrm_core::{Config, ErrorKind};

const MANDATORY: [(&str, &str); 3] =
    [("client_id", "1000.FAKE"), ("client_secret", "fake-canary-secret"), ("redirect_uri", "https://www.zoho.com")];

fn with(pairs: &[(&str, &str)]) -> Result<Config, zcrm_core::Error> {
    Config::from_pairs(MANDATORY.iter().chain(pairs).copied())
}

/// The text of the error that these pairs cause.
fn fault(pairs: &[(&str, &str)]) -> String {
    let error = with(pairs).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    error.to_string()
}

#[test]
fn every_fault_is_reported_at_once_with_key_and_remedy() {
    let error = Config::from_pairs([("sandbox", "maybe"), ("api_version", "v9"), ("db_port", "70000")]).unwrap_err();
    let text = error.to_string();
    for key in ["client_id:", "client_secret:", "redirect_uri:", "sandbox:", "api_version:", "db_port:"] {
        assert!(text.contains(key), "{key} in {text}");
    }
    assert!(text.contains("Zoho's API console"), "{text}");
}

#[test]
fn an_unknown_key_suggests_the_nearest_and_never_shows_its_value() {
    let text = fault(&[("curent_user_mail", "fake-canary-value")]);
    assert!(text.contains("did you mean current_user_email?"), "{text}");
    assert!(!text.contains("canary"), "{text}");
    assert!(fault(&[("Client_ID", "1")]).contains("did you mean client_id?"));
    let text = fault(&[("zzz\nclient_id: fine", "1")]);
    assert_eq!(text.lines().count(), 1, "a fault is one line: {text}");
    let text = fault(&[("zzz", "1")]);
    assert!(text.contains("zzz: unknown key") && !text.contains("did you mean"), "{text}");
}

#[test]
fn a_key_that_stands_there_twice_is_a_fault() {
    assert!(fault(&[("client_id", "1000.OTHER")]).contains("client_id: set twice"));
    let json = r#"{"client_id":"a","client_id":"b","client_secret":"s","redirect_uri":"r"}"#;
    assert!(Config::from_json_str(json).unwrap_err().to_string().contains("twice"));
}

#[test]
fn an_empty_text_is_an_absent_key_but_for_the_password() {
    let config = with(&[("current_user_email", ""), ("token_persistence_path", ""), ("db_password", "")]).unwrap();
    assert!(config.current_user_email().is_none());
    assert_eq!(config.store_kind(), StoreKind::Mysql);
    assert!(fault(&[("db_password", ""), ("mysql_password", "other")]).contains("mysql_password"));
}

#[test]
fn the_defaults_are_those_of_the_ruby_sdk() {
    let config = with(&[]).unwrap();
    assert_eq!(config.api_base_url(), "https://www.zohoapis.com");
    assert_eq!(config.accounts_url(), "https://accounts.zoho.com");
    assert_eq!(config.api_version(), ApiVersion::V2);
    assert!(!config.sandbox() && !config.log_in_console());
    let mysql = config.mysql();
    assert_eq!((mysql.address.as_str(), mysql.port, mysql.username.as_str()), ("localhost", 3306, "root"));
    assert_eq!((mysql.password.expose(), mysql.database.as_str(), mysql.tls), ("", "zohooauth", false));
}

#[test]
fn a_wrong_value_is_not_called_missing_too() {
    let text = fault(&[("api_base_url", "127.0.0.1:80"), ("accounts_url", "http://127.0.0.1:80")]);
    assert!(text.contains("api_base_url: not a valid URL") && !text.contains("accounts_url"), "{text}");
    let text = fault(&[("accounts_url", "http://127.0.0.1:80/oauth"), ("api_base_url", "http://127.0.0.1:80")]);
    assert!(text.contains("accounts_url: contains more") && !text.contains("too"), "{text}");
    let text = Config::from_json_str(r#"{"client_id":5,"client_secret":"s","redirect_uri":"r"}"#).unwrap_err();
    assert!(text.to_string().contains("in quotes") && !text.to_string().contains("required"), "{text}");
}

#[test]
fn versions_access_type_and_user_are_checked() {
    for version in ApiVersion::ALL {
        assert_eq!(with(&[("api_version", version.as_str())]).unwrap().api_version(), version);
    }
    assert!(fault(&[("api_version", "2")]).contains("v2.1"));
    assert!(fault(&[("access_type", "online")]).contains("offline"));
    let long = "x".repeat(101);
    for user in [" abc@xyz.com", "abc@xyz.com ", long.as_str()] {
        assert!(fault(&[("current_user_email", user)]).contains("current_user_email"));
    }
}

#[test]
fn booleans_and_ports_come_as_such_or_as_text() {
    let json = |flag: &str, port: &str| {
        format!(
            r#"{{"client_id":"i","client_secret":"s","redirect_uri":"r","log_in_console":{flag},"db_port":{port}}}"#
        )
    };
    for (flag, port) in [("true", "3307"), (r#""true""#, r#""3307""#)] {
        let config = Config::from_json_str(&json(flag, port)).unwrap();
        assert!(config.log_in_console());
        assert_eq!(config.mysql().port, 3307);
    }
    assert!(Config::from_json_str(&json("[]", "0")).unwrap_err().to_string().contains("log_in_console"));
    assert!(fault(&[("db_port", "0")]).contains("1 to 65535"));
    assert!(fault(&[("mysql_port", "x")]).contains("mysql_port: not a valid port"));
}

#[test]
fn json_values_have_the_types_of_their_keys() {
    for (member, remedy) in [
        (r#""client_id":5"#, "in quotes"),
        (r#""current_user_email":true"#, "in quotes"),
        (r#""token_persistence_path":["fake-canary"]"#, "in quotes"),
        (r#""sandbox":1"#, "must be true or false"),
        (r#""db_port":true"#, "a number"),
        (r#""db_port":3306.5"#, "1 to 65535"),
    ] {
        let text = Config::from_json_str(&format!("{{{member}}}")).unwrap_err().to_string();
        let key = member.split('"').nth(1).unwrap();
        assert!(text.lines().any(|line| line.contains(&format!("{key}: ")) && line.contains(remedy)), "{text}");
        assert!(!text.contains("canary"), "{text}");
    }
    let absent = r#"{"client_id":"i","client_secret":"s","redirect_uri":"r","current_user_email":null}"#;
    assert!(Config::from_json_str(absent).unwrap().current_user_email().is_none());
    assert!(Config::from_json_str(r#"{"zzz":null}"#).unwrap_err().to_string().contains("zzz: unknown key"));
}

#[test]
fn what_is_no_json_object_is_refused_without_quoting_it() {
    for json in ["", "fake-canary", "\"fake-canary\"", "[\"fake-canary\"]", "{\"client_secret\":\"fake-canary\""] {
        let error = Config::from_json_str(json).unwrap_err();
        let cause = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(!format!("{error} {error:?} {cause}").contains("canary"), "{error:?}");
    }
}

#[test]
fn the_builder_keeps_the_last_value_and_checks_like_the_rest() {
    let builder = || Config::builder("1000.FAKE", "fake", "https://www.zoho.com").current_user_email("abc@xyz.com");
    let config = builder()
        .accounts_url("https://accounts.zoho.eu")
        .accounts_url("https://accounts.zoho.in")
        .sandbox(true)
        .api_version(ApiVersion::V8)
        .token_persistence_path("tokens")
        .db_address("db.example.com")
        .db_port(3307)
        .db_username("zcrm")
        .db_password("fake")
        .db_name("crm")
        .db_tls(true)
        .db_tls_ca("ca.pem")
        .file_upload_url("https://upload.zoho.in")
        .download_url("https://download.zoho.in")
        .ca_file("corporate.pem")
        .proxy("http://proxy.example.com:3128")
        .application_log_file_path("zcrm.log")
        .log_in_console(true)
        .build()
        .unwrap();
    assert_eq!(config.api_base_url(), "https://sandbox.zohoapis.in");
    assert_eq!((config.api_version(), config.store_kind()), (ApiVersion::V8, StoreKind::File));
    let mysql = config.mysql();
    assert_eq!((mysql.address.as_str(), mysql.port, mysql.username.as_str()), ("db.example.com", 3307, "zcrm"));
    assert_eq!((mysql.password.expose(), mysql.database.as_str(), mysql.tls), ("fake", "crm", true));
    assert!(mysql.tls_ca.as_ref().unwrap().is_absolute() && config.log_file().unwrap().is_absolute());
    assert!(config.log_in_console());
    assert_eq!(config.file_upload_url(), "https://upload.zoho.in");
    assert_eq!(config.download_url(), "https://download.zoho.in");
    let custom =
        builder().persistence_handler_class("Vault").persistence_handler_class_path("/bin/vault").build().unwrap();
    assert_eq!(custom.custom().unwrap().class, "Vault");
    assert_eq!(custom.custom().unwrap().program(), Some(Path::new("/bin/vault")));
    let error = Config::builder("", "", "").db_port(0).build().unwrap_err();
    assert_eq!(error.to_string().lines().count(), 5, "{error}");
}

#[test]
fn each_combination_of_store_keys_selects_in_the_order_of_the_ruby_sdk() {
    let custom = ("persistence_handler_class", "Vault");
    let file = ("token_persistence_path", "/tmp/zcrm");
    let mysql = ("db_address", "db.example.com");
    for (pairs, kind, key) in [
        (vec![], StoreKind::Mysql, None),
        (vec![mysql], StoreKind::Mysql, None),
        (vec![file], StoreKind::File, Some(file.0)),
        (vec![file, mysql], StoreKind::File, Some(file.0)),
        (vec![custom], StoreKind::Custom, Some(custom.0)),
        (vec![custom, mysql], StoreKind::Custom, Some(custom.0)),
        (vec![custom, file], StoreKind::Custom, Some(custom.0)),
        (vec![custom, file, mysql], StoreKind::Custom, Some(custom.0)),
    ] {
        let config = with(&pairs).unwrap();
        assert_eq!((config.store_kind(), config.store_decided_by()), (kind, key), "{pairs:?}");
    }
    assert!(fault(&[("persistence_handler_class_path", "/usr/bin/true")]).contains("persistence_handler_class:"));
}

#[test]
fn older_names_work_and_contradictions_are_faults() {
    let config = with(&[("mysql_username", "zcrm"), ("mysql_password", "fake-pw"), ("mysql_port", "3310")]).unwrap();
    let mysql = config.mysql();
    assert_eq!((mysql.username.as_str(), mysql.password.expose(), mysql.port), ("zcrm", "fake-pw", 3310));
    assert!(with(&[("mysql_port", "3310"), ("db_port", "3310")]).is_ok());
    for (old, new) in [("mysql_username", "db_username"), ("mysql_password", "db_password"), ("mysql_port", "db_port")]
    {
        let text = fault(&[(old, "1"), (new, "2")]);
        assert!(text.contains(old) && text.contains(new), "{text}");
    }
}

#[test]
fn the_sample_of_the_ruby_sdk_loads_as_it_is() {
    let config = Config::from_json_str(
        r#"{
        "client_id": "1000.3xxxxxxxxxxxxxxxxxxxxxxxxxxxxX",
        "client_secret": "0xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "redirect_uri": "https://www.zoho.com",
        "api_base_url": "https://www.zohoapis.com",
        "api_version": "v2",
        "sandbox": "false",
        "accounts_url": "https://accounts.zoho.com",
        "application_log_file_path": "/Users/user_name/Desktop/log",
        "log_in_console": "false",
        "access_type": "offline",
        "current_user_email": "abc@xyz.com",
        "persistence_handler_class": "Custom_persistence",
        "persistence_handler_class_path": "/Users/user_name/Desktop/custom_persistence.rb",
        "token_persistence_path": "/Users/user_name/Desktop",
        "db_address": "localhost", "db_port": "3306", "db_username": "root", "db_password": "",
        "mysql_username": "root", "mysql_password": "", "mysql_port": "3306"
    }"#,
    )
    .unwrap();
    assert_eq!(config.store_kind(), StoreKind::Custom);
    assert_eq!(config.mysql().port, 3306);
}

#[test]
fn the_example_file_shows_every_key() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/zcrm.example.json");
    Config::from_json_file(&file).unwrap();
    let shown: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    assert_eq!(shown.len(), 29);
}

#[test]
fn no_secret_shows_in_debug() {
    let config = with(&[("db_password", "fake-canary-password")]).unwrap();
    let shown = format!("{config:?} {config:#?}");
    assert!(!shown.contains("canary"), "{shown}");
}
