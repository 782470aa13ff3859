//! Composite requests.

use serde_json::json;
use zcrm_core::entity::{Lookup, Record};
use zcrm_core::resource::{Composite, SubRequest};
use zcrm_core::rest::Saved;
use zcrm_core::{Client, ErrorKind, Method};
use zcrm_emulator::{Emulator, Fault, On, Reply};

use crate::{start, start_with};

const PATH: &str = "__composite_requests";

/// An account, and four contacts of it, of which the last has this name.
fn five(client: &Client, last_name: Option<&str>) -> (Composite, SubRequest<Saved>, Vec<SubRequest<Saved>>) {
    let mut composite = client.composite().rollback_on_fail();
    let account = client.module("Accounts").create_request(&Record::new().with("Account_Name", "Acme"));
    let account = composite.add(account);
    let contacts = ["Berg", "Dahl", "Lie"].map(Some).into_iter().chain([last_name]).map(|name| {
        let mut contact = Record::new().with("Account_Name", Lookup::new(account.record_id()));
        if let Some(name) = name {
            contact.set("Last_Name", name);
        }
        composite.add(client.module("Contacts").create_request(&contact))
    });
    let contacts = contacts.collect();
    (composite, account, contacts)
}

fn counts(emulator: &Emulator) -> [usize; 2] {
    ["Accounts", "Contacts"].map(|module| emulator.count_records(module))
}

#[test]
fn five_creates_with_a_reference_are_all_or_none() {
    for version in ["v3", "v8"] {
        let (emulator, client) = start(version);
        let before = counts(&emulator);
        let (composite, account, contacts) = five(&client, None);
        let mut results = composite.send().unwrap();
        assert_eq!(counts(&emulator), before, "{version}: none");
        assert!(!results.is_complete());
        assert_eq!(results.errors().count(), 5);
        let undone = results.take(&account).unwrap_err();
        assert_eq!((undone.kind(), undone.code()), (ErrorKind::RolledBack, Some("ROLLBACK_PERFORMED")));
        assert!(
            undone.to_string().contains(&format!("request 5 of the composite failed, POST /crm/{version}/Contacts"))
        );
        assert!(!undone.outcome_unknown());
        let cause = results.take(&contacts[3]).unwrap_err();
        assert_eq!((cause.kind(), cause.code()), (ErrorKind::InvalidRequest, Some("MANDATORY_NOT_FOUND")));
        assert_eq!(cause.path(), Some(format!("/crm/{version}/Contacts").as_str()));
        assert_eq!(results.take(&contacts[3]).unwrap_err().kind(), ErrorKind::InvalidInput, "taken already");

        let (composite, account, contacts) = five(&client, Some("Vik"));
        let mut results = composite.send().unwrap();
        assert!(results.is_complete());
        assert_eq!(counts(&emulator), [before[0] + 1, before[1] + 4], "{version}: all");
        let account = results.take(&account).unwrap().id;
        for contact in contacts {
            let contact = results.take(&contact).unwrap().id;
            let kept = emulator.record("Contacts", contact.as_str()).unwrap();
            assert_eq!(kept["Account_Name"]["id"], json!(account.as_str()));
        }
        let counters = emulator.counters();
        assert_eq!(
            (counters.total_calls(), counters.credits),
            (2, 3),
            "{version}: 1 for what was undone, 2 for what was done"
        );
        assert_eq!(client.usage().credits_spent, 4, "what is undone is not known before");
        assert_eq!((counters.highest_in_flight, counters.highest_heavy_in_flight), (5, 1));
    }
}

#[test]
fn requests_of_any_kind_give_their_own_results_and_refer_to_each_other() {
    let (_emulator, client) = start("v8");
    let leads = client.module("Leads");
    let mut composite = client.composite();
    let created = composite.add(leads.create_request(&Record::new().with("Last_Name", "Berg").with("City", "Oslo")));
    let lead = leads.record(created.record_id());
    let updated = composite.add(lead.update_request(&Record::new().with("City", created.reference("$.data[0].code"))));
    let read = composite.add(lead.get_request());
    let users = composite.add(client.users().list().per_page(25).request());
    let none = composite.add(client.query("select Last_Name from Leads where City = 'Nowhere' limit 25").request());
    let mut results = composite.send().unwrap();
    let id = results.take(&created).unwrap().id;
    assert_eq!(results.take(&updated).unwrap().id, id);
    let lead = results.take(&read).unwrap();
    assert_eq!((lead.id(), lead.get::<String>("City").unwrap().as_deref()), (Some(id), Some("SUCCESS")));
    assert!(!results.take(&users).unwrap().items.is_empty());
    assert!(results.take(&none).unwrap().items.is_empty(), "204 within");
}

