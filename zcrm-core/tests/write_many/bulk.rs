//! Bulk write: jobs, and what became of each row.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::Mutex;
use std::time::Duration;

use serde::Serialize;
use serde_json::{Value, json};
use zcrm_core::config::HttpOptions;
use zcrm_core::resource::{BulkWriteJob, BulkWriteRows};
use zcrm_core::rest::{BatchReport, Outcome};
use zcrm_core::{Client, ErrorKind, Record};
use zcrm_emulator::{Emulator, Fault, On};

use crate::rest_support::{config, emulator, quick, sign_in};

const VERSIONS: [&str; 2] = ["v2", "v8"];

fn zoho(version: &str) -> (Emulator, Client) {
    let emulator = emulator(0);
    let client = client(&emulator, version, quick());
    (emulator, client)
}

fn client(emulator: &Emulator, version: &str, http: HttpOptions) -> Client {
    let store = zcrm_core::persistence::InMemoryPersistence::new();
    let client = Client::new(config(emulator, &[("api_version", version)]).with_http(http), store).unwrap();
    sign_in(&client, emulator);
    emulator.reset_counters();
    client
}

fn lead(index: usize) -> Record {
    let lead = Record::new().with("Last_Name", format!("Lead {index}")).with("Company", "Zylker");
    lead.with("Email", format!("lead{index}@xyz.com"))
}

fn jobs(emulator: &Emulator) -> u64 {
    VERSIONS.map(|version| emulator.counters().calls_to("POST", &format!("/crm/bulk/{version}/write"))).iter().sum()
}

fn stored(emulator: &Emulator, module: &str, outcome: &Outcome) -> Value {
    emulator.record(module, outcome.id().unwrap().as_str()).unwrap()
}

fn line(report: &BatchReport) -> String {
    report.counts().to_string()
}

#[test]
fn each_outcome_belongs_to_its_row_although_the_result_is_shuffled() {
    let (emulator, client) = zoho("v8");
    let known = client.module("Leads").create_one(&lead(7).with("City", "Oslo")).unwrap().id;
    emulator.reset_counters();
    // Two jobs; every 1,000th row lacks what is mandatory.
    let rows =
        (0..25_400).map(|index| if index % 1_000 == 999 { lead(index).with("Last_Name", "") } else { lead(index) });
    let write = client.module("Leads").bulk_write().upsert_by("Email").rows(rows);
    let plan = write.plan().unwrap();
    assert_eq!(plan.to_string(), "rows=25400 jobs=2 credits=1009 calls=11");
    assert_eq!(emulator.counters().total_calls(), 2, "the look at fields and layouts");
    emulator.reset_counters();
    let report = write.run().unwrap();
    let counters = emulator.counters();
    assert!((plan.credits..=plan.credits + 8).contains(&counters.credits), "{}", counters.credits);
    assert_eq!(line(&report), "created=25374 updated=1 deleted=0 rejected=25 unanswered=0 not_sent=0");
    for (index, outcome) in report.outcomes().iter().enumerate() {
        match outcome {
            Outcome::Rejected(error) => {
                assert_eq!(index % 1_000, 999);
                let api = error.api().unwrap();
                assert_eq!((api.code.as_str(), api.field().as_deref()), ("MANDATORY_NOT_FOUND", Some("Last_Name")));
            }
            outcome => assert_eq!(stored(&emulator, "Leads", outcome)["Last_Name"], format!("Lead {index}")),
        }
    }
    assert_eq!(report.outcomes()[7].id(), Some(&known));
    assert_eq!(stored(&emulator, "Leads", &report.outcomes()[7])["City"], "Oslo", "what no row has stays");
}

#[derive(Serialize, Clone)]
struct Deal {
    #[serde(rename = "Deal_Name")]
    name: &'static str,
    #[serde(rename = "Stage")]
    stage: &'static str,
    #[serde(rename = "Amount")]
    amount: f64,
}

#[test]
fn rows_that_are_equal_in_what_comes_back_are_told_in_their_order() {
    for version in VERSIONS {
        let (emulator, client) = zoho(version);
        let deal = |name, stage, amount| Deal { name, stage, amount };
        let rows = [deal("A", "Qualification", 1.5), deal("B", "Qualification", 2.0), deal("A", "Qualification", 1.5)];
        let report = client.module("Deals").bulk_write().rows(rows.clone()).run().unwrap();
        assert_eq!(line(&report), "created=3 updated=0 deleted=0 rejected=0 unanswered=0 not_sent=0");
        for (row, outcome) in rows.iter().zip(report.outcomes()) {
            let deal = stored(&emulator, "Deals", outcome);
            assert_eq!((&deal["Deal_Name"], &deal["Amount"]), (&json!(row.name), &json!(row.amount)));
        }
        let ids: BTreeSet<_> = report.ids().map(|(_, id)| id.clone()).collect();
        assert_eq!(ids.len(), 3, "no record is told twice");
    }
}

