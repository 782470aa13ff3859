//! Jobs that fail, that are refused, and of which nobody knows.

use std::time::Duration;

use zcrm_core::config::ApiVersion;
use zcrm_core::resource::{BulkCallback, Job, JobState};
use zcrm_core::{Criteria, ErrorKind};
use zcrm_emulator::{Fault, On, Reply};

use crate::support::{VERSIONS, another_client, jobs, start};

#[test]
fn a_job_costs_fifty_credits_and_tells_how_far_it_is() {
    for version in VERSIONS {
        let (emulator, client) = start(version, 3);
        emulator.behave(|behaviour| behaviour.bulk_polls = 3);
        let job = client.module("Leads").bulk_read().fields(["Last_Name"]).start().unwrap();
        assert_eq!(client.usage().credits_spent, emulator.counters().credits);
        let mut states = Vec::new();
        let result = job.wait_for(Duration::from_secs(60), |status| states.push(status.state.clone())).unwrap();
        assert_eq!(states, [JobState::Added, JobState::Queued, JobState::InProgress]);
        assert_eq!((result.count(), result.more_records(), result.next_page().is_none()), (Some(3), false, true));
        assert_eq!(result.rows().unwrap().map(Result::unwrap).count(), 3);
        // The job, four questions, the metadata, the file.
        assert_eq!(emulator.counters().credits, 50 + 4 + 1 + 1, "{version}");
        assert_eq!(client.usage().credits_spent, 50 + 4 + 1 + 1, "{version}");
    }
}

#[test]
fn a_lost_answer_never_starts_a_job_twice() {
    let faults = [
        Fault::ResetAfterWork,
        Fault::CutOff,
        Fault::ReplyAfterWork(Reply::html(502)),
        Fault::ReplyAfterWork(Reply::html(200)),
        Fault::ReplyAfterWork(Reply::error(500, "INTERNAL_ERROR", "internal error")),
        Fault::ReplyAfterWork(Reply::json(
            201,
            &serde_json::json!({ "data": [{ "status": "success", "details": {} }] }),
        )),
    ];
    for fault in faults {
        let (emulator, client) = start("v8", 1);
        emulator.fault(On::path("/crm/bulk/").method("POST"), fault.clone());
        let error = client.module("Leads").bulk_read().fields(["Last_Name"]).start().unwrap_err();
        assert_eq!((error.kind(), error.outcome_unknown()), (ErrorKind::Unanswered, true), "{fault:?}: {error}");
        assert!(error.to_string().contains("is not known"), "{error}");
        assert_eq!(jobs(&emulator), 1, "{fault:?}");
    }
}

#[test]
fn what_surely_started_nothing_is_sent_again() {
    let (emulator, client) = start("v8", 1);
    emulator.fault(On::path("/crm/bulk/").method("POST").times(2), Fault::Reply(Reply::too_many_requests()));
    let job = client.module("Leads").bulk_read().fields(["Last_Name"]).start().unwrap();
    assert_eq!(job.wait().unwrap().count(), Some(1));
    assert_eq!((jobs(&emulator), client.usage().credits_spent), (3, 51));
}

#[test]
fn fields_that_zoho_refuses_are_left_out_and_told() {
    for version in VERSIONS {
        let (emulator, client) = start(version, 5);
        emulator.behave(|behaviour| {
            behaviour.bulk_refused_fields = vec!["Street".to_owned(), "Country".to_owned()];
            behaviour.bulk_page = 3;
        });
        let read = client.module("Leads").bulk_read().fields(["Street", "Last_Name", "Contract", "Country"]);
        let job = read.start().unwrap();
        assert_eq!(job.left_out(), ["Street", "Contract", "Country"]);
        let row = job.wait().unwrap().rows().unwrap().next().unwrap().unwrap();
        assert_eq!(row.names().collect::<Vec<_>>(), ["id", "Last_Name"]);

        emulator.reset_counters();
        let mut rows = read.iter();
        assert_eq!(rows.by_ref().map(Result::unwrap).count(), 5);
        assert_eq!(rows.left_out(), ["Street", "Contract", "Country"]);
        assert_eq!(jobs(&emulator), 4 + 1, "{version}: the second page asks for none of them");

        let error = client.module("Leads").bulk_read().fields(["Street", "Contract"]).start().unwrap_err();
        assert_eq!((error.kind(), error.code()), (ErrorKind::InvalidRequest, Some("FIELD_NOT_SUPPORTED")));
    }
}

