//! What a scan does where Zoho refuses something.

use serde_json::json;
use zcrm_core::config::HttpOptions;
use zcrm_core::entity::Note;
use zcrm_core::persistence::InMemoryPersistence;
use zcrm_core::resource::Way;
use zcrm_core::rest::UnfitRow;
use zcrm_core::{Client, Config, ErrorKind, GrantToken};
use zcrm_emulator::{Fault, On, Reply};

use super::{rows, start};

fn refusal(code: &str, details: serde_json::Value) -> Fault {
    let body = json!({ "code": code, "details": details, "message": "no", "status": "error" });
    Fault::Reply(Reply::json(400, &body))
}

#[test]
fn a_user_who_may_not_query_reads_by_bulk() {
    let (emulator, _) = start("v8", 1_000);
    let mut dictionary = emulator.dictionary();
    dictionary["api_version"] = "v8".into();
    let config = Config::from_json_str(&dictionary.to_string()).unwrap().with_http(HttpOptions::default());
    let client = Client::new(config, InMemoryPersistence::new()).unwrap();
    let scopes = ["ZohoCRM.modules.ALL", "ZohoCRM.settings.ALL", "ZohoCRM.bulk.ALL", "aaaserver.profile.READ"];
    let grant = emulator.new_grant_with_scopes("abc@xyz.com", &scopes);
    let _ = client.oauth().generate_access_token(GrantToken::new(grant)).unwrap();
    let scan = client.module("Leads").scan().fields(["City"]);
    let mut found = scan.iter();
    assert_eq!(found.by_ref().map(Result::unwrap).count(), 900);
    let plan = found.plan().unwrap();
    assert_eq!(plan.way(), Way::Bulk);
    assert!(plan.reason().contains("COQL does not give these records"), "{plan}");
}

#[test]
fn a_count_that_is_refused_costs_the_plan_its_numbers_and_no_rows() {
    let (emulator, client) = start("v8", 1_000);
    let on = || On::path("/crm/v8/coql").times(1);
    emulator.fault(on(), refusal("INVALID_QUERY", json!({})));
    let scan = client.module("Leads").scan().fields(["City"]);
    assert_eq!(rows(&scan).len(), 900);
    // The search index is asked then; it knows of all leads.
    assert_eq!(client.module("Leads").scan().plan().unwrap().rows(), Some(900));
    let scan = client.module("Leads").scan().fields(["City"]).modified_since("2020-01-01T00:00:00Z");
    emulator.fault(on(), refusal("INVALID_QUERY", json!({})));
    let plan = scan.plan().unwrap();
    assert_eq!((plan.rows(), plan.calls(), plan.way()), (None, None, Way::Query));
    assert!(plan.to_string().contains("not known"), "{plan}");
}

#[test]
fn a_column_that_coql_refuses_is_left_out_and_told_unless_it_was_named() {
    let (emulator, client) = start("v8", 1_000);
    let leads = client.module("Leads");
    let scan = leads.scan().way(Way::Query);
    let _counted = scan.plan().unwrap();
    emulator.fault(On::path("/crm/v8/coql").times(1), refusal("INVALID_QUERY", json!({ "column_name": "Fax" })));
    let mut found = scan.iter();
    let first = found.next().unwrap().unwrap();
    assert!(first.field("Fax").is_absent() && !first.field("City").is_absent());
    assert_eq!(found.by_ref().count(), 899);
    let gaps = found.plan().unwrap().gaps().to_vec();
    assert!(gaps.iter().any(|gap| gap.contains("Fax")), "{gaps:?}");
    assert!(!first.field("Contract").is_absent());

    // A file is not selected: lists give it by id, and pages with all else.
    assert_eq!(leads.scan().plan().unwrap().way(), Way::Pages);
    let plan = leads.scan().way(Way::Query).plan().unwrap();
    assert!(plan.reason().contains("COQL does not select Contract"), "{plan}");
    let mut files = leads.scan().fields(["Contract"]).iter();
    assert_eq!(files.by_ref().map(Result::unwrap).count(), 900);
    assert_eq!(files.plan().unwrap().way(), Way::Pages);
    let error = leads.scan().fields(["Contract"]).way(Way::Query).iter().next().unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
}

#[test]
fn notes_come_though_bulk_read_gives_none() {
    for version in ["v2", "v8"] {
        let (_emulator, client) = start(version, 1);
        let leads = client.module("Leads");
        let lead = leads.records().fields(["Last_Name"]).send().unwrap().items[0].id().unwrap();
        leads.record(lead).notes().create_one(&Note::new("text")).unwrap();
        let notes = client.module("Notes");
        assert_eq!(rows(&notes.scan()).len(), 1, "{version}");
        let refused = notes.scan().way(Way::Bulk).iter().next().unwrap().unwrap_err();
        assert!(refused.kind() == ErrorKind::Unsupported && refused.to_string().contains("no Notes"), "{refused}");
    }
}

/// A page of three records with these fields, the second of which is no JSON.
fn page_with_a_broken_row(fields: &str) -> Fault {
    let body = format!(
        "{{\"data\":[{{{fields},\"id\":\"7\"}},{{\"City\":\"a\u{1}b\",{fields},\"id\":\"8\"}},{{{fields},\"id\":\"9\"}}],\
         \"info\":{{\"more_records\":false}}}}"
    );
    Fault::Reply(Reply::empty(200).header("Content-Type", "application/json").body(body))
}

