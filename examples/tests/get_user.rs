//! The Ruby SDK's sample as a program.
#![cfg(feature = "file")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "../zcrm/tests/support/mod.rs"]
mod support;

use serde_json::Value;
use support::{Place, Running, USER, finish, refused};
use zcrm_emulator::{Fault, On, Options, Reply};

const GET_USER: &str = env!("CARGO_BIN_EXE_get_user");

fn signed_in() -> (Place, String) {
    let place = Place::new(Options::default());
    place.sign_in();
    let client = zcrm_cli::connect(zcrm_cli::config(Some(&place.config())).unwrap()).unwrap();
    let id = client.users().current().unwrap().id.unwrap().to_string();
    (place, id)
}

#[test]
fn a_user_is_shown_as_json() {
    let (place, id) = signed_in();
    let output = finish(place.program(GET_USER).arg(&id));
    assert!(output.status.success(), "{output:?}");
    let user: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((user["id"].as_str(), user["email"].as_str()), (Some(id.as_str()), Some(USER)));
    assert_eq!(user["full_name"], "Asta Berg");
}

#[test]
fn nobody_is_a_clear_error() {
    let (place, _) = signed_in();
    // Zoho refuses an id that it does not know, or answers with nothing.
    for answer in [Reply::error(400, "INVALID_DATA", "the id given seems to be invalid"), Reply::empty(204)] {
        place.emulator.clear_faults();
        place.emulator.fault(On::path("/crm/v2/users/"), Fault::Reply(answer));
        let output = finish(place.program(GET_USER).arg("3652397000000999999"));
        assert!(refused(&output).contains("there is no user 3652397000000999999"), "{output:?}");
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn without_tokens_the_way_to_them_is_named() {
    let place = Place::new(Options::default());
    let text = refused(&finish(place.program(GET_USER).arg("1")));
    assert!(text.contains("grant"), "{text}");
    assert_eq!(place.emulator.counters().total_calls(), 0);
}

#[test]
fn a_reader_that_goes_away_causes_no_panic() {
    let (place, id) = signed_in();
    let output = Running::start(place.program(GET_USER).arg(&id)).go_away();
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(2), &b""[..]), "{output:?}");
}
