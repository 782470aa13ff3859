//! Rows of a CSV file on their way to Zoho, and what became of each.

mod columns;
mod job;
mod tally;
mod writes;

pub use columns::{ABOUT, Columns, Writing};
pub use job::{Job, dry_run, leave_rest, leave_unread};
pub use tally::{ENDED, Files, NOT_BEGUN, Tally};
