//! One broken set-up, and what the doctor has to say of it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Output;

use serde_json::{Value, json};
use zcrm_emulator::Options;

use crate::support::{Place, err, finish, out};

pub(crate) const ZCRM: &str = env!("CARGO_BIN_EXE_zcrm");

/// The most calls and token requests of one examination.
const CALLS: u64 = 12;

/// What the doctor has to say: how its line begins, and what else the line holds, the remedy last.
pub(crate) type Said<'a> = (&'a str, &'a [&'a str]);

/// A place whose user is signed in.
pub(crate) fn signed_in() -> Place {
    let place = Place::new(Options::default());
    place.sign_in();
    place.emulator.reset_counters();
    place
}

/// Every file below a folder, with its content; of lock files, in which a refresh notes its turn, the name alone.
pub(crate) fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            let is_lock = path.to_string_lossy().contains(".zcrm_locks");
            let content = if is_lock { Vec::new() } else { fs::read(&path).unwrap_or_default() };
            found.insert(path.display().to_string(), content);
        }
    }
    found
}

/// Examines a place with further arguments.
pub(crate) fn examine(place: &Place, arguments: &[&str]) -> Output {
    finish(place.program(ZCRM).arg("doctor").args(arguments))
}

/// The place is broken: the doctor says so and changes nothing. Returns what it says.
#[track_caller]
pub(crate) fn finds(place: &Place, said: Said<'_>) -> String {
    finds_with(place, &[], said)
}

/// The same with further arguments.
#[track_caller]
pub(crate) fn finds_with(place: &Place, arguments: &[&str], said: Said<'_>) -> String {
    let before = files(place.folder());
    let text = says(place, &examine(place, arguments), said);
    assert!(files(place.folder()) == before, "the doctor changes nothing:\n{text}");
    text
}

/// Whatever the doctor changed: one line says it, few calls were sent, no secret is shown. Returns what it says.
#[track_caller]
pub(crate) fn says(place: &Place, output: &Output, (beginning, words): Said<'_>) -> String {
    let (text, errors) = (out(output), err(output));
    let fits = |line: &&str| line.starts_with(beginning) && words.iter().all(|word| line.contains(word));
    let fitting = text.lines().filter(fits).count();
    assert_eq!(fitting, 1, "one line begins with {beginning:?} and holds {words:?}:\n{text}{errors}");
    let is_finding = |line: &str| ["ok    ", "warn  ", "FAIL  "].iter().any(|state| line.starts_with(state));
    assert!(text.lines().all(is_finding), "one line a check:\n{text}");
    assert!(!errors.contains("panicked"), "{errors}");
    let failed = text.lines().any(|line| line.starts_with("FAIL"));
    assert_eq!(output.status.code(), Some(i32::from(failed)), "{text}{errors}");
    for secret in place.emulator.secrets() {
        assert!(!text.contains(&secret) && !errors.contains(&secret), "a secret is shown:\n{text}{errors}");
    }
    let counters = place.emulator.counters();
    let calls = counters.total_calls() + counters.user_info_requests;
    assert!(calls <= CALLS && counters.total_token_requests() <= 1, "too many requests: {counters:?}");
    place.emulator.reset_counters();
    text
}

/// The remedy was followed: nothing fails any more.
#[track_caller]
pub(crate) fn is_well(place: &Place) -> String {
    let output = examine(place, &[]);
    assert!(output.status.success(), "{}{}", out(&output), err(&output));
    place.emulator.reset_counters();
    out(&output)
}

/// The findings as JSON.
pub(crate) fn as_json(place: &Place) -> Vec<Value> {
    let output = examine(place, &["--json"]);
    serde_json::from_str(&out(&output)).unwrap()
}

#[test]
fn a_healthy_place_is_well() {
    let place = signed_in();
    let before = files(place.folder());
    let output = examine(&place, &["--module", "Leads"]);
    let text = says(&place, &output, ("ok    module: Leads can be read", &["create, change, delete", "Last_Name"]));
    assert!(output.status.success(), "{text}");
    assert_eq!(files(place.folder()), before);
    for line in [
        "ok    configuration: ",
        "ok    accounts server: ",
        "ok    clock: ",
        "ok    store: the refresh lock is free",
        "ok    tokens: the tokens of abc@xyz.com are there; the access token lives for",
        "ok    user: the tokens are those of abc@xyz.com",
        "ok    organization: Emulated Trading (669351987)",
        "ok    limits: edition enterprise: credits 75000 in 24 hours, more than half left; 20 requests at once",
        "ok    version: the API v2 is accepted",
        "ok    scopes: the tokens allow: read records, search, query (COQL), bulk read, metadata, users, organization",
    ] {
        // A busy machine may make the server slow, which is told.
        let is_slow = |found: &str| found.starts_with("warn") && found.contains(&line[6..]) && found.contains(" took ");
        assert!(text.lines().any(|found| found.starts_with(line) || is_slow(found)), "{line}\n{text}");
    }
}

#[test]
fn findings_are_told_as_json() {
    let place = signed_in();
    let findings = as_json(&place);
    assert!(findings.iter().all(|finding| finding.as_object().unwrap().len() == 4), "{findings:?}");
    let first = &findings[0];
    assert_eq!(
        (&first["check"], &first["state"], &first["remedy"]),
        (&json!("configuration"), &json!("ok"), &json!(null))
    );
    place.change(json!({ "current_user_email": null }));
    let failed: Vec<_> = as_json(&place).into_iter().filter(|finding| finding["state"] == "FAIL").collect();
    assert_eq!(failed.len(), 1, "{failed:?}");
    assert_eq!(failed[0]["remedy"], "set current_user_email");
}

#[test]
fn v8_is_examined_too() {
    let place = signed_in();
    place.change(json!({ "api_version": "v8" }));
    finds_with(&place, &["--module", "Leads", "--module", "Contacts"], ("ok    version: the API v8 is accepted", &[]));
}
