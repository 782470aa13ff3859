//! Scans while others create, change and delete.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use zcrm_core::resource::{ScanCursor, Way};
use zcrm_core::{Client, Record, RecordId};

use super::{Stop, client, rows, start};

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
    for (version, leads) in [("v2", 1_500), ("v8", 6_000)] {
        for workers in [1, 4] {
            let (emulator, other) = start(version, leads);
            let scan =
                || client(&emulator, version).module("Leads").scan().fields(["City"]).way(Way::Query).workers(workers);
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
            assert!(came.values().all(|times| *times == 1), "{version} {workers}: some came twice");
            let missing = before.iter().filter(|id| !gone.contains(*id) && !came.contains_key(*id)).count();
            assert_eq!(missing, 0, "{version} {workers}");
        }
    }
}
