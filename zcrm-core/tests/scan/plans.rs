//! What a plan says, and what the server then counts.

use zcrm_core::resource::{Scan, Way};

use super::{WAYS, client, rows, start};

/// Plans and reads with clients of their own, as two processes would.
fn check(emulator: &zcrm_emulator::Emulator, version: &str, what: &str, scan: impl Fn(Scan) -> Scan) -> (Way, u64) {
    let scan_of = || scan(client(emulator, version).module("Leads").scan());
    let plan = scan_of().plan().unwrap();
    let asked = emulator.counters();
    assert!(asked.total_calls() <= 2 && asked.credits <= 2, "{what}: {asked:?}");
    let found = rows(&scan_of()).len() as u64;
    let counters = emulator.counters();
    assert_eq!(plan.rows(), Some(found), "{what}");
    for (name, planned, counted) in
        [("calls", plan.calls(), counters.total_calls()), ("credits", plan.credits(), counters.credits)]
    {
        let planned = planned.unwrap();
        // Where workers divide what is left depends on who is slow, and how long a job takes on Zoho.
        let more = if what.ends_with("workers") || plan.way() == Way::Bulk { 3.0 } else { 0.0 };
        let off = planned.abs_diff(counted) as f64;
        assert!(off <= counted as f64 * 0.05 + more, "{version} {what}: {planned} {name} planned, {counted} counted");
    }
    (plan.way(), counters.credits)
}

#[test]
fn a_plan_counts_all_requests_that_the_scan_then_sends() {
    for version in ["v2", "v8"] {
        for leads in [0, 150, 250, 1_250, 3_300] {
            let (emulator, _) = start(version, leads);
            let mut cheapest = u64::MAX;
            for way in WAYS {
                let (_, credits) = check(&emulator, version, &format!("{leads} leads by {way}"), |scan| {
                    scan.fields(["City"]).way(way)
                });
                cheapest = cheapest.min(credits);
                if way != Way::Bulk {
                    check(&emulator, version, &format!("all of {leads} leads by {way}"), |scan| scan.way(way));
                }
            }
            let (_, credits) = check(&emulator, version, &format!("{leads} leads"), |scan| scan.fields(["City"]));
            assert!(credits <= cheapest, "{version} {leads}: {credits}, not {cheapest}");
            for way in [Way::Pages, Way::Query] {
                let what = format!("{leads} leads by {way} with workers");
                check(&emulator, version, &what, |scan| scan.fields(["City"]).way(way).workers(3));
            }
        }
    }
}

#[test]
fn many_records_are_cheaper_by_bulk_read_and_a_plan_is_asked_for_once() {
    let (emulator, client) = start("v8", 60_000);
    let scan = client.module("Leads").scan().fields(["City"]);
    let plan = scan.plan().unwrap();
    assert_eq!(plan.way(), Way::Bulk, "{plan}");
    let by_name = client.module("Leads").scan().fields(["City"]).way(Way::Bulk).plan().unwrap();
    assert_eq!(plan.credits(), by_name.credits(), "{plan} {by_name}");
    let before = emulator.counters().total_calls();
    assert_eq!(rows(&scan).len(), 54_000);
    let sent = emulator.counters().total_calls() - before;
    assert!(sent <= 4, "what the plan asked for is not asked for again: {:?}", emulator.counters().calls);
}
