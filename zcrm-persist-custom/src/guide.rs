//! How to write a handler of your own.
//!
//! # Which way
//!
//! - The tokens have a place already, and three calls reach it: [`Closures`](crate::Closures).
//! - A type of your own: implement [`PersistenceHandler`], as below.
//! - The dictionary shall choose: register either in a [`Registry`](crate::Registry) under the name that
//!   `persistence_handler_class` gives.
//! - The store is not reached from Rust: an external program, in any language, by the [protocol](crate::protocol).
//!   `persistence_handler_class_path` is its absolute path, `persistence_handler_class` its argument. Zoho's Ruby classes
//!   (`.rb`) cannot be loaded; let such a class become a small program that speaks the protocol.
//!
//! # The rules
//!
//! They are the contract in [`PersistenceHandler`]. Those that stores break most often:
//!
//! - `Ok(None)` is "this user is unknown". A store that could not look returns `Err`; else the application asks for a
//!   new grant although its tokens are safe.
//! - Saving is one step. Deleting a row and then inserting it loses the refresh token when the program ends in between.
//! - Users compare byte by byte: `A@x.com` is not `a@x.com`, whatever a database's collation says.
//! - Tokens have no longest length; refuse what does not fit with
//!   [`DoesNotFit`](zcrm_core::persistence::PersistenceErrorKind::DoesNotFit), never cut.
//! - No token in `Debug`, in an error or in a log.
//! - Reading may succeed where saving does not, as on a full disk: say so in [`check_writable`], before a grant is spent.
//! - Several processes share the store: offer [`lock_refresh`].
//!
//! # A complete one
//!
//! With the crates `sha2` and `tempfile`. It passes the suite.
//!
//! ```
#![doc = include_str!("../guide/folder_store.rs")]
//! # fn main() {}
//! ```
//!
//! # Prove it
//!
//! With `zcrm-core`'s feature `conformance` among the dev-dependencies:
//!
//! ```
//! use zcrm_core::persistence::InMemoryPersistence as MyStore;
//! use zcrm_core::persistence::conformance::Suite;
//!
//! // In a #[test]:
//! Suite::new(|| MyStore::new()).reopen(|store| store.clone()).run();
//! ```
//!
//! `Suite::broken` adds that failure is not absence, `requires_lock` that there is a refresh lock; `Processes` proves what
//! holds between processes. `unreadable_row`, `ends_leases` and `shares_rate_limits` add what a store can show beyond that.
//!
//! [`PersistenceHandler`]: zcrm_core::persistence::PersistenceHandler
//! [`check_writable`]: zcrm_core::persistence::PersistenceHandler::check_writable
//! [`lock_refresh`]: zcrm_core::persistence::PersistenceHandler::lock_refresh
