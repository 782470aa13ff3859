//! Taking an import back: what it created is deleted, and old values are written back, where nobody has changed the
//! record since.
//!
//! * `results`: the file of results. `touched`: the records in it. `values`: what they held and hold.
//! * `take_back`: what is done with them.

mod results;
mod take_back;
mod touched;
mod values;

pub use take_back::{Taken, Undo};
