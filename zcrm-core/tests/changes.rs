//! Changes of a module against the emulated Zoho CRM: none is missed, whatever happens meanwhile.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod emulated;
mod fake;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use emulated::{client, quick};
use fake::{Answer, Asked};
use serde_json::{Value, json};
use zcrm_core::entity::Record;
use zcrm_core::resource::{Change, Changes, ChangesCursor, ChangesRows, Conversion, DeletionKind, Which};
use zcrm_core::{Client, ErrorKind};
use zcrm_emulator::{Emulator, MadeUpLeads, Options};

const VERSIONS: [&str; 3] = ["v2", "v3", "v8"];
const FIELDS: [&str; 6] = ["Last_Name", "Email", "City", "Annual_Revenue", "Owner", "Contract"];

fn start(version: &str, leads: MadeUpLeads) -> (Emulator, Client) {
    let emulator = Emulator::start(Options::default()).unwrap();
    emulator.make_up_leads(leads);
    let client = client(&emulator, version, quick());
    (emulator, client)
}

/// What a program keeps: the records, and the text of the cursor.
#[derive(Default)]
struct Copy {
    rows: BTreeMap<String, Value>,
    cursor: Option<String>,
}

/// The value of each field, lookups by their ids.
fn values(record: &Record) -> Value {
    let value = |name: &str| {
        let value: Value = record.get::<Value>(name).unwrap().unwrap_or_default();
        value.get("id").cloned().unwrap_or(value)
    };
    FIELDS.iter().chain(&["Modified_Time"]).map(|name| ((*name).to_owned(), value(name))).collect()
}

fn second(row: &Value) -> i64 {
    let time: zcrm_core::DateTime = row["Modified_Time"].as_str().unwrap().parse().unwrap();
    time.unix_seconds().unwrap()
}

impl Copy {
    fn changes(&self, client: &Client) -> Changes {
        let cursor = self.cursor.as_ref().map_or_else(ChangesCursor::start, |text| text.parse().unwrap());
        client.module("Leads").changes(cursor).fields(FIELDS)
    }

    /// Handles at most so many changes, and keeps the cursor. How many came.
    fn take(&mut self, rows: &mut ChangesRows<Record>, at_most: usize) -> usize {
        let mut count = 0;
        for change in rows.by_ref().take(at_most) {
            count += 1;
            match change.unwrap() {
                Change::Upserted(record) => {
                    let row = values(&record);
                    let before = self.rows.insert(record.id().unwrap().to_string(), row.clone());
                    assert!(before.is_none_or(|before| second(&before) <= second(&row)), "an older state came later");
                }
                Change::Deleted { id, .. } => drop(self.rows.remove(id.as_str())),
            }
        }
        self.cursor = Some(rows.cursor().to_string());
        count
    }

    /// Handles all changes; how many there were.
    fn follow(&mut self, client: &Client) -> usize {
        let mut rows = self.changes(client).iter();
        self.take(&mut rows, usize::MAX)
    }

    fn assert_is_as_at(&self, client: &Client, context: &str) {
        let listed = client.module("Leads").records().fields(FIELDS).fields(["Modified_Time"]);
        let there: BTreeMap<String, Value> = listed
            .iter()
            .map(|record| record.unwrap())
            .map(|record| (record.id().unwrap().to_string(), values(&record)))
            .collect();
        assert_eq!(self.rows.len(), there.len(), "{context}");
        for (id, row) in &there {
            assert_eq!(self.rows.get(id), Some(row), "{context}: {id}");
        }
    }
}

/// Creates, updates, deletes, restores and converts at random.
fn churn(emulator: &Emulator, client: &Client, seed: u64, rounds: usize) {
    let mut random = fastrand::Rng::with_seed(seed);
    let leads = client.module("Leads");
    let mut mine: Vec<String> = leads
        .records()
        .fields(["Last_Name"])
        .page(random.u32(1..4))
        .send()
        .unwrap()
        .items
        .iter()
        .map(|record| record.id().unwrap().to_string())
        .collect();
    let mut gone = Vec::new();
    for round in 0..rounds {
        let id = mine.swap_remove(random.usize(..mine.len()));
        match random.u8(..10) {
            0..=2 => {
                let new: Vec<_> = (0..random.usize(1..30))
                    .map(|n| Record::new().with("Last_Name", format!("{seed} {round} {n}")))
                    .collect();
                let report = leads.create(&new).unwrap().into_result().unwrap();
                mine.extend(report.ids().map(|(_, id)| id.to_string()));
                mine.push(id);
            }
            3..=6 => {
                let _ = leads.update(&[Record::new().with("id", id.as_str()).with("City", format!("{seed} {round}"))]);
                mine.push(id);
            }
            7 => {
                let _ = leads.delete([id.as_str()]);
                gone.push(id);
            }
            8 if !gone.is_empty() => {
                let back = gone.swap_remove(random.usize(..gone.len()));
                if emulator.restore("Leads", &back) {
                    mine.push(back);
                }
                mine.push(id);
            }
            _ => drop(leads.record(id.as_str()).convert(Conversion::new())),
        }
    }
}

