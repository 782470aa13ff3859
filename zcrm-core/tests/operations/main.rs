//! Optimistic locking, composite requests and mass operations over real HTTP, against the emulated Zoho CRM.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod composite;
mod locking;
mod mass;

use std::time::Duration;

use zcrm_core::config::HttpOptions;
use zcrm_core::persistence::InMemoryPersistence;
use zcrm_core::{Client, Config, GrantToken};
use zcrm_emulator::{Emulator, Options};

fn start(version: &str) -> (Emulator, Client) {
    start_with(version, |http| http)
}

/// A client whose retries make no noticeable pauses.
fn start_with(version: &str, http: impl FnOnce(HttpOptions) -> HttpOptions) -> (Emulator, Client) {
    let emulator = Emulator::start(Options::default()).unwrap();
    let mut dictionary = emulator.dictionary();
    dictionary["api_version"] = version.into();
    let quick = HttpOptions::default().retry_base(Duration::from_millis(1)).max_retries(2);
    let config = Config::from_json_str(&dictionary.to_string()).unwrap().with_http(http(quick));
    let client = Client::new(config, InMemoryPersistence::new()).unwrap();
    let _ = client.oauth().generate_access_token(GrantToken::new(emulator.new_grant("abc@xyz.com"))).unwrap();
    emulator.reset_counters();
    (emulator, client)
}
