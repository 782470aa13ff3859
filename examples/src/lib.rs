//! What the example programs share: reading the configuration, offering the stores, exit codes, receiving a redirect,
//! progress, whole lines, the cells of CSV files.

pub mod cells;
mod connect;
mod exit;
mod interrupt;
mod lines;
pub mod progress;
mod redirect;
pub mod rust_struct;
mod say;
pub mod sheet;
pub mod tally;

pub use connect::{backends, config, connect, is_local, may_write, token_place};
pub use exit::{Outcome, arguments, complain, in_one_line, run};
pub use interrupt::Interrupt;
pub use lines::Lines;
pub use redirect::Redirects;
pub use say::say;

/// Compiles the code in the project's README.
#[cfg(all(doctest, feature = "file", feature = "mysql"))]
#[doc = include_str!("../../README.md")]
struct Readme;
