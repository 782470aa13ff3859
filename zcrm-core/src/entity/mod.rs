//! What comes back: plain data. No entity can reach the network.

mod id;
mod record;
mod three_state;
mod time;

pub use id::*;
pub use record::*;
pub use three_state::Nullable;
pub use time::{Date, DateTime};
