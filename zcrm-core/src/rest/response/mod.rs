//! Responses: from the bytes that Zoho sends to rows, results and errors.
//!
//! * [`receive`]: a response is read whole, and is a success or a failure.
//! * [`rejection`]: what a response that is no success says, and the error that it makes.
//! * [`success`]: a success, as text.
//! * [`envelope`]: the rows in it; [`salvage`]: those that can be read where the text as a whole cannot.
//! * [`results`]: what became of each item of a write.
//! * [`decode`]: how a request turns its response into what the caller asked for.
//! * [`limits`]: what the headers say of limits.

mod decode;
mod envelope;
mod limits;
mod receive;
mod rejection;
mod results;
pub(crate) mod salvage;
mod success;

pub(crate) use envelope::Key;
pub(crate) use limits::{rate_limits, retry_after};
pub(crate) use receive::{NOT_UTF8, Received, is_success, lost, receive, rejected};
pub(crate) use rejection::{excerpt, means_absent, rejection_in, without_mark};
pub(crate) use results::{ItemResult, results_of_rejection};
pub use success::Response;
