//! How a request becomes a response.
//!
//! * `request`: a request as a value; `parts`: what it sends; `cost`: what it costs, by `prices` where Zoho told them.
//! * `session`: `run`, the one way out: token, governor, retries, decoding, one log line for an error.
//! * `governor`: how many requests may be in flight, how fast, for how many credits.
//! * `retry`: what is retried, when, and with which token.
//! * `response`: what Zoho's responses say.
//! * `list`: listings in pages. `batch`: writes of many items. `transfer`: files.
//! * `stop`: why nothing more is begun of requests that go out side by side.
//! * `pauses`: waiting for a job of Zoho's.
//! * `call`: any endpoint, by hand; `estimate`: what it costs. `composite`: several requests in one call.

mod batch;
mod call;
mod composite;
mod cost;
mod estimate;
mod governor;
mod list;
mod parts;
mod pauses;
mod prices;
mod request;
mod response;
mod retry;
mod session;
mod stop;
mod transfer;

pub(crate) use batch::{Batch, BeforeRequest, Effect, Guard, Row, comma_list};
pub use batch::{BatchReport, Counts, Outcome, Saved, WriteStream, Written};
pub use call::Call;
pub(crate) use composite::{Decoded, Together, composite, name};
pub use cost::Cost;
pub use governor::Usage;
pub use list::{Cursor, List, Page, PageInfo, Rows, SortOrder, UnfitRow};
pub(crate) use list::{Fields, Listing, RowTexts, decode_row, row_texts};
pub use parts::{Host, Idempotency};
pub(crate) use pauses::Pauses;
pub use prices::{Price, Prices};
pub use request::Request;
pub use response::Response;
pub(crate) use response::salvage::id_of as salvaged_id;
pub(crate) use response::{ItemResult, Key};
pub(crate) use session::Session;
pub use transfer::{Download, DownloadReader, Downloaded, Upload};