#[test]
fn an_inner_failure_under_status_200_is_a_failure_and_the_others_are_done() {
    for version in ["v3", "v8"] {
        let (emulator, client) = start(version);
        let leads = client.module("Leads");
        let mut composite = client.composite();
        let good = composite.add(leads.create_request(&Record::new().with("Last_Name", "Berg")));
        let bad = composite.add(leads.create_request(&Record::new().with("City", "Oslo")));
        let gone = composite.add(leads.record("7").delete_request());
        let absent = composite.add(leads.record("7").get_request());
        let after = composite.add(leads.record(bad.record_id()).get_request());
        let mut results = composite.send().unwrap();
        assert_eq!(results.take(&bad).unwrap_err().code(), Some("MANDATORY_NOT_FOUND"));
        assert_eq!(results.take(&gone).unwrap_err().code(), Some("INVALID_DATA"));
        assert_eq!(results.take(&absent).unwrap_err().kind(), ErrorKind::NotFound);
        assert_eq!(results.take(&after).unwrap_err().code(), Some("INVALID_REFERENCE"), "{version}");
        let id = results.take(&good).unwrap().id;
        assert!(emulator.record("Leads", id.as_str()).is_some());
        assert_eq!(emulator.counters().total_calls(), 1);
    }
}

#[test]
fn what_became_of_requests_that_nobody_answered_is_open_for_writes_alone() {
    let (emulator, client) = start("v8");
    let leads = client.module("Leads");
    let create = |composite: &mut Composite| {
        composite.add(leads.create_request(&Record::new().with("Last_Name", "Berg")));
    };
    let read = |composite: &mut Composite| composite.add(leads.record("7").get_request());
    for (fault, kind) in [
        (Fault::ResetAfterWork, ErrorKind::Unanswered),
        (Fault::CutOff, ErrorKind::Unanswered),
        (Fault::ReplyAfterWork(Reply::html(502)), ErrorKind::Server),
        (Fault::ReplyAfterWork(Reply::error(400, "REQUEST_TIMEOUT", "timed out")), ErrorKind::Unanswered),
        (Fault::ReplyAfterWork(Reply::json(200, &json!({ "__composite_requests": 7 }))), ErrorKind::InvalidResponse),
    ] {
        let before = emulator.counters().total_calls();
        emulator.fault(On::path("/crm/"), fault.clone());
        let mut composite = client.composite();
        create(&mut composite);
        let error = composite.send().unwrap_err();
        assert_eq!((error.kind(), error.outcome_unknown()), (kind, true), "{fault:?}");
        assert_eq!(emulator.counters().total_calls() - before, 1, "{fault:?}: not sent again");
        let mut composite = client.composite();
        read(&mut composite);
        assert!(!composite.send().unwrap_err().outcome_unknown(), "{fault:?}");
        emulator.clear_faults();
    }
    // Some of it was answered.
    let done = json!({ "code": "SUCCESS", "status": "success", "details": { "response": { "status_code": "201", "headers": {},
        "body": { "data": [{ "code": "SUCCESS", "status": "success", "details": { "id": 9007199254740993_u64 } }] } } } });
    let failed = json!({ "code": "INTERNAL_ERROR", "status": "error", "message": "m", "details": {} });
    let body = json!({ "__composite_requests": [done, failed] });
    emulator.fault(On::path("/crm/").times(1), Fault::Reply(Reply::json(207, &body)));
    let mut composite = client.composite();
    let lead = |name: &str| leads.create_request(&Record::new().with("Last_Name", name));
    let [one, two, three] = ["A", "B", "C"].map(|name| composite.add(lead(name)));
    let mut results = composite.send().unwrap();
    assert_eq!(results.take(&one).unwrap().id.as_str(), "9007199254740993");
    let two = results.take(&two).unwrap_err();
    assert_eq!((two.kind(), two.outcome_unknown()), (ErrorKind::Server, true));
    let three = results.take(&three).unwrap_err();
    assert_eq!((three.kind(), three.outcome_unknown()), (ErrorKind::InvalidResponse, true));
}

#[test]
fn a_rejection_of_the_whole_is_one_under_any_status() {
    let (emulator, client) = start("v8");
    for status in [200, 400] {
        emulator.fault(On::path("/crm/").times(1), Fault::Reply(Reply::error(status, "INVALID_DATA", "m")));
        let mut composite = client.composite();
        composite.add(client.module("Leads").create_request(&Record::new().with("Last_Name", "A")));
        let error = composite.send().unwrap_err();
        assert_eq!((error.code(), error.outcome_unknown()), (Some("INVALID_DATA"), false), "{status}: {error}");
    }
}

