//! Retries: what a failed attempt says about another one, how long to wait, and which token to try next.
//!
//! * [`classify`]: whether the request was done, and whether another attempt may succeed.
//! * [`backoff`]: how long to wait before it, and when to give up.
//! * [`credentials`]: the access token of each attempt; a rejected one is replaced.

mod backoff;
mod classify;
mod credentials;

pub(super) use backoff::Backoff;
pub(super) use classify::{Classification, Failure};
pub(super) use credentials::Credentials;
