//! Optimistic locking, composite requests and mass operations over real HTTP, against the emulated Zoho CRM.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod composite;
mod locking;
mod mass;

#[path = "../emulated/mod.rs"]
mod emulated;

use emulated::{client, quick};
use zcrm_core::Client;
use zcrm_core::config::HttpOptions;
use zcrm_emulator::{Emulator, Options};

fn start(version: &str) -> (Emulator, Client) {
    start_with(version, |http| http)
}

/// A client whose retries make no noticeable pauses.
fn start_with(version: &str, http: impl FnOnce(HttpOptions) -> HttpOptions) -> (Emulator, Client) {
    let emulator = Emulator::start(Options::default()).unwrap();
    let client = client(&emulator, version, http(quick()));
    (emulator, client)
}
