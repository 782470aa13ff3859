//! `limits`, `tokens`, `revoke` and `copy-tokens`.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Output;

use serde_json::{Value, json};
use zcrm_core::GrantToken;
use zcrm_emulator::{Edition, Options};

use crate::case::{ZCRM, signed_in};
use crate::support::{Place, USER, err, finish, out, refused};

fn run(place: &Place, arguments: &[&str]) -> Output {
    let output = finish(place.program(ZCRM).args(arguments));
    for secret in place.emulator.secrets() {
        assert!(!out(&output).contains(&secret) && !err(&output).contains(&secret), "a secret is shown: {output:?}");
    }
    output
}

/// A place where two users are signed in.
fn two() -> Place {
    let place = signed_in();
    let client = zcrm_cli::connect(zcrm_cli::config(Some(&place.config())).unwrap()).unwrap();
    let other = client.for_user("b@xyz.com").unwrap();
    other.oauth().generate_access_token(GrantToken::new(place.emulator.new_grant("b@xyz.com"))).unwrap();
    place.emulator.reset_counters();
    place
}

fn listed(place: &Place) -> Vec<Value> {
    let output = run(place, &["tokens", "--json"]);
    out(&output).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn whose_tokens_there_are() {
    let place = two();
    let rows = listed(&place);
    let users: Vec<_> = rows.iter().map(|row| row["user"].as_str().unwrap()).collect();
    assert_eq!(users, [USER, "b@xyz.com"]);
    for row in &rows {
        assert!((3500..=3600).contains(&row["remaining_seconds"].as_u64().unwrap()), "{row}");
        assert_eq!((&row["has_refresh_token"], &row["fault"]), (&json!(true), &json!(null)));
        assert!(row["saved_by"].as_str().unwrap().contains("process "), "{row}");
    }
    let text = out(&run(&place, &["tokens"]));
    assert!(text.contains("lives for 60 min more") && text.lines().count() == 3, "{text}");
    assert_eq!(place.emulator.counters().connections, 0, "nobody is asked");

    let file = place.folder().join("tokens/zcrm_oauthtokens.txt");
    fs::write(&file, place.tokens().replacen("\"access_token\": \"", "\"access_token\": 7, \"x\": \"", 1)).unwrap();
    let output = run(&place, &["tokens"]);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert!(out(&output).contains("unusable: ") && err(&output).contains("1 of 2 rows cannot be used"), "{output:?}");
}

#[test]
fn a_user_is_signed_out_everywhere() {
    let place = two();
    let text = refused(&run(&place, &["revoke", "--user", "b@xyz.com"]));
    assert!(text.contains("confirm with --yes"), "{text}");
    assert_eq!((place.emulator.counters().revocations, listed(&place).len()), (0, 2));
    let output = run(&place, &["revoke", "--user", "b@xyz.com", "--yes"]);
    assert!(out(&output).contains("The tokens of b@xyz.com are revoked"), "{output:?}");
    assert_eq!((place.emulator.counters().revocations, listed(&place).len()), (1, 1));
}

#[test]
fn tokens_move_between_stores() {
    let place = two();
    let database = zcrm_test_mariadb::shared().unwrap().database().unwrap();
    let server = zcrm_test_mariadb::shared().unwrap();
    let url = |password: &str| {
        let (user, host, port) = (database.user(), server.host(), server.port());
        format!("mysql://{user}{password}@{host}:{port}/{}", database.name())
    };
    let text = refused(&run(&place, &["copy-tokens", "--to", &url(":canary")]));
    assert!(text.contains("every user of this machine") && !text.contains("canary"), "{text}");

    let mut copy = place.program(ZCRM);
    copy.args(["copy-tokens", "--to", &url("")]).env("ZOHO_DB_PASSWORD", database.password());
    let output = finish(&mut copy);
    assert!(output.status.success() && out(&output).matches("copied  ").count() == 2, "{output:?}");

    // What is newer there is kept, unless it is to be replaced.
    database
        .execute(["UPDATE oauthtokens SET expirytime = expirytime + 1000 WHERE useridentifier = 'b@xyz.com'"])
        .unwrap();
    let output = finish(&mut copy);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert!(out(&output).contains("kept         b@xyz.com") && err(&output).contains("1 copied, 1 not"), "{output:?}");
    let output = finish(copy.arg("--overwrite"));
    assert!(output.status.success() && out(&output).matches("copied  ").count() == 2, "{output:?}");

    // Of two who differ in case alone, the database can keep one.
    let kept = place.tokens();
    let file = place.folder().join("tokens/zcrm_oauthtokens.txt");
    fs::write(&file, kept.replace("\"b@xyz.com\"", "\"Abc@xyz.com\"")).unwrap();
    let output = finish(&mut copy);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    let said = out(&output);
    assert!(said.matches("copied   ").count() == 2 && said.contains("differs in case alone"), "{said}");
    fs::write(&file, kept).unwrap();

    // Back, into an encrypted store, and out of it again.
    let key = place.folder().join("zcrm.key");
    fs::write(&key, "07".repeat(32)).unwrap();
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    let (before, key) = (place.tokens(), key.display().to_string());
    place.change(json!({
        "token_persistence_path": null, "db_address": server.host(), "db_port": server.port(),
        "db_username": database.user(), "db_password": database.password(), "db_name": database.name(),
    }));
    assert_eq!(listed(&place).len(), 2);
    let to = format!("file:{}", place.folder().join("sealed").display());
    let output = run(
        &place,
        &["copy-tokens", "--to", &to, "--encrypt-with", &key, "--user", "ABC@xyz.com", "--user", "c@xyz.com"],
    );
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert!(out(&output).contains("not there    c@xyz.com"), "{output:?}");
    let sealed = fs::read_to_string(place.folder().join("sealed/zcrm_oauthtokens.txt")).unwrap();
    assert!(sealed.contains("zcrm1.") && !sealed.contains("1000."), "{sealed}");

    place.change(json!({ "token_persistence_path": "sealed" }));
    let to = format!("file:{}", place.folder().join("opened").display());
    let output = run(&place, &["copy-tokens", "--to", &to, "--decrypt-with", &key]);
    assert!(output.status.success(), "{output:?}");
    let token_of = |text: &str| {
        let content: Value = serde_json::from_str(text).unwrap();
        content["tokens"][0]["refresh_token"].clone()
    };
    let opened = fs::read_to_string(place.folder().join("opened/zcrm_oauthtokens.txt")).unwrap();
    assert_eq!(token_of(&opened), token_of(&before));

    for (nowhere, form) in [("file:", "file:FOLDER"), ("mysql://", "mysql://USER@HOST")] {
        assert!(refused(&run(&place, &["copy-tokens", "--to", nowhere])).contains(form), "{nowhere}");
    }
    let same = format!("file:{}", place.folder().join("sealed").display());
    assert!(refused(&run(&place, &["copy-tokens", "--to", &same])).contains("both are the same store"));
}

#[test]
fn what_may_be_spent_and_what_calls_cost() {
    let place = Place::new(Options::default());
    place.sign_in();
    place.emulator.behave(|behaviour| (behaviour.edition, behaviour.users) = (Some(Edition::Standard), 40));
    let output = run(&place, &["limits", "--json", "--prices"]);
    let limits: Value = serde_json::from_str(&out(&output)).unwrap();
    assert_eq!((&limits["edition"], &limits["credits"]), (&json!("standard"), &json!(60_000)));
    assert_eq!((&limits["concurrency"], &limits["credits_spent"]), (&json!(10), &json!(2)));
    let convert =
        limits["prices"].as_array().unwrap().iter().find(|price| price["path"] == "/crm/v2/Leads/{id}/actions/convert");
    assert_eq!(convert.unwrap()["max_credits"], 5);
    assert!(out(&run(&place, &["limits"])).contains("credits in 24 hours    60000"));
}

#[test]
fn no_more_than_so_many_credits() {
    let place = signed_in();
    place.emulator.seed_leads(1_000);
    let output = run(&place, &["export", "--module", "Leads", "--fields", "Last_Name", "--max-credits", "3"]);
    assert_ne!(output.status.code(), Some(0), "{output:?}");
    assert!(err(&output).contains("max_credits"), "{output:?}");
    assert_eq!(place.emulator.counters().credits, 3);
}