#[test]
fn a_copy_follows_whatever_happens_meanwhile() {
    for version in VERSIONS {
        let seeded = MadeUpLeads { per_second: 450, id_gap: 7, converted_every: 9, ..MadeUpLeads::of(2_000) };
        let (emulator, client) = start(version, seeded);
        let running = AtomicUsize::new(2);
        let mut copy = Copy::default();
        let mut random = fastrand::Rng::with_seed(7);
        thread::scope(|scope| {
            for seed in 0..2 {
                let (running, emulator, client) = (&running, &emulator, &client);
                scope.spawn(move || {
                    churn(emulator, client, seed, 80);
                    running.fetch_sub(1, Ordering::SeqCst);
                });
            }
            while running.load(Ordering::SeqCst) > 0 {
                // A program that is killed goes on with the cursor that it kept last.
                let mut rows = copy.changes(&client).iter();
                copy.take(&mut rows, random.usize(1..900));
            }
        });
        copy.follow(&client);
        copy.assert_is_as_at(&client, version);
        assert_eq!(copy.follow(&client), 0, "{version}: nothing happened since");
    }
}

#[test]
fn thousands_of_one_second_come_once_each() {
    for version in VERSIONS {
        let (_emulator, client) = start(version, MadeUpLeads { per_second: 3_000, ..MadeUpLeads::of(2_500) });
        let mut copy = Copy::default();
        let mut told = 0;
        for _ in 0..3 {
            told += copy.take(&mut copy.changes(&client).iter(), 700);
        }
        told += copy.follow(&client);
        assert_eq!((told, copy.rows.len()), (2_500, 2_500), "{version}");
        assert_eq!(copy.follow(&client), 0, "{version}");
    }
}

#[test]
fn what_zoho_commits_late_is_told() {
    for version in VERSIONS {
        let (emulator, client) = start(version, MadeUpLeads::of(10));
        let mut copy = Copy::default();
        copy.follow(&client);
        let ids: Vec<String> = copy.rows.keys().cloned().collect();
        client.module("Leads").record(ids[0].as_str()).update(&Record::new().with("City", "Bodø")).unwrap();
        assert_eq!(copy.follow(&client), 1, "{version}");
        let late = std::time::SystemTime::now() - Duration::from_secs(20);
        let late = zcrm_core::DateTime::from(late).to_string();
        assert!(emulator.set_fields("Leads", &ids[1], &json!({ "City": "Late", "Modified_Time": late })));
        assert_eq!(copy.follow(&client), 1, "{version}");
        copy.assert_is_as_at(&client, version);
    }
}

#[test]
fn from_now_on_only_what_happens_is_told() {
    for version in VERSIONS {
        let (_emulator, client) = start(version, MadeUpLeads { per_second: 30, ..MadeUpLeads::of(100) });
        let leads = client.module("Leads");
        let ids: Vec<_> = leads.records().fields(["City"]).send().unwrap().items;
        let ids: Vec<_> = ids.iter().map(|lead| lead.id().unwrap()).collect();
        let mut rows = leads.changes(ChangesCursor::from_now()).fields(["City"]).iter();
        assert!(rows.next().is_none(), "{version}");
        let cursor: ChangesCursor = rows.cursor().to_string().parse().unwrap();
        leads.record(&ids[0]).update(&Record::new().with("City", "Bodø")).unwrap();
        let _ = leads.delete([&ids[1]]).unwrap().into_result().unwrap();
        leads.record(&ids[2]).convert(Conversion::new()).unwrap();
        let told: Vec<_> = leads.changes(cursor).fields(["City"]).iter().map(|change| change.unwrap()).collect();
        let gone = |change: &Change<Record>| match change {
            Change::Upserted(lead) => (lead.id().unwrap(), None),
            Change::Deleted { id, time, kind } => {
                assert!(time.is_some());
                (id.clone(), Some(*kind))
            }
        };
        let told: Vec<_> = told.iter().map(gone).collect();
        let [updated, deleted, converted] = [0, 1, 2].map(|at: usize| ids[at].clone());
        let recycled = (deleted, Some(DeletionKind::Recycled));
        assert_eq!(told, [recycled, (converted, Some(DeletionKind::Converted)), (updated, None)], "{version}");
    }
}

