//! Keeps the tokens of [`zcrm_core`] in MySQL or MariaDB, the default store of Zoho's SDKs.
//!
//! The table is that of Zoho's own SDKs, database `zohooauth`, table `oauthtokens`, so programs on either side read what
//! the other one wrote. What theirs do wrong is done right: a save is one step under a lock, every value is bound, and
//! [`lock_refresh`](zcrm_core::persistence::PersistenceHandler::lock_refresh) lets one process of any host refresh at a
//! time.
//!
//! ```no_run
//! use zcrm_core::{Client, Config};
//! use zcrm_persist_mysql::MysqlPersistence;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let config = Config::from_json_file("zcrm.json")?;
//! let store = MysqlPersistence::builder().address("db.example.com").username("zcrm").password("fake").tls(true).build()?;
//! store.ensure_schema()?;
//! let client = Client::new(config, store)?;
//! # let _ = client;
//! # Ok(())
//! # }
//! ```
//!
//! Or by the dictionary: `Client::from_config(config, [zcrm_persist_mysql::backend()])`, which calls `ensure_schema` too.
//!
//! # The table
//!
//! [`ensure_schema`](MysqlPersistence::ensure_schema) creates what is in [`SCHEMA`] when it is absent. The table as Zoho's
//! documentation has it works as well: no key, columns of 100 characters, the server's default character set, InnoDB or
//! MyISAM. Its narrow columns then limit what can be kept ([`limits`]): a longer token or a name outside of the character
//! set is refused with [`DoesNotFit`], and the row stays as it was. Duplicate rows that other SDKs left are read as one
//! (the one that lives longest) and written as one.
//!
//! # When the database is away
//!
//! A connection that was closed, killed or timed out is replaced without the caller noticing. While the server cannot be
//! reached, reading, saving and locking wait for it, 10 seconds by default
//! ([`outage_patience`](MysqlBuilder::outage_patience)), then fail with [`Unavailable`].
//!
//! # The refresh lock
//!
//! A named server lock (`GET_LOCK`) on a connection of its own. When the holder's process or host dies, the server frees it
//! with the connection; when the holder is frozen, the server closes its connection after the
//! lease that the caller of `lock_refresh` named (`wait_timeout` of that session).
//! The server's named locks are not replicated: point all programs to one server.
//!
//! [`limits`]: zcrm_core::persistence::PersistenceHandler::limits
//! [`DoesNotFit`]: zcrm_core::persistence::PersistenceErrorKind::DoesNotFit
//! [`Unavailable`]: zcrm_core::persistence::PersistenceErrorKind::Unavailable

mod builder;
mod connect;
mod error;
mod lock;
mod schema;
mod store;

pub use builder::MysqlBuilder;
pub use schema::SCHEMA;
pub use store::{MysqlPersistence, backend};

/// Compiles the code in the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
