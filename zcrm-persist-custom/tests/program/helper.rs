//! The external program: good, or bad in one way.
#![allow(clippy::print_stdout, clippy::print_stderr)]

#[path = "../../guide/folder_store.rs"]
#[allow(unreachable_pub, reason = "the guide shows it as a library has it")]
mod folder_store;

use std::fs::{self, File, TryLockError};
use std::io::{self, BufRead, Read, Write};
use std::path::Path;
use std::process::{self, ExitCode};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use zcrm_core::persistence::{PersistenceError, PersistenceErrorKind, PersistenceHandler};
use zcrm_core::{OAuthTokens, UserIdentifier};

pub(crate) use folder_store::FolderStore;

pub(crate) fn run(class: &str) -> ExitCode {
    let (behaviour, folder) = class.split_once(':').expect("a class is BEHAVIOUR:FOLDER");
    let folder = Path::new(folder);
    match behaviour {
        "good" => obey(folder, &request(), true),
        // As on a disk that is full, or mounted for reading only.
        "unwritable" => {
            let request = request();
            match request["operation"].as_str().unwrap() {
                "save" | "check" => reply(&error("denied", "the disk is for reading only")),
                _ => obey(folder, &request, true),
            }
        }
        "lockless" => obey(folder, &request(), false),
        // Reads nothing, although the request may be larger than a pipe.
        "deaf" => reply(&json!({"done": true})),
        "mute" => drop(request()),
        "mute-and-deaf" => return ExitCode::from(3),
        "endless" => {
            let mut out = io::stdout().lock();
            while out.write_all(&[b'x'; 1 << 16]).is_ok() {}
        }
        "asleep" => {
            fs::write(folder.join("pid.new"), process::id().to_string()).unwrap();
            fs::rename(folder.join("pid.new"), folder.join("pid")).unwrap();
            loop {
                thread::park();
            }
        }
        "garbled" => println!("<html>1000.canary-access</html>"),
        "wrong-types" => println!(r#"{{"tokens":{{"access_token":1,"refresh_token":"1000.canary-refresh"}}}}"#),
        "half" => println!(r#"{{"tokens":{{"access_token":"1000.canary-access"}}}}"#),
        "empty" => println!("{{}}"),
        "no-object" => println!(r#""1000.canary-access""#),
        "no-tokens" => println!(r#"{{"tokens":{{"access_token":"","expiry_millis":1}}}}"#),
        "null-expiry" => println!(r#"{{"tokens":{{"access_token":"1000.canary","expiry_millis":null}}}}"#),
        "access-only" => {
            println!(r#"{{"tokens":{{"access_token":"1000.fake-access","refresh_token":null,"expiry_millis":1}}}}"#)
        }
        "failing-after" => {
            request();
            reply(&json!({"done": true}));
            return ExitCode::from(9);
        }
        "leaving" => {
            request();
            reply(&json!({"done": true}));
        }
        "chatty" => {
            let request = request();
            eprintln!("saved {} with {}", request["tokens"]["access_token"], request["tokens"]["refresh_token"]);
            eprintln!("another line of {}", request["user"].as_str().unwrap());
            reply(&json!({"done": true}));
        }
        // Its child holds the three pipes open and stays.
        "leaving-a-child" => {
            request();
            leave_behind(folder, "asleep");
            reply(&json!({"tokens": null}));
        }
        #[cfg(unix)]
        "leaving-a-daemon" => {
            request();
            leave_behind(folder, "daemon");
            reply(&json!({"tokens": null}));
        }
        #[cfg(unix)]
        "daemon" => {
            rustix::process::setsid().unwrap();
            return run(&format!("asleep:{}", folder.display()));
        }
        #[cfg(unix)]
        "grouped" => {
            request();
            let group = rustix::process::getpgrp().as_raw_nonzero();
            reply(&error("other", &format!("group {group} of {}", process::id())));
        }
        "overflowing" => {
            request();
            reply(&error("denied", &"1000.aaaaaaaaaaa!".repeat(60_000)));
        }
        "across-the-cut" => {
            let request = request();
            let token = request["tokens"]["access_token"].as_str().unwrap();
            for before in 8_192 - token.len()..=8_192 {
                eprintln!("{}{token}{}", " ".repeat(before), " and the rest of the line".repeat(1_000));
            }
            eprintln!("it said all");
            reply(&json!({"done": true}));
        }
        "telling" => {
            let request = request();
            let told = format!("cannot keep {}", request["tokens"]["access_token"].as_str().unwrap());
            reply(&json!({"error": {"kind": "denied", "message": told}}));
        }
        kind => {
            request();
            reply(&error(kind, "as ordered"));
        }
    }
    ExitCode::SUCCESS
}

fn leave_behind(folder: &Path, behaviour: &str) {
    let class = crate::support::class(behaviour, folder);
    drop(process::Command::new(std::env::current_exe().unwrap()).arg(class).spawn().unwrap());
    while !folder.join("pid").exists() {
        thread::sleep(Duration::from_millis(1));
    }
}

fn request() -> Value {
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line).unwrap();
    let request: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(request["version"], 1);
    let ours = |name: String| name.to_ascii_uppercase().starts_with("ZCRM_");
    assert!(std::env::vars().all(|(name, _)| !ours(name)), "variables of ours are not handed on, in any spelling");
    assert_eq!(std::env::args().count(), 2, "the class is the only argument");
    request
}

fn reply(response: &Value) {
    let mut out = io::stdout().lock();
    writeln!(out, "{response}").and_then(|()| out.flush()).unwrap();
}

fn error(kind: &str, message: &str) -> Value {
    json!({"error": {"kind": kind, "message": message}})
}

fn obey(folder: &Path, request: &Value, locks: bool) {
    // Only the list is about nobody in particular.
    let Some(user) = request["user"].as_str() else { return reply(&error("unsupported", "no list here")) };
    let user = UserIdentifier::new(user).unwrap();
    let store = FolderStore(folder.to_owned());
    match request["operation"].as_str().unwrap() {
        "save" => done(store.save_oauth_tokens(&tokens(user, &request["tokens"]))),
        "delete" => done(store.delete_oauth_tokens(&user)),
        "get" => match store.get_oauth_tokens(&user) {
            Ok(found) => reply(&json!({"tokens": found.map(|tokens| json!({
                "access_token": tokens.access_token().expose(),
                "refresh_token": tokens.refresh_token().expose(),
                "expiry_millis": tokens.expiry_millis(),
            }))})),
            Err(fault) if fault.kind() == PersistenceErrorKind::CorruptRow => {
                reply(&error("corrupt_row", &fault.to_string()));
            }
            Err(fault) => reply(&error("unavailable", &fault.to_string())),
        },
        "check" if locks => reply(&json!({"done": true})),
        "lock" if locks => lock(&store.file_of(&user).with_extension("lock"), request),
        _ => reply(&error("unsupported", "neither lock nor check here")),
    }
}

fn tokens(user: UserIdentifier, row: &Value) -> OAuthTokens {
    let text = |name: &str| row[name].as_str().unwrap();
    OAuthTokens::new(user, text("access_token"), text("refresh_token"), row["expiry_millis"].as_i64().unwrap())
}

fn done(result: Result<(), PersistenceError>) {
    reply(&match result {
        Ok(()) => json!({"done": true}),
        Err(fault) => error("unavailable", &fault.to_string()),
    });
}

/// Files offer no lock with a time limit: this one tries again and again.
fn lock(path: &Path, request: &Value) {
    let millis = |name: &str| Duration::from_millis(request[name].as_u64().unwrap());
    let deadline = Instant::now() + millis("timeout_millis");
    leave_with_the_client();
    let file = File::create(path).unwrap();
    while let Err(TryLockError::WouldBlock) = file.try_lock() {
        if Instant::now() >= deadline {
            return reply(&error("lock_timeout", "somebody else refreshes"));
        }
        thread::sleep(Duration::from_millis(2));
    }
    reply(&json!({"done": true}));
    thread::sleep(millis("lease_millis"));
}

fn leave_with_the_client() {
    thread::spawn(|| {
        let _ = io::stdin().lock().read_to_end(&mut Vec::new());
        process::exit(0);
    });
}
