//! A blocking Zoho CRM SDK: typed records, and OAuth tokens that keep themselves fresh.
//!
//! ```no_run
//! use zcrm_core::persistence::InMemoryPersistence;
//! use zcrm_core::{Client, Config, GrantToken, Record};
//!
//! # fn main() -> Result<(), zcrm_core::Error> {
//! // The configuration dictionary of Zoho's Ruby SDK.
//! let config = Config::from_json_file("zcrm.json")?;
//! // A store for the tokens; zcrm-persist-file and zcrm-persist-mysql have those that last.
//! let client = Client::new(config, InMemoryPersistence::new())?;
//! client.oauth().generate_access_token(GrantToken::new("1000.FAKE"))?; // once in a store's life
//!
//! for lead in client.module("Leads").records().fields(["Last_Name", "Email"]).iter() {
//!     let lead = lead?;
//!     println!("{:?} {:?}", lead.id(), lead.get::<String>("Last_Name")?);
//! }
//!
//! let report = client.module("Leads").create(&[Record::new().with("Last_Name", "Bo")])?;
//! println!("{:?}", report.counts());
//! # Ok(())
//! # }
//! ```
//!
//! # The way through
//!
//! [`Config`] is the dictionary, [`Client`] the one handle. [`client.oauth()`](Client::oauth) signs in and out,
//! [`client.organization()`](Client::organization) asks about the organisation and its users,
//! [`client.module("Leads")`](Client::module) reads and writes records. What comes back is plain data in [`entity`]. An
//! endpoint that has no method is reached by [`client.call(...)`](Client::call), with the same tokens, retries and errors.
//!
//! Who comes from Zoho's Ruby SDK finds each of its methods in [`migrating`].
//!
//! # Where tokens are kept
//!
//! In anything that implements [`PersistenceHandler`](persistence::PersistenceHandler): `zcrm-persist-file` (one machine),
//! `zcrm-persist-mysql` (several), `zcrm-persist-custom` (closures, an external program, encryption), or
//! [memory](persistence::InMemoryPersistence). [`Client::from_config`] lets the dictionary choose. Refreshes happen exactly
//! once, whoever asks: threads share a token, processes and hosts go through the store's lock.
//!
//! # Errors, and what is tried again
//!
//! One [`Error`], with a [`kind`](Error::kind), Zoho's account of it in [`api`](Error::api), and its causes. Each
//! [`ErrorKind`] says whether the library tried again and whether you may. In short: 429 and a lost connection are waited
//! out within [`retry_budget`](config::HttpOptions::retry_budget), a rejected token is replaced once, and what could do a
//! thing twice is never repeated. A batch of records is no error when some are refused: its
//! [report](resource::records::BatchReport) tells each one's fate.
//!
//! # Log
//!
//! Through the [`log`] facade. No level shows a token, a secret, a query string or a body.
//!
//! | Level | What |
//! |---|---|
//! | `error` | every error, once, when it leaves the library |
//! | `warn` | what needs attention: a call tried again, another data centre, tokens that could not be saved, idle keys |
//! | `info` | which store and why, tables and folders made, tokens obtained, refreshed, revoked |
//! | `debug` | each call: method, path, status, duration; waiting for locks |
//!
//! The HTTP, TLS and database crates below show the wire at their `debug` and `trace`, tokens included: keep them at `warn`,
//! as [`logging::init`] does whatever `RUST_LOG` says.
//!
//! # From async code
//!
//! Calls block for as long as Zoho takes: put them on a thread for blocking work, such as `tokio::task::spawn_blocking`.
//!
//! # Features
//!
//! - `logging` (default): [`logging::init`], which installs env_logger for the dictionary's two keys.
//! - `conformance`: the suite that every token store has to pass, for the tests of stores.
//! - `time`: conversions between [`DateTime`], [`Date`] and the `time` crate.

pub mod client;
pub mod config;
pub mod coql;
pub mod criteria;
pub mod entity;
pub mod error;
#[cfg(feature = "logging")]
pub mod logging;
pub mod migrating;
pub mod oauth;
pub mod persistence;
mod rate_limits;
pub mod resource;
pub mod rest;
mod retry_after;
mod secret;
mod token;
pub mod transport;

pub use client::Client;
pub use config::Config;
pub use entity::{Date, DateTime, Nullable, Record, RecordId, UserId};
pub use error::{ApiError, Error, ErrorKind, OptionalExt, Result};
pub use rate_limits::RateLimits;
pub use secret::Secret;
pub use token::{GrantToken, InvalidUserIdentifier, OAuthTokens, UserIdentifier};
pub use transport::Method;

/// Compiles the code in the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
