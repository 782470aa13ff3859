//! Who is asking: authorisation, grant exchange, refresh, revocation.

mod answer;
mod authorize;
mod endpoints;
mod failure;
mod handle;
pub mod scope;
mod source;
mod throttle;
mod wire;

pub use authorize::{AuthorizationRequest, Redirect};
pub use handle::OAuth;
pub use source::Granted;
pub(crate) use source::{AccessToken, TokenSource};
