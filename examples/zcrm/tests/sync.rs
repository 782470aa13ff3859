//! `zcrm sync`: tables that equal what the server has, whatever happens meanwhile.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod program;

use std::collections::BTreeMap;
#[cfg(unix)]
use std::io::{BufRead, BufReader};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

#[cfg(unix)]
use mysql::prelude::Queryable;
use program::{Account, Ran};
use serde_json::Value;
use zcrm_core::Record;
use zcrm_emulator::{MadeUpLeads, Options};

const ZCRM: &str = env!("CARGO_BIN_EXE_zcrm");

/// Rows by id, each with its columns by name.
type Rows = BTreeMap<String, BTreeMap<String, Option<String>>>;

fn account(version: &str, leads: u64) -> Account {
    let account = Account::with(Options::default(), version);
    let leads = MadeUpLeads { per_second: 150, id_gap: 5, converted_every: 11, ..MadeUpLeads::of(leads) };
    account.emulator.make_up_leads(leads);
    account
}

fn sync(account: &Account, to: &str, more: &[&str]) -> Command {
    account.command(ZCRM, &[&["sync", "--modules", "Leads", "--to", to], more].concat())
}

fn run(command: &mut Command) -> Ran {
    Ran::of(command.output().unwrap())
}

fn sqlite(account: &Account, table: &str) -> Rows {
    let database = rusqlite::Connection::open(account.path("crm.db")).unwrap();
    let mut statement = database.prepare(&format!("SELECT * FROM \"{table}\"")).unwrap();
    let names: Vec<String> = statement.column_names().into_iter().map(str::to_owned).collect();
    let mut rows = statement.query([]).unwrap();
    let mut all = Rows::new();
    while let Some(row) = rows.next().unwrap() {
        let text = |at| match row.get_unwrap::<_, rusqlite::types::Value>(at) {
            rusqlite::types::Value::Null => None,
            rusqlite::types::Value::Integer(number) => Some(number.to_string()),
            rusqlite::types::Value::Text(text) => Some(text),
            other => panic!("{} is {other:?}", names[at]),
        };
        let row: BTreeMap<_, _> = names.iter().enumerate().map(|(at, name)| (name.clone(), text(at))).collect();
        all.insert(row["id"].clone().unwrap(), row);
    }
    all
}

#[cfg(unix)]
fn mariadb(database: &zcrm_test_mariadb::Database, table: &str) -> Rows {
    let mut connection = database.connect().unwrap();
    let rows: Vec<mysql::Row> = connection.query(format!("SELECT * FROM `{table}`")).unwrap();
    let row = |row: mysql::Row| -> BTreeMap<String, Option<String>> {
        let names: Vec<String> = row.columns_ref().iter().map(|column| column.name_str().into_owned()).collect();
        let values = row.unwrap().into_iter().map(|value| match value {
            mysql::Value::NULL => None,
            value => Some(mysql::from_value::<String>(value)),
        });
        names.into_iter().zip(values).collect()
    };
    rows.into_iter().map(row).map(|row| (row["id"].clone().unwrap(), row)).collect()
}

/// A value as a column should have it.
fn expected(value: Value) -> Option<String> {
    let text = match value {
        Value::Null => return None,
        Value::Bool(value) => u8::from(value).to_string(),
        Value::Object(mut object) if object.contains_key("id") => return expected(object["id"].take()),
        Value::String(text) => text,
        other => other.to_string(),
    };
    Some(text)
}

/// `12.5` and `12.500` are the same number, `["a"]` and `[ "a" ]` the same list.
fn same(one: Option<&str>, other: Option<&str>) -> bool {
    let digits = |text: &str| text.contains('.').then(|| text.trim_end_matches('0').trim_end_matches('.').to_owned());
    let normal = |text: &str| digits(text).unwrap_or_else(|| text.to_owned());
    let tree = |text: Option<&str>| text.and_then(|text| serde_json::from_str::<Value>(text).ok());
    one == other
        || one.map(normal) == other.map(normal)
        || tree(one).is_some_and(|tree| tree.is_array()) && tree(one) == tree(other)
}

