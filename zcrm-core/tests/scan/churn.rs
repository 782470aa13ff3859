//! Scans while others create, change and delete.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use zcrm_core::criteria::Criteria;
use zcrm_core::resource::{Scan, ScanCursor, Way};
use zcrm_core::{Client, Record, RecordId};
use zcrm_emulator::MadeUpLeads;

use super::{Stop, client, rows, start_with};

/// Creates, changes and deletes until it is told to stop; gives the ids that it deleted.
fn churn(client: &Client, ids: &[String], stop: &AtomicBool, seed: u64) -> BTreeSet<String> {
    let leads = client.module("Leads");
    let mut dice = fastrand::Rng::with_seed(seed);
    let mut gone = BTreeSet::new();
    while !stop.load(Ordering::Relaxed) {
        let id = &ids[dice.usize(..ids.len())];
        match dice.u8(..3) {
            0 => drop(leads.create(&[Record::new().with("Last_Name", "New")]).unwrap()),
            1 if gone.len() * 3 < ids.len() && !gone.contains(id) => {
                leads.record(RecordId::from(id.as_str())).delete().unwrap();
                gone.insert(id.clone());
            }
            _ if gone.contains(id) => {}
            _ => drop(leads.record(RecordId::from(id.as_str())).update(&Record::new().with("City", "Moved")).unwrap()),
        }
    }
    gone
}

#[test]
fn what_is_there_throughout_comes_exactly_once_though_the_scan_is_broken_off_again_and_again() {
    check(Way::Query, None, [("v2", 1_500, 50), ("v8", 6_000, 50)]);
}

#[test]
fn so_does_what_fits_25_conditions_beside_which_there_is_no_room_for_the_id() {
    let later = |year: usize| format!("Created_Time > '{}-01-01T00:00:00+00:00'", 1_990 + year);
    let all = (1..=25).map(later).collect::<Vec<_>>().join(" and ");
    check(Way::Query, Some(Criteria::parse(&all).unwrap()), [("v2", 1_500, 50), ("v8", 3_000, 50)]);
}

#[test]
fn pages_miss_nothing_and_give_nothing_twice_however_many_were_modified_in_one_second() {
    check(Way::Pages, None, [("v2", 1_500, 1), ("v2", 3_000, 1_000), ("v8", 2_500, 2), ("v8", 3_000, 90)]);
}

fn check<const N: usize>(way: Way, filter: Option<Criteria>, modules: [(&str, u64, u64); N]) {
    for (version, leads, per_second) in modules {
        for workers in [1, 4] {
            let made_up = MadeUpLeads { id_gap: 7, per_second, converted_every: 10, ..MadeUpLeads::of(leads) };
            let (emulator, other) = start_with(version, made_up);
            let scan = || {
                let scan = client(&emulator, version).module("Leads").scan().fields(["City"]);
                filter.iter().fold(scan, Scan::filter).way(way).workers(workers)
            };
            let before: Vec<String> = rows(&scan()).into_keys().collect();
            emulator.behave(|behaviour| behaviour.delay = Duration::from_millis(15));
            let stop = AtomicBool::new(false);
            let (came, gone) = std::thread::scope(|scope| {
                let churning = scope.spawn(|| churn(&other, &before, &stop, leads + workers as u64));
                let stopping = Stop(&stop);
                let mut came: BTreeMap<String, usize> = BTreeMap::new();
                let mut cursor: Option<String> = None;
                let mut dice = fastrand::Rng::with_seed(workers as u64);
                loop {
                    let scan = match &cursor {
                        Some(cursor) => scan().cursor(&cursor.parse::<ScanCursor>().unwrap()),
                        None => scan(),
                    };
                    let mut rows = scan.iter();
                    for row in rows.by_ref().take(dice.usize(1..leads as usize / 2)) {
                        *came.entry(row.unwrap().id().unwrap().as_str().to_owned()).or_default() += 1;
                    }
                    match rows.cursor() {
                        Some(stands) => cursor = Some(stands.to_string()),
                        None => break,
                    }
                }
                drop(stopping);
                (came, churning.join().unwrap())
            });
            assert!(!gone.is_empty());
            assert!(came.values().all(|times| *times == 1), "{version} {per_second} {workers}: some came twice");
            let missing = before.iter().filter(|id| !gone.contains(*id) && !came.contains_key(*id)).count();
            assert_eq!(missing, 0, "{version} {per_second} {workers}");
        }
    }
}
