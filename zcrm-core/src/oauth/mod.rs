//! Who is asking: authorisation, grant exchange, refresh, revocation.
//!
//! Each part uses those below it only:
//!
//! - `handle`: [`OAuth`], what an application signs its users in and out with; the one place that logs the errors
//! - `source/`: access tokens, cached, refreshed by one at a time, kept in the store
//! - `authorize`, [`scope`]: the consent page and the redirect back from it
//! - `servers`: which accounts server and which API host a user's tokens belong to
//! - `accounts/`: the requests to the accounts server, its responses, failures and rate limit

mod accounts;
mod authorize;
mod handle;
pub mod scope;
mod servers;
mod source;

pub use authorize::{AuthorizationRequest, Redirect};
pub use handle::OAuth;
pub use source::Granted;
pub(crate) use source::{AccessToken, TokenSource, Told};
