//! Mass operations.

use std::time::Duration;

use serde_json::json;
use zcrm_core::entity::{Record, Tag};
use zcrm_core::resource::{MassJob, MassOperation, MassState, MassStatus, Merge, Merged};
use zcrm_core::rest::Outcome;
use zcrm_core::{Client, ErrorKind, RecordId, Result};
use zcrm_emulator::{Emulator, Fault, On, Reply};

use crate::start;

fn new_leads(client: &Client, count: usize) -> Vec<RecordId> {
    let leads =
        (0..count).map(|index| Record::new().with("Last_Name", format!("Lead {index}")).with("Company", "Acme"));
    let report = client.module("Leads").create(&leads.collect::<Vec<_>>()).unwrap();
    report.created().map(|(_, saved)| saved.id.clone()).collect()
}

/// The view of all leads.
fn view(client: &Client) -> String {
    let views = client.module("Leads").custom_views().list().all().unwrap();
    views.iter().find_map(|view| view.id.as_ref()).unwrap().as_str().to_owned()
}

fn field(emulator: &Emulator, id: &RecordId, name: &str) -> serde_json::Value {
    emulator.record("Leads", id.as_str()).map_or(json!("gone"), |record| record[name].clone())
}

fn counts(status: &MassStatus) -> [Option<u64>; 4] {
    [status.total, status.done, status.not_done, status.failed]
}

#[test]
fn by_ids_each_record_has_its_outcome_in_requests_of_500() {
    for version in ["v2", "v8"] {
        let (emulator, client) = start(version);
        let mut ids = new_leads(&client, 501);
        ids[3] = "7".into();
        let leads = client.module("Leads");
        emulator.reset_counters();
        let report = leads.mass_update(&Record::new().with("City", "Oslo")).run(&ids).unwrap();
        assert_eq!(report.counts().to_string(), "created=0 updated=500 deleted=0 rejected=1 unanswered=0 not_sent=0");
        assert!(matches!(&report.outcomes()[3], Outcome::Rejected(error) if error.code() == Some("INVALID_DATA")));
        assert_eq!(field(&emulator, &ids[500], "City"), "Oslo");
        let counters = emulator.counters();
        assert_eq!((counters.total_calls(), counters.credits), (2, 6), "{version}: a credit for 100");
    }
    let (emulator, client) = start("v8");
    let ids = new_leads(&client, 3);
    let leads = client.module("Leads");
    let colleague = client.users().list().all().unwrap().into_iter().find_map(|user| user.id).unwrap();
    let changed =
        leads.change_owner(&colleague).notify().related_module("Tasks", "3652397000000002193").run(&ids).unwrap();
    assert!(changed.is_complete(), "{changed:?}");
    assert_eq!(field(&emulator, &ids[0], "Owner")["id"], json!(colleague.as_str()));
    // The response is lost, and the same request again finds nothing.
    emulator.fault(On::path("/crm/").times(1), Fault::ResetAfterWork);
    let deleted = leads.mass_delete().run(&ids).unwrap();
    assert_eq!(deleted.counts().deleted, 3, "{deleted:?}");
    assert_eq!(emulator.count_records("Leads"), 0);
}

#[test]
fn a_view_is_a_job_that_another_process_takes_up() {
    for version in ["v2", "v8"] {
        let (emulator, client) = start(version);
        let ids = new_leads(&client, 4);
        emulator.behave(|behaviour| behaviour.mass_polls = 2);
        let job = client.module("Leads").mass_update(&Record::new().with("City", "Oslo")).start(view(&client)).unwrap();
        let text = job.job().to_string();
        let job = client.mass_job(text.parse::<MassJob>().unwrap());
        assert_eq!((job.job().operation(), job.job().version().as_str()), (&MassOperation::Update, version));
        let mut states = Vec::new();
        let status = job.wait_for(Duration::from_secs(60), |status| states.push(status.state.clone())).unwrap();
        assert_eq!(states, [MassState::Scheduled, MassState::Running]);
        assert_eq!(status.to_string(), "COMPLETED total=4 done=4 not_done=0 failed=0", "{version}");
        assert_eq!(field(&emulator, &ids[0], "City"), "Oslo");
        emulator.behave(|behaviour| behaviour.mass_polls = 100);
        assert_eq!(job.wait_for(Duration::ZERO, |_| {}).unwrap_err().kind(), ErrorKind::JobPending);
    }
}

