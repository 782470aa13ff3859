//! Changes of several modules as they happen: sweeps, which are the truth, and notifications, which bring them forward.
//!
//! * [`reader`]: the loop of passes; [`told`]: what comes of it.
//! * [`builder`] and [`settings`]: what is told, and how often.
//! * [`state`]: up to where changes were acknowledged, and the channel, as a value to keep.
//! * [`hints`]: notifications as they come in; [`pace`]: when a pass is due because of them.
//! * [`upkeep`]: the channel's life.

mod builder;
mod hints;
mod pace;
mod reader;
mod settings;
mod state;
mod told;
mod upkeep;

pub use hints::Hints;
pub use reader::Subscription;
pub use state::SubscriptionState;
pub use told::{Told, ToldChange};