#[test]
fn values_arrive_as_they_were_meant() {
    for version in VERSIONS {
        let (emulator, client) = zoho(version);
        let account = Record::new().with("Account_Name", "Zylker \"A\", Ltd");
        let account = client.module("Accounts").create_one(&account).unwrap().id;
        let contact = |name: &str| Record::new().with("Last_Name", name).with("Department", "R&D;\nlabs");
        let rows = [
            contact("Ås 🎈").with("Account_Name", json!({ "name": "Zylker \"A\", Ltd" })).with("Email_Opt_Out", true),
            contact("Berg").with("Date_of_Birth", "1990-02-28").with("Account_Name", "Zylker \"A\", Ltd"),
            contact("Dahl").with("Date_of_Birth", "28.02.1990"),
            contact("Eide").with("Account_Name", "Nobody"),
            contact("Foss").with("Date_of_Birth", Value::Null),
        ];
        let write = client.module("Contacts").bulk_write().lookup_by("Account_Name", "Account_Name");
        let report = write.constant("Lead_Source", "Trade Show").rows(rows).run().unwrap();
        assert_eq!(line(&report), "created=2 updated=0 deleted=0 rejected=1 unanswered=0 not_sent=2");
        let [first, second, not_a_day, unknown, null] = report.outcomes() else { panic!("five rows") };
        let first = stored(&emulator, "Contacts", first);
        assert_eq!((&first["Last_Name"], &first["Department"]), (&json!("Ås 🎈"), &json!("R&D;\nlabs")));
        assert_eq!((&first["Email_Opt_Out"], &first["Lead_Source"]), (&json!(true), &json!("Trade Show")));
        assert_eq!(first["Account_Name"]["id"], account.as_str());
        let second = stored(&emulator, "Contacts", second);
        assert_eq!(
            (&second["Date_of_Birth"], &second["Account_Name"]["id"]),
            (&json!("1990-02-28"), &json!(account.as_str()))
        );
        assert!(not_a_day.error().unwrap().to_string().contains("Date_of_Birth is \"28.02.1990\""));
        assert_eq!(unknown.error().unwrap().api().unwrap().field().as_deref(), Some("Account_Name"));
        assert!(null.error().unwrap().to_string().contains("clear_empty()"));

        // Updates: what is empty stays, unless it is to be cleared.
        let id = first["id"].as_str().unwrap();
        let change = |department: Value| Record::new().with("id", id).with("Department", department).with("Phone", "1");
        let update = || client.module("Contacts").bulk_write().update_by("id");
        let _ = update().rows([change(json!(""))]).run().unwrap().into_result().unwrap();
        assert_eq!(emulator.record("Contacts", id).unwrap()["Department"], "R&D;\nlabs");
        let lacking = Record::new().with("id", id).with("Phone", "2");
        let report = update().clear_empty().rows([change(Value::Null), lacking]).run().unwrap();
        assert_eq!(line(&report), "created=0 updated=1 deleted=0 rejected=0 unanswered=0 not_sent=1");
        assert_eq!(emulator.record("Contacts", id).unwrap()["Department"], Value::Null);
    }
}

#[test]
fn moments_are_sent_in_the_users_time_zone() {
    let (emulator, client) = zoho("v8");
    let project = |moment: &str| Record::new().with("Name", "P").with("Kick_Off", moment);
    let moments = ["2026-07-05T10:00:00+00:00", "2026-01-05T10:00:00-05:00", "2026-01-05T10:00:00", "soon"];
    let rows = || moments.map(project);
    let report = client.module("Projects").bulk_write().rows(rows()).run().unwrap();
    assert_eq!(line(&report), "created=3 updated=0 deleted=0 rejected=0 unanswered=0 not_sent=1");
    let kick_offs =
        report.outcomes()[..3].iter().map(|outcome| stored(&emulator, "Projects", outcome)["Kick_Off"].clone());
    let expected = ["2026-07-05T12:00:00+02:00", "2026-01-05T16:00:00+01:00", "2026-01-05T10:00:00+01:00"];
    assert_eq!(kick_offs.collect::<Vec<_>>(), expected);
    let unknown = client.module("Projects").bulk_write().time_zone("Oslo").rows(rows()).run().unwrap_err();
    assert_eq!(unknown.kind(), ErrorKind::InvalidInput);
}

