//! How a question becomes a call: paths, attempts, envelopes, pages and batches.

mod attempt;
mod backoff;
mod call;
mod custom;
mod envelope;
mod gate;
mod limits;
mod page;
mod refusal;
mod reply;
mod rows;
mod session;
mod transfer;

pub(crate) use call::Call;
pub use call::Repeat;
pub use custom::CustomCall;
pub(crate) use envelope::{ItemResult, refused_results};
pub use page::{Page, PageInfo};
pub use reply::Reply;
pub(crate) use rows::{Listing, MAX_PER_PAGE};
pub use rows::{PagePosition, Rows, UnfitRow};
pub(crate) use session::Session;
pub use transfer::{Download, Downloaded, Upload};
