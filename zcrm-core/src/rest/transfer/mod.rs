//! Files on their way to Zoho and back, streamed: memory stays flat whatever their size.

mod disposition;
mod download;
mod multipart;
mod upload;

pub use download::{Download, Downloaded};
pub(crate) use multipart::text_part;
pub use upload::Upload;

/// Called with the bytes done so far and, where it is known, their number in all.
type Progress<'a> = Box<dyn FnMut(u64, Option<u64>) + 'a>;
