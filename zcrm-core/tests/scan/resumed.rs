//! Scans that stop anywhere and go on in another process.

use serde_json::json;
use zcrm_core::resource::{ScanCursor, Way};
use zcrm_core::{ErrorKind, Record};
use zcrm_emulator::{Fault, MadeUpLeads, On, Reply};

use super::{WAYS, client, once, rows, start, start_with};

#[test]
fn a_scan_that_is_dropped_anywhere_goes_on_without_a_loss_or_a_double() {
    for version in ["v2", "v8"] {
        let (emulator, _) = start(version, 3_000);
        for way in WAYS {
            for workers in [1, 4] {
                let scan =
                    || client(&emulator, version).module("Leads").scan().fields(["City"]).way(way).workers(workers);
                let mut found: Vec<Record> = Vec::new();
                let mut cursor: Option<String> = None;
                for takes in [0, 1, 199, 250, 733, 7, usize::MAX] {
                    let scan = match &cursor {
                        Some(cursor) => scan().cursor(&cursor.parse::<ScanCursor>().unwrap()),
                        None => scan(),
                    };
                    let mut rows = scan.iter();
                    found.extend(rows.by_ref().take(takes).map(Result::unwrap));
                    match rows.cursor() {
                        Some(stands) => {
                            assert_eq!(stands.rows(), found.len() as u64);
                            cursor = Some(stands.to_string());
                        }
                        None => assert_eq!(takes, usize::MAX),
                    }
                }
                assert_eq!(once(found.into_iter()).len(), 2_700, "{version} {way} {workers}");
            }
        }
    }
}

#[test]
fn a_cursor_keeps_its_way_and_refuses_another_scan() {
    let (_emulator, client) = start("v8", 1_000);
    let scan = client.module("Leads").scan().fields(["City"]);
    let mut pages = scan.clone().way(Way::Pages).iter();
    assert!(pages.next().unwrap().is_ok());
    let cursor = pages.cursor().unwrap();
    assert_eq!(cursor.way(), Some(Way::Pages));
    let rest = scan.clone().cursor(&cursor);
    assert_eq!(rows(&rest).len(), 899);
    for other in [scan.clone().fields(["Email"]), scan.clone().way(Way::Query)] {
        let error = other.cursor(&cursor).iter().next().unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::CursorMismatch);
    }
    let mut all = scan.iter();
    assert_eq!(all.by_ref().count(), 900);
    assert!(all.cursor().is_none());
}

#[test]
fn where_too_many_were_modified_in_one_second_tokens_lead_on_and_behind_their_reach_the_time() {
    let (emulator, client) = start_with("v8", MadeUpLeads { per_second: 2_500, ..MadeUpLeads::of(4_500) });
    let scan = client.module("Leads").scan().fields(["City"]).way(Way::Pages);
    let mut read = scan.iter();
    assert_eq!(read.by_ref().take(4_400).map(Result::unwrap).count(), 4_400);
    let gaps = read.plan().unwrap().gaps().join("; ");
    assert!(gaps.contains("more than 1,000 were modified in one second"), "{gaps}");
    let body = json!({ "code": "PAGINATION_LIMIT_EXCEEDED", "details": {}, "message": "no", "status": "error" });
    // Ten pages by number, and two by token.
    emulator.fault(On::path("/crm/v8/Leads").after(12).times(1), Fault::Reply(Reply::json(400, &body)));
    assert_eq!(rows(&scan).len(), 4_500);
    assert_eq!(emulator.counters().faults, 1);
}
