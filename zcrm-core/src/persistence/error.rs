//! How a token store fails.

use std::error::Error as StdError;
use std::fmt;

use crate::error::{Error, ErrorKind};

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
