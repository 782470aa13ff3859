//! Listings: one builder, one iterator and one cursor for everything that Zoho gives in pages.
//!
//! * [`builder`]: what to list, as the caller says it.
//! * [`plan`]: the request of each page, and where to go on after it.
//! * [`rows`]: the iterator over all rows; [`decode`]: the rows of one page.
//! * [`cursor`]: where a listing stands, to go on in another process.
//! * [`page`]: one page, and what Zoho says of it.

mod builder;
mod cursor;
mod decode;
mod page;
mod plan;
mod rows;

pub use builder::{List, SortOrder};
pub use cursor::Cursor;
pub use decode::UnfitRow;
pub(crate) use decode::{RowTexts, decode_row, row_texts};
pub use page::{Page, PageInfo};
pub(crate) use plan::{Fields, Listing};
pub use rows::Rows;