#[test]
fn a_retry_of_what_may_be_repeated_takes_no_such_id_for_deleted() {
    let (emulator, client) = start("v8");
    let leads = client.module("Leads");
    let id = leads.create_one(&Record::new().with("Last_Name", "Berg")).unwrap().id;
    emulator.fault(On::path("/crm/").times(1), Fault::ResetAfterWork);
    let mut composite = client.composite();
    let deleted = composite.add(leads.record(&id).delete_request());
    composite.send().unwrap().take(&deleted).unwrap();
    assert!(emulator.record("Leads", id.as_str()).is_none());
}

#[test]
fn what_zoho_would_not_take_is_refused_before_anything_is_sent() {
    let (emulator, client) = start("v8");
    let leads = client.module("Leads");
    let record = || Record::new().with("Last_Name", "Berg");
    let refused = |add: &dyn Fn(&mut Composite)| {
        let mut composite = client.composite();
        add(&mut composite);
        let error = composite.send().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
        error.to_string()
    };
    refused(&|_| {});
    refused(&|composite| {
        for _ in 0..6 {
            composite.add(leads.create_request(&record()));
        }
    });
    let text = refused(&|composite| {
        composite.add(leads.create_request(&record()));
        composite.add(leads.records().fields(["Last_Name"]).request());
    });
    assert!(text.contains("request 2") && text.contains("200 rows") && text.contains("set per_page"), "{text}");
    for (body, path) in [
        (json!({ "select_query": "select Last_Name from Leads where id is not null limit 10, 26" }), "coql"),
        (json!({ "select_query": "select Last_Name from Leads where id is not null" }), "coql"),
        (json!({ "data": [{ "Last_Name": "A" }, { "Last_Name": "B" }] }), "Leads"),
        (json!({}), "/crm/bulk/v8/read"),
    ] {
        let call = || client.call(Method::Post, path).json(&body).into_request();
        refused(&|composite| {
            composite.add(call());
        });
    }
    refused(&|composite| {
        composite.add(client.call(Method::Delete, "Leads").query("ids", "1,2").into_request());
    });
    refused(&|composite| {
        composite.add(leads.record("").get_request());
    });
    refused(&|composite| {
        composite.add(client.call(Method::Post, "Leads").body("x=1").into_request());
    });
    let (older, of_v2) = (start("v3").1, start("v2").1);
    let mut above = older.composite();
    above.add(client.module("Leads").record("7").get_request());
    assert_eq!(above.send().unwrap_err().kind(), ErrorKind::InvalidInput);
    let mut unsupported = of_v2.composite();
    unsupported.add(of_v2.module("Leads").record("7").get_request());
    assert_eq!(unsupported.send().unwrap_err().kind(), ErrorKind::Unsupported);
    assert_eq!(emulator.counters().total_calls(), 0);
}

#[test]
fn results_are_of_their_own_composite_and_the_order_can_be_asked_for() {
    for (version, word) in [("v3", "concurrent_execution"), ("v8", "parallel_execution")] {
        let (emulator, client) = start(version);
        let read = || client.module("Leads").record("7").get_request();
        let mut other = client.composite();
        let foreign = other.add(read());
        let mut composite = client.composite().in_order();
        composite.add(read());
        let mut results = composite.send().unwrap();
        assert_eq!(results.take(&foreign).unwrap_err().kind(), ErrorKind::InvalidInput);
        let sent = emulator.requests().pop().unwrap();
        assert!(sent.path.ends_with(PATH));
        assert_eq!(sent.json()[word], json!(false), "{version}");
    }
}

#[test]
fn a_composite_waits_for_all_slots_and_keeps_to_the_budget() {
    let (emulator, client) = start_with("v8", |http| http.concurrency(5).max_credits(3));
    emulator.behave(|behaviour| behaviour.concurrency = Some(5));
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                let mut composite = client.composite();
                let read = composite.add(client.module("Leads").record("7").get_request());
                let error = composite.send().unwrap().take(&read).unwrap_err();
                assert_eq!(error.kind(), ErrorKind::NotFound);
            });
        }
    });
    assert_eq!(emulator.counters().total_calls(), 3, "no 429");
    assert_eq!(emulator.counters().highest_in_flight, 5);
    let mut composite = client.composite();
    composite.add(client.module("Leads").record("7").get_request());
    assert_eq!(composite.send().unwrap_err().kind(), ErrorKind::CreditBudget);
}
