//! Mapping files, lookups, dry runs, and imports that are taken back.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod program;

use std::collections::BTreeSet;

use program::Account;
use serde_json::{Value, json};
use zcrm_core::{Record, RecordId};
use zcrm_emulator::Options;

const ZCRM: &str = env!("CARGO_BIN_EXE_zcrm");

fn contacts<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&["import", "--module", "Contacts", "--input", "contacts.csv"], more].concat()
}

fn account_named(account: &Account, name: &str) -> String {
    let created = account.client().module("Accounts").create(&[Record::new().with("Account_Name", name)]).unwrap();
    let id = created.ids().next().unwrap().1.to_string();
    account.emulator.reset_counters();
    id
}

const MAP: &str = r#"
[columns]
Nachname = "Last_Name"
Firma = { field = "Account_Name", by = "Account_Name" }
Geboren = { field = "Date_of_Birth", format = "dd.MM.yyyy" }
Werbung = { field = "Email_Opt_Out", true = ["ja"], false = ["nein"] }
Intern = false
[constants]
Department = "Import"
[options]
separator = ";"
empty = "clear"
"#;

#[test]
fn a_mapping_file_says_what_columns_mean() {
    let account = Account::new();
    let acme = account_named(&account, "Acme");
    for _ in 0..2 {
        account_named(&account, "Twice");
    }
    account.write("map.toml", MAP);
    let map: Value = toml::from_str(MAP).unwrap();
    account.write("map.json", map.to_string());
    let file = "Nachname;Firma;Geboren;Werbung;Intern;Phone\n\
        Berg;Acme;24.12.1970;JA;x;1\nDahl;acme;01.02.1980;nein;y;\nEk;Nobody;;;;\nFalk;Twice;;;;\n\
        Gran;Acme;1.2.1980;;;\nHaug;Acme;;vielleicht;;\n";
    account.write("contacts.csv", file);
    for (map, version) in [("map.toml", 0), ("map.json", 1)] {
        account.emulator.reset_counters();
        let ran = account.run(ZCRM, &contacts(&["--map", map, "--rejects", "rejects.csv", "--results", "results.csv"]));
        assert_eq!(ran.last_line(), "created=2 updated=0 refused=4 unanswered=0 not_sent=0", "{version} {ran:?}");
        let posts = account.emulator.requests().into_iter().filter(|request| request.path == "/crm/v2/Contacts");
        let sent: Vec<Value> = posts.map(|request| request.json()["data"].clone()).collect();
        let expected = json!([
            { "Last_Name": "Berg", "Account_Name": { "id": acme }, "Date_of_Birth": "1970-12-24", "Email_Opt_Out": true,
              "Phone": "1", "Department": "Import" },
            { "Last_Name": "Dahl", "Account_Name": { "id": acme }, "Date_of_Birth": "1980-02-01", "Email_Opt_Out": false,
              "Department": "Import" },
        ]);
        assert_eq!(sent, [expected]);
        assert_eq!(account.emulator.counters().calls_to("POST", "/crm/v2/coql"), 1, "one batch for all rows");
    }
    let rejects = account.read("rejects.csv");
    for reason in [
        "Account_Name is \"\"Nobody\"\", and no record of Accounts has that in Account_Name",
        "Account_Name is \"\"Twice\"\", and several records of Accounts",
        "Date_of_Birth is \"\"1.2.1980\"\", not a date as dd.MM.yyyy",
        "Email_Opt_Out is \"\"vielleicht\"\", not ja or nein",
    ] {
        assert!(rejects.contains(reason), "{reason}: {rejects}");
    }
    let results = account.read("results.csv");
    assert!(results.starts_with("row,module,outcome,id,modified_time,code,message\n1,Contacts,created,"), "{results}");
    assert!(results.contains("\n3,Contacts,refused,,,,"), "{results}");

    // Emptied and corrected, they are written again.
    let id = results.lines().nth(1).unwrap().split(',').nth(3).unwrap().to_owned();
    account.write("contacts.csv", format!("id;Nachname;Phone\n{id};Berg;\n"));
    account.write("map.toml", "[columns]\nNachname = \"Last_Name\"\n[options]\nempty = \"clear\"\n");
    let ran = account.run(ZCRM, &contacts(&["--map", "map.toml", "--update"]));
    assert_eq!(ran.last_line(), "created=0 updated=1 refused=0 unanswered=0 not_sent=0", "{ran:?}");
    let contact = account.client().module("Contacts").record(RecordId::from(id.as_str())).get().unwrap();
    assert!(contact.field("Phone").value().is_none(), "{}", contact.raw());
}

