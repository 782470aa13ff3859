//! Clients of an emulator that are signed in.

use std::time::Duration;

use zcrm_core::config::HttpOptions;
use zcrm_core::persistence::InMemoryPersistence;
use zcrm_core::{Client, Config, GrantToken};
use zcrm_emulator::Emulator;

/// Few retries, without noticeable pauses.
pub(crate) fn quick() -> HttpOptions {
    // On a busy machine a large page may take a minute, and a second request would be counted.
    let patience = Duration::from_secs(600);
    let http = HttpOptions::default().response_timeout(patience).call_timeout(patience);
    http.retry_base(Duration::from_millis(1)).max_retries(2)
}

/// A client of that API version, signed in. What that took does not count among the emulator's requests.
pub(crate) fn client(emulator: &Emulator, version: &str, http: HttpOptions) -> Client {
    let mut dictionary = emulator.dictionary();
    dictionary["api_version"] = version.into();
    let config = Config::from_json_str(&dictionary.to_string()).unwrap().with_http(http);
    let client = Client::new(config, InMemoryPersistence::new()).unwrap();
    let _ = client.oauth().generate_access_token(GrantToken::new(emulator.new_grant("abc@xyz.com"))).unwrap();
    emulator.reset_counters();
    client
}
