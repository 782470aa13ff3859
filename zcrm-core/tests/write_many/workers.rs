//! Several requests of a batch in flight.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::time::Duration;

use zcrm_core::config::HttpOptions;
use zcrm_core::rest::{Counts, Outcome};
use zcrm_core::{Client, Error, ErrorKind, Record};
use zcrm_emulator::{Emulator, Fault, On, Reply};

use crate::rest_support::{client, emulator, quick};

const LEADS: &str = "/crm/v2/Leads";

fn leads(count: usize) -> impl Iterator<Item = Record> {
    (0..count).map(|index| Record::new().with("Last_Name", format!("Lead {index}")))
}

/// A client of a Zoho that takes its time.
fn slow(delay: u64, http: HttpOptions) -> (Emulator, Client) {
    let emulator = emulator(0);
    let client = client(&emulator, http);
    emulator.behave(|behaviour| behaviour.delay = Duration::from_millis(delay));
    emulator.reset_counters();
    (emulator, client)
}

fn name_of(emulator: &Emulator, outcome: &Outcome) -> String {
    emulator.record("Leads", outcome.id().unwrap().as_str()).unwrap()["Last_Name"].as_str().unwrap().to_owned()
}

#[test]
fn requests_are_in_flight_together_and_outcomes_keep_the_order_of_the_input() {
    let (emulator, client) = slow(500, quick().heavy_concurrency(4));
    let mut seen = 0;
    for written in client.module("Leads").writer().workers(9).create_iter(leads(1_150)) {
        assert_eq!(written.index, seen);
        assert_eq!(name_of(&emulator, &written.outcome), format!("Lead {seen}"));
        assert_eq!(written.record.get::<String>("Last_Name").unwrap().unwrap(), format!("Lead {seen}"));
        seen += 1;
    }
    assert_eq!(seen, 1_150);
    let counters = emulator.counters();
    assert_eq!(counters.calls_to("POST", LEADS), 12);
    assert_eq!(counters.highest_heavy_in_flight, 4, "as many as the program allows, and all of them");
    // A slice likewise; requests of ten are not heavy.
    emulator.reset_counters();
    let records: Vec<Record> = leads(100).collect();
    let report = client.module("Leads").writer().workers(5).per_request(10).create(&records).unwrap();
    for (index, outcome) in report.outcomes().iter().enumerate() {
        assert_eq!(name_of(&emulator, outcome), format!("Lead {index}"));
    }
    let counters = emulator.counters();
    assert_eq!((counters.calls_to("POST", LEADS), counters.credits), (10, 10));
    assert_eq!((counters.highest_in_flight, counters.highest_heavy_in_flight), (5, 0));
}

#[test]
fn after_a_stop_nothing_is_begun_and_what_is_in_flight_is_told() {
    let (emulator, client) = slow(500, quick());
    let scope = Reply::error(401, "OAUTH_SCOPE_MISMATCH", "invalid oauth scope to access this URL");
    emulator.fault(On::exactly(LEADS).after(4).times(1), Fault::Reply(scope));
    emulator.fault(On::exactly(LEADS).after(1).times(1), Fault::ResetAfterWork);
    let records: Vec<Record> = leads(2_000).collect();
    let report = client.module("Leads").writer().workers(5).create(&records).unwrap();
    let counts = report.counts();
    let calls = emulator.counters().calls_to("POST", LEADS);
    // Those that were in flight when it showed, and those that took the place of others which were answered before.
    assert!((5..=9).contains(&calls), "{calls} calls were made");
    assert_eq!(counts.unanswered, 100);
    assert_eq!(counts.created + 200, usize::try_from(calls).unwrap() * 100);
    assert_eq!(counts.created + 100 + counts.not_sent, 2_000);
    assert_eq!(emulator.count_records("Leads"), counts.created + 100);
    assert!(report.not_sent().all(|(_, error)| error.kind() == ErrorKind::Scope && !error.outcome_unknown()));
    for (index, outcome) in report.outcomes().iter().enumerate() {
        if outcome.id().is_some() {
            assert_eq!(name_of(&emulator, outcome), format!("Lead {index}"));
        }
    }
}

