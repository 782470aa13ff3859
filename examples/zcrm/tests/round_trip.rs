//! What `zcrm export --format csv` writes, `zcrm import` reads as it was: generated records of several modules, there
//! and back through the emulator.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod program;

use std::collections::BTreeSet;

use fastrand::Rng;
use program::Account;
use serde_json::{Map, Value, json};
use zcrm_core::entity::Json;
use zcrm_core::{Client, Config, Record, RecordId};
use zcrm_emulator::Options;

const ZCRM: &str = env!("CARGO_BIN_EXE_zcrm");

/// What a record may refer to.
struct Others {
    account: RecordId,
    contact: RecordId,
    deal: RecordId,
    user: String,
    version: &'static str,
}

impl Others {
    fn new(client: &Client, version: &'static str) -> Self {
        let create = |module: &str, record: Record| {
            let report = client.module(module).create(&[record]).unwrap();
            report.ids().next().map(|(_, id)| id.clone()).unwrap()
        };
        Self {
            account: create("Accounts", Record::new().with("Account_Name", "Acme; \"Inc\"")),
            contact: create("Contacts", Record::new().with("Last_Name", "Dahl")),
            deal: create("Deals", Record::new().with("Deal_Name", "Big").with("Stage", "Qualification")),
            user: client.users().current().unwrap().id.unwrap().to_string(),
            version,
        }
    }
}

fn text(random: &mut Rng) -> String {
    let pieces = ["a", "\"", ",", ";", "\r\n", "\n", "\\", " ", "é", "\t", "=1+1", "[", "]", "{", "'", "日本"];
    let length = 1 + random.usize(..8);
    // A blank at either end of a text is Zoho's to keep or not, so there is a letter.
    format!("x{}x", (0..length).map(|_| pieces[random.usize(..pieces.len())]).collect::<String>())
}

fn choices(random: &mut Rng) -> Value {
    (0..1 + random.usize(..3)).map(|_| text(random)).collect()
}

/// A number that a double holds exactly, with few digits: the emulator keeps doubles.
fn number(random: &mut Rng) -> Value {
    match random.u8(..3) {
        0 => json!(random.i32(..)),
        1 => json!(f64::from(random.i32(..)) / 64.0),
        _ => json!(f64::from(random.u16(..)) / 1024.0),
    }
}

fn day(random: &mut Rng) -> String {
    format!("20{:02}-{:02}-{:02}", random.u8(..100), random.u8(1..=12), random.u8(1..=28))
}

fn record(module: &str, random: &mut Rng, others: &Others) -> Value {
    let lookup = |id: &RecordId| json!({ "id": id.to_string() });
    let user = json!({ "id": others.user });
    match module {
        "Leads" => json!({
            "Last_Name": text(random), "Description": text(random), "No_of_Employees": random.i32(..),
            "Annual_Revenue": number(random), "Score": number(random), "Email_Opt_Out": random.bool(),
            "Interests": choices(random), "External_Number": random.i64(..).to_string(), "Follow_Up": day(random),
            "Owner": user, "Tag": [{ "name": text(random), "id": "1" }],
        }),
        "Projects" => json!({
            "Name": text(random), "Project_Code": format!("P{}", random.u64(..)), "Account": lookup(&others.account),
            "Manager": user, "Budget": number(random), "Progress": number(random), "Start_Date": day(random),
            "Kick_Off": format!("{}T12:30:00+02:00", day(random)), "Phases": choices(random), "Active": random.bool(),
            "Milestones": [{ "Name": text(random), "Done": random.bool(), "Cost": number(random) }],
            "Plan": [{ "file_Id": "abc", "file_Name": text(random) }], "Summary": text(random),
        }),
        "Notes" => {
            let (about, id) = if random.bool() { ("Deals", &others.deal) } else { ("Contacts", &others.contact) };
            let mut note = json!({ "Note_Title": text(random), "Note_Content": text(random), "Owner": user });
            if others.version == "v8" {
                note["Parent_Id"] = json!({ "id": id.to_string(), "module": { "api_name": about } });
            } else {
                note["Parent_Id"] = json!(id.to_string());
                note["$se_module"] = json!(about);
            }
            note
        }
        _ => {
            let (about, id) = if random.bool() { ("Deals", &others.deal) } else { ("Accounts", &others.account) };
            let alarm = format!("FREQ=NONE;ACTION=EMAIL;TRIGGER=DATE-TIME:{}T10:00:00+01:00", day(random));
            json!({
                "Subject": text(random), "Due_Date": day(random), "Who_Id": lookup(&others.contact),
                "What_Id": lookup(id), "$se_module": about, "Owner": user,
                "Remind_At": { "ALARM": alarm },
                "Send_Notification_Email": random.bool(), "Description": text(random),
            })
        }
    }
}

/// The fields of all records but those that Zoho gives every record anew, in an order of their own.
fn content(client: &Client, module: &str, of: impl Fn(&RecordId) -> bool) -> Vec<String> {
    let records = client.module(module).records().iter().map(Result::unwrap).filter(|record| of(&record.id().unwrap()));
    let given =
        ["id", "Created_Time", "Modified_Time", "Last_Activity_Time", "Created_By", "Modified_By", "Project_Code"];
    let fields = |record: Record| -> Map<String, Value> {
        let fields = record.fields().filter(|(name, _)| !given.contains(name));
        let essence =
            |(name, value): (&str, Json)| (name.to_owned(), essence(name, serde_json::from_str(value.raw()).unwrap()));
        // A list of nothing says as much as nothing.
        fields.map(essence).filter(|(_, value)| value.as_array().is_none_or(|list| !list.is_empty())).collect()
    };
    let mut content: Vec<String> = records.map(|record| Value::Object(fields(record)).to_string()).collect();
    content.sort();
    content
}

