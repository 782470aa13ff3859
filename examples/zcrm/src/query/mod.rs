//! Queries in COQL, as people write them at a command line: parameters, output for people and for programs, a prompt.

mod parameter;
mod prompt;
mod sheet;
mod table;
mod words;

pub use parameter::parameter;
pub use prompt::{Prompt, history_file};
pub use sheet::{Format, Sheet};
