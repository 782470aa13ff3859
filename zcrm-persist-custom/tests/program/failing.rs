//! Programs that are no program, and programs that behave badly.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use libtest_mimic::Trial;
use zcrm_core::persistence::{MIN_LOCK_LEASE, PersistenceError, PersistenceErrorKind as Kind, PersistenceHandler};
use zcrm_core::{Client, Config, OAuthTokens, UserIdentifier};
use zcrm_persist_custom::ExternalProgram;

use crate::logged;
use crate::support::{helper, trial};

const LONG: Duration = Duration::from_secs(60);

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("what_is_no_program_is_refused", what_is_no_program_is_refused),
        #[cfg(windows)]
        trial("a_program_for_no_system_is_a_matter_of_setup", a_program_for_no_system_is_a_matter_of_setup),
        #[cfg(unix)]
        trial(
            "a_file_without_an_interpreter_says_how_a_script_begins",
            a_file_without_an_interpreter_says_how_a_script_begins,
        ),
        trial("the_dictionary_leads_to_the_program", the_dictionary_leads_to_the_program),
        trial("errors_keep_their_kind", errors_keep_their_kind),
        trial("a_bad_response_is_an_error_without_its_text", a_bad_response_is_an_error_without_its_text),
        trial("a_program_that_reads_nothing_can_respond", a_program_that_reads_nothing_can_respond),
        trial("a_program_without_a_response_fails", a_program_without_a_response_fails),
        trial("an_endless_response_is_cut_off", an_endless_response_is_cut_off),
        trial("a_program_that_overruns_is_killed", a_program_that_overruns_is_killed),
        trial("a_failing_exit_is_a_failure", a_failing_exit_is_a_failure),
        trial("a_lock_of_a_program_that_left_is_none", a_lock_of_a_program_that_left_is_none),
        trial("a_lock_is_lost_with_its_program", a_lock_is_lost_with_its_program),
        trial("no_secret_is_in_arguments_or_environment", no_secret_is_in_arguments_or_environment),
        trial("standard_error_is_logged_without_tokens", standard_error_is_logged_without_tokens),
    ]
}

fn user() -> UserIdentifier {
    UserIdentifier::new("abc@xyz.com").unwrap()
}

fn tokens() -> OAuthTokens {
    OAuthTokens::new(user(), "canary-access", "canary-refresh", 1)
}

/// A program whose behaviour needs no folder.
fn behaving(behaviour: &str) -> ExternalProgram {
    helper(behaviour, Path::new("/"))
}

fn what_is_no_program_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let plain = folder.path().join("plain");
    fs::write(&plain, "no program").unwrap();
    let absent = folder.path().join("absent");
    for (path, reason) in [
        (Path::new("bin/helper"), "is relative"),
        (Path::new("./handler.rb"), "Ruby"),
        (Path::new("/opt/handler.RB"), "Ruby"),
        (&absent, "cannot be found"),
        (folder.path(), "is no file"),
        (&plain, if cfg!(windows) { "nothing that Windows starts" } else { "is not executable" }),
    ] {
        let fault = ExternalProgram::new(path, "class").unwrap_err();
        assert_eq!(fault.kind(), Kind::Setup);
        let text = fault.to_string();
        assert!(text.contains(reason) && text.contains("guide") && text.contains(path.to_str().unwrap()), "{text}");
    }
    let itself = std::env::current_exe().unwrap();
    assert!(ExternalProgram::new(itself, "").unwrap_err().to_string().contains("persistence_handler_class"));
}

/// Windows finds out when it starts it.
#[cfg(windows)]
fn a_program_for_no_system_is_a_matter_of_setup() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("program.exe");
    fs::write(&path, "no program").unwrap();
    let fault = ExternalProgram::new(&path, "class").unwrap().get_oauth_tokens(&user()).unwrap_err();
    assert_eq!(fault.kind(), Kind::Setup, "{fault:?}");
    assert!(fault.to_string().contains("name an .exe or .bat"), "{fault}");
}

