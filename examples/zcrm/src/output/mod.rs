//! Output that never ends in half a line, and files that are replaced only by what is complete.

mod lines;
mod target;

pub use lines::{Broken, Lines};
