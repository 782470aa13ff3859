//! Where tokens are kept: the [`PersistenceHandler`] trait, its contract, and the store in memory.
//!
//! Each file uses those above it only:
//!
//! - `error`: how a store fails; `limits`: what it cannot hold; `lock`: the refresh lock that it hands out; `listing`:
//!   whose tokens it holds
//! - `handler`: the trait, and what a store promises
//! - `backend`: how a store is offered to `Client::from_config`; `memory`: the reference store
//! - `conformance`: the suite that every store has to pass

mod backend;
#[cfg(feature = "conformance")]
pub mod conformance;
mod error;
mod handler;
mod limits;
mod listing;
mod lock;
mod memory;

pub use backend::{Backend, Inspection};
pub use error::{PersistenceError, PersistenceErrorKind};
pub use handler::{MAX_LOCK_TIMEOUT, MIN_LOCK_LEASE, PersistenceHandler};
pub use limits::StoreLimits;
pub use listing::StoredTokens;
pub use lock::RefreshLock;
pub use memory::InMemoryPersistence;
