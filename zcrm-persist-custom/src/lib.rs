//! Keeps the tokens of [`zcrm_core`] in a store of the application's own.

mod closures;
mod copy;
mod encrypted;
pub mod guide;
#[cfg(feature = "marshal")]
mod marshal;
mod program;
pub mod protocol;
mod registry;

pub use closures::Closures;
pub use copy::{CopyReport, copy_tokens};
pub use encrypted::{Encrypted, EncryptionKey};
#[cfg(feature = "marshal")]
pub use marshal::RubyTokenFile;
pub use program::ExternalProgram;
pub use registry::{Registry, backend};
