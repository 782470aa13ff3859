//! Rows of a CSV file on their way to Zoho, and what became of each.

mod columns;
mod job;
mod tally;
mod writes;

pub use columns::{ABOUT, Columns, Writing};
pub use job::{Job, dry_run};
pub use tally::{Files, Tally};
