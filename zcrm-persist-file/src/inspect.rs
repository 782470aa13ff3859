//! Looking at the store for the doctor: nothing is made or changed, and all that is wrong is told.

use std::fs::{self, Metadata};
use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

use zcrm_core::UserIdentifier;
use zcrm_core::config::Config;
use zcrm_core::doctor::{Finding, State};
use zcrm_core::persistence::{Inspection, PersistenceError, PersistenceErrorKind, PersistenceHandler};

use crate::error;
use crate::owner;
use crate::store::{FILE_NAME, FilePersistence, LOCKS};

const CHECK: &str = "store";
/// How long a refresh lock that is held is waited for.
const LOCK_WAIT: Duration = Duration::from_secs(2);

/// What a look at the store of the dictionary brings.
pub(crate) fn inspect(config: &Config) -> Inspection {
    let Some(folder) = config.token_persistence_path() else {
        let error = PersistenceError::new(
            PersistenceErrorKind::Setup,
            "the file store needs the key token_persistence_path; set it",
        );
        return Inspection::new(vec![error.to_finding(CHECK)], None);
    };
    let file = folder.join(FILE_NAME);
    if let Err(finding) = exists(folder, &file) {
        return Inspection::new(vec![finding], None);
    }
    // What is there is not made, so opening changes nothing.
    let store = match FilePersistence::new(folder) {
        Ok(store) => store,
        Err(error) => return Inspection::new(vec![error.to_finding(CHECK)], None),
    };
    let rows = match store.list_tokens() {
        Ok(rows) => rows,
        Err(error) => return Inspection::new(vec![error.to_finding(CHECK)], None),
    };
    let user = config.current_user_email();
    let mut findings =
        vec![Finding::ok(CHECK, format!("{} holds the tokens of {}", file.display(), count(rows.len())))];
    findings.extend(readers(&file, folder));
    findings.extend(rows.iter().filter(|row| user.is_none_or(|user| user.as_str() != row.user)).filter_map(|row| {
        let fault = row.fault.as_ref()?;
        Some(Finding::warn(
            CHECK,
            format!("the row of {}: {fault}", row.user),
            "let that user sign in again: zcrm login --browser, or --grant-token -",
        ))
    }));
    findings.push(writing(&store, folder, user));
    findings.extend(user.and_then(|user| lock(&store, user)));
    Inspection::new(findings, Some(Box::new(store)))
}

fn count(users: usize) -> String {
    if users == 1 { "1 user".to_owned() } else { format!("{users} users") }
}

/// Whether folder and file are there.
fn exists(folder: &Path, file: &Path) -> Result<(), Finding> {
    let absent = |what: &Path| {
        let found = format!("{} is not there", what.display());
        Finding::fail(
            CHECK,
            found,
            "sign in, which makes it (zcrm login --browser, or --grant-token -); or correct token_persistence_path",
        )
    };
    match fs::metadata(folder) {
        Ok(found) if found.is_dir() => {}
        Ok(_) => {
            return Err(error::setup(folder, "it is a file, and a folder is needed; choose another").to_finding(CHECK));
        }
        Err(cause) if cause.kind() == ErrorKind::NotFound => return Err(absent(folder)),
        Err(cause) => return Err(error::io("use the folder", folder, cause).to_finding(CHECK)),
    }
    match fs::symlink_metadata(file) {
        Err(cause) if cause.kind() == ErrorKind::NotFound => Err(absent(file)),
        Err(cause) => Err(error::io("look at", file, cause).to_finding(CHECK)),
        Ok(_) => Ok(()),
    }
}

/// Who else can read the tokens, or exchange them.
fn readers(file: &Path, folder: &Path) -> Vec<Finding> {
    let found = |path: &Path| fs::metadata(path).ok();
    let mut findings = Vec::new();
    if let Some(readers) = found(file).as_ref().and_then(owner::readers) {
        let name = file.display();
        let text = format!("{readers} can read the tokens in {name}");
        findings.push(Finding::warn("permissions", text, format!("run: chmod 600 {name}")));
    }
    if let Some(owner) = found(file).zip(found(folder)).and_then(|(file, folder)| owner::other_owner(&file, &folder)) {
        let name = file.display();
        let text = format!("{name} belongs to the user with the id {owner}, who can read the tokens in it");
        let remedy = format!("run the programs as that user, or give the file to this one: chown $(id -u) {name}");
        findings.push(Finding::warn("permissions", text, remedy));
    }
    findings.extend(found(folder).iter().flat_map(|found: &Metadata| owner::faults_of_folder(folder, found)).map(
        |fault| {
            let (what, remedy) = fault.split_once("; ").unwrap_or((&fault, "choose another folder"));
            Finding::warn("permissions", what, remedy)
        },
    ));
    findings
}

/// Whether tokens could be saved: rehearsed where the store's lock files are there, else looked up.
fn writing(store: &FilePersistence, folder: &Path, user: Option<&UserIdentifier>) -> Finding {
    let outcome = match (folder.join(LOCKS).join("file.lock").exists(), user) {
        (true, Some(user)) => store.check_writable(user),
        _ => owner::may_write(folder).map_err(|cause| error::io("write to", folder, cause)),
    };
    match outcome {
        Ok(()) => Finding::ok(CHECK, format!("{} can be written to", folder.display())),
        Err(error) => error.to_finding(CHECK),
    }
}

/// Whether the refresh lock is free, or is so soon. Nothing is told of a lock that was never taken.
fn lock(store: &FilePersistence, user: &UserIdentifier) -> Option<Finding> {
    match store.is_lock_free(user, LOCK_WAIT) {
        Ok(None) => None,
        Ok(Some(true)) => Some(Finding::ok(CHECK, "the refresh lock is free")),
        Ok(Some(false)) => Some(Finding::warn(
            CHECK,
            format!("another program has held the refresh lock of {user} for {LOCK_WAIT:?}"),
            "wait for it, or end it where it stands still",
        )),
        Err(error) => {
            let mut finding = error.to_finding(CHECK);
            finding.state = State::Warn;
            Some(finding)
        }
    }
}
