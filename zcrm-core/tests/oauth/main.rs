//! OAuth through the public interface, over a scripted accounts server and stores that misbehave.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod data_centre;
mod failures;
mod grants;
mod healing;
mod redirects;
mod refreshing;
mod secrets;
mod signing_out;
mod support;
mod unsaved;