#[test]
fn every_operation_starts_polls_and_ends() {
    let (emulator, client) = start("v8");
    let ids = new_leads(&client, 6);
    let leads = client.module("Leads");
    let owner = client.users().list().all().unwrap().into_iter().find_map(|user| user.id).unwrap();
    let given = leads.change_owner(&owner).start(view(&client)).unwrap().wait().unwrap();
    assert_eq!(counts(&given), [Some(6), Some(6), Some(0), Some(0)]);
    let criteria = json!({ "field": { "api_name": "Last_Name", "id": "1" }, "comparator": "equal", "value": "Lead 1" });
    let given = leads.change_owner(&owner).criteria(criteria).start(view(&client)).unwrap().wait().unwrap();
    assert_eq!(given.total, Some(1));

    let deal =
        Record::new().with("Deal_Name", "Planks").with("Stage", "Qualification").with("Closing_Date", "2026-12-31");
    let convert = leads.mass_convert().deal(deal).assign_to(&owner);
    let convert = convert.carry_over_tags("Contacts", "3652397000000002179");
    emulator.reset_counters();
    let before = client.usage().credits_spent;
    let converted = convert.start([&ids[0], &ids[1], &RecordId::from("7")]).unwrap().wait().unwrap();
    assert_eq!(counts(&converted), [Some(3), Some(2), Some(1), Some(0)]);
    assert!(!converted.is_complete());
    assert_eq!((emulator.counters().credits, client.usage().credits_spent - before), (201, 201));
    assert_eq!(emulator.count_records("Deals"), 2);

    let merge = Merge::new().child(&ids[3], ["Last_Name"]).child(&ids[4], [""; 0]);
    assert!(matches!(leads.record(&ids[2]).merge(&merge).unwrap(), Merged::Done));
    assert_eq!(field(&emulator, &ids[2], "Last_Name"), "Lead 3");
    assert_eq!([&ids[3], &ids[4]].map(|id| field(&emulator, id, "id")), ["gone", "gone"]);
    emulator.behave(|behaviour| behaviour.merge_as_job = true);
    let Merged::Started(job) = leads.record(&ids[2]).merge(&Merge::new().child(&ids[5], ["City"])).unwrap() else {
        panic!("it is a job")
    };
    let job = client.mass_job(job.job().to_string().parse().unwrap());
    assert_eq!(job.wait().unwrap().state, MassState::Completed);

    let tags = ["one", "two"].map(|name| leads.tags().create_one(&Tag::new(name)).unwrap().id);
    let deleted = leads.start_tag_deletion(tags.iter().map(|id| id.as_str())).unwrap().wait().unwrap();
    assert_eq!(counts(&deleted), [Some(2), Some(2), None, Some(0)]);
    assert!(leads.tags().list().all().unwrap().is_empty());

    let deleted = leads.mass_delete().start(view(&client)).unwrap().wait().unwrap();
    assert_eq!(deleted.done, deleted.total);
    let none = leads.mass_delete().start(view(&client)).unwrap_err();
    assert_eq!((none.kind(), none.code()), (ErrorKind::InvalidRequest, Some("NO_RECORDS_FOUND")));
    new_leads(&client, 1);
    emulator.behave(|behaviour| behaviour.mass_job_fails = true);
    let failed = leads.mass_update(&Record::new().with("City", "A")).start(view(&client)).unwrap().wait().unwrap_err();
    assert_eq!(failed.kind(), ErrorKind::JobFailed);
}