#[test]
fn all_fields_come_and_converted_leads_where_they_are_wanted() {
    for version in VERSIONS {
        let (_emulator, client) = start(version, MadeUpLeads { converted_every: 3, ..MadeUpLeads::of(30) });
        let leads = client.module("Leads");
        let fields = leads.fields().list().all().unwrap();
        let both = leads.changes(ChangesCursor::start()).converted(Which::Both);
        for (changes, count) in [(leads.changes(ChangesCursor::start()), 20), (both, 30)] {
            let told: Vec<Record> = changes.iter().filter_map(|change| change.unwrap().upserted()).collect();
            assert_eq!(told.len(), count, "{version}");
            for name in fields.iter().filter_map(|field| field.api_name.as_deref()) {
                assert!(told.iter().all(|lead| lead.names().any(|known| known == name)), "{version}: {name}");
            }
        }
    }
    let (_emulator, client) = start("v8", MadeUpLeads::of(3));
    let unknown = client.module("Leads").changes(ChangesCursor::start()).fields(["Last_Name", "Citty"]).iter().next();
    assert_eq!(unknown.unwrap().unwrap_err().kind(), ErrorKind::InvalidRequest);
}

#[test]
fn a_cursor_of_other_changes_or_of_another_year_is_refused() {
    let (_emulator, client) = start("v8", MadeUpLeads::of(3));
    let leads = client.module("Leads");
    let mut rows = leads.changes(ChangesCursor::start()).fields(["City"]).iter();
    assert_eq!(rows.by_ref().map(Result::unwrap).count(), 3);
    let cursor = rows.cursor();
    let kind = |changes: Changes| {
        let mut rows = changes.iter();
        let error = rows.next().unwrap().unwrap_err();
        assert!(rows.next().is_none());
        error.kind()
    };
    assert_eq!(kind(leads.changes(cursor.clone()).fields(["Email"])), ErrorKind::CursorMismatch);
    assert_eq!(kind(client.module("Contacts").changes(cursor.clone()).fields(["City"])), ErrorKind::CursorMismatch);
    let other = client.for_user("b@xyz.com").unwrap().module("Leads");
    assert_eq!(kind(other.changes(cursor.clone()).fields(["City"])), ErrorKind::CursorMismatch);
    assert!("{}".parse::<ChangesCursor>().is_err());

    let mut old = serde_json::to_value(&cursor).unwrap();
    let checked = old["state"]["following"]["checked"].as_i64().unwrap();
    old["state"]["following"]["checked"] = (checked - 121 * 24 * 60 * 60).into();
    let old: ChangesCursor = serde_json::from_value(old).unwrap();
    assert_eq!(kind(leads.changes(old.clone()).fields(["City"])), ErrorKind::CursorTooOld);
    assert_eq!(leads.changes(old.restarted()).iter().filter(Result::is_ok).count(), 0, "as old as before");
    assert_eq!(leads.changes(cursor.restarted()).iter().map(Result::unwrap).count(), 3);
}

