//! What a channel can tell of.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// What happens to records, in the words in which channels are made. Notifications have words of their own:
/// [`Operation`](super::Operation).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EventKind {
    /// All three.
    All,
    /// A record is created.
    Create,
    /// A record is changed.
    Edit,
    /// A record is deleted.
    Delete,
}

impl EventKind {
    /// The word as Zoho wants it: `all`, `create`, `edit` or `delete`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Create => "create",
            Self::Edit => "edit",
            Self::Delete => "delete",
        }
    }
}

/// An event of a module: `Leads.create`. Users are the module `users`, of which there is `all` only.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Event {
    /// The module's API name, such as `Leads`.
    pub module: String,
    /// What happens to its records.
    pub kind: EventKind,
}

impl Event {
    /// An event of a module.
    pub fn new(module: impl Into<String>, kind: EventKind) -> Self {
        Self { module: module.into(), kind }
    }

    pub(super) fn check(&self) -> Result<()> {
        if self.module.trim().is_empty() || self.module.contains(['.', '/']) {
            return Err(Error::invalid(format!("{:?} is no module's API name, such as Leads", self.module)));
        }
        Ok(())
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.module, self.kind.as_str())
    }
}
