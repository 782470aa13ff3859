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
pub mod sheet;
pub mod tally;
pub mod web;

pub use connect::{backends, config, connect, is_local, token_place};
pub use exit::{Outcome, complain, in_one_line, run};
pub use interrupt::Interrupt;
pub use lines::Lines;
pub use redirect::Redirects;