/// An executable that the system cannot start. Another process writes it: one that this process forks meanwhile would
/// hold it open for writing, and the system refuses to start such a file.
#[cfg(unix)]
fn a_file_without_an_interpreter_says_how_a_script_begins() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("program");
    let script = r#"printf 'no program' > "$0" && chmod 700 "$0""#;
    assert!(std::process::Command::new("sh").args(["-c", script]).arg(&path).status().unwrap().success());
    let fault = ExternalProgram::new(&path, "class").unwrap().get_oauth_tokens(&user()).unwrap_err();
    assert_eq!(fault.kind(), Kind::Setup, "{fault:?}");
    assert!(fault.to_string().contains("#!"), "{fault}");
}

fn the_dictionary_leads_to_the_program() {
    let folder = tempfile::tempdir().unwrap();
    let class = crate::support::class("good", folder.path());
    let config = |path: &str| {
        Config::from_pairs([
            ("client_id", "1000.FAKE"),
            ("client_secret", "fake-secret"),
            ("redirect_uri", "https://www.zoho.com"),
            ("persistence_handler_class", &class),
            ("persistence_handler_class_path", path),
        ])
        .unwrap()
    };
    helper("good", folder.path()).save_oauth_tokens(&tokens()).unwrap();
    let itself = std::env::current_exe().unwrap();
    let client = Client::from_config(config(itself.to_str().unwrap()), [zcrm_persist_custom::backend()]).unwrap();
    assert!(client.oauth().is_token_generated("abc@xyz.com").unwrap());
    let fault = Client::from_config(config("handler.rb"), [zcrm_persist_custom::backend()]).unwrap_err();
    assert!(fault.to_string().contains("Ruby"), "{fault}");
}

fn errors_keep_their_kind() {
    for (kind, expected) in [
        ("unavailable", Kind::Unavailable),
        ("denied", Kind::Denied),
        ("corrupt", Kind::Corrupt),
        ("corrupt_row", Kind::CorruptRow),
        ("does_not_fit", Kind::DoesNotFit),
        ("lock_timeout", Kind::LockTimeout),
        ("setup", Kind::Setup),
        ("unsupported", Kind::Unsupported),
        ("some_new_kind", Kind::Other),
    ] {
        let fault = behaving(kind).save_oauth_tokens(&tokens()).unwrap_err();
        assert_eq!(fault.kind(), expected, "{kind}");
        assert!(fault.to_string().contains("as ordered"), "{fault}");
        assert_eq!(behaving(kind).get_oauth_tokens(&user()).unwrap_err().kind(), expected, "{kind}");
    }
}

fn everything(fault: &PersistenceError) -> String {
    format!("{fault} {fault:?}")
}

fn a_bad_response_is_an_error_without_its_text() {
    for behaviour in ["garbled", "no-object", "empty"] {
        let fault = behaving(behaviour).get_oauth_tokens(&user()).unwrap_err();
        assert!(fault.to_string().contains("response") && fault.to_string().contains("protocol"), "{fault}");
        assert!(!everything(&fault).contains("canary"), "{fault:?}");
    }
    for behaviour in ["wrong-types", "half", "no-tokens", "null-expiry"] {
        let fault = behaving(behaviour).get_oauth_tokens(&user()).unwrap_err();
        assert_eq!(fault.kind(), Kind::CorruptRow, "{behaviour} concerns one user: {fault}");
        assert!(!everything(&fault).contains("canary"), "{fault:?}");
    }
    let found = behaving("access-only").get_oauth_tokens(&user()).unwrap().unwrap();
    assert_eq!((found.access_token().expose(), found.refresh_token().expose()), ("1000.fake-access", ""));
    let told = behaving("telling").save_oauth_tokens(&tokens()).unwrap_err();
    assert!(told.to_string().contains("cannot keep [redacted]"), "{told}");
    assert!(!everything(&told).contains("canary"), "{told:?}");
    assert!(behaving("deaf").get_oauth_tokens(&user()).unwrap_err().to_string().contains("another operation"));
}

