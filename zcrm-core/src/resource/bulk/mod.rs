//! Whole modules as files: bulk write in [`write`], and bulk read, by which Zoho exports up to 200,000 records of a
//! module into one file:
//!
//! * [`read`]: what to export, as the caller says it; [`query`]: the same as data, and as the body of a request.
//! * [`start`]: starting a job.
//! * [`job`]: a job that was started, as data; [`handle`]: the same with a session, to ask and wait.
//! * [`status`]: how far a job is; [`callback`]: what Zoho sends when it is over.
//! * [`result`]: a job that is over. [`archive`]: its file; [`cells`]: the type of each column; [`rows`]: its rows;
//!   [`sieve`]: which of them are wanted, where the job could not say it.
//! * [`pages`]: all rows, of as many jobs as it takes; [`cursor`]: where they stand, to go on in another process.

mod archive;
mod callback;
mod cells;
mod cursor;
mod handle;
mod job;
mod pages;
mod query;
mod read;
mod result;
mod rows;
mod sieve;
mod start;
mod status;
mod write;

pub use callback::BulkCallback;
pub use cursor::BulkCursor;
pub use handle::BulkReadJob;
pub use job::Job;
pub use pages::BulkRows;
pub use read::BulkRead;
pub use result::BulkResult;
pub use rows::ResultRows;
pub(in crate::resource) use sieve::Test;
pub use status::{JobResult, JobState, JobStatus};
pub use write::{BulkWrite, BulkWriteJob, BulkWriteOutcomes, BulkWritePlan, BulkWriteRows};
