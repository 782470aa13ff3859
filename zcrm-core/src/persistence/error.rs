//! How a token store fails.

use std::error::Error as StdError;
use std::fmt;

use crate::error::{Error, ErrorKind};
use crate::finding::Finding;

/// What kind of failure of a token store this is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PersistenceErrorKind {
    /// The store cannot be reached at the moment. Trying again later may help.
    Unavailable,
    /// The store refuses: wrong password, missing right, read-only folder.
    Denied,
    /// The store as a whole cannot be understood; it was left as it is, and nothing can be saved.
    Corrupt,
    /// The tokens of this one user cannot be understood. Saving new ones replaces them.
    CorruptRow,
    /// The tokens of this one user are encrypted with a key that was not given. Saving new ones replaces them.
    WrongKey,
    /// The tokens or the identifier do not fit the store; what it held before is unchanged.
    DoesNotFit,
    /// The refresh lock was not free within the timeout. Trying again later is safe.
    LockTimeout,
    /// The store is set up wrongly: a missing table, a wrong key, a file in place of a folder.
    Setup,
    /// The store does not offer what was asked of it.
    Unsupported,
    /// Anything else.
    Other,
}

/// A failure of a token store. Its cause, such as the database driver's error, is in
/// [`source`](StdError::source).
#[derive(Debug)]
pub struct PersistenceError {
    kind: PersistenceErrorKind,
    message: String,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl PersistenceError {
    /// A failure of `kind`; `message` says what failed and what to do, in one line without a secret.
    pub fn new(kind: PersistenceErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), source: None }
    }

    /// Adds the cause.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// What kind of failure this is.
    #[must_use]
    pub fn kind(&self) -> PersistenceErrorKind {
        self.kind
    }
}

impl PersistenceError {
    /// This failure as a finding of the [doctor](crate::doctor).
    #[must_use]
    pub fn to_finding(&self, check: &str) -> Finding {
        Finding::of_error(check, &self.message, self, self.kind.remedy())
    }
}

impl PersistenceErrorKind {
    /// What to do where the message does not say it.
    fn remedy(self) -> &'static str {
        match self {
            Self::Unavailable => "see that the store is up and reachable and has room, then run this again",
            Self::Denied => "give this program's user the right, or correct the store's user and password",
            Self::Corrupt => {
                "restore it from a copy, or move it away and sign in again (zcrm login --browser, or --grant-token -)"
            }
            Self::CorruptRow => {
                "sign in again (zcrm login --browser, or --grant-token -), which replaces this user's row"
            }
            Self::WrongKey => {
                "add the key that encrypted it, or sign in again (zcrm login --browser, or --grant-token -)"
            }
            Self::DoesNotFit => "widen the store's columns (schema.sql of zcrm-persist-mysql)",
            Self::LockTimeout => "end the program that holds the refresh lock, if it stands still",
            Self::Setup => "correct the store's keys in the configuration, or the store itself",
            Self::Unsupported | Self::Other => "see the documentation of the store",
        }
    }
}

impl fmt::Display for PersistenceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl StdError for PersistenceError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

impl From<PersistenceError> for Error {
    fn from(failure: PersistenceError) -> Self {
        let kind = match failure.kind {
            PersistenceErrorKind::LockTimeout => ErrorKind::RefreshBusy,
            _ => ErrorKind::Persistence,
        };
        let error = Self::new(kind, failure.message);
        match failure.source {
            Some(source) => error.with_source(source),
            None => error,
        }
    }
}
