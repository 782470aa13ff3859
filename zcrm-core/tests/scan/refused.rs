//! What a scan does where Zoho refuses something.

use serde_json::json;
use zcrm_core::config::HttpOptions;
use zcrm_core::entity::Note;
use zcrm_core::persistence::InMemoryPersistence;
use zcrm_core::resource::Way;
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
    assert!(gaps.iter().any(|gap| gap.contains("Fax")) && gaps.iter().any(|gap| gap.contains("Contract")), "{gaps:?}");

    // A file is given by pages alone.
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
