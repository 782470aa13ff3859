//! `__composite_requests`: several requests in one call, all or none of them if wanted.
//!
//! | File | Holds |
//! |---|---|
//! | `run` | the call |
//! | `request` | one of the requests: read, and refused where Zoho refuses it |
//! | `references` | what one request takes from the answer to another |

mod references;
mod request;
mod run;

pub(crate) use request::KEY;
pub(crate) use run::run;
