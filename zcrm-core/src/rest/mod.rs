//! How a question becomes a call: paths, attempts, envelopes, pages and batches.

mod call;
mod reply;
mod session;

pub(crate) use call::Call;
pub use call::Repeat;
pub use reply::Reply;
pub(crate) use session::Session;
