//! Web pages of the example programs.
//!
//! * [`page`] and its parts: one look for all pages, on a phone and on a desk, light and dark.
//! * [`HEADERS`]: what each page is sent with, so that it is neither stored, framed, nor able to load anything.
//! * [`Redirects`]: a page on this machine that receives the browser when it comes back from Zoho's consent page. It
//!   needs no async runtime.

mod connection;
mod page;
mod redirects;

pub use page::{HEADERS, Notice, notice, page, reload_when_back};
pub use redirects::{Redirect, Redirects};
