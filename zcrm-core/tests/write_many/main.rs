//! Writing at any size, against the emulator.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
// The emulator's options cannot be built in one expression from outside of its crate.
#![allow(clippy::field_reassign_with_default)]

mod bulk;
#[path = "../rest_support/mod.rs"]
mod rest_support;
mod workers;
