//! The configuration dictionary, rule by rule.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use zcrm_core::config::{ApiVersion, DataCenter, StoreKind};
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
    assert!(text.contains("zzz: there is no such key") && !text.contains("did you mean"), "{text}");
}

#[test]
fn a_key_that_stands_there_twice_is_a_fault() {
    assert!(fault(&[("client_id", "1000.OTHER")]).contains("client_id: it stands there twice"));
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
fn the_defaults_are_those_of_the_seed() {
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
fn one_url_implies_the_other() {
    for center in DataCenter::ALL {
        let (api, accounts) = (center.api_base_url(), center.accounts_url());
        for pairs in [[("api_base_url", api.as_str())], [("accounts_url", accounts.as_str())]] {
            let config = with(&pairs).unwrap();
            assert_eq!((config.api_base_url(), config.accounts_url()), (api.as_str(), accounts.as_str()));
            assert_eq!(config.data_center(), Some(center));
        }
    }
    assert_eq!(DataCenter::Ca.accounts_url(), "https://accounts.zohocloud.ca");
    assert_eq!(DataCenter::Ca.console_url(), "https://api-console.zohocloud.ca");
    assert_eq!(DataCenter::Ca.api_base_url(), "https://www.zohoapis.ca");
}

#[test]
fn a_data_centre_is_known_by_code_and_by_hosts() {
    for center in DataCenter::ALL {
        assert_eq!(DataCenter::from_location(center.location()), Some(center));
        assert_eq!(DataCenter::from_accounts_url(&center.accounts_url()), Some(center));
        for api in [center.api_base_url(), center.sandbox_url()] {
            assert_eq!(DataCenter::from_api_url(&api), Some(center));
        }
    }
    assert_eq!(DataCenter::from_location("uk"), None);
    for foreign in ["https://accounts.zoho.com.example.com", "http://accounts.zoho.com", "https://accounts.zoho.ca", ""]
    {
        assert_eq!(DataCenter::from_accounts_url(foreign), None, "{foreign}");
    }
    for foreign in ["https://www.zohoapis.com.example.com", "http://www.zohoapis.com", "https://evil.zohoapis.com", ""]
    {
        assert_eq!(DataCenter::from_api_url(foreign), None, "{foreign}");
    }
}

#[test]
fn two_data_centres_are_a_fault_and_a_foreign_host_needs_both_urls() {
    let text = fault(&[("api_base_url", "https://www.zohoapis.eu"), ("accounts_url", "https://accounts.zoho.in")]);
    assert!(text.contains("IN") && text.contains("EU"), "{text}");
    assert!(fault(&[("api_base_url", "https://crm.example.com")]).contains("give accounts_url too"));
    assert!(fault(&[("accounts_url", "https://login.example.com")]).contains("give api_base_url too"));
    let both = [("api_base_url", "https://crm.example.com:8443/"), ("accounts_url", "https://login.example.com")];
    assert_eq!(with(&both).unwrap().api_base_url(), "https://crm.example.com:8443");
}

#[test]
fn a_wrong_value_is_not_called_missing_too() {
    let text = fault(&[("api_base_url", "127.0.0.1:80"), ("accounts_url", "http://127.0.0.1:80")]);
    assert!(text.contains("api_base_url: it is no URL") && !text.contains("accounts_url"), "{text}");
    let text = fault(&[("accounts_url", "http://127.0.0.1:80/oauth"), ("api_base_url", "http://127.0.0.1:80")]);
    assert!(text.contains("accounts_url: it holds more") && !text.contains("too"), "{text}");
    let text = Config::from_json_str(r#"{"client_id":5,"client_secret":"s","redirect_uri":"r"}"#).unwrap_err();
    assert!(text.to_string().contains("in quotes") && !text.to_string().contains("missing"), "{text}");
}

#[test]
fn http_leads_to_this_machine_only_and_a_url_is_scheme_and_host() {
    for host in ["http://127.0.0.1:8080", "http://127.8.9.1:80", "http://localhost:1", "http://[::1]:5"] {
        assert!(with(&[("api_base_url", host), ("accounts_url", host)]).is_ok(), "{host}");
    }
    for url in [
        "http://www.zohoapis.com",
        "http://localhost.example.com",
        "www.zohoapis.com",
        "ftp://www.zohoapis.com",
        "https://www.zohoapis.com/crm/v2",
        "https://www.zohoapis.com?x=1",
        "https://user:fake-canary@www.zohoapis.com",
    ] {
        let text = fault(&[("api_base_url", url)]);
        assert!(text.contains("api_base_url") && !text.contains("canary"), "{text}");
    }
}

#[test]
fn the_sandbox_is_that_of_the_data_centre_or_an_error() {
    let sandbox = ("sandbox", "true");
    assert_eq!(with(&[sandbox]).unwrap().api_base_url(), "https://sandbox.zohoapis.com");
    let config = with(&[sandbox, ("api_base_url", "https://www.zohoapis.eu")]).unwrap();
    assert_eq!(config.api_base_url(), "https://sandbox.zohoapis.eu");
    assert_eq!(config.accounts_url(), "https://accounts.zoho.eu");
    let config = with(&[sandbox, ("accounts_url", "https://accounts.zohocloud.ca")]).unwrap();
    assert_eq!(config.api_base_url(), "https://sandbox.zohoapis.ca");
    for host in ["http://127.0.0.1:8080", "https://crm.example.com"] {
        assert!(fault(&[sandbox, ("api_base_url", host), ("accounts_url", host)]).contains("sandbox: no sandbox"));
    }
    assert!(fault(&[sandbox, ("api_base_url", "https://developer.zohoapis.com")]).contains("sandbox: no sandbox"));
    assert!(with(&[("api_base_url", "https://sandbox.zohoapis.com")]).unwrap().sandbox());
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
    assert!(fault(&[("mysql_port", "x")]).contains("mysql_port: it is no port"));
}

#[test]
fn json_values_have_the_types_of_their_keys() {
    for (member, remedy) in [
        (r#""client_id":5"#, "in quotes"),
        (r#""current_user_email":true"#, "in quotes"),
        (r#""token_persistence_path":["fake-canary"]"#, "in quotes"),
        (r#""sandbox":1"#, "true, false"),
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
    assert!(Config::from_json_str(r#"{"zzz":null}"#).unwrap_err().to_string().contains("zzz: there is no such key"));
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
        .db_socket("/run/db.sock")
        .db_tls(true)
        .db_tls_ca("ca.pem")
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
    let custom =
        builder().persistence_handler_class("Vault").persistence_handler_class_path("/bin/vault").build().unwrap();
    assert_eq!(custom.custom().unwrap().class, "Vault");
    assert_eq!(custom.custom().unwrap().program(), Some(Path::new("/bin/vault")));
    let error = Config::builder("", "", "").db_port(0).build().unwrap_err();
    assert_eq!(error.to_string().lines().count(), 5, "{error}");
}

#[test]
fn each_combination_of_store_keys_decides_in_the_seeds_order() {
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
fn a_token_path_is_a_folder_or_the_file_in_it() {
    let folder =
        |path: &str| with(&[("token_persistence_path", path)]).unwrap().token_persistence_path().unwrap().to_owned();
    assert_eq!(folder("/var/zcrm"), Path::new("/var/zcrm"));
    assert_eq!(folder("/var/zcrm/zcrm_oauthtokens.txt"), Path::new("/var/zcrm"));
    assert_eq!(folder("tokens"), env::current_dir().unwrap().join("tokens"));
}

#[test]
fn relative_paths_in_a_file_count_from_its_folder() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("zcrm.json");
    let json = r#"{"client_id":"i","client_secret":"s","redirect_uri":"r","token_persistence_path":"t",
        "application_log_file_path":"l.log","db_tls_ca":"ca.pem","db_socket":"/run/db.sock"}"#;
    fs::write(&file, format!("\u{feff}{json}")).unwrap();
    let config = Config::from_json_file(&file).unwrap();
    assert_eq!(config.token_persistence_path(), Some(folder.path().join("t").as_path()));
    assert_eq!(config.log_file(), Some(folder.path().join("l.log").as_path()));
    assert_eq!(config.mysql().tls_ca, Some(folder.path().join("ca.pem")));
    assert_eq!(config.mysql().socket, Some(PathBuf::from("/run/db.sock")));
    assert!(config.mysql().tls, "a certificate authority switches TLS on");
    let missing = Config::from_json_file(folder.path().join("none.json")).unwrap_err();
    assert!(missing.to_string().contains("none.json"), "{missing}");
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
fn the_seeds_sample_loads_as_it_is() {
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
    assert_eq!(shown.len(), 25);
}

#[test]
fn no_secret_shows_in_debug() {
    let config = with(&[("db_password", "fake-canary-password")]).unwrap();
    let shown = format!("{config:?} {config:#?}");
    assert!(!shown.contains("canary"), "{shown}");
}

/// Runs this test program again with variables of the environment and gives back what the named test printed.
fn in_child(test: &str, variables: &[(&str, &str)]) -> String {
    let output = Command::new(env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env("ZCRM_TEST_CHILD", "1")
        .envs(variables.iter().copied())
        .output()
        .unwrap();
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn the_environment_is_a_source_of_known_names() {
    if env::var_os("ZCRM_TEST_CHILD").is_some() {
        match Config::from_env() {
            Ok(config) => println!("loaded {} {:?}", config.client_id(), config.store_kind()),
            Err(error) => println!("{error}"),
        }
        return;
    }
    let name = "the_environment_is_a_source_of_known_names";
    let all = [
        ("ZCRM_CLIENT_ID", "1000.ENV"),
        ("ZCRM_CLIENT_SECRET", "fake"),
        ("ZCRM_REDIRECT_URI", "https://www.zoho.com"),
        ("ZCRM_TOKEN_PERSISTENCE_PATH", "tokens"),
        ("ZCRM_GRANT_TOKEN", "not a key of the dictionary"),
    ];
    assert!(in_child(name, &all).contains("loaded 1000.ENV File"));
    assert!(in_child(name, &all[..2]).contains("redirect_uri: it is missing"));
}
