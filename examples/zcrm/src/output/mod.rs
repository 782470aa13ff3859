//! Output that never ends in half a line, and files that are replaced only by what is complete.

mod lines;
mod sink;
mod state;
mod target;
mod whole;

pub use lines::{Broken, Lines, Place};
pub use sink::Sink;
pub(crate) use sink::one_line;
pub(crate) use state::{private, replace};
pub(crate) use target::remove;
pub use target::{beside, part_of};
pub use whole::WholeFile;
