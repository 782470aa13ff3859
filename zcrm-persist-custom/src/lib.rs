//! Keeps the tokens of [`zcrm_core`] in a store of the application's own.
//!
//! | The tokens' place | Use |
//! |---|---|
//! | is reached by three calls | [`Closures`] |
//! | is chosen by name in the dictionary | [`Registry`] |
//! | is reached from another language | [`ExternalProgram`], by the [protocol] |
//! | may be read by others | [`Encrypted`] around any store |
//! | shall change | [`copy_tokens`], also from the file of Zoho's Ruby SDK (feature `marshal`) |
//!
//! How to write a handler, with a complete one: [guide]. A store in memory is in the core:
//! [`InMemoryPersistence`](zcrm_core::persistence::InMemoryPersistence).
//!
//! By the dictionary, as Zoho's Ruby SDK has it, but without loading a class from a path:
//!
//! ```
//! use zcrm_core::persistence::InMemoryPersistence;
//! use zcrm_core::{Client, Config};
//! use zcrm_persist_custom::Registry;
//!
//! let config = Config::from_pairs([
//!     ("client_id", "1000.FAKE"),
//!     ("client_secret", "fake-secret"),
//!     ("redirect_uri", "https://www.zoho.com"),
//!     ("current_user_email", "abc@xyz.com"),
//!     ("persistence_handler_class", "TokensInMemory"),
//! ])?;
//! let registry = Registry::new().with("TokensInMemory", |_config| Ok(Box::new(InMemoryPersistence::new())));
//! let client = Client::from_config(config, [registry.backend()])?;
//! assert!(!client.oauth().is_token_generated("abc@xyz.com")?);
//! # Ok::<(), zcrm_core::Error>(())
//! ```
#![cfg_attr(docsrs, feature(doc_cfg))]

// A map of this crate: `inspect` looks at a store for the doctor. `closures`, `program` and `registry` are ways to a
// store, `encrypted` wraps one, `copy` and `marshal` move tokens. Of `program`: `mod` is the handler, `call` and `lock`
// what it does, `wire` the protocol, `run` one run of a `command`, `process` the running program with all that it
// started, `check` what cannot be one, `redact` its words without tokens.

mod closures;
mod copy;
mod encrypted;
pub mod guide;
mod inspect;
#[cfg(feature = "marshal")]
mod marshal;
mod program;
pub mod protocol;
mod registry;

pub use closures::Closures;
pub use copy::{CopyReport, Newer, copy_tokens};
pub use encrypted::{Encrypted, EncryptionKey};
#[cfg(feature = "marshal")]
pub use marshal::RubyTokenFile;
pub use program::ExternalProgram;
pub use registry::{Registry, backend};
