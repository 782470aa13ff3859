//! One access token per user, shared by all threads and kept fresh.
//!
//! Refreshes are single-flight per user: the first thread that finds the token expired refreshes it, the others wait
//! for it, or go on with a token that still works. It takes the store's refresh lock meanwhile, so processes and hosts
//! coordinate there in the same way. Each file uses those above it only:
//!
//! - `failure`: the errors that arise here
//! - `cached_token`: an access token in use, and when it is due
//! - `unsaved`: tokens that the store did not take, and what they may replace later
//! - `entry`: what is remembered of one user, and the guard that makes refreshes single-flight
//! - `token_source`: the type itself, with the store and the lock
//! - `refresh`: read the store, send the token request, save, all under the lock
//! - `serve`: a token for a call, early renewal, and what a rejected token leads to
//! - `granted`, `sign_in`, `sign_out`: tokens that come and go by the application's own wish

mod cached_token;
mod entry;
mod failure;
mod granted;
mod refresh;
mod serve;
mod sign_in;
mod sign_out;
mod token_source;
mod unsaved;

pub(crate) use entry::Told;
pub use granted::Granted;
pub(crate) use serve::AccessToken;
pub(crate) use token_source::TokenSource;
