//! Modules with more fields than one request gives.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::json;
use zcrm_core::Record;
use zcrm_core::resource::Way;

use super::{Stop, WAYS, client, rows, start};

const SURVEYS: usize = 250;

fn surveys() -> Vec<Record> {
    let survey = |number: usize| {
        let answers = (1..=110).map(|answer| (format!("Answer_{answer:03}"), format!("{number}.{answer}")));
        answers.fold(Record::new().with("Name", format!("Survey {number}")), |survey, (name, answer)| {
            survey.with(name, answer)
        })
    };
    (0..SURVEYS).map(survey).collect()
}

#[test]
fn a_module_of_120_fields_comes_whole_by_each_way_and_is_planned_so() {
    for version in ["v2", "v6", "v8"] {
        let (emulator, writer) = start(version, 0);
        let _ = writer.module("Surveys").create(&surveys()).unwrap().into_result().unwrap();
        for way in WAYS {
            for fields in [false, true] {
                let scan = client(&emulator, version).module("Surveys").scan().way(way);
                let names = (1..=110).map(|answer| format!("Answer_{answer:03}"));
                let scan = if fields { scan.fields(names) } else { scan };
                let plan = scan.plan().unwrap();
                assert!(way == Way::Bulk || plan.gaps().len() <= 1, "{:?}", plan.gaps());
                let scan = client(&emulator, version).module("Surveys").scan().way(way);
                let names = (1..=110).map(|answer| format!("Answer_{answer:03}"));
                let scan = if fields { scan.fields(names) } else { scan };
                let found = rows(&scan);
                assert_eq!(found.len(), SURVEYS);
                if way != Way::Bulk {
                    assert_eq!(plan.calls(), Some(emulator.counters().total_calls()), "{version} {way} {plan}");
                }
                for row in found.values() {
                    let first: String = row.get("Answer_001").unwrap().unwrap();
                    let number = first.strip_suffix(".1").unwrap();
                    for answer in [2, 49, 50, 51, 99, 100, 101, 110] {
                        let text: Option<String> = row.get(&format!("Answer_{answer:03}")).unwrap();
                        assert_eq!(text, Some(format!("{number}.{answer}")), "{version} {way}");
                    }
                    let all = row.fields().filter(|(name, _)| *name != "id").count();
                    assert!(if fields { all >= 110 } else { all >= 120 }, "{version} {way}: {all}");
                    assert_eq!(
                        row.field("Modified_Time").is_absent(),
                        fields && (way != Way::Pages || version != "v2")
                    );
                }
            }
        }
    }
}

/// All answers of a survey change together, so that parts of two states show.
#[test]
fn a_record_that_changes_between_two_parts_comes_in_one_state() {
    for (version, way) in [("v6", Way::Query), ("v8", Way::Pages)] {
        let (emulator, writer) = start(version, 0);
        let report = writer.module("Surveys").create(&surveys()).unwrap();
        let ids: Vec<_> = report.created().map(|(_, saved)| saved.id.clone()).collect();
        for id in &ids {
            // Times have whole seconds: what was created just now would look like what is changed now.
            emulator.set_fields("Surveys", id.as_str(), &json!({ "Modified_Time": "2026-01-31T00:00:00+00:00" }));
        }
        let (done, rounds) = (AtomicBool::new(false), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            scope.spawn(|| {
                for round in 0.. {
                    rounds.store(round, Ordering::Relaxed);
                    for id in &ids {
                        if done.load(Ordering::Relaxed) {
                            return;
                        }
                        let answers =
                            (1..=110).map(|answer| (format!("Answer_{answer:03}"), format!("r{round}.{answer}")));
                        let changed = answers.fold(Record::new(), |survey, (name, answer)| survey.with(name, answer));
                        writer.module("Surveys").record(id).update(&changed).unwrap();
                    }
                    // Two changes within a second look like one.
                    std::thread::sleep(Duration::from_millis(1_100));
                }
            });
            let _stop = Stop(&done);
            let scan = client(&emulator, version).module("Surveys").scan().way(way);
            while rounds.load(Ordering::Relaxed) < 3 {
                let found = rows(&scan);
                assert_eq!(found.len(), SURVEYS);
                for row in found.values() {
                    let states = (1..=110).map(|answer| {
                        let text: String = row.get(&format!("Answer_{answer:03}")).unwrap().unwrap();
                        text.split_once('.').unwrap().0.to_owned()
                    });
                    let states: std::collections::HashSet<String> = states.collect();
                    assert_eq!(states.len(), 1, "{version} {way}: {states:?}");
                }
            }
        });
    }
}
