//! The accounts server: requests for tokens, what it responds, and when it wants no more of them.
//!
//! - `client`: the requests; `failure`: what a refusal means and what to do about it
//! - `response`: a response, taken apart; `throttle`: which refresh tokens are rate-limited

mod client;
mod failure;
mod response;
mod throttle;

pub(super) use client::{AccountsClient, Owner};
pub(super) use failure::no_refresh_token;
pub(super) use response::Minted;