fn assert_equal(account: &Account, rows: &Rows, context: &str) {
    let client = account.client();
    let leads = client.module("Leads");
    let fields = leads.fields().list().all().unwrap();
    let names = fields.iter().filter_map(|field| field.api_name.clone());
    let there: Vec<Record> = leads.records().fields(names).iter().collect::<Result<_, _>>().unwrap();
    assert_eq!(rows.len(), there.len(), "{context}");
    for record in there {
        let id = record.id().unwrap().to_string();
        let row = rows.get(&id).unwrap_or_else(|| panic!("{context}: {id} is missing"));
        for field in &fields {
            let name = field.api_name.as_deref().unwrap();
            let wanted = expected(record.get(name).unwrap().unwrap_or_default());
            let kept = row.get(name).unwrap_or_else(|| panic!("no column {name}"));
            assert!(same(kept.as_deref(), wanted.as_deref()), "{context}: {name} of {id}: {kept:?}, not {wanted:?}");
        }
    }
}

/// Creates, updates and deletes at random.
fn churn(account: &Account, seed: u64, rounds: usize) {
    let mut random = fastrand::Rng::with_seed(seed);
    let client = account.client();
    let leads = client.module("Leads");
    let page = leads.records().fields(["Last_Name"]).page(random.u32(1..4)).send().unwrap();
    let mut ids: Vec<String> = page.items.iter().map(|record| record.id().unwrap().to_string()).collect();
    for round in 0..rounds {
        let id = ids.swap_remove(random.usize(..ids.len()));
        match random.u8(..6) {
            0 | 1 => {
                let count = random.usize(1..40);
                let new = (0..count).map(|n| Record::new().with("Last_Name", format!("{seed} '{round}' \"`{n}\\ 🦀")));
                let report = leads.create(&new.collect::<Vec<_>>()).unwrap().into_result().unwrap();
                ids.extend(report.ids().map(|(_, id)| id.to_string()));
            }
            2 => {
                let _ = leads.delete([id.as_str()]);
                if random.bool() {
                    account.emulator.restore("Leads", &id);
                }
                continue;
            }
            _ => {
                let amount = format!("{}.{:02}", random.u32(..), random.u8(..100));
                let lead = Record::new().with("id", id.as_str()).with("Annual_Revenue", amount.parse::<f64>().unwrap());
                let _ = leads.update(&[lead.with("City", format!("{seed} {round}"))]);
            }
        }
        ids.push(id);
    }
}

/// How many calls of the emulator read something.
fn reads(account: &Account) -> u64 {
    let calls = account.emulator.counters().calls;
    calls.iter().filter(|(call, _)| call.starts_with("GET") || call.ends_with("/coql")).map(|(_, count)| count).sum()
}

/// Runs the sync against churn, killing it again and again, and once more when all is quiet.
fn follow_through_kills(account: &Account, command: impl Fn() -> Command, rows: impl Fn() -> Rows, context: &str) {
    let running = AtomicUsize::new(2);
    let mut random = fastrand::Rng::with_seed(3);
    thread::scope(|scope| {
        for seed in 0..2 {
            let running = &running;
            scope.spawn(move || {
                churn(account, seed, 120);
                running.fetch_sub(1, Ordering::SeqCst);
            });
        }
        let mut kills = 0;
        while running.load(Ordering::SeqCst) > 0 || kills < 8 {
            let mut child = command().spawn().unwrap();
            let asked = reads(account) + random.u64(1..14);
            while reads(account) < asked && child.try_wait().unwrap().is_none() {
                thread::sleep(Duration::from_millis(2));
            }
            child.kill().unwrap();
            child.wait().unwrap();
            kills += 1;
        }
    });
    let ran = run(&mut command());
    assert_eq!(ran.code, Some(0), "{context}: {ran:?}");
    assert!(ran.last_line().starts_with("module=Leads upserted="), "{ran:?}");
    assert_equal(account, &rows(), context);
    let ran = run(&mut command());
    assert_eq!((ran.code, ran.last_line()), (Some(0), "module=Leads upserted=0 deleted=0"), "{context}: {ran:?}");
}

