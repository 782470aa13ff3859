//! Rows of a CSV file on their way to Zoho, and what became of each.
//!
//! * `input`, `map`, `columns`, `column`, `dates`, `lookup`, `parent`: what the input says.
//! * `check`, `clashes`, `findings`, `dry_run`, `plan`: what is wrong with it, and what writing it costs.
//! * `job`, `feed`, `records`, `writes`: rows on their way to record calls. `bulk`: to jobs.
//! * `tally`, `rejects`, `counts`: the account of all rows.
//! * `past`, `clock`, `settle`, `alike`: what earlier runs did. `keep`, `values`: the values that are overwritten.

mod alike;
mod bulk;
mod check;
mod clashes;
mod clock;
mod column;
mod columns;
mod counts;
mod dates;
mod dry_run;
mod feed;
mod findings;
mod input;
mod job;
mod keep;
mod lookup;
mod map;
mod parent;
mod past;
mod plan;
mod records;
mod rejects;
mod settle;
mod tally;
mod values;
mod writes;

pub use bulk::{import_by_bulk, take_up_jobs};
pub use check::Checker;
pub use clock::Clock;
pub use columns::{Columns, Writing};
pub use counts::Counts;
pub use dates::DateFormat;
pub use dry_run::dry_run;
pub use findings::Findings;
pub use input::{Input, hash_of};
pub use job::{Blocks, Job, leave_rest, leave_unread};
pub use keep::{Keep, Kept, read_kept};
pub use lookup::Lookups;
pub use map::{Column, Empty, Mapping};
pub use parent::ABOUT;
pub use plan::{Plan, Way};
pub use records::import_by_records;
pub use rejects::RESULTS;
pub use settle::{count_unanswered, first_sent, settle};
pub use tally::{ENDED, Files, NOT_BEGUN, Tally};
pub(crate) use values::{Wanted, subforms};
