//! Several workers: fast, within the limits, and exact.

use std::time::{Duration, Instant};

use serde_json::json;
use zcrm_core::resource::Way;
use zcrm_emulator::MadeUpLeads;

use super::{rows, start_with};

/// How long a scan took, and how long it may take: a fifth of what its calls take one by one, and a quarter more, and
/// the time of four calls.
fn timed(version: &str, way: Way, old: u64, patience: u32) -> (Duration, Duration) {
    // Large pages, and those by time, take the emulator, built for tests, a while of its own.
    let latency = Duration::from_millis(if version == "v8" { 500 } else { 200 }) * patience;
    let (emulator, client) = start_with(version, MadeUpLeads { id_gap: 7, per_second: 50, ..MadeUpLeads::of(10_000) });
    for lead in client.module("Leads").records().fields(["City"]).iter().take(old as usize) {
        let id = lead.unwrap().id().unwrap();
        emulator.set_fields("Leads", id.as_str(), &json!({ "Modified_Time": "2014-01-31T00:00:00+00:00" }));
    }
    emulator.reset_counters();
    emulator.behave(|behaviour| behaviour.delay = latency);
    let started = Instant::now();
    let found = rows(&client.module("Leads").scan().fields(["City"]).way(way).workers(5)).len();
    let (took, counters) = (started.elapsed(), emulator.counters());
    assert_eq!(found, 10_000, "{version} {way}");
    assert!(counters.highest_in_flight <= 5);
    let calls = counters.total_calls();
    // What the machine itself takes, beside all else that runs on it, is no matter of the workers.
    emulator.behave(|behaviour| behaviour.delay = Duration::ZERO);
    let started = Instant::now();
    assert_eq!(rows(&client.module("Leads").scan().fields(["City"]).way(way).workers(5)).len(), 10_000);
    let own = started.elapsed();
    (took, latency.mul_f64(1.25 * calls as f64 / 5.0) + latency * 4 + own)
}

#[test]
fn five_workers_read_in_a_fifth_of_the_time() {
    // However times are distributed: some of these records are years older than all others.
    for (version, way, old) in [
        ("v2", Way::Query, 0),
        ("v2", Way::Pages, 0),
        ("v8", Way::Query, 0),
        ("v8", Way::Pages, 0),
        ("v8", Way::Pages, 5),
    ] {
        // Other tests and builds may take the processor away meanwhile: the slower Zoho is, the less that is of it.
        let in_time = [1, 4, 16].into_iter().any(|patience| {
            let (took, allowed) = timed(version, way, old, patience);
            took <= allowed
        });
        assert!(in_time, "{version} {way} {old}");
    }
}

#[test]
fn a_limit_that_nobody_told_costs_time_and_no_rows() {
    let (emulator, client) = start_with("v2", MadeUpLeads { id_gap: 7, per_second: 50, ..MadeUpLeads::of(10_000) });
    emulator.behave(|behaviour| {
        behaviour.max_heavy_in_flight = Some(2);
        behaviour.delay = Duration::from_millis(20);
    });
    let found = rows(&client.module("Leads").scan().fields(["City"]).way(Way::Query).workers(5)).len();
    assert_eq!(found, 10_000);
    let (sent, refused) = (client.usage().requests, client.usage().requests - client.usage().credits_spent);
    assert!(refused * 5 <= sent, "{refused} of {sent} were refused");
    assert!(emulator.counters().highest_in_flight <= 5);
}