#[test]
fn a_row_that_is_no_json_costs_that_row_and_is_told_by_its_id() {
    let fields = r#""Modified_Time":"2026-01-31T00:00:00+00:00""#;
    for (version, way, workers) in [
        ("v8", Way::Query, 1),
        ("v2", Way::Query, 3),
        ("v2", Way::Pages, 1),
        ("v8", Way::Pages, 1),
        ("v8", Way::Pages, 3),
    ] {
        let (emulator, client) = start(version, 3);
        let scan = client.module("Leads").scan().fields(["City"]).way(way).workers(workers);
        let _counted = scan.plan().unwrap();
        let path = if way == Way::Query { format!("/crm/{version}/coql") } else { format!("/crm/{version}/Leads") };
        emulator.fault(On::path(path).times(1), page_with_a_broken_row(fields));
        let found: Vec<_> = scan.iter().collect();
        let ids: Vec<_> = found.iter().flatten().map(|row| row.id().unwrap().as_str().to_owned()).collect();
        assert_eq!(ids, ["7", "9"], "{version} {way} {workers}");
        let [broken] = found.iter().filter_map(|row| row.as_ref().err()).collect::<Vec<_>>()[..] else {
            panic!("{found:?}")
        };
        assert_eq!(UnfitRow::in_error(broken).unwrap().id().unwrap().as_str(), "8", "{broken}");
    }
}

/// A row may be nothing, no object, or without its id, and its time may be none.
#[test]
fn a_row_that_is_no_record_costs_that_row() {
    let row = |id: u8| json!({ "id": id.to_string(), "City": "Oslo", "Modified_Time": "2026-01-31T00:00:00+00:00" });
    for (version, way, fields) in [
        ("v8", Way::Pages, &["City"][..]),
        ("v2", Way::Pages, &["City"]),
        ("v8", Way::Query, &["City"]),
        ("v2", Way::Query, &["City", "$approved"]),
    ] {
        for (odd, is_read) in [
            (json!(null), false),
            (json!("8"), false),
            (json!([row(8)]), false),
            (json!({ "City": "Oslo" }), fields.len() == 1),
            (json!({ "id": null, "City": "Oslo" }), fields.len() == 1),
            (json!({ "id": "8", "City": "Oslo", "Modified_Time": 7 }), true),
        ] {
            // Of two parts with different times neither is the record.
            if is_read && fields.len() > 1 && odd["id"] == "8" {
                continue;
            }
            let (emulator, client) = start(version, 3);
            let scan = client.module("Leads").scan().fields(fields.iter().copied()).way(way);
            let _counted = scan.plan().unwrap();
            let _described = scan.describe().unwrap();
            let page = json!({ "data": [row(7), odd, row(9)], "info": { "more_records": false } });
            let first = if way == Way::Query { "coql" } else { "Leads" };
            emulator.fault(On::path(format!("/crm/{version}/{first}")), Fault::Reply(Reply::json(200, &page)));
            let listed = json!({ "data": [row(7), row(8), row(9)], "info": { "more_records": false } });
            emulator.fault(On::path(format!("/crm/{version}/Leads")), Fault::Reply(Reply::json(200, &listed)));
            let found: Vec<_> = scan.iter().collect();
            let read = found.iter().flatten().count();
            assert_eq!((found.len(), read), (3, if is_read { 3 } else { 2 }), "{version} {way} {odd}: {found:?}");
        }
    }
}

#[test]
fn an_empty_page_that_says_that_there_is_more_is_not_the_end() {
    for version in ["v2", "v8"] {
        for way in [Way::Pages, Way::Query] {
            let (emulator, client) = start(version, 3);
            let scan = client.module("Leads").scan().fields(["City"]).way(way);
            let _counted = scan.plan().unwrap();
            let first = if way == Way::Query { "coql" } else { "Leads" };
            let page = json!({ "data": [], "info": { "more_records": true } });
            emulator.fault(On::path(format!("/crm/{version}/{first}")), Fault::Reply(Reply::json(200, &page)));
            let found: Vec<_> = scan.iter().collect();
            let [Err(error)] = &found[..] else { panic!("{version} {way}: {found:?}") };
            assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{version} {way}: {error}");
        }
    }
}

/// One request gives 50 fields in v6, and only the second of two gives a row that is no JSON.
#[test]
fn a_part_that_is_no_json_costs_its_record() {
    let (emulator, client) = start("v6", 3);
    let fields = (1..=60).map(|answer| format!("Answer_{answer:03}"));
    let scan = client.module("Surveys").scan().fields(fields).way(Way::Query);
    let _counted = scan.plan().unwrap();
    let row = |id: u8| json!({ "id": id.to_string(), "Modified_Time": "2026-01-31T00:00:00+00:00" });
    let first = json!({ "data": [row(7), row(8), row(9)], "info": { "more_records": false } });
    emulator.fault(On::path("/crm/v6/coql").times(1), Fault::Reply(Reply::json(200, &first)));
    let fields = r#""Modified_Time":"2026-01-31T00:00:00+00:00""#;
    emulator.fault(On::path("/crm/v6/coql").times(1), page_with_a_broken_row(fields));
    let found: Vec<_> = scan.iter().collect();
    assert_eq!((found.iter().flatten().count(), found.len()), (2, 3), "{found:?}");
    let broken = found[1].as_ref().unwrap_err();
    assert_eq!(UnfitRow::in_error(broken).unwrap().id().unwrap().as_str(), "8", "{broken}");
}

#[test]
fn subforms_that_lists_may_leave_out_are_told_from_v3_on() {
    for (version, told) in [("v2", false), ("v3", true), ("v8", true)] {
        let (_emulator, client) = start(version, 1);
        for way in [Way::Pages, Way::Query] {
            let plan = client.module("Projects").scan().way(way).plan().unwrap();
            let tells = plan.gaps().iter().any(|gap| gap.contains("subforms") && gap.contains("Milestones"));
            assert_eq!(tells, told, "{version} {way}: {plan}");
        }
    }
}