fn a_program_that_reads_nothing_can_respond() {
    let large = OAuthTokens::new(user(), "a".repeat(1 << 20), "r", 1);
    behaving("deaf").save_oauth_tokens(&large).unwrap();
}

fn a_program_without_a_response_fails() {
    for behaviour in ["mute", "mute-and-deaf"] {
        let fault = behaving(behaviour).save_oauth_tokens(&tokens()).unwrap_err();
        assert!(fault.to_string().contains("without a response"), "{fault}");
    }
}

fn an_endless_response_is_cut_off() {
    let fault = behaving("endless").get_oauth_tokens(&user()).unwrap_err();
    assert!(everything(&fault).contains("1 MiB"), "{fault:?}");
}

fn a_program_that_overruns_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let began = Instant::now();
    let store = helper("asleep", folder.path()).time_limit(Duration::from_secs(8));
    let fault = store.get_oauth_tokens(&user()).unwrap_err();
    assert_eq!(fault.kind(), Kind::Unavailable);
    assert!(fault.to_string().contains("8s") && fault.to_string().contains("killed"), "{fault}");
    assert!(began.elapsed() < LONG);
    let pid = fs::read_to_string(folder.path().join("pid")).unwrap();
    assert!(!crate::support::is_there(&pid), "neither the program nor a zombie is left");
}

fn a_failing_exit_is_a_failure() {
    let fault = behaving("failing-after").save_oauth_tokens(&tokens()).unwrap_err();
    assert!(fault.to_string().contains('9'), "{fault}");
}

fn a_lock_of_a_program_that_left_is_none() {
    match behaving("leaving").lock_refresh(&user(), LONG, LONG) {
        Err(fault) => assert!(fault.to_string().contains("has to stay"), "{fault}"),
        // It may still be about to leave when the response arrives.
        Ok(mut lock) => {
            let deadline = Instant::now() + LONG;
            while lock.is_held() {
                assert!(Instant::now() < deadline, "a program that left holds no lock");
                std::thread::yield_now();
            }
        }
    }
}

fn a_lock_is_lost_with_its_program() {
    let folder = tempfile::tempdir().unwrap();
    let store = helper("good", folder.path());
    let mut lock = store.lock_refresh(&user(), LONG, MIN_LOCK_LEASE).unwrap();
    assert!(lock.is_held());
    drop(store.lock_refresh(&user(), LONG, LONG).unwrap());
    assert!(!lock.is_held(), "the lease was over, and somebody else had the lock");
}

fn no_secret_is_in_arguments_or_environment() {
    let folder = tempfile::tempdir().unwrap();
    // The environment of a running process cannot be changed safely: a worker of this program has the variable.
    let status = std::process::Command::new(std::env::current_exe().unwrap())
        .env("ZCRM_CLIENT_SECRET", "canary")
        .env("Zcrm_Client_Secret", "canary")
        .env("STORE_CONFORMANCE_ORDER", "hold abc@xyz.com 2000")
        .env(
            crate::support::WORKER,
            format!("{}\n{}", std::env::current_exe().unwrap().display(), crate::support::class("good", folder.path())),
        )
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::null())
        .status()
        .unwrap();
    assert!(status.success(), "the helper looks at its arguments and its environment");
}

fn standard_error_is_logged_without_tokens() {
    behaving("chatty").save_oauth_tokens(&tokens()).unwrap();
    let line = logged::line_with("says: saved");
    assert!(line.starts_with("WARN") && line.contains("[redacted]"), "{line}");
    logged::line_with("another line of abc@xyz.com");
    assert!(!logged::all().contains("canary"), "{}", logged::all());
}
