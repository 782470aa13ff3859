//! A blocking Zoho CRM SDK.

pub mod client;
pub mod config;
pub mod entity;
pub mod error;
#[cfg(feature = "logging")]
pub mod logging;
pub mod oauth;
pub mod persistence;
mod rate_limits;
pub mod resource;
pub mod rest;
mod secret;
mod token;
pub mod transport;

pub use client::Client;
pub use config::Config;
pub use entity::{Date, DateTime, Nullable, RecordId, UserId};
pub use error::{ApiError, Error, ErrorKind, OptionalExt, Result};
pub use rate_limits::RateLimits;
pub use secret::Secret;
pub use token::{GrantToken, InvalidUserIdentifier, OAuthTokens, UserIdentifier};
pub use transport::Method;