#[test]
fn one_job_at_a_time_is_waited_for_within_a_limit() {
    let (emulator, client) = start("v8");
    let ids = new_leads(&client, 3);
    let (leads, view) = (client.module("Leads"), view(&client));
    let update = leads.mass_update(&Record::new().with("City", "Oslo"));
    emulator.behave(|behaviour| behaviour.mass_job_time = Duration::from_secs(3600));
    update.start(&view).unwrap();
    emulator.reset_counters();
    let none = Duration::ZERO;
    let errors = [
        update.clone().patience(none).start(&view).unwrap_err(),
        leads.mass_delete().patience(none).start(&view).unwrap_err(),
        leads.record(&ids[0]).merge(&Merge::new().child(&ids[1], [""; 0]).patience(none)).unwrap_err(),
    ];
    for error in errors {
        assert_eq!((error.kind(), error.outcome_unknown()), (ErrorKind::JobPending, false), "{error}");
        assert!(error.to_string().contains("nothing was started"));
    }
    assert_eq!(emulator.counters().total_calls(), 3);
    assert_eq!(emulator.count_records("Leads"), 3);

    // The other job is over after the third question.
    let (emulator, client) = start("v4");
    new_leads(&client, 3);
    let view = self::view(&client);
    emulator.reset_counters();
    let busy = Reply::error(400, "ALREADY_SCHEDULED", "scheduled already");
    emulator.fault(On::path("/crm/v4/Leads/actions").times(2), Fault::Reply(busy));
    client.module("Leads").mass_delete().start(&view).unwrap();
    assert_eq!(emulator.counters().total_calls(), 3);
    assert_eq!(emulator.count_records("Leads"), 0);
}

#[test]
fn a_start_whose_answer_was_lost_is_told_and_not_repeated() {
    let (emulator, client) = start("v8");
    let ids = new_leads(&client, 3);
    let (leads, view) = (client.module("Leads"), view(&client));
    let lost = |start: &dyn Fn() -> Result<()>| {
        emulator.reset_counters();
        emulator.fault(On::path("/crm/").method("POST").times(1), Fault::ResetAfterWork);
        let error = start().unwrap_err();
        assert_eq!((error.kind(), error.outcome_unknown()), (ErrorKind::Unanswered, true));
        assert_eq!(emulator.counters().calls.iter().filter(|(call, _)| call.starts_with("POST")).count(), 1);
    };
    lost(&|| leads.mass_update(&Record::new().with("City", "Oslo")).start(&view).map(drop));
    lost(&|| leads.mass_convert().start(&ids[..1]).map(drop));
    lost(&|| leads.record(&ids[1]).merge(&Merge::new().child(&ids[2], [""; 0])).map(drop));
    lost(&|| leads.mass_delete().start(&view).map(drop));
    // Taken, and without an id to ask for it by.
    let taken = json!({ "data": [{ "code": "SUCCESS", "status": "success", "message": "scheduled", "details": {} }] });
    emulator.fault(On::path("/crm/v8/Leads/actions").times(1), Fault::Reply(Reply::json(200, &taken)));
    let error = leads.mass_delete().start(&view).unwrap_err();
    assert_eq!((error.kind(), error.outcome_unknown()), (ErrorKind::InvalidResponse, true));
}