/// A layout is its id, and a tag its name; rows of lists have ids of their own: Zoho gives the rest.
fn essence(name: &str, mut value: Value) -> Value {
    match name {
        "Milestones" | "Plan" => {
            for row in value.as_array_mut().unwrap() {
                row.as_object_mut().unwrap().remove("id");
            }
            value
        }
        "Layout" => value["id"].clone(),
        "Tag" => value.as_array().unwrap().iter().map(|tag| tag["name"].clone()).collect(),
        _ => value,
    }
}

#[test]
fn every_value_survives() {
    for (seed, module, version) in [
        (1, "Leads", "v2"),
        (2, "Projects", "v2"),
        (3, "Tasks", "v2"),
        (4, "Tasks", "v8"),
        (5, "Leads", "v8"),
        (6, "Projects", "v8"),
        (7, "Notes", "v2"),
        (8, "Notes", "v4"),
        (9, "Notes", "v5"),
        (10, "Notes", "v6"),
        (11, "Notes", "v8"),
    ] {
        let account = Account::with(Options::default(), version);
        let client = account.client();
        // v2 lists records without being told their fields.
        let config = account.read("zcrm.json").replace(&format!("\"{version}\""), "\"v2\"");
        let reading = zcrm_cli::connect(Config::from_json_str(&config).unwrap()).unwrap();
        let others = Others::new(&client, version);
        let mut random = Rng::with_seed(seed);
        let records: Vec<Record> = (0..60)
            .map(|_| record(module, &mut random, &others))
            .map(|record| record.as_object().unwrap().clone().into())
            .collect();
        let report = client.module(module).create(&records).unwrap();
        assert!(report.is_complete(), "seed {seed}: {:?}", report.failed().next());
        let first: BTreeSet<RecordId> = report.ids().map(|(_, id)| id.clone()).collect();

        let ran = account.run(ZCRM, &["export", "--module", module, "--format", "csv", "--output", "all.csv"]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        // As new records: without their ids. Codes are unique.
        let mut all = csv::Reader::from_path(account.path("all.csv")).unwrap();
        let header = all.headers().unwrap().clone();
        let mut new = csv::Writer::from_path(account.path("new.csv")).unwrap();
        let kept: Vec<usize> = (0..header.len()).filter(|at| !["id", "Project_Code"].contains(&&header[*at])).collect();
        new.write_record(kept.iter().map(|at| &header[*at])).unwrap();
        for row in all.records().map(Result::unwrap) {
            new.write_record(kept.iter().map(|at| &row[*at])).unwrap();
        }
        new.flush().unwrap();
        let ran = account.run(ZCRM, &["import", "--module", module, "--input", "new.csv"]);
        assert_eq!(ran.last_line(), "created=60 updated=0 refused=0 unanswered=0 not_sent=0", "seed {seed}: {ran:?}");
        let before = content(&reading, module, |id| first.contains(id));
        let after = content(&reading, module, |id| !first.contains(id));
        assert_eq!(before.len(), 60);
        for (before, after) in before.iter().zip(&after) {
            assert_eq!(before, after, "seed {seed}");
        }
        assert_eq!(after.len(), 60);

        // And as updates of themselves.
        let ran = account.run(ZCRM, &["import", "--module", module, "--input", "all.csv", "--upsert-by", "id"]);
        assert_eq!(ran.last_line(), "created=0 updated=60 refused=0 unanswered=0 not_sent=0", "seed {seed}: {ran:?}");
        assert_eq!(content(&reading, module, |id| first.contains(id)), before, "seed {seed}");
    }
}

#[test]
fn what_a_task_or_a_note_is_about_comes_by_every_way_that_is_asked_for() {
    for version in ["v2", "v8"] {
        let account = Account::with(Options::default(), version);
        let client = account.client();
        let others = Others::new(&client, version);
        let mut random = Rng::with_seed(1);
        for module in ["Tasks", "Notes"] {
            let mut row = record(module, &mut random, &others);
            row["Description"] = json!("x");
            let row: Record = row.as_object().unwrap().clone().into();
            assert!(client.module(module).create(&[row]).unwrap().is_complete(), "{version} {module}");
            let export = |more: &[&str]| {
                let file = [&["export", "--module", module, "--format", "csv", "--output", "x.csv"], more].concat();
                let ran = account.run(ZCRM, &file);
                assert_eq!((ran.code, ran.last_line()), (Some(0), "records=1"), "{version} {more:?}: {ran:?}");
                account.read("x.csv")
            };
            let (field, about) = if module == "Tasks" { ("What_Id", "Subject") } else { ("Parent_Id", "Note_Title") };
            let some = format!("{about},{field}");
            for more in [
                &[][..],
                &["--where", "Owner is not null"],
                &["--way", "pages"],
                &["--way", "query"],
                &["--fields", &some],
                &["--fields", &some, "--where", "Owner is not null"],
                &["--fields", &some, "--way", "pages"],
            ] {
                let csv = export(more);
                assert!(
                    csv.contains("Deals") || csv.contains("Accounts") || csv.contains("Contacts"),
                    "{more:?}: {csv}"
                );
            }
        }
    }
}
