//! Files on their way to Zoho and back, streamed: memory stays flat whatever their size.
//!
//! * [`upload`]: where the bytes come from; [`multipart`]: how they are framed.
//! * [`download`]: where the bytes go to; [`target`]: a file that is replaced only when it is complete.
//! * [`location`]: a file at a URL that a response names.
//! * [`genuine`]: whether a response is a file.
//! * [`disposition`]: the name that a response gives its file.

mod disposition;
mod download;
mod encoded_words;
mod file_name;
mod genuine;
#[cfg(feature = "bulk")]
mod location;
mod multipart;
mod target;
mod upload;

pub use download::{Download, DownloadReader, Downloaded};
pub(crate) use multipart::text_part;
pub use upload::Upload;

/// Called with the bytes done so far and, where it is known, their number in all.
type Progress<'a> = Box<dyn FnMut(u64, Option<u64>) + Send + 'a>;