#[test]
fn answers_are_read_in_their_several_shapes() {
    let (emulator, client) = start("v8");
    let details = |id: serde_json::Value| json!({ "code": "SCHEDULED", "details": { "job_id": id }, "message": "m", "status": "success" });
    for (answer, id) in [
        (details(json!("7")), "7"),
        (json!({ "data": [details(json!(9007199254740993_u64))] }), "9007199254740993"),
        (json!({ "data": details(json!({ "id": "8" })) }), "8"),
    ] {
        emulator.fault(On::path("/crm/v8/Leads").times(1), Fault::Reply(Reply::json(202, &answer)));
        let job = client.module("Leads").mass_delete().start("1").unwrap();
        assert_eq!(job.id(), id, "{answer}");
        for (status, expected) in [
            (json!({ "data": [{ "Status": "in progress", "Total_Count": "5" }] }), "RUNNING total=5"),
            (json!({ "merge": [{ "job_id": "1", "status": "FAILURE" }] }), "FAILED"),
            (json!({ "status": "completed", "deleted_count": 3, "failed_count": "2" }), "COMPLETED done=3 failed=2"),
            (json!({ "mass_delete": { "status": "odd" } }), "odd"),
        ] {
            emulator.fault(On::path("/crm/v8/Leads").times(1), Fault::Reply(Reply::json(200, &status)));
            assert_eq!(job.get_status().unwrap().to_string(), expected);
        }
        let error = job.get_status().unwrap_err();
        assert_eq!((error.kind(), error.code()), (ErrorKind::InvalidRequest, Some("INVALID_DATA")), "no such job");
    }
    // A refusal that names the job in the way is no start.
    let refusal = json!({ "data": [{ "code": "ALREADY_SCHEDULED", "details": { "job_id": "1" }, "message": "m", "status": "error" }] });
    emulator.fault(On::path("/crm/v8/Leads"), Fault::Reply(Reply::json(202, &refusal)));
    let error = client.module("Leads").mass_delete().patience(Duration::ZERO).start("1").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::JobPending);
}

#[test]
fn what_a_version_lacks_and_what_passes_a_limit_is_refused_before_anything_is_sent() {
    let kinds = |version: &str| {
        let (emulator, client) = start(version);
        let leads = client.module("Leads");
        let criteria = json!({ "field": { "api_name": "City" } });
        let results: [Result<()>; 8] = [
            leads.change_owner("1").run(["1"]).map(drop),
            leads.mass_delete().run(["1"]).map(drop),
            leads.mass_delete().start("1").map(drop),
            leads.change_owner("1").start("1").map(drop),
            leads.mass_convert().start(["1"]).map(drop),
            leads.change_owner("1").criteria(criteria).start("1").map(drop),
            leads.record("1").merge(&Merge::new().child("2", [""; 0])).map(drop),
            leads.start_tag_deletion(["1"]).map(drop),
        ];
        let supported = |result: &&Result<()>| !matches!(result, Err(error) if error.kind() == ErrorKind::Unsupported);
        let sent = emulator.counters().total_calls();
        assert_eq!(sent, results.iter().filter(supported).count() as u64, "{version}");
        results.map(|result| matches!(result, Err(error) if error.kind() == ErrorKind::Unsupported))
    };
    assert_eq!(kinds("v2"), [true; 8]);
    assert_eq!(kinds("v3"), [false, true, true, true, true, true, true, true]);

    let (emulator, client) = start("v8");
    let (leads, deals) = (client.module("Leads"), client.module("Deals"));
    let fields = |count: usize| (0..count).fold(Record::new(), |record, index| record.with(format!("F{index}"), 1));
    let many: Vec<String> = (1..=51).map(|id| id.to_string()).collect();
    let refused: [Result<()>; 14] = [
        leads.mass_update(&fields(1)).territory("1", true).run(["1"]).map(drop),
        leads.mass_delete().territory("1", false).run(["1"]).map(drop),
        leads.mass_update(&fields(0)).run(["1"]).map(drop),
        leads.mass_update(&fields(2)).run(["1"]).map(drop),
        deals.mass_update(&fields(4)).start("1").map(drop),
        leads.mass_update(&fields(1)).start(" ").map(drop),
        leads.mass_update(&fields(1)).run(["1,2"]).map(drop),
        leads.mass_convert().start([""; 0]).map(drop),
        leads.mass_convert().start(&many).map(drop),
        leads.record("1").merge(&Merge::new()).map(drop),
        leads.record("1").merge(&Merge::new().child("1", [""; 0])).map(drop),
        leads.change_owner("1").notify().start("1").map(drop),
        leads.change_owner("1").territory("1", true).run(["1"]).map(drop),
        leads.start_tag_deletion([""; 0]).map(drop),
    ];
    for (index, result) in refused.into_iter().enumerate() {
        assert_eq!(result.unwrap_err().kind(), ErrorKind::InvalidInput, "{index}");
    }
    assert_eq!(emulator.counters().total_calls(), 0);
}
