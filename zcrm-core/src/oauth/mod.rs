//! Who is asking: authorisation, grant exchange, refresh, revocation.

mod source;

#[allow(unused_imports)]
pub(crate) use source::{AccessToken, TokenSource};
