//! The prompt of `query`, at a terminal of its own.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod program;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use program::{Account, Ran};
use serde_json::json;
use zcrm_core::Record;
use zcrm_emulator::{Fault, On, Options, Reply};

const ZCRM: &str = env!("CARGO_BIN_EXE_zcrm");
const TERMINAL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/terminal.py");
const PROMPT: &str = "coql> ";

/// An account with one lead.
fn account() -> Account {
    let account = Account::with(Options::default(), "v8");
    let lead = Record::new().with("Last_Name", "Berg").with("City", "Oslo");
    account.client().module("Leads").create_one(&lead).unwrap();
    account.emulator.reset_counters();
    account
}

/// What the screen shows while this is typed, each line when the text before it is there.
fn at_terminal(account: &Account, arguments: &[&str], steps: &[(&str, &str)]) -> Ran {
    let mut command = Command::new(TERMINAL);
    command.current_dir(account.folder.path()).arg(json!(steps).to_string());
    command.args([ZCRM, "--config", "zcrm.json", "query"]).args(arguments);
    command.env("TERM", "xterm").env("XDG_DATA_HOME", account.path("data"));
    Ran::of(command.output().unwrap())
}

#[test]
fn queries_are_answered_by_tables_and_mistakes_end_nothing() {
    let account = account();
    let ran = at_terminal(
        &account,
        &["--param", "city=Oslo"],
        &[
            (PROMPT, "select Last_Name, City from Leads where City = :city;\r"),
            ("Berg       Oslo", ""),
            (PROMPT, "drop table Leads\r"),
            ("only reads", ""),
            (PROMPT, "select COUNT(id) from Laeds where id is not null\r"),
            ("did you mean Leads?", ""),
            (PROMPT, "quit\r"),
        ],
    );
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.stdout.contains("1 rows"), "{ran:?}");
}

#[test]
fn names_complete_themselves() {
    let account = account();
    let ran = at_terminal(
        &account,
        &[],
        &[(PROMPT, "sel\t City "), ("City", "from Lea\t where Last_N\t = 'Berg'\r"), ("Oslo", ""), (PROMPT, "\u{4}")],
    );
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let asked = account.emulator.requests().into_iter().rfind(|request| request.path.ends_with("/coql")).unwrap();
    let text = asked.json()["select_query"].as_str().unwrap().to_owned();
    assert!(text.starts_with("select City from Leads where Last_Name = 'Berg'"), "{text}");
}

#[test]
fn the_history_lasts_and_nobody_else_can_read_it() {
    let account = account();
    let query = "select City from Leads where Last_Name = 'Berg'\r";
    at_terminal(&account, &[], &[(PROMPT, query), ("Oslo", ""), (PROMPT, "\u{4}")]);
    let history = account.path("data/zcrm/query_history");
    assert_eq!(fs::metadata(&history).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::metadata(history.parent().unwrap()).unwrap().permissions().mode() & 0o777, 0o700);
    // The line before, by the arrow up.
    let ran = at_terminal(&account, &[], &[(PROMPT, "\u{1b}[A\r"), ("Oslo", ""), (PROMPT, "\u{4}")]);
    assert_eq!((ran.code, account.emulator.counters().calls_to("POST", "/crm/v8/coql")), (Some(0), 2), "{ran:?}");
}

#[test]
fn ctrl_c_stops_a_query_and_the_prompt_goes_on() {
    let account = account();
    // A server that is busy for long.
    let busy = Reply::too_many_requests().retry_after(60);
    account.emulator.fault(On::path("/crm/v8/coql").times(1), Fault::Reply(busy));
    let query = "select City from Leads where Last_Name = 'Berg'\r";
    let ran = at_terminal(
        &account,
        &["--log", "warn"],
        &[
            (PROMPT, query),
            ("retrying in", "\u{3}"),
            ("stopped", ""),
            (PROMPT, "drop table\r"),
            ("only reads", ""),
            (PROMPT, "\u{4}"),
        ],
    );
    assert_eq!(ran.code, Some(0), "{ran:?}");
}
