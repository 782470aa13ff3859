//! How a question becomes a call: paths, attempts, envelopes, pages and batches.

mod attempt;
mod backoff;
mod call;
mod custom;
mod envelope;
mod gate;
mod limits;
mod refusal;
mod reply;
mod session;
mod transfer;

pub(crate) use call::Call;
pub use call::Repeat;
pub use custom::CustomCall;
#[allow(unused_imports)]
pub(crate) use envelope::{Envelope, ItemResult};
pub use reply::Reply;
pub(crate) use session::Session;
pub use transfer::{Download, Downloaded, Upload};
