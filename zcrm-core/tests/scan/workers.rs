//! Several workers: fast, within the limits, and exact.

use std::time::{Duration, Instant};

use zcrm_core::resource::Way;
use zcrm_emulator::MadeUpLeads;

use super::{rows, start_with};

#[test]
fn five_workers_read_twenty_thousand_rows_in_a_fifth_of_the_time() {
    for version in ["v2", "v8"] {
        for way in [Way::Query, Way::Pages] {
            let (emulator, client) =
                start_with(version, MadeUpLeads { id_gap: 7, per_second: 50, ..MadeUpLeads::of(20_000) });
            // Large pages, and those by time, take the emulator, built for tests, a while of its own.
            let latency = Duration::from_millis(if version == "v8" { 500 } else { 200 });
            emulator.behave(|behaviour| behaviour.delay = latency);
            let started = Instant::now();
            let found = rows(&client.module("Leads").scan().fields(["City"]).way(way).workers(5)).len();
            let (took, counters) = (started.elapsed(), emulator.counters());
            let calls = counters.total_calls();
            println!("{version} {way}: {took:?} for {calls} calls, {} in flight", counters.highest_in_flight);
            let least = latency.mul_f64(calls as f64 / 5.0);
            assert!(took <= least.mul_f64(1.25) + latency * 4, "{version} {way}: {took:?} for {calls} calls");
            assert!(counters.highest_in_flight <= 5);
            assert_eq!(found, 20_000, "{version} {way}");
        }
    }
}
