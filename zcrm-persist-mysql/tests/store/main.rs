//! The store against a real server: one program, so that most tests share one server.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::print_stderr)]

mod broken;
mod connection;
mod failover;
#[cfg(unix)]
mod frozen;
mod lock;
mod names;
mod notes;
mod schema;
mod silence;
#[path = "../support/mod.rs"]
mod support;
mod table;
mod warnings;
