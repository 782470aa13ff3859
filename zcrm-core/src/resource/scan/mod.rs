//! A module of any size, read by the way that costs least.
//!
//! * [`builder`]: what to read, as the caller says it; [`spec`], [`task`]: the same as data. [`way`]: the words for it.
//! * [`facts`]: what is asked before reading, the module's fields and how many records there are. [`columns`]: which
//!   fields a way gives, in how many parts. [`estimate`]: what each way costs. [`choice`]: which one it is.
//!   [`plan`]: the choice, told.
//! * [`rows`]: the iterator; [`reader`]: its rows, from ranges or from bulk jobs. [`cursor`]: where it stands.
//! * [`range`]: a piece of the module that one worker reads; [`pool`]: who reads which; [`workers`]: on threads.
//! * [`query`]: ranges of ids, by COQL. [`timeline`]: pages, as ranges of times; [`listed`]: the listing that it reads;
//!   [`chain`]: where that stands. [`ids`]: the records that came. [`join`]: rows whose fields take several requests.

mod builder;
mod chain;
mod choice;
mod columns;
mod cursor;
mod estimate;
mod facts;
mod ids;
mod join;
mod listed;
mod offset;
mod plan;
mod pool;
mod query;
mod range;
mod reader;
mod rows;
mod spec;
mod task;
mod timeline;
mod way;
mod workers;

pub use builder::Scan;
pub use cursor::ScanCursor;
pub use plan::ScanPlan;
pub use rows::ScanRows;
pub use way::{Prefer, Way};
