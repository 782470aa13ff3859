//! The environment as a source. Each test runs this program again with other variables.

use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;
use std::{env, fs};

use zcrm_core::Config;

/// Set in a child: what it loads, the path of a file or nothing.
const CHILD: &str = "CHILD_OF_THE_CONFIG_TEST";

const COMPLETE: [(&str, &str); 3] = [
    ("ZCRM_CLIENT_ID", "1000.ENV"),
    ("ZCRM_CLIENT_SECRET", "fake-canary"),
    ("ZCRM_REDIRECT_URI", "https://www.zoho.com"),
];

/// What a child does; nothing in the test program itself.
#[test]
fn child() {
    let Some(file) = env::var_os(CHILD) else { return };
    let config = if file.is_empty() { Config::from_env() } else { Config::from_json_file_and_env(file) };
    match config {
        Ok(config) => {
            println!("client_id={}", config.client_id());
            println!(
                "client_secret={}",
                if config.client_secret().expose() == "fake-canary" { "ours" } else { "theirs" }
            );
            println!("store={:?}", config.store_kind());
            println!("tokens={:?}", config.token_persistence_path());
            println!("log={:?}", config.log_file());
            println!("api={} sandbox={}", config.api_base_url(), config.sandbox());
            println!("port={} password={}", config.mysql().port, config.mysql().password.expose().len());
        }
        Err(error) => println!("refused: {error}"),
    }
}

/// What a child prints that loads the configuration from a file and these variables, or from these variables alone.
fn loaded<V: AsRef<OsStr>>(file: Option<&Path>, variables: impl IntoIterator<Item = (V, V)>) -> String {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--exact", "environment::child", "--nocapture"]);
    for (name, _) in env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("ZCRM_")) {
        command.env_remove(name);
    }
    let output = command.env(CHILD, file.unwrap_or(Path::new(""))).envs(variables).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(!text.contains("canary"), "{text}");
    text
}

fn from_env(more: &[(&str, &str)]) -> String {
    loaded(None, COMPLETE.iter().chain(more).copied())
}

#[test]
fn each_key_has_a_variable() {
    let text = from_env(&[("ZCRM_TOKEN_PERSISTENCE_PATH", "tokens"), ("ZCRM_DB_PORT", "3307")]);
    for words in ["client_id=1000.ENV", "client_secret=ours", "store=File", "port=3307"] {
        assert!(text.contains(words), "{text}");
    }
    let text = loaded(None, COMPLETE[..2].iter().copied());
    assert!(text.contains("redirect_uri: required"), "{text}");
}

#[test]
fn a_misspelt_variable_is_an_unknown_key_with_the_nearest_one() {
    for (wrong, right) in [
        ("ZCRM_SANDBX", "ZCRM_SANDBOX"),
        ("ZCRM_CLIENTSECRET", "ZCRM_CLIENT_SECRET"),
        ("ZCRM_API_BASEURL", "ZCRM_API_BASE_URL"),
        ("ZCRM_MYSQL_PASSWRD", "ZCRM_MYSQL_PASSWORD"),
    ] {
        for value in ["fake-canary", ""] {
            let text = from_env(&[(wrong, value)]);
            assert!(text.contains(&format!("{wrong}: unknown key; did you mean {right}?")), "{text}");
        }
    }
    for name in ["ZCRM_", "ZCRM_GRANT_TOKEN", "ZCRM_TEST", "ZCRM_ÄÖÜ"] {
        let text = from_env(&[(name, "fake-canary")]);
        assert!(text.contains(&format!("{name}: unknown key; ")), "{text}");
    }
    assert!(from_env(&[("ZCRMSANDBOX", "x"), ("MY_ZCRM_SANDBOX", "x"), ("ZCRM", "x")]).contains("1000.ENV"));
}

#[cfg(unix)]
#[test]
fn a_variable_in_small_letters_is_not_ignored() {
    for name in ["zcrm_sandbox", "Zcrm_Sandbox", "ZCRM_sandbox"] {
        let text = from_env(&[(name, "true")]);
        assert!(text.contains(&format!("{name}: unknown key; did you mean ZCRM_SANDBOX?")), "{text}");
    }
}

