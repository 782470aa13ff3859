//! Exports: records written down as NDJSON or CSV, and where an export stands, so that another run goes on with it.
//!
//! * `sheet`: the columns, and what writes the records down. `checkpoint`: `FILE.cursor`. `rows`: the records,
//!   while it is written down where they stand.

mod checkpoint;
mod rows;
mod sheet;

pub use checkpoint::{Arguments, Checkpoint, Checkpoints};
pub use rows::Rows;
pub use sheet::{Format, Sheet, Sink};