/// A module of 120 fields whose COQL takes 50 columns, and in which record 3 changes between two requests.
fn wide(asked: &Asked, third: &AtomicUsize) -> Answer {
    let name = |number: usize| format!("F{number}");
    let record = |id: usize, names: &[&str], second: usize| -> Value {
        let time = format!("2026-01-31T12:00:{second:02}+01:00");
        let fields = names.iter().map(|name| match *name {
            "Modified_Time" => ("Modified_Time".to_owned(), json!(time)),
            name => (name.to_owned(), json!(format!("{name} of {id}"))),
        });
        fields.chain([("id".to_owned(), json!(id.to_string()))]).collect()
    };
    if asked.path.ends_with("/settings/fields") {
        let field = |number| json!({ "api_name": name(number), "data_type": "text", "json_type": "string" });
        return Answer::Json(200, json!({ "fields": (0..120).map(field).collect::<Vec<_>>() }));
    }
    if asked.path.ends_with("/coql") {
        let text = asked.body["select_query"].as_str().unwrap();
        let names: Vec<_> = text[7..text.find(" from ").unwrap()].split(", ").collect();
        if names.len() > 50 {
            let body =
                json!({ "code": "LIMIT_EXCEEDED", "details": { "limit": 50 }, "message": "", "status": "error" });
            return Answer::Json(400, body);
        }
        let third = third.load(Ordering::SeqCst);
        let mut rows: Vec<_> = [1, 2, 3, 4].map(|id| record(id, &names, if id == 3 { third } else { id })).into();
        rows.sort_by_key(|row| row["Modified_Time"].to_string());
        return fake::page(rows, json!({ "more_records": false }));
    }
    let Some(ids) = asked.parameter("ids") else {
        let first = asked.parameter("page") == Some("1") && !asked.path.ends_with("/deleted");
        let rows = first.then(|| record(4, &["Modified_Time"], 4));
        return if first { fake::page(rows, json!({})) } else { Answer::Json(204, Value::Null) };
    };
    let names: Vec<_> = asked.parameter("fields").unwrap().split(',').collect();
    assert!(names.len() <= 50, "{names:?}");
    third.store(5, Ordering::SeqCst);
    let second = |id| if id == 3 { 5 } else { id };
    fake::page(ids.split(',').map(|id| id.parse().unwrap()).map(|id| record(id, &names, second(id))), json!({}))
}

#[test]
fn a_record_of_many_requests_is_of_one_moment() {
    let third = AtomicUsize::new(3);
    let (client, fake) = fake::serving("v8", move |asked| wide(asked, &third));
    let things = client.module("Things");
    let follow = |cursor| {
        let mut rows = things.changes(cursor).iter();
        let told: Vec<Record> = rows.by_ref().filter_map(|change| change.unwrap().upserted()).collect();
        for record in &told {
            for name in (0..120).map(|number| format!("F{number}")) {
                let value: Option<String> = record.get(&name).unwrap();
                assert_eq!(value, Some(format!("{name} of {}", record.id().unwrap())));
            }
        }
        let ids: Vec<_> = told.iter().map(|record| record.id().unwrap().to_string()).collect();
        (ids, rows.cursor())
    };
    let (ids, cursor) = follow(ChangesCursor::start());
    assert_eq!(ids, ["1", "2", "4"], "the third changed meanwhile");
    let (ids, cursor) = follow(cursor);
    assert_eq!(ids, ["3"], "and comes as it is now");
    assert!(follow(cursor).0.is_empty());
    let by_id = fake.asked().iter().filter(|asked| asked.parameter("ids").is_some()).count();
    assert_eq!(by_id % 2, 0, "two requests for each hundred records");
}

/// A module with a text that lists cut short, and a file, which queries do not have.
fn with_rich_text(asked: &Asked) -> Answer {
    const TIME: &str = "2026-01-31T12:00:00+01:00";
    if asked.path.ends_with("/settings/fields") {
        let story = json!({ "api_name": "Story", "data_type": "textarea", "textarea": { "type": "rich_text" } });
        let file = json!({ "api_name": "File", "data_type": "fileupload", "json_type": "jsonarray" });
        return Answer::Json(200, json!({ "fields": [story, file] }));
    }
    let row = |story: &str| json!({ "id": "1", "Modified_Time": TIME, "Story": story, "File": [{ "id": "9" }] });
    if asked.path.ends_with("/coql") {
        let mut row = row(&"long ".repeat(200));
        row.as_object_mut().unwrap().remove("File");
        return fake::page([row], json!({ "more_records": false }));
    }
    match asked.path.ends_with("/deleted") || asked.parameter("converted") == Some("true") {
        true => Answer::Json(204, Value::Null),
        false => fake::page([row("long")], json!({ "more_records": false })),
    }
}

#[test]
fn a_rich_text_that_lists_cut_short_comes_whole() {
    let (client, _fake) = fake::serving("v8", with_rich_text);
    let changes = client.module("Things").changes(ChangesCursor::start());
    let told: Vec<Record> = changes.iter().filter_map(|change| change.unwrap().upserted()).collect();
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].get::<String>("Story").unwrap().map(|story| story.len()), Some(1_000));
    assert!(!told[0].field("File").is_absent());
}
