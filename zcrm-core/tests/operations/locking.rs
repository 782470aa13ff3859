//! Optimistic locking over real HTTP, against the emulated Zoho CRM.

use serde_json::json;
use zcrm_core::entity::Record;
use zcrm_core::rest::Outcome;
use zcrm_core::{Client, DateTime, ErrorKind, RecordId};
use zcrm_emulator::{Emulator, Fault, On, Reply};

use crate::start;

const EARLIER: &str = "2026-03-01T10:00:00+02:00";
const LATER: &str = "2026-03-01T10:00:01+02:00";

/// A lead that was modified last at [`EARLIER`], as it was read.
fn lead(emulator: &Emulator, client: &Client, name: &str) -> Record {
    let leads = client.module("Leads");
    let new = Record::new().with("Last_Name", name).with("Email", format!("{name}@xyz.com"));
    let id = leads.create_one(&new).unwrap().id;
    modify(emulator, &id, EARLIER);
    let lead = leads.record(&id).get().unwrap();
    emulator.reset_counters();
    lead
}

/// Somebody else modifies a lead.
fn modify(emulator: &Emulator, id: &RecordId, at: &str) {
    let by = json!({ "name": "Kari", "id": "3652397000000186017" });
    assert!(emulator.set_fields("Leads", id.as_str(), &json!({ "Modified_Time": at, "Modified_By": by, "Fax": at })));
}

fn city(emulator: &Emulator, lead: &Record) -> Option<String> {
    let kept = emulator.record("Leads", lead.id().unwrap().as_str()).unwrap();
    kept["City"].as_str().map(str::to_owned)
}

#[test]
fn what_somebody_modified_meanwhile_is_not_overwritten_and_the_others_are() {
    for version in ["v2", "v8"] {
        let (emulator, client) = start(version);
        let mut records = ["berg", "dahl", "lie"].map(|name| lead(&emulator, &client, name));
        modify(&emulator, &records[1].id().unwrap(), LATER);
        for record in &mut records {
            record.set("City", "Oslo");
        }
        let report = client.module("Leads").writer().if_unmodified().update(&records).unwrap();
        assert_eq!(report.counts().to_string(), "created=0 updated=2 deleted=0 rejected=1 unanswered=0 not_sent=0");
        let conflict = report.outcomes()[1].error().unwrap();
        let api = conflict.api().unwrap();
        assert_eq!((conflict.kind(), conflict.status()), (ErrorKind::Modified, Some(412)), "{version}");
        assert_eq!((api.modified_by().as_deref(), api.modified_time().as_deref()), (Some("Kari"), Some(LATER)));
        assert_eq!(records.each_ref().map(|lead| city(&emulator, lead).is_some()), [true, false, true], "{version}");
        assert_eq!(emulator.counters().total_calls(), 3, "{version}: one request a record, and Zoho told who it was");
    }
}

#[test]
fn who_and_when_are_read_where_zoho_does_not_tell_them() {
    for (version, whole) in [("v2", true), ("v8", false)] {
        let (emulator, client) = start(version);
        let record = lead(&emulator, &client, "berg");
        let id = record.id().unwrap();
        modify(&emulator, &id, LATER);
        let item = json!({ "code": "ALREADY_MODIFIED", "details": {}, "message": "changed", "status": "error" });
        let body = if whole { item } else { json!({ "data": [item] }) };
        emulator.fault(On::path("/crm/").method("PUT").times(1), Fault::Reply(Reply::json(412, &body)));
        let values = Record::new().with("City", "Oslo");
        let error = client.module("Leads").record(&id).update_if_unmodified_since(&values, DateTime::new(EARLIER));
        let error = error.unwrap_err();
        let api = error.api().unwrap();
        assert_eq!(error.kind(), ErrorKind::Modified);
        assert_eq!(
            (api.modified_by().as_deref(), api.modified_time().as_deref()),
            (Some("Kari"), Some(LATER)),
            "{version}"
        );
        assert_eq!(emulator.counters().total_calls(), 2);
    }
}