#[test]
fn what_cannot_be_sent_is_found_before_anything_is_paid_for() {
    let (emulator, client) = zoho("v8");
    let leads = client.module("Leads");
    let fault = |write: BulkWriteRows<'_>| write.run().unwrap_err().to_string();
    let row = || Record::new().with("Last_Name", "Berg");
    let unknown = fault(leads.bulk_write().rows([row().with("Compny", "Z")]));
    assert!(unknown.contains("Leads has no field Compny; did you mean Company?"), "{unknown}");
    let read_only = fault(leads.bulk_write().rows([row().with("Created_Time", "2026-01-01T00:00:00Z")]));
    assert!(read_only.contains("cannot write Created_Time"), "{read_only}");
    let missing = fault(leads.bulk_write().rows([Record::new().with("City", "Oslo")]));
    assert!(missing.contains("no row has") && missing.contains("Last_Name"), "{missing}");
    let budget = leads.bulk_write().rows([row()]).max_credits(500).run().unwrap_err();
    assert_eq!(budget.kind(), ErrorKind::CreditBudget);
    let no_key = leads.bulk_write().update_by("Email").fields(["City"]).rows([row()]).run().unwrap();
    assert_eq!(line(&no_key), "created=0 updated=0 deleted=0 rejected=0 unanswered=0 not_sent=1");
    assert!(leads.bulk_write().rows(Vec::<Record>::new()).run().unwrap().is_empty());
    assert_eq!(jobs(&emulator), 0);
    assert_eq!(emulator.counters().calls_to("POST", "/crm/v8/upload"), 0);
}

#[test]
fn nothing_is_created_twice_when_a_response_is_lost() {
    for version in VERSIONS {
        let (emulator, client) = zoho(version);
        let create = format!("/crm/bulk/{version}/write");
        // An upload that is lost changes nothing, and is done again.
        emulator.fault(On::exactly(format!("/crm/{version}/upload")).times(1), Fault::ResetAfterWork);
        // A job of new records is never started again.
        emulator.fault(On::exactly(&create).method("POST").times(1), Fault::ResetAfterWork);
        let report = client.module("Leads").bulk_write().rows((0..50).map(lead)).run().unwrap();
        assert_eq!(line(&report), "created=0 updated=0 deleted=0 rejected=0 unanswered=50 not_sent=0");
        assert!(report.unanswered().all(|(_, error)| error.outcome_unknown()));
        assert_eq!((jobs(&emulator), emulator.counters().calls_to("POST", &format!("/crm/{version}/upload"))), (1, 2));
        // An upsert is, where every row is found again.
        emulator.fault(On::exactly(&create).method("POST").times(1), Fault::CutOff);
        let upsert = || client.module("Leads").bulk_write().upsert_by("Email");
        let report = upsert().rows((0..50).map(lead)).run().unwrap();
        assert_eq!(report.counts().created + report.counts().updated, 50);
        assert_eq!(jobs(&emulator), 3);
        emulator.fault(On::exactly(&create).method("POST").times(1), Fault::ResetAfterWork);
        let report = upsert().rows([lead(1), lead(2).with("Email", " ")]).run().unwrap();
        assert_eq!(report.counts().unanswered, 2);
        assert_eq!(jobs(&emulator), 4);
    }
}

