//! OAuth through the public interface, over a scripted accounts server and stores that misbehave.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod data_center;
mod early;
mod empty_tokens;
mod failures;
mod grants;
mod healing;
mod rate_limits;
mod redirects;
mod refreshing;
mod secrets;
mod sign_in_order;
mod signing_out;
mod support;
mod unsaved;
