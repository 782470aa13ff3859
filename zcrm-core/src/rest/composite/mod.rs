//! Several requests in one call: Zoho's composite request.
//!
//! * [`call`]: the one call.
//! * [`member`]: a request as it goes into it, and why it cannot.
//! * [`answer`]: what became of each.

mod answer;
mod call;
mod member;

pub(crate) use call::{Together, composite};
pub(crate) use member::{Decoded, name};