#[test]
fn what_comes_before_a_request_is_done_side_by_side_and_its_failure_ends_the_batch() {
    let (emulator, client) = slow(20, quick());
    let together = Arc::new(Barrier::new(3));
    let begun = Arc::new(AtomicUsize::new(0));
    let (waiting, count) = (Arc::clone(&together), Arc::clone(&begun));
    let writer = client.module("Leads").writer().workers(3).before_each_request(move || {
        let nth = count.fetch_add(1, Ordering::Relaxed);
        if nth < 3 {
            // Three threads have to be here at once.
            waiting.wait();
        }
        if nth < 4 { Ok(()) } else { Err(Error::new(ErrorKind::Io, "the disk is full")) }
    });
    let outcomes: Vec<Outcome> = writer.create_iter(leads(2_000)).map(|written| written.outcome).collect();
    let created = outcomes.iter().filter(|outcome| matches!(outcome, Outcome::Created(_))).count();
    assert_eq!((created, emulator.count_records("Leads")), (400, 400));
    let not_sent = outcomes.iter().filter(|outcome| matches!(outcome, Outcome::NotSent(_)));
    assert!(not_sent.clone().all(|outcome| outcome.error().unwrap().to_string().contains("the disk is full")));
    assert_eq!(not_sent.count(), 1_600);
}

#[test]
fn nothing_done_at_all_is_an_error() {
    let (emulator, client) = slow(20, quick());
    let scope = Reply::error(401, "OAUTH_SCOPE_MISMATCH", "invalid oauth scope to access this URL");
    emulator.fault(On::exactly(LEADS), Fault::Reply(scope));
    let records: Vec<Record> = leads(1_000).collect();
    let error = client.module("Leads").writer().workers(3).create(&records).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Scope);
    assert!(emulator.counters().calls_to("POST", LEADS) <= 3);
}

#[test]
fn an_interrupt_ends_it_and_all_is_accounted_for() {
    let (emulator, client) = slow(30, quick());
    let mut counts = Counts::default();
    for written in client.module("Leads").writer().workers(4).create_iter(leads(5_000)) {
        if written.index == 250 {
            client.interrupt();
        }
        counts.add(&written.outcome);
    }
    assert_eq!(counts.total(), 5_000);
    assert!(counts.created >= 300 && counts.not_sent >= 4_000, "{counts}");
    assert_eq!(emulator.count_records("Leads"), counts.created);
}

#[test]
fn a_panic_of_the_callers_iterator_does_not_hang_and_what_is_in_flight_is_awaited() {
    let (emulator, client) = slow(60, quick());
    let panicking = leads(1_000).enumerate().map(|(index, lead)| {
        assert!(index != 350, "the caller's code fails");
        lead
    });
    let stream = client.module("Leads").writer().workers(5).create_iter(panicking);
    assert!(catch_unwind(AssertUnwindSafe(|| stream.report())).is_err());
    // Of the three requests that were given out, those that had begun were done, and none comes later.
    let calls = usize::try_from(emulator.counters().calls_to("POST", LEADS)).unwrap();
    assert!(calls <= 3, "{calls}");
    assert_eq!(emulator.count_records("Leads"), calls * 100);
    assert_eq!((client.usage().in_flight, emulator.counters().in_flight), (0, 0));
}

#[test]
fn records_of_one_id_are_written_in_their_order() {
    let (emulator, client) = slow(20, quick());
    let id = client.module("Leads").create_one(&Record::new().with("Last_Name", "Berg")).unwrap().id;
    let cities = (0..12).map(|n| Record::new().with("id", id.as_str()).with("City", format!("City {n}")));
    let report = client.module("Leads").writer().workers(4).per_request(1).update_iter(cities).report();
    assert_eq!(report.into_result().unwrap().counts().updated, 12);
    assert_eq!(emulator.record("Leads", id.as_str()).unwrap()["City"], "City 11");
    assert_eq!(emulator.counters().highest_in_flight, 1);
    // Upserts that name one record create it once.
    let named = |n: u8| {
        Record::new().with("Last_Name", "Dahl").with("Email", if n.is_multiple_of(2) { "D@x.com" } else { "d@x.com" })
    };
    let report = client.module("Leads").writer().workers(4).per_request(1).upsert_iter((0..8).map(named), ["Email"]);
    let counts = report.report().into_result().unwrap().counts();
    assert_eq!((counts.created, counts.updated), (1, 7));
}