#[cfg(unix)]
#[test]
fn what_is_not_utf_8_is_refused() {
    use std::os::unix::ffi::OsStrExt;

    let bad = OsStr::from_bytes(b"fake\xff");
    let all = COMPLETE.map(|(name, value)| (OsStr::new(name), OsStr::new(value)));
    let text = loaded(None, all.into_iter().chain([(OsStr::new("ZCRM_PROXY"), bad)]));
    assert!(text.contains("ZCRM_PROXY: is not UTF-8"), "{text}");
    let text = loaded(None, all.into_iter().chain([(OsStr::from_bytes(b"ZCRM_\xff"), OsStr::new("x"))]));
    assert!(text.contains("unknown key"), "{text}");
    let other = (OsStr::from_bytes(b"OTHER_\xff"), bad);
    assert!(loaded(None, all.into_iter().chain([other])).contains("1000.ENV"), "variables of others do not matter");
}

#[test]
fn a_wrong_value_is_reported_under_the_name_of_its_variable() {
    let text = from_env(&[("ZCRM_SANDBOX", "maybe"), ("ZCRM_DB_PORT", "x"), ("ZCRM_CA_FILE", "~/ca.pem")]);
    for words in ["ZCRM_SANDBOX: must be true or false", "ZCRM_DB_PORT: not a valid port", "ZCRM_CA_FILE: ~ is not"] {
        assert!(text.contains(words), "{text}");
    }
}

/// A file with everything but the secret, and what a child makes of it and of some variables.
fn over_file(members: &str, variables: &[(&str, &str)]) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("zcrm.json");
    let json = format!(r#"{{"client_id":"1000.FILE","redirect_uri":"https://www.zoho.com"{members}}}"#);
    fs::write(&file, json).unwrap();
    let text = loaded(Some(&file), variables.iter().copied());
    (folder, text)
}

#[test]
fn the_environment_completes_and_overrides_a_file() {
    let secret = ("ZCRM_CLIENT_SECRET", "fake-canary");
    let (_folder, text) = over_file("", &[secret]);
    assert!(text.contains("client_id=1000.FILE") && text.contains("client_secret=ours"), "{text}");
    let (_folder, text) = over_file(r#","client_secret":"other","sandbox":false"#, &[secret, ("ZCRM_SANDBOX", "true")]);
    assert!(text.contains("client_secret=ours") && text.contains("sandbox=true"), "{text}");
    let (_folder, text) = over_file("", &[]);
    assert!(text.contains("client_secret: required"), "{text}");
    let (_folder, text) = over_file(r#","client_secret":"other""#, &[("ZCRM_CLIENT_SECRT", "fake-canary")]);
    assert!(text.contains("did you mean ZCRM_CLIENT_SECRET?"), "{text}");
}

#[test]
fn an_empty_variable_leaves_the_value_of_the_file_except_for_a_password() {
    let members = r#","client_secret":"other","db_password":"fake-canary""#;
    let (_folder, text) = over_file(members, &[("ZCRM_CLIENT_SECRET", "")]);
    assert!(text.contains("client_secret=theirs") && text.contains("password=11"), "{text}");
    let (_folder, text) = over_file(members, &[("ZCRM_DB_PASSWORD", "")]);
    assert!(text.contains("password=0"), "{text}");
}

#[test]
fn a_variable_overrides_the_other_name_of_its_key() {
    let members = r#","client_secret":"other","mysql_port":3310,"db_password":"fake-canary""#;
    let (_folder, text) = over_file(members, &[("ZCRM_DB_PORT", "3311"), ("ZCRM_MYSQL_PASSWORD", "abc")]);
    assert!(text.contains("port=3311 password=3"), "{text}");
}

#[test]
fn relative_paths_count_from_where_they_are_written() {
    let members = r#","client_secret":"other","token_persistence_path":"t","application_log_file_path":"l.log""#;
    let (folder, text) = over_file(members, &[("ZCRM_APPLICATION_LOG_FILE_PATH", "e.log")]);
    let (tokens, log) = (folder.path().join("t"), env::current_dir().unwrap().join("e.log"));
    assert!(text.contains(&format!("tokens={:?}", Some(tokens))), "{text}");
    assert!(text.contains(&format!("log={:?}", Some(log))), "{text}");
}

#[test]
fn servers_of_different_data_centers_are_a_fault_wherever_they_are_written() {
    let members = r#","client_secret":"other","api_base_url":"https://www.zohoapis.eu""#;
    let (_folder, text) = over_file(members, &[("ZCRM_ACCOUNTS_URL", "https://accounts.zoho.in")]);
    assert!(text.contains("ZCRM_ACCOUNTS_URL: belongs to data center IN"), "{text}");
}