#[test]
fn a_retry_that_meets_its_own_change_has_updated_and_one_that_meets_anothers_is_unanswered() {
    for version in ["v2", "v8"] {
        let (emulator, client) = start(version);
        let leads = client.module("Leads");
        let mut own = lead(&emulator, &client, "berg");
        own.set("City", "Oslo").clear("Phone");
        emulator.fault(On::path("/crm/").method("PUT").times(1), Fault::ResetAfterWork);
        let report = leads.writer().if_unmodified().update(std::slice::from_ref(&own)).unwrap();
        let saved = report.outcomes()[0].saved().unwrap_or_else(|| panic!("{version}: {report:?}"));
        assert!(saved.modified_time().unwrap() > DateTime::new(EARLIER));
        assert_eq!(city(&emulator, &own).as_deref(), Some("Oslo"));
        assert_eq!(emulator.counters().total_calls(), 3);

        let mut others = lead(&emulator, &client, "dahl");
        others.set("City", "Oslo");
        modify(&emulator, &others.id().unwrap(), LATER);
        emulator.fault(On::path("/crm/").method("PUT").times(1), Fault::ResetBeforeWork);
        let report = leads.writer().if_unmodified().update(std::slice::from_ref(&others)).unwrap();
        let Outcome::Unanswered(error) = &report.outcomes()[0] else { panic!("{version}: {report:?}") };
        assert_eq!((error.kind(), error.code()), (ErrorKind::Unanswered, Some("ALREADY_MODIFIED")), "{version}");
        assert_eq!(error.api().unwrap().modified_by().as_deref(), Some("Kari"));
        assert_eq!(city(&emulator, &others), None);

        // Nobody can tell.
        emulator.fault(On::path("/crm/").method("PUT").times(1), Fault::ResetBeforeWork);
        emulator.fault(On::path("/crm/").method("GET"), Fault::Reply(Reply::empty(503)));
        let report = leads.writer().if_unmodified().update(&[others]).unwrap();
        assert_eq!(report.counts().unanswered, 1, "{report:?}");
    }
}

#[test]
fn an_upsert_has_the_condition_too() {
    for version in ["v2", "v8"] {
        let (emulator, client) = start(version);
        let mut record = lead(&emulator, &client, "berg");
        record.set("City", "Oslo");
        let upsert = || {
            let writer = client.module("Leads").writer().if_unmodified();
            writer.upsert_iter([record.clone()], ["Email"]).report()
        };
        modify(&emulator, &record.id().unwrap(), LATER);
        assert_eq!(upsert().outcomes()[0].error().unwrap().kind(), ErrorKind::Modified, "{version}");
        modify(&emulator, &record.id().unwrap(), EARLIER);
        assert!(upsert().is_complete(), "{version}");
        assert_eq!(city(&emulator, &record).as_deref(), Some("Oslo"));
    }
}

#[test]
fn what_cannot_have_the_condition_is_refused_before_anything_is_sent() {
    let (emulator, client) = start("v8");
    emulator.reset_counters();
    let writer = client.module("Leads").writer().if_unmodified();
    let unread = Record::new().with("id", "7").with("City", "Oslo");
    let odd = client.module("Leads").writer().if_unmodified_since(DateTime::new("yesterday"));
    let kinds = [
        writer.update(std::slice::from_ref(&unread)).unwrap_err().kind(),
        writer.create(&[Record::new().with("Last_Name", "Berg")]).unwrap_err().kind(),
        writer.delete(["7"]).unwrap_err().kind(),
        odd.update(&[unread]).unwrap_err().kind(),
    ];
    assert_eq!(kinds, [ErrorKind::InvalidInput; 4]);
    assert_eq!(emulator.counters().total_calls(), 0);
}