#[test]
fn what_a_mapping_file_gets_wrong_is_named() {
    let account = Account::new();
    account.write("contacts.csv", "Nachname,Phone\nBerg,1\n");
    for (map, named) in [
        ("[columns]\nNachname = \"Lastname\"", "no field Lastname; did you mean Last_Name?"),
        ("[columns]\nNachnam = \"Last_Name\"", "no column Nachnam; did you mean Nachname?"),
        (
            "[columns]\nNachname = { field = \"Last_Name\", formatt = \"x\" }",
            "unknown key formatt; did you mean format?",
        ),
        ("[columns]\nNachname = { field = \"Account_Name\", by = \"Acount_Name\" }", "no field Acount_Name"),
        ("[columns]\nNachname = { field = \"Last_Name\", format = \"dd.MM.yyyy\" }", "neither a date nor a moment"),
        ("[columns]\nNachname = \"Phone\"", "are both the field Phone"),
        ("[columns]\nNachname = \"Last_Name\"\n[constants]\nPhone = \"1\"", "both a constant and the column"),
        ("[option]\nempty = \"keep\"", "unknown key option; did you mean options?"),
    ] {
        account.write("map.toml", map);
        let ran = account.run(ZCRM, &contacts(&["--map", "map.toml"]));
        assert!(ran.code == Some(1) && ran.stderr.contains(named), "{map}: {ran:?}");
    }
    assert_eq!(account.emulator.count_records("Contacts"), 0);
}

/// A row of a file in which every field is right.
fn good(row: usize, account: &str) -> [String; 10] {
    let day = row % 28 + 1;
    [
        format!("Lead {row}"),
        format!("lead{row}@example.com"),
        (row % 5_000).to_string(),
        format!("{row}.50"),
        ["true", "false"][row % 2].to_owned(),
        ["Cold Call", "Trade Show", ""][row % 3].to_owned(),
        ["Skiing;Chess", "Sailing"][row % 2].to_owned(),
        format!("2026-03-{day:02}"),
        format!("{}", 9_007_199_254_740_993_u64 + row as u64),
        account.to_owned(),
    ]
}

