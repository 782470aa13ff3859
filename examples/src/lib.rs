//! What the example programs share: reading the configuration, offering the stores, exit codes, receiving a redirect.

mod connect;
mod exit;
mod redirect;

pub use connect::{backends, config, connect, is_local, token_place};
pub use exit::{Outcome, run};
pub use redirect::Redirects;