#[test]
fn the_tables_equal_the_server_after_any_number_of_kills() {
    for version in ["v2", "v8"] {
        let account = account(version, 3_000);
        let command = || sync(&account, "sqlite:crm.db", &[]);
        follow_through_kills(&account, command, || sqlite(&account, "Leads"), version);
    }
}

#[cfg(unix)]
#[test]
fn mariadb_keeps_the_same() {
    let account = account("v8", 1_000);
    let server = zcrm_test_mariadb::shared().unwrap();
    let database = server.database().unwrap();
    let to = format!("mysql://{}@{}:{}/{}", database.user(), server.host(), server.port(), database.name());
    let command = || {
        let mut command = sync(&account, &to, &[]);
        command.env("ZCRM_SYNC_PASSWORD", database.password());
        command
    };
    follow_through_kills(&account, command, || mariadb(&database, "Leads"), "MariaDB");
}

#[test]
fn a_second_run_reads_changes_only() {
    for version in ["v2", "v8"] {
        let account = account(version, 2_000);
        let kept = account.emulator.count_records("Leads") / 11;
        let first = run(&mut sync(&account, "sqlite:crm.db", &[]));
        let all = format!("module=Leads upserted={} deleted=0", 2_000 - kept);
        assert_eq!((first.code, first.last_line()), (Some(0), all.as_str()), "{version}: {first:?}");
        let client = account.client();
        let leads = client.module("Leads");
        let ids: Vec<_> = leads.records().fields(["City"]).per_page(3).send().unwrap().items;
        let ids: Vec<_> = ids.iter().map(|record| record.id().unwrap()).collect();
        leads.record(&ids[0]).update(&Record::new().with("City", "Bodø")).unwrap();
        let _ = leads.delete([&ids[1]]).unwrap().into_result().unwrap();
        leads.record(&ids[2]).convert(zcrm_core::resource::Conversion::new()).unwrap();
        account.emulator.reset_counters();
        let second = run(&mut sync(&account, "sqlite:crm.db", &[]));
        assert_eq!(second.last_line(), "module=Leads upserted=1 deleted=2", "{version}: {second:?}");
        assert!(reads(&account) <= 6, "{version}: {:?}", account.emulator.counters().calls);
        assert_equal(&account, &sqlite(&account, "Leads"), version);
    }
}

