//! Whole modules by each way, over real HTTP, against the emulated Zoho CRM.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod churn;
mod plans;
mod refused;
mod resumed;
mod same_rows;
mod wide;
mod workers;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use zcrm_core::config::HttpOptions;
use zcrm_core::persistence::InMemoryPersistence;
use zcrm_core::resource::{Scan, Way};
use zcrm_core::{Client, Config, GrantToken, Record};
use zcrm_emulator::{Emulator, MadeUpLeads, Options};

const WAYS: [Way; 3] = [Way::Pages, Way::Query, Way::Bulk];

/// An emulator with so many leads, a tenth of them converted, and a client of that API version.
fn start(version: &str, leads: u64) -> (Emulator, Client) {
    start_with(version, MadeUpLeads { id_gap: 7, per_second: 50, converted_every: 10, ..MadeUpLeads::of(leads) })
}

fn start_with(version: &str, leads: MadeUpLeads) -> (Emulator, Client) {
    let emulator = Emulator::start(Options::default()).unwrap();
    emulator.make_up_leads(leads);
    let client = client(&emulator, version);
    (emulator, client)
}

fn client(emulator: &Emulator, version: &str) -> Client {
    let mut dictionary = emulator.dictionary();
    dictionary["api_version"] = version.into();
    // On a busy machine a large page may take a minute, and a second request would be counted.
    let patience = Duration::from_secs(600);
    let http = HttpOptions::default().response_timeout(patience).call_timeout(patience);
    let http = http.retry_base(Duration::from_millis(1)).max_retries(8);
    let config = Config::from_json_str(&dictionary.to_string()).unwrap().with_http(http);
    let client = Client::new(config, InMemoryPersistence::new()).unwrap();
    let _ = client.oauth().generate_access_token(GrantToken::new(emulator.new_grant("abc@xyz.com"))).unwrap();
    emulator.reset_counters();
    client
}

/// All rows by id; each came once.
fn rows(scan: &Scan) -> BTreeMap<String, Record> {
    once(scan.iter().map(Result::unwrap))
}

fn once(rows: impl Iterator<Item = Record>) -> BTreeMap<String, Record> {
    let mut found = BTreeMap::new();
    for row in rows {
        let id = row.id().unwrap().as_str().to_owned();
        assert!(found.insert(id.clone(), row).is_none(), "{id} came twice");
    }
    found
}

/// Tells a thread to stop, also when the test fails before.
struct Stop<'a>(&'a AtomicBool);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
