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
//! println!("{}", report.into_result()?.counts());
//! # Ok(())
//! # }
//! ```
//!
//! # How it reads
//!
//! [`Config`] is the configuration dictionary, [`Client`] the one handle. A noun gives a handle and sends nothing; a
//! verb sends:
//!
//! | What you ask | How |
//! |---|---|
//! | Sign in and out | [`client.oauth()`](Client::oauth) |
//! | Users, roles, profiles, taxes, variables, notes | [`client.users()`](Client::users) and so on, each with `list`, `get`, `create`, `update`, `delete` as far as Zoho offers them |
//! | Records of a module | [`client.module("Leads")`](Client::module): `records()`, `search()`, `create`, `update`, `upsert`, `delete` |
//! | All records of a module of any size | [`leads.scan()`](resource::ModuleHandle::scan): `plan`, `iter`, by the way that costs least |
//! | Only what nobody modified meanwhile | [`leads.writer().if_unmodified()`](resource::Writer::if_unmodified) |
//! | One record | [`leads.record(id)`](resource::ModuleHandle::record): `get`, `update`, `delete`, `notes()`, `attachments()` ... |
//! | A module's fields, layouts, tags, views | `leads.fields()`, `leads.layouts()`, `leads.tags()`, `leads.custom_views()` |
//! | Any records, by a query in COQL | [`client.query("select ...")`](Client::query): `iter`, `send`, `all` |
//! | The same for many records | [`leads.mass_update(&values)`](resource::ModuleHandle::mass_update), `mass_delete()`, `change_owner(user)`, `mass_convert()`: `run(ids)`, `start(view)` |
//! | Several requests in one call | [`client.composite()`](Client::composite): `add`, `send`, `take` |
//! | What was created, modified and deleted since last time | [`leads.changes(cursor)`](resource::ModuleHandle::changes), with a cursor to keep |
//! | Be told of changes | [`client.notifications()`](Client::notifications): channels, and what Zoho sends by them |
//! | What may be spent, and what requests cost | [`client.limits()`](Client::limits) |
//! | What keeps a program from working | [`doctor::Doctor`] |
//! | Writing that survives a crash | a [`Journal`](journal::Journal): which rows are done, which are not, which are unanswered |
//! | Changes as they happen, across restarts | [`client.subscription(state)`](Client::subscription) |
//! | Files of your own on Windows, held by scanners and backups | [`files`] |
//! | Anything else | [`client.call(...)`](Client::call), with the same tokens, retries and errors |
//!
//! What comes back is plain data in [`entity`]. All listings share one builder, [`rest::List`], and one
//! [`Cursor`](rest::Cursor) from which another process goes on; all writes of many items share one
//! [report](rest::BatchReport). What is sent, retried and limited, and how, is described in [`rest`].
//!
//! Migrating from Zoho's Ruby SDK? See [`migrating`] for a method-by-method table.
//!
//! # Where tokens are kept
//!
//! In anything that implements [`PersistenceHandler`](persistence::PersistenceHandler): `zcrm-persist-file` (one
//! machine), `zcrm-persist-mysql` (several), `zcrm-persist-custom` (closures, an external program, encryption), or
//! [memory](persistence::InMemoryPersistence). [`Client::from_config`] lets the dictionary choose. Refreshes happen
//! exactly once, whoever asks: threads share a token, processes and hosts go through the store's lock.
//!
//! # Errors and retries
//!
//! One [`Error`], with a [`kind`](Error::kind), Zoho's code, message and details in [`api`](Error::api), and its
//! causes. Each [`ErrorKind`] says whether the library retried and whether you may. In short: rate limits and failed
//! connections are waited out within [`retry_budget`](config::HttpOptions::retry_budget), a rejected token is replaced
//! once, and what could do a thing twice is never retried. A batch of records is no error when some are rejected: its
//! [report](rest::BatchReport) has each one's outcome, and [`into_result`](rest::BatchReport::into_result) makes
//! failures an error.
//!
//! # Log
//!
//! Through the [`log`] facade. No level shows a token, a secret, a query string or a body.
//!
//! | Level | What |
//! |---|---|
//! | `error` | every error, once, when it leaves the library |
//! | `warn` | what needs attention: a retry, items of a batch that were not written, another data center, tokens that could not be saved, unused keys |
//! | `info` | which store and why, tables and folders made, tokens obtained, refreshed, revoked |
//! | `debug` | each request: method, path, status, duration; waiting for locks |
//!
//! The HTTP, TLS and database crates below show the wire at their `debug` and `trace`, tokens included: keep them at
//! `warn`, as [`logging::init`] does whatever `RUST_LOG` says.
//!
//! # From async code
//!
//! Methods block for as long as Zoho takes: put them on a thread for blocking work, such as
//! `tokio::task::spawn_blocking`.
//!
//! # Features
//!
//! - `logging` (default): [`logging::init`], which installs env_logger for the dictionary's two keys.
//! - `bulk`: bulk read, `leads.bulk_read()`: whole modules as files of 200,000 rows; bulk write, `leads.bulk_write()`:
//!   files of 25,000 rows. It brings csv, zip, flate2 and jiff.
//! - `conformance`: the suite that every token store has to pass, for the tests of stores.
//! - `time`: conversions between [`DateTime`], [`Date`] and the `time` crate.
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod client;
pub mod config;
pub mod coql;
pub mod criteria;
mod data_center;
pub mod doctor;
pub mod entity;
pub mod error;
pub mod files;
mod finding;
pub mod journal;
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
pub use criteria::Criteria;
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
