//! `zcrm doctor` on broken set-ups: each is found and named in one line with a remedy, nothing is changed, no secret is
//! shown, and few calls are sent. And what goes with it: `limits`, `tokens`, `revoke`, `copy-tokens`.
#![cfg(all(feature = "file", feature = "mysql", feature = "custom", target_os = "linux"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "../support/mod.rs"]
mod support;

mod account;
mod case;
mod configuration;
mod database;
mod fleet;
mod network;
mod store;
