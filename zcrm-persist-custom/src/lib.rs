//! Keeps the tokens of [`zcrm_core`] in a store of the application's own.

mod closures;
mod program;
mod registry;

pub use closures::Closures;
pub use program::ExternalProgram;
pub use registry::{Registry, backend};