#[test]
fn a_dry_run_finds_every_fault_and_no_other() {
    const ROWS: usize = 10_000;
    const HEADER: &str = "Last_Name,Email,No_of_Employees,Annual_Revenue,Email_Opt_Out,Lead_Source,Interests,Follow_Up,\
        External_Number,Owner\n";
    let account = Account::new();
    account.emulator.behave(|behaviour| behaviour.unique_email = true);
    let owner = account.client().users().current().unwrap().id.unwrap().to_string();
    let taken = Record::new().with("Last_Name", "Taken").with("Email", "taken@example.com");
    assert_eq!(account.client().module("Leads").create(&[taken]).unwrap().counts().created, 1);
    let faults: [(usize, String, &str); 24] = [
        (0, String::new(), "Last_Name"),
        (0, "x".repeat(256), "Last_Name"),
        (1, "nonsense".to_owned(), "Email"),
        (1, "a b@example.com".to_owned(), "Email"),
        (1, "LEAD1@example.com".to_owned(), "Email"),
        (1, format!("{}@example.com", "y".repeat(100)), "Email"),
        (2, "twelve".to_owned(), "No_of_Employees"),
        (2, "1.5".to_owned(), "No_of_Employees"),
        (2, "12345678901".to_owned(), "No_of_Employees"),
        (3, "1,5".to_owned(), "Annual_Revenue"),
        (3, "12x".to_owned(), "Annual_Revenue"),
        (4, "perhaps".to_owned(), "Email_Opt_Out"),
        (4, "1".to_owned(), "Email_Opt_Out"),
        (5, "Cold Cal".to_owned(), "Lead_Source"),
        (5, "Nowhere".to_owned(), "Lead_Source"),
        (6, "Skiing;Climbing".to_owned(), "Interests"),
        (7, "31.01.2026".to_owned(), "Follow_Up"),
        (7, "2026-02-30".to_owned(), "Follow_Up"),
        (8, "12a".to_owned(), "External_Number"),
        (9, "Berg".to_owned(), "Owner"),
        (9, "12".to_owned(), "Owner"),
        (1, "TAKEN@example.com".to_owned(), "Email"),
        (0, "   ".to_owned(), "Last_Name"),
        (8, "12345678901234567890123".to_owned(), "External_Number"),
    ];
    let mut text = HEADER.to_owned();
    let mut planted = BTreeSet::new();
    for row in 1..=ROWS {
        let mut cells = good(row, &owner);
        // Most of them twice, apart from one another.
        let fault = (row % 240 == 0).then(|| faults.get((row / 240 - 1) % faults.len())).flatten();
        if let Some((at, cell, field)) = fault.filter(|_| row / 240 <= 40) {
            cells[*at] = cell.clone();
            planted.insert((row as u64, (*field).to_owned()));
        }
        let cells: Vec<String> =
            cells.iter().map(|cell| if cell.contains(',') { format!("\"{cell}\"") } else { cell.clone() }).collect();
        text += &(cells.join(",") + "\n");
    }
    text += "Short\n";
    account.write("leads.csv", text);
    account.emulator.reset_counters();
    let ran = account.run(ZCRM, &["import", "--module", "Leads", "--input", "leads.csv", "--dry-run"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert_eq!(ran.plan(), "way=records calls=100 credits=996");
    let lines: Vec<&str> = ran.stdout.lines().filter(|line| line.starts_with("row ")).collect();
    let found = lines.iter().filter_map(|line| {
        let (row, text) = line.strip_prefix("row ")?.split_once(": ")?;
        Some((row.parse::<u64>().unwrap(), text.split(' ').next().unwrap().to_owned()))
    });
    let mut found: BTreeSet<(u64, String)> = found.collect();
    assert!(found.remove(&(ROWS as u64 + 1, "the".to_owned())), "the short row: {lines:?}");
    assert_eq!((found.len(), lines.len()), (planted.len(), planted.len() + 1), "{lines:#?}");
    assert_eq!(found, planted);
    assert!(lines.iter().any(|line| line.contains("Cold Cal\"; did you mean Cold Call?")), "{lines:?}");
    assert!(lines.iter().any(|line| line.contains("as in row 1 already")), "{lines:?}");
    let counters = account.emulator.counters();
    assert!(counters.total_calls() <= 12, "{counters:?}");
    assert!(lines.iter().any(|line| line.contains("as in the record ")), "{lines:?}");
    assert_eq!(account.emulator.count_records("Leads"), 1);
}

#[test]
fn a_dry_run_looks_lookups_up_and_asks_for_fields_that_are_missing() {
    let account = Account::new();
    let acme = account_named(&account, "Acme");
    account.write("map.toml", "[columns]\nFirm = { field = \"Account_Name\", by = \"Account_Name\" }\n");
    account.write("contacts.csv", "Last_Name,Firm,Vendor_Name\nBerg,Acme,\nDahl,Nobody,\nEk,Acme,123456789\n");
    let ran = account.run(ZCRM, &contacts(&["--map", "map.toml", "--dry-run"]));
    assert_eq!((ran.code, ran.plan()), (Some(2), "way=records calls=1 credits=1"), "{ran:?}");
    assert!(ran.stdout.contains("row 2: Account_Name is \"Nobody\", and no record of Accounts"), "{ran:?}");
    assert!(ran.stdout.contains("row 3: Vendor_Name is 123456789, and no record of Vendors has that id"), "{ran:?}");
    assert_eq!(ran.stdout.lines().count(), 3, "{ran:?}");
    account.write("contacts.csv", format!("Phone,Account_Name\n1,{acme}\n"));
    let ran = account.run(ZCRM, &contacts(&["--dry-run"]));
    assert!(ran.code == Some(2) && ran.stdout.contains("row 1 to row 1: Last_Name has no column"), "{ran:?}");
}

/// Imports rows that create and update, and has somebody change some of them.
#[test]
fn an_import_is_taken_back_but_for_what_somebody_has_changed_since() {
    const OLD: usize = 300;
    const NEW: usize = 250;
    let account = Account::with(Options::default(), "v8");
    let leads = account.client().module("Leads");
    let lead = |at: usize| {
        let lead = Record::new().with("Last_Name", format!("Old {at}")).with("Email", format!("l{at}@example.com"));
        if at.is_multiple_of(2) { lead.with("City", "Oslo").with("Interests", json!(["Chess"])) } else { lead }
    };
    let old: Vec<Record> = (0..OLD).map(lead).collect();
    let created = leads.create(&old).unwrap();
    let ids: Vec<RecordId> = created.ids().map(|(_, id)| id.clone()).collect();
    let rows = (0..OLD + NEW).map(|at| format!("New {at},l{at}@example.com,Bergen,Skiing\n"));
    account.write("leads.csv", "Last_Name,Email,City,Interests\n".to_owned() + &rows.collect::<String>());
    let import = ["import", "--module", "Leads", "--input", "leads.csv", "--upsert-by", "Email"];
    let kept = ["--results", "results.csv", "--keep-old", "old.ndjson", "--workers", "3"];
    let ran = account.run(ZCRM, &[&import[..], &kept].concat());
    assert_eq!(ran.last_line(), "created=250 updated=300 refused=0 unanswered=0 not_sent=0", "{ran:?}");
    assert_eq!(account.read("old.ndjson").lines().count(), OLD + NEW);

    let mut results = csv::Reader::from_path(account.path("results.csv")).unwrap();
    let new: Vec<String> =
        results.records().map(Result::unwrap).filter(|row| &row[2] == "created").map(|row| row[3].to_owned()).collect();
    // The emulator's clock has whole seconds too.
    std::thread::sleep(std::time::Duration::from_millis(1_100));
    for id in ids.iter().map(RecordId::as_str).take(7).chain(new.iter().map(String::as_str).take(5)) {
        leads.record(id).update(&Record::new().with("Fax", "changed")).unwrap();
    }
    let undo = ["undo", "--results", "results.csv", "--old", "old.ndjson"];
    account.emulator.reset_counters();
    let ran = account.run(ZCRM, &[&undo[..], &["--dry-run"]].concat());
    assert_eq!((ran.code, ran.last_line()), (Some(2), "deleted=245 restored=293 left=12"), "{ran:?}");
    assert!(account.emulator.requests().iter().all(|request| request.method == "GET"));

    let ran = account.run(ZCRM, &undo);
    assert_eq!((ran.code, ran.last_line()), (Some(2), "deleted=245 restored=293 left=12"), "{ran:?}");
    assert!(ran.stdout.contains(&format!("row 1: left: {}: somebody has changed it since", ids[0])), "{ran:?}");
    assert_eq!(ran.stdout.lines().count(), 13, "{ran:?}");
    assert_eq!(account.emulator.count_records("Leads"), OLD + 5);
    let now = leads.records().fields(["Last_Name", "City", "Interests", "Email"]).all().unwrap();
    let restored = now.iter().filter(|lead| lead.get::<String>("Last_Name").unwrap().unwrap().starts_with("Old "));
    for lead in restored.clone() {
        let at: usize = lead.get::<String>("Last_Name").unwrap().unwrap()["Old ".len()..].parse().unwrap();
        assert_eq!(lead.get::<String>("City").unwrap().is_some(), at.is_multiple_of(2), "{}", lead.raw());
        assert_eq!(lead.choices("Interests").unwrap().len(), usize::from(at.is_multiple_of(2)), "{}", lead.raw());
    }
    assert_eq!(restored.count(), OLD - 7);

    // Once more: what is done is done, and --force takes the new ones that were changed.
    let ran = account.run(ZCRM, &[&undo[..], &["--force"]].concat());
    assert_eq!(ran.last_line(), "deleted=250 restored=293 left=7", "what an earlier run did is not left: {ran:?}");
    assert_eq!(account.emulator.count_records("Leads"), OLD);
}

#[test]
fn the_rows_of_a_subform_come_back() {
    for version in ["v2", "v8"] {
        let account = Account::with(Options::default(), version);
        let projects = account.client().module("Projects");
        let rows = json!([{ "Milestone": "Draft", "Due": "2026-01-31" }, { "Milestone": "Final" }]);
        let project = |name: &str| Record::new().with("Name", name);
        let created = projects.create(&[project("Old"), project("Empty").with("Milestones", json!([]))]).unwrap();
        let ids: Vec<RecordId> = created.ids().map(|(_, id)| id.clone()).collect();
        projects.record(ids[0].clone()).update(&Record::new().with("Milestones", rows)).unwrap();
        let read = |id: &RecordId| {
            let project = projects.record(id.clone()).get().unwrap();
            let rows: Value = project.get("Milestones").unwrap().unwrap_or_default();
            let titles =
                rows.as_array().into_iter().flatten().map(|row| format!("{} {}", row["Milestone"], row["Due"]));
            titles.collect::<Vec<_>>().join(" ")
        };
        let new = r#""[{""Milestone"":""New"",""Due"":""2027-01-01""}]""#;
        account.write("projects.csv", format!("id,Milestones\n{},{new}\n{},{new}\n", ids[0], ids[1]));
        let kept = ["--results", "results.csv", "--keep-old", "old.ndjson"];
        let import = ["import", "--module", "Projects", "--input", "projects.csv", "--update"];
        let ran = account.run(ZCRM, &[&import[..], &kept].concat());
        assert_eq!(ran.last_line(), "created=0 updated=2 refused=0 unanswered=0 not_sent=0", "{ran:?}");
        assert_eq!(read(&ids[1]), r#""New" "2027-01-01""#);
        let ran = account.run(ZCRM, &["undo", "--results", "results.csv", "--old", "old.ndjson"]);
        assert_eq!((ran.code, ran.last_line()), (Some(0), "deleted=0 restored=2 left=0"), "{ran:?}");
        assert_eq!([read(&ids[0]), read(&ids[1])], [r#""Draft" "2026-01-31" "Final" null"#, ""], "{version}");
    }
}

#[test]
fn files_of_another_kind_are_named_and_stay_as_they_are() {
    let account = Account::new();
    account.write("leads.csv", "id,Last_Name\n1,Bo\n");
    for (option, content) in
        [("--journal", "Bo\nCy\n"), ("--journal", "Bo"), ("--keep-old", "Bo"), ("--keep-old", "{\"a\":1}")]
    {
        account.write("customers.txt", content);
        let import = ["import", "--module", "Leads", "--input", "leads.csv", "--update", "--fresh"];
        let ran = account.run(ZCRM, &[&import[..], &[option, "customers.txt"]].concat());
        assert_eq!(ran.code, Some(1), "{option}: {ran:?}");
        assert!(ran.stderr.contains("customers.txt"), "{option}: {ran:?}");
        assert_eq!(std::fs::read_to_string(account.path("customers.txt")).unwrap(), content, "{option}");
    }
    assert_eq!(account.emulator.counters().calls_to("PUT", "/crm/v2/Leads"), 0);
}
