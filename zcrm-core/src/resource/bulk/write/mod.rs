//! Bulk write: Zoho imports up to 25,000 rows of a file into a module, as a job.
//!
//! * [`builder`]: what to do with the rows, as the caller says it; [`options`]: as data. [`input`]: the rows,
//!   and what to do next.
//! * [`spool`]: the rows in a temporary file; [`distinct`]: which columns tell them apart.
//! * [`columns`]: the columns and their types, by the module's fields; [`mandatory`]: those that must not be missing;
//!   [`cell`]: a value as a cell; [`zone`]: moments in the user's time zone; [`children`]: rows below the rows.
//! * [`pack`]: the rows of one job as a CSV file within a ZIP file.
//! * [`upload`]: handing the file over; [`request`]: starting the job; [`job`]: one that was started, as data;
//!   [`status`]: how far it is.
//! * [`fetch`]: fetching its result; [`result`]: what it did; [`join`]: to which rows.
//! * [`run`]: one job after the other; [`outcomes`]: what became of the rows, in order. [`plan`]: what it costs.

mod builder;
mod cell;
mod children;
mod columns;
mod distinct;
mod fetch;
mod input;
mod job;
mod join;
mod mandatory;
mod options;
mod outcomes;
mod pack;
mod plan;
mod request;
mod result;
mod run;
mod spool;
mod status;
mod upload;
mod zone;

pub use builder::BulkWrite;
pub use input::BulkWriteRows;
pub use job::BulkWriteJob;

pub use outcomes::BulkWriteOutcomes;
pub use plan::BulkWritePlan;