#[test]
fn what_cannot_be_synced_is_told_and_the_rest_is_done() {
    let account = account("v8", 20);
    let modules = |modules: &str, more: &[&str]| {
        let to = ["sync", "--modules", modules, "--to", "sqlite:crm.db"];
        run(&mut account.command(ZCRM, &[&to[..], more].concat()))
    };
    let _ = account.client().module("Contacts").create(&[Record::new().with("Last_Name", "Berg")]).unwrap();
    let ran = modules("Contcts,Contacts", &[]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(ran.stderr.contains("did you mean Contacts?"), "{}", ran.stderr);
    assert_eq!(ran.stdout, "module=Contcts upserted=0 deleted=0\nmodule=Contacts upserted=1 deleted=0\n");
    assert_eq!(modules("Contcts", &[]).code, Some(1));

    let database = || rusqlite::Connection::open(account.path("crm.db")).unwrap();
    database().execute("CREATE TABLE Leads (id TEXT)", []).unwrap();
    let ran = modules("Leads", &[]);
    assert!(ran.code == Some(1) && ran.stderr.contains("not of a sync"), "{ran:?}");
    let ran = modules("Leads", &["--fresh"]);
    assert!(ran.code == Some(1) && ran.stderr.contains("not of a sync"), "what was not made here stays: {ran:?}");
    database().execute("DROP TABLE Leads", []).unwrap();
    assert_eq!(modules("Leads", &["--fields", "Last_Name,City"]).code, Some(0));
    let columns: Vec<String> = sqlite(&account, "Leads").pop_first().unwrap().1.into_keys().collect();
    assert_eq!(columns, ["City", "Last_Name", "_json", "id"]);
    let ran = modules("Leads", &[]);
    assert!(ran.code == Some(1) && ran.stderr.contains("--fresh"), "{ran:?}");
    assert_eq!(modules("Leads", &["--fresh"]).last_line(), "module=Leads upserted=19 deleted=0");

    let ran = run(&mut sync(&account, "mysql://zcrm:canary@127.0.0.1:9/crm", &[]));
    assert!(ran.code == Some(1) && ran.stderr.contains("ZCRM_SYNC_PASSWORD"), "{ran:?}");
    assert!(!format!("{ran:?}").contains("canary"));
}

#[test]
fn new_fields_get_columns_with_the_values_of_all_records_and_old_cursors_are_refused() {
    let account = account("v2", 50);
    let run = || run(&mut sync(&account, "sqlite:crm.db", &[]));
    assert_eq!(run().code, Some(0));
    let database = rusqlite::Connection::open(account.path("crm.db")).unwrap();
    let state = |column: &str| -> Value {
        let query = format!("SELECT `{column}` FROM zcrm_sync WHERE module = 'Leads'");
        let text: String = database.query_row(&query, [], |row| row.get(0)).unwrap();
        serde_json::from_str(&text).unwrap()
    };
    let set = |column: &str, value: &Value| {
        database.execute(&format!("UPDATE zcrm_sync SET `{column}` = ?"), [value.to_string()]).unwrap();
    };

    // As if the organization had not had the field before.
    let mut columns = state("columns");
    columns.as_array_mut().unwrap().retain(|mapped| mapped["field"] != "City");
    set("columns", &columns);
    database.execute("ALTER TABLE Leads DROP COLUMN City", []).unwrap();
    let first = account.client().module("Leads").records().per_page(1).send().unwrap().items[0].id().unwrap();
    let _ = account.client().module("Leads").delete([first]).unwrap().into_result().unwrap();
    let ran = run();
    assert!(ran.code == Some(0) && ran.last_line().ends_with("deleted=1"), "{ran:?}");
    assert_equal(&account, &sqlite(&account, "Leads"), "a new column");

    let mut cursor = state("cursor");
    let checked = cursor["state"]["following"]["checked"].as_i64().unwrap();
    cursor["state"]["following"]["checked"] = (checked - 121 * 24 * 60 * 60).into();
    set("cursor", &cursor);
    let ran = run();
    assert!(ran.code == Some(1) && ran.stderr.contains("120") && ran.stderr.contains("--fresh"), "{ran:?}");
    assert_equal(&account, &sqlite(&account, "Leads"), "nothing was lost");
}

#[cfg(unix)]
#[test]
fn every_so_often_until_ctrl_c() {
    let account = account("v8", 30);
    let mut child = sync(&account, "sqlite:crm.db", &["--every", "1"]).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    assert_eq!(lines.next().unwrap(), "module=Leads upserted=28 deleted=0");
    let _ = account.client().module("Leads").create(&[Record::new().with("Last_Name", "Berg")]).unwrap();
    let later = lines.by_ref().find(|line| !line.contains("upserted=0")).unwrap();
    assert_eq!(later, "module=Leads upserted=1 deleted=0");
    account.interrupt(&child);
    assert!(lines.all(|line| line == "module=Leads upserted=0 deleted=0"));
    assert_eq!(child.wait().unwrap().code(), Some(2));
    assert_equal(&account, &sqlite(&account, "Leads"), "after Ctrl-C");
}