#[test]
fn a_failure_has_zohos_reason() {
    let (emulator, client) = start("v6", 1);
    emulator.behave(|behaviour| behaviour.bulk_failure = Some("INTERNAL_SERVER_ERROR".to_owned()));
    let job = client.module("Leads").bulk_read().fields(["Last_Name"]).start().unwrap();
    let error = job.wait().unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::JobFailed, Some("INTERNAL_SERVER_ERROR")));
    assert!(error.to_string().contains(job.id()), "{error}");
    let error = client.module("Leads").bulk_read().fields(["Last_Name"]).iter().next().unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::JobFailed);
    assert_eq!(jobs(&emulator), 2);
}

#[test]
fn a_job_survives_the_process_that_started_it() {
    let (emulator, client) = start("v8", 3);
    emulator.behave(|behaviour| behaviour.bulk_job_time = Duration::from_secs(3600));
    let job = client.module("Leads").bulk_read().fields(["Last_Name"]).start().unwrap();
    let error = job.wait_for(Duration::from_millis(300), |_| {}).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::JobPending);
    let written_down = job.job().to_string();
    assert!(!format!("{job:?}").contains("page_token"), "{job:?}");
    drop((job, client));

    let client = another_client(&emulator, "v6", "abc@xyz.com");
    let job = client.bulk_read_job(written_down.parse::<Job>().unwrap());
    assert_eq!((job.job().module(), job.job().version(), job.job().page()), ("Leads", ApiVersion::V8, 1));
    let waiting = client.clone();
    let thread = std::thread::spawn(move || job.wait().unwrap_err().kind());
    waiting.interrupt();
    assert_eq!(thread.join().unwrap(), ErrorKind::Interrupted);
    waiting.resume();
    assert_eq!(jobs(&emulator), 1);
    assert!("{}".parse::<Job>().is_err() && written_down.replace("v8", "v99").parse::<Job>().is_err());
}

#[test]
fn a_callback_in_both_shapes_leads_to_the_job() {
    let (emulator, client) = start("v8", 2);
    let url = "https://app.example/zoho?secret=x";
    let job = client.module("Leads").bulk_read().fields(["Last_Name"]).callback(url).start().unwrap();
    let asked = emulator.requests().into_iter().find(|request| request.path == "/crm/bulk/v8/read").unwrap();
    let sent: serde_json::Value = serde_json::from_slice(&asked.body).unwrap();
    assert_eq!(sent["callback"], serde_json::json!({ "url": url, "method": "post" }));
    let id = job.id();
    for body in [
        format!(r#"{{"data":[{{"id":"{id}","operation":"read","state":"COMPLETED","result":{{"page":1}}}}]}}"#),
        format!(r#"{{"job_id":{id},"operation":"read","state":"COMPLETED","result":{{}}}}"#),
    ] {
        let callback = BulkCallback::parse(&body).unwrap();
        assert_eq!(callback.state(), &JobState::Completed);
        let job = client.bulk_read_job(callback.job("Leads", ApiVersion::V8));
        assert_eq!(job.wait().unwrap().rows().unwrap().count(), 2);
    }
    for body in ["", "[]", "{}", r#"{"data":[]}"#, r#"{"data":[{"id":"1"}]}"#, r#"{"state":"COMPLETED"}"#] {
        assert_eq!(BulkCallback::parse(body).unwrap_err().kind(), ErrorKind::InvalidResponse, "{body}");
    }
}

#[test]
fn what_cannot_be_had_is_refused_before_anything_is_sent() {
    let (emulator, client) = start("v8", 1);
    let leads = client.module("Leads");
    let many = Criteria::all((0..26).map(|index| Criteria::not_equal("City", format!("{index}")))).unwrap();
    let kind = |read: zcrm_core::resource::BulkRead| read.start().unwrap_err().kind();
    assert_eq!(kind(leads.bulk_read().filter(&many)), ErrorKind::InvalidInput);
    assert_eq!(kind(leads.bulk_read().page(2)), ErrorKind::Unsupported);
    assert_eq!(kind(leads.bulk_read().page(0)), ErrorKind::InvalidInput);
    assert_eq!(kind(leads.bulk_read().page(501)), ErrorKind::ListingLimit);
    assert_eq!(emulator.counters().total_calls(), 0);
    let unknown = client.bulk_read_job(Job::attach("../../v2/Leads", "Leads", ApiVersion::V8));
    assert_eq!(unknown.status().unwrap_err().kind(), ErrorKind::NotFound);
}