#[test]
fn refused_failed_and_skipped_jobs_are_told_row_by_row() {
    let (emulator, client) = zoho("v8");
    let write = || client.module("Leads").bulk_write().rows((0..3).map(lead));
    emulator.behave(|behaviour| behaviour.bulk_skips_all = true);
    let report = write().run().unwrap();
    assert_eq!(line(&report), "created=0 updated=0 deleted=0 rejected=3 unanswered=0 not_sent=0");
    assert!(report.rejected().all(|(_, error)| error.code() == Some("SKIPPED")));
    emulator.behave(|behaviour| behaviour.bulk_failure = Some("LIMIT_EXCEEDED".to_owned()));
    let report = write().run().unwrap();
    assert!(
        report
            .rejected()
            .all(|(_, error)| error.kind() == ErrorKind::JobFailed && error.code() == Some("LIMIT_EXCEEDED"))
    );
    assert_eq!(report.counts().rejected, 3);
    emulator.behave(|behaviour| {
        (behaviour.bulk_failure, behaviour.bulk_skips_all) = (None, false);
        behaviour.bulk_job_time = Duration::from_secs(60);
    });
    let report = write().time_limit(Duration::from_millis(300)).run().unwrap();
    assert!(report.unanswered().all(|(_, error)| error.kind() == ErrorKind::JobPending), "{report:?}");
    assert_eq!(report.counts().unanswered, 3);
    // Rows that are there already are skipped when they are not to be created again.
    emulator.behave(|behaviour| behaviour.bulk_job_time = Duration::ZERO);
    let (emulator, client) = zoho("v2");
    let insert = || client.module("Leads").bulk_write().insert_unless_found_by("Email");
    let _ = insert().rows((0..2).map(lead)).run().unwrap().into_result().unwrap();
    let report = insert().rows((0..3).map(lead)).run().unwrap();
    assert_eq!(line(&report), "created=1 updated=0 deleted=0 rejected=2 unanswered=0 not_sent=0");
    assert_eq!(emulator.count_records("Leads"), 3);
    // A result at a host that is none of Zoho's is not fetched: the token would go there.
    emulator.behave(|behaviour| behaviour.bulk_result_host = Some("https://download.example.com".to_owned()));
    let report = insert().rows([lead(9)]).run().unwrap();
    assert!(report.unanswered().all(|(_, error)| error.kind() == ErrorKind::WrongHost), "{report:?}");
}

#[test]
fn another_process_takes_jobs_up_with_the_same_rows() {
    let (emulator, client) = zoho("v8");
    let kept: Mutex<Vec<String>> = Mutex::default();
    let keep = |job: &BulkWriteJob| -> io::Result<()> {
        kept.lock().unwrap().push(job.to_string());
        // As if the program ended here: the job is known, its outcomes are not.
        if job.id().is_some() {
            client.interrupt()
        }
        Ok(())
    };
    let insert = |client: &Client| client.module("Leads").bulk_write().rows((0..300).map(lead));
    let report = insert(&client).journal(keep).run().unwrap();
    assert_eq!(report.counts().unanswered, 300);
    let jobs_of = |lines: &[String]| lines.iter().map(|line| line.parse().unwrap()).collect::<Vec<BulkWriteJob>>();
    let told = jobs_of(&kept.lock().unwrap());
    assert_eq!(
        told.iter().map(|job| (job.id().is_some(), job.rows())).collect::<Vec<_>>(),
        [(false, 0..300), (true, 0..300)]
    );

    let other = self::client(&emulator, "v8", quick());
    let report = insert(&other).resume(told.clone()).run().unwrap();
    assert_eq!(line(&report), "created=300 updated=0 deleted=0 rejected=0 unanswered=0 not_sent=0");
    for (index, outcome) in report.outcomes().iter().enumerate() {
        assert_eq!(stored(&emulator, "Leads", outcome)["Last_Name"], format!("Lead {index}"));
    }
    // Not known whether it was created: not done again, unless that changes nothing.
    let report = insert(&other).resume(told[..1].to_vec()).run().unwrap();
    assert_eq!(report.counts().unanswered, 300);
    // Other rows than those of the job.
    let report = other.module("Leads").bulk_write().rows((1..301).map(lead)).resume(told).run().unwrap();
    assert!(report.unanswered().all(|(_, error)| error.kind() == ErrorKind::InvalidInput));
    assert_eq!((jobs(&emulator), emulator.count_records("Leads")), (0, 300), "counted since the first run");
    let upsert = || other.module("Leads").bulk_write().upsert_by("Email").rows((0..300).map(lead));
    let kept: Mutex<BTreeMap<bool, BulkWriteJob>> = Mutex::default();
    let keep = |job: &BulkWriteJob| {
        kept.lock().unwrap().insert(job.id().is_some(), job.clone());
        Err(io::Error::other("the disk is full"))
    };
    let report = upsert().journal(keep).run().unwrap();
    assert!(report.not_sent().all(|(_, error)| error.kind() == ErrorKind::Io));
    assert_eq!((report.counts().not_sent, jobs(&emulator)), (300, 0));
    let unknown = kept.lock().unwrap().remove(&false).unwrap();
    let report = upsert().resume([unknown]).run().unwrap();
    assert_eq!((report.counts().updated, jobs(&emulator)), (300, 1));
}

