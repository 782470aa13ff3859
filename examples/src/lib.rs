//! What the example programs share: reading the configuration, offering the stores, exit codes, receiving a redirect.

mod connect;
mod exit;
mod redirect;
mod say;

pub use connect::{backends, config, connect, is_local, may_write, token_place};
pub use exit::{Outcome, run};
pub use redirect::Redirects;
pub use say::say;

/// Compiles the code in the project's README.
#[cfg(all(doctest, feature = "file", feature = "mysql"))]
#[doc = include_str!("../../README.md")]
struct Readme;
