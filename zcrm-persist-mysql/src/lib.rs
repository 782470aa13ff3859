//! Keeps the tokens of [`zcrm_core`] in MySQL or MariaDB, the default store of Zoho's SDKs.
//!
//! The table is that of Zoho's own SDKs, database `zohooauth`, table `oauthtokens`, so programs on either side read
//! what the other one wrote. What theirs do wrong is done right: a save is one step under a lock, every value is bound,
//! and [`lock_refresh`](zcrm_core::persistence::PersistenceHandler::lock_refresh) lets one process of any host refresh
//! at a time.
//!
//! ```no_run
//! use zcrm_core::{Client, Config};
//! use zcrm_persist_mysql::MysqlPersistence;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let config = Config::from_json_file("zcrm.json")?;
//! let builder = MysqlPersistence::builder().address("db.example.com").username("zcrm").password("fake");
//! let store = builder.tls(true).build()?;
//! store.ensure_schema()?;
//! let client = Client::new(config, store)?;
//! # let _ = client;
//! # Ok(())
//! # }
//! ```
//!
//! Or by the dictionary: `Client::from_config(config, [zcrm_persist_mysql::backend()])`, which calls `ensure_schema`
//! too.
//!
//! # The table
//!
//! [`ensure_schema`](MysqlPersistence::ensure_schema) creates what is in [`SCHEMA`] when it is absent. The table as
//! Zoho's documentation has it works as well: no key, columns of 100 characters, the server's default character set,
//! InnoDB or MyISAM. Its narrow columns then limit what can be kept ([`limits`]): a longer token or a name outside of
//! the character set is refused with [`DoesNotFit`], and the row stays as it was. Duplicate rows that other SDKs left
//! are read as one (the one that lives longest) and written as one.
//!
//! What would make a save fail later is told by `ensure_schema`, before a grant token is spent: a column that is
//! absent, too narrow, of a wrong type or one too many, a missing right, a server that takes no writes.
//!
//! # Names
//!
//! Other SDKs compare names as the column's collation does, mostly without regard to case, and store Zoho's spelling.
//! So a user means the row of exactly this name; where there is none, the only row that differs in case alone. Two such
//! rows are an error that names them. Where a key takes different users for one (accents, a blank at the end), reading
//! and saving fail with [`DoesNotFit`] and name the other row.
//!
//! The Ruby SDK saves by deleting and inserting. A row that is absent is therefore looked for once more after a tenth
//! of a second.
//!
//! # Data centers and rate limits
//!
//! Zoho's table has no place for the data center of tokens, nor for the moment until which Zoho wants no token requests
//! for a user. Both are kept in a table of their own, `zcrm_notes` in the same database, which is created when it is
//! first needed; it holds no token. Where this user may not create it, and nobody ran `schema.sql`, the store works
//! without: each process then finds out a rate limit for itself, and, if no URLs are configured, a user of another data
//! center than the default one is asked for at the wrong accounts server after a restart. A warning says so when such
//! a user signs in.
//!
//! # Time limits
//!
//! | What | Limit | Setting |
//! |---|---|---|
//! | connecting | 5 s | [`connect_timeout`](MysqlBuilder::connect_timeout) |
//! | a statement, by the server | 5 s | [`statement_timeout`](MysqlBuilder::statement_timeout) |
//! | a statement, where nothing comes back | 2 s more | |
//! | trying again, while the server is away or the row is locked | 10 s | [`outage_timeout`](MysqlBuilder::outage_timeout) |
//! | how long an idle connection may be and still be used | 10 s | |
//!
//! A connection that was closed, killed or dropped by a firewall is replaced without the caller noticing, and a
//! deadlock is tried again. While the server cannot be reached, or is read-only after a fail-over, reading, saving and
//! deleting try again; then they fail with [`Unavailable`] (with [`Denied`] if it is still read-only). The server ends
//! a statement before we stop waiting for it, so nothing that was reported as failed is carried out later.
//!
//! # The refresh lock
//!
//! A named lock of the server (`GET_LOCK`) on a connection of its own. When the holder's process or host dies, the
//! server frees it with the connection; when the holder is frozen, the server closes its connection after the lease
//! (`wait_timeout` of that session). On a network that drops everything, taking the lock outlasts its timeout by at
//! most 6 seconds, or by the connect timeout; asking whether it is held, and dropping it, take at most 6 seconds.
//!
//! Adding the row of a new user takes such a lock as well, with a lease of 5 seconds; replacing a row needs none.
//!
//! Named locks are not replicated: point all programs to one server. `ensure_schema` warns when the server is a node of
//! a Galera cluster or of a group with several primaries; a server that forbids `GET_LOCK` is a [`Setup`] error.
//!
//! [`limits`]: zcrm_core::persistence::PersistenceHandler::limits
//! [`DoesNotFit`]: zcrm_core::persistence::PersistenceErrorKind::DoesNotFit
//! [`Unavailable`]: zcrm_core::persistence::PersistenceErrorKind::Unavailable
//! [`Denied`]: zcrm_core::persistence::PersistenceErrorKind::Denied
//! [`Setup`]: zcrm_core::persistence::PersistenceErrorKind::Setup
#![cfg_attr(docsrs, feature(doc_cfg))]

mod backend;
mod builder;
mod cluster;
mod columns;
mod connect;
mod error;
mod inspect;
mod lock;
mod notes;
mod pool;
mod rows;
mod schema;
mod store;

pub use backend::backend;
pub use builder::MysqlBuilder;
pub use schema::SCHEMA;
pub use store::MysqlPersistence;

/// Compiles the code in the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