#[test]
fn what_is_sent_is_what_the_version_takes() {
    for version in VERSIONS {
        let (emulator, client) = zoho(version);
        let write = client.module("Leads").bulk_write().upsert_by("Email").callback("https://app.example/cb");
        let _ = write.rows([lead(1)]).run().unwrap().into_result().unwrap();
        let requests = emulator.requests();
        let upload = requests.iter().find(|request| request.path.ends_with("/upload")).unwrap();
        assert_eq!((upload.header("feature"), upload.header("x-crm-org")), (Some("bulk-write"), Some("669351987")));
        assert_eq!(upload.parts[0].0, "file");
        let create = requests.iter().find(|request| request.path == format!("/crm/bulk/{version}/write")).unwrap();
        let body = create.json();
        let resource = &body["resource"][0];
        let is_v2 = version == "v2";
        assert_eq!(resource["module"], if is_v2 { json!("Leads") } else { json!({ "api_name": "Leads" }) });
        assert_eq!(body.get("ignore_empty"), if is_v2 { None } else { Some(&json!(true)) });
        assert_eq!((&body["operation"], &resource["find_by"]), (&json!("upsert"), &json!("Email")));
        assert_eq!(body["callback"], json!({ "url": "https://app.example/cb", "method": "post" }));
        assert_eq!(resource["field_mappings"][0], json!({ "api_name": "Email", "index": 0 }));
        assert!(resource["file_id"].is_string());
    }
}

#[test]
fn rows_of_subforms_go_with_their_record() {
    let (emulator, client) = zoho("v8");
    let project = |code: &str, milestones: Value| {
        Record::new().with("Name", "P").with("Project_Code", code).with("Milestones", milestones)
    };
    let rows = || {
        [
            project(
                "B-2",
                json!([{ "Milestone": "Plan", "Due": "2026-03-01" }, { "Milestone": "Roof", "Reached": true }]),
            ),
            project("A-1", json!([])),
            project("C-3", json!([{ "Milestone": "Plan" }])),
            project("c-3", json!([{ "Milestone": "Roof" }])),
            project("D-4", json!([{ "Milestone": "Plan", "Due": "soon" }])),
        ]
    };
    let write =
        |client: &Client| client.module("Projects").bulk_write().upsert_by("Project_Code").subform("Milestones");
    let report = write(&client).rows(rows()).run().unwrap();
    assert_eq!(line(&report), "created=3 updated=0 deleted=0 rejected=0 unanswered=0 not_sent=2");
    let milestones = |index: usize| {
        let project = stored(&emulator, "Projects", &report.outcomes()[index]);
        let rows = project["Milestones"].as_array().unwrap().iter();
        rows.map(|row| format!("{} {}", row["Milestone"], row["Due"])).collect::<Vec<_>>()
    };
    assert_eq!(milestones(0), [r#""Plan" "2026-03-01""#, r#""Roof" """#]);
    assert_eq!((milestones(1).len(), milestones(2).len()), (0, 1));
    let faults: Vec<_> = report.not_sent().map(|(index, error)| (index, error.to_string())).collect();
    assert!(faults[0].0 == 3 && faults[0].1.contains("or that of another row"), "{faults:?}");
    assert!(faults[1].0 == 4 && faults[1].1.contains("row 1 of Milestones: Due is \"soon\""), "{faults:?}");
    let create = emulator.requests().into_iter().find(|request| request.path == "/crm/bulk/v8/write").unwrap().json();
    let [parent, child] = create["resource"].as_array().unwrap().as_slice() else { panic!("two resources") };
    assert_eq!((&parent["file_id"], &parent["file_names"]), (&child["file_id"], &json!(["Projects.csv"])));
    assert_eq!(child["field_mappings"][0], json!({ "api_name": "Parent_Id", "index": 0, "parent_column_index": 0 }));

    // Links have the same shape; this Zoho has no linking module.
    let linked = client.module("Projects").bulk_write().linked("People", "Projects_X_Contacts", "Projects", "Contacts");
    let people = Record::new().with("Name", "P").with("People", json!(["3652397000000190001"]));
    let report = linked.rows([people]).run().unwrap();
    assert_eq!(report.rejected().next().unwrap().1.code(), Some("MODULE_NOT_AVAILABLE"));
    let create = emulator.requests().into_iter().rfind(|request| request.path == "/crm/bulk/v8/write").unwrap().json();
    let link = json!([
        { "api_name": "Projects", "index": 0, "parent_column_index": 0 },
        { "api_name": "Contacts", "index": 1, "find_by": "id" },
    ]);
    assert_eq!(create["resource"][1]["field_mappings"], link);

    let (_emulator, client) = zoho("v2");
    assert_eq!(write(&client).rows(rows()).run().unwrap_err().kind(), ErrorKind::Unsupported);
}
