//! Paths: what they are relative to, and which are refused.

use std::path::{Path, PathBuf};
use std::{env, fs};

use zcrm_core::Config;
use zcrm_core::config::StoreKind;

#[cfg(unix)]
use super::MANDATORY;
use super::{fault, with};

/// An absolute path on any system.
fn absolute(path: &str) -> String {
    if cfg!(windows) { format!("C:\\{}", path.replace('/', "\\")) } else { format!("/{path}") }
}

fn token_folder(path: &str) -> PathBuf {
    with(&[("token_persistence_path", path)]).unwrap().token_persistence_path().unwrap().to_owned()
}

#[test]
fn a_token_path_is_a_folder_or_the_file_in_it() {
    let folder = absolute("var/zcrm");
    assert_eq!(token_folder(&folder), Path::new(&folder));
    assert_eq!(token_folder(&absolute("var/zcrm/zcrm_oauthtokens.txt")), Path::new(&folder));
    assert_eq!(token_folder("tokens"), env::current_dir().unwrap().join("tokens"));
}

#[test]
fn relative_paths_in_a_file_count_from_its_folder() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("zcrm.json");
    let json = r#"{"client_id":"i","client_secret":"s","redirect_uri":"r","token_persistence_path":"t",
        "application_log_file_path":"l.log","db_tls_ca":"ca.pem","ca_file":"../corporate.pem"}"#;
    fs::write(&file, format!("\u{feff}{json}")).unwrap();
    let config = Config::from_json_file(&file).unwrap();
    assert_eq!(config.token_persistence_path(), Some(folder.path().join("t").as_path()));
    assert_eq!(config.log_file(), Some(folder.path().join("l.log").as_path()));
    assert_eq!(config.mysql().tls_ca, Some(folder.path().join("ca.pem")));
    assert!(config.mysql().tls, "a certificate authority switches TLS on");
    let missing = Config::from_json_file(folder.path().join("none.json")).unwrap_err();
    assert!(missing.to_string().contains("none.json"), "{missing}");
}

const PATHS: [&str; 6] = [
    "token_persistence_path",
    "db_socket",
    "db_tls_ca",
    "persistence_handler_class_path",
    "ca_file",
    "application_log_file_path",
];

/// The line about a key in the error that its value causes.
fn refusal(key: &str, path: &str) -> String {
    let text = fault(&[(key, path), ("persistence_handler_class", "Vault")]);
    assert!(text.contains(&format!("{key}: ")), "{key} {path:?}: {text}");
    text
}

#[test]
fn a_path_that_something_else_would_expand_is_refused_under_every_key() {
    for key in PATHS.into_iter().filter(|key| cfg!(unix) || *key != "db_socket") {
        for path in ["~", "~/tokens", "~zcrm/tokens", "~\\tokens"] {
            assert!(refusal(key, path).contains("~ is not expanded"));
        }
        for (path, variable) in [
            ("%LOCALAPPDATA%\\zcrm", "LOCALAPPDATA"),
            ("/data/%ProgramFiles(x86)%/zcrm", "ProgramFiles(x86)"),
            ("$HOME/zcrm", "HOME"),
            ("${XDG_STATE_HOME}/zcrm", "XDG_STATE_HOME"),
            ("/data/${USER}", "USER"),
            ("$env:APPDATA\\zcrm", "env:APPDATA"),
        ] {
            assert!(refusal(key, path).contains(&format!("variables such as {variable} are not expanded")));
        }
        for path in ["C:\tokens", "zcrm\u{8}in", "a\nb", "a\0b"] {
            assert!(refusal(key, path).contains("control character"));
        }
        for path in [" tokens", "/var/zcrm "] {
            assert!(refusal(key, path).contains("begins or ends with a space"));
        }
        assert!(refusal(key, "file:///var/zcrm").contains("without file://"));
    }
}

#[test]
fn percent_and_dollar_signs_are_allowed_where_they_are_no_variables() {
    for path in ["100%", "50%/50%", "a%20b%20c", "price$", "a$b", "$", "$5/x", "./~", "a~1", "%%", "{HOME}"] {
        assert_eq!(token_folder(path), env::current_dir().unwrap().join(path), "{path}");
    }
}

