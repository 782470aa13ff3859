//! A client of a running emulator.
#![allow(dead_code, reason = "each test uses its part of it")]

use std::time::Duration;

use zcrm_core::config::HttpOptions;
use zcrm_core::persistence::InMemoryPersistence;
use zcrm_core::{Client, Config, GrantToken};
use zcrm_emulator::{Emulator, Options};

/// A server that refuses connections: nobody listens on this port, and none of the tests beside this one is given it,
/// as may happen with a port that was free a moment ago.
pub(crate) const CLOSED: &str = "http://127.0.0.1:1";

/// Retries without noticeable pauses.
pub(crate) fn quick() -> HttpOptions {
    HttpOptions::default().retry_base(Duration::from_micros(10)).max_retries(3)
}

/// An emulator over plain http.
pub(crate) fn emulator(leads: u64) -> Emulator {
    let mut options = Options::default();
    options.leads = leads;
    Emulator::start(options).unwrap()
}

/// The emulator's dictionary, with some keys replaced.
pub(crate) fn config(emulator: &Emulator, replaced: &[(&str, &str)]) -> Config {
    let mut dictionary = emulator.dictionary();
    for (key, value) in replaced {
        dictionary[*key] = (*value).into();
    }
    Config::from_json_str(&dictionary.to_string()).unwrap()
}

/// A client that has tokens already.
pub(crate) fn client(emulator: &Emulator, http: HttpOptions) -> Client {
    let client = Client::new(config(emulator, &[]).with_http(http), InMemoryPersistence::new()).unwrap();
    sign_in(&client, emulator);
    client
}

/// Exchanges a grant.
pub(crate) fn sign_in(client: &Client, emulator: &Emulator) {
    let grant = GrantToken::new(emulator.new_grant("abc@xyz.com"));
    let _ = client.oauth().generate_access_token(grant).unwrap();
}