#[test]
fn a_backslash_that_json_takes_for_an_escape_is_explained() {
    let member = |path: &str| {
        format!(r#"{{"client_id":"i","client_secret":"s","redirect_uri":"r","token_persistence_path":"{path}"}}"#)
    };
    for (path, words) in [
        (r"C:\tokens", "write each backslash twice"),
        (r"C:\new", "write each backslash twice"),
        (r"C:\zcrm", "each backslash of a path is written twice"),
        (r"C:\users\zcrm", "each backslash of a path is written twice"),
    ] {
        let text = Config::from_json_str(&member(path)).unwrap_err().to_string();
        assert!(text.contains(words), "{path}: {text}");
    }
}

#[test]
fn a_named_pipe_of_windows_is_no_socket() {
    for pipe in ["\\\\.\\pipe\\MySQL", "//./pipe/mysql", "\\\\?\\PIPE\\x"] {
        let text = fault(&[("db_socket", pipe)]);
        assert!(text.contains("db_socket: only Unix sockets") && text.contains("db_address and db_port"), "{text}");
    }
}

#[cfg(unix)]
#[test]
fn a_socket_is_a_path_like_others() {
    let socket = |path: &str| with(&[("db_socket", path)]).unwrap().mysql().socket.clone().unwrap();
    assert_eq!(socket("/run/mysqld/mysqld.sock"), Path::new("/run/mysqld/mysqld.sock"));
    assert_eq!(socket("db.sock"), env::current_dir().unwrap().join("db.sock"));
}

#[cfg(not(windows))]
#[test]
fn a_path_of_windows_is_refused_elsewhere() {
    for path in ["C:\\zcrm", "d:/zcrm", "\\\\server\\share"] {
        let text = fault(&[("token_persistence_path", path)]);
        assert!(text.contains("is a Windows path"), "{text}");
    }
    assert_eq!(token_folder("/var/a:b"), Path::new("/var/a:b"));
}

#[test]
fn a_refused_token_path_is_no_reason_to_talk_of_another_store() {
    let text = fault(&[("token_persistence_path", "~/tokens")]);
    assert_eq!(text.lines().count(), 1, "{text}");
    assert_eq!(with(&[("token_persistence_path", "tokens")]).unwrap().store_kind(), StoreKind::File);
}

#[test]
fn a_file_in_another_encoding_is_named_as_such() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("zcrm.json");
    fs::write(&path, [0xff, 0xfe, b'{', 0, b'}', 0]).unwrap();
    assert!(Config::from_json_file(&path).unwrap_err().to_string().contains("it is UTF-16; save it as UTF-8"));
    fs::write(&path, b"{\"client_id\":\"\xe9\"}").unwrap();
    assert!(Config::from_json_file(&path).unwrap_err().to_string().contains("it is not UTF-8"));
}

#[test]
fn a_fault_in_a_file_names_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("zcrm.json");
    fs::write(&path, "{}").unwrap();
    let text = Config::from_json_file(&path).unwrap_err().to_string();
    assert!(text.contains("zcrm.json, 3 faults:"), "{text}");
}

#[cfg(unix)]
#[test]
fn a_file_with_secrets_that_others_can_read_is_a_warning() {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("zcrm.json");
    let load = |mode: u32, extra: &[(&str, &str)]| {
        let all: std::collections::BTreeMap<_, _> = MANDATORY.iter().chain(extra).copied().collect();
        // A file of mode 400 cannot be written to again.
        let _ = fs::remove_file(&path);
        fs::write(&path, serde_json::to_string(&all).unwrap()).unwrap();
        fs::set_permissions(&path, PermissionsExt::from_mode(mode)).unwrap();
        Config::from_json_file(&path).unwrap().warnings().to_vec()
    };
    for mode in [0o600, 0o400, 0o700] {
        assert!(load(mode, &[]).is_empty(), "{mode:o}");
    }
    for mode in [0o604, 0o640, 0o644, 0o666] {
        let warnings = load(mode, &[("db_password", "fake-canary"), ("proxy", "http://u:fake-canary@proxy:1")]);
        let [warning] = warnings.as_slice() else { panic!("{warnings:?}") };
        assert!(warning.contains("client_secret, db_password, proxy") && warning.contains("chmod 600"), "{warning}");
        assert!(warning.contains("ZCRM_CLIENT_SECRET") && !warning.contains("canary"), "{warning}");
    }
    let warnings = load(0o644, &[("proxy", "http://proxy.example.com:3128"), ("db_password", "")]);
    assert!(warnings[0].contains("which contains client_secret;"), "{warnings:?}");
}
