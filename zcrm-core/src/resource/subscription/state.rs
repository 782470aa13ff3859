//! Up to where changes were acknowledged, and the channel, as a value to keep.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::resource::changes::ChangesCursor;
use crate::resource::notifications::Channel;

/// All that a [`Subscription`](super::Subscription) needs to go on in another process: a cursor for each module, and
/// the channel with its token.
///
/// Its text is one line of JSON. The token of the channel is in it in clear: keep it where only its owner can read it.
/// Only one process may use it at a time.
///
/// ```
/// use zcrm_core::resource::{ChangesCursor, SubscriptionState};
///
/// let state = SubscriptionState::new().with("Leads", ChangesCursor::from_now());
/// let again: SubscriptionState = state.to_string().parse()?;
/// assert_eq!(again.modules().collect::<Vec<_>>(), ["Leads"]);
/// # Ok::<(), zcrm_core::Error>(())
/// ```
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct SubscriptionState {
    pub(super) modules: BTreeMap<String, ChangesCursor>,
    #[serde(default)]
    pub(super) channel: Option<Channel>,
}

impl SubscriptionState {
    /// No modules yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a module, unless it is there: its changes are told from this cursor on.
    #[must_use]
    pub fn with(mut self, module: impl Into<String>, cursor: ChangesCursor) -> Self {
        self.modules.entry(module.into()).or_insert(cursor);
        self
    }

    /// Takes a module away.
    #[must_use]
    pub fn without(mut self, module: &str) -> Self {
        self.modules.remove(module);
        self
    }

    /// The modules, by API name.
    pub fn modules(&self) -> impl Iterator<Item = &str> {
        self.modules.keys().map(String::as_str)
    }

    /// The channel, if there is one.
    #[must_use]
    pub fn channel(&self) -> Option<&Channel> {
        self.channel.as_ref()
    }
}

impl fmt::Display for SubscriptionState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(self).map_err(|_| fmt::Error)?)
    }
}

impl FromStr for SubscriptionState {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        serde_json::from_str(text)
            .map_err(|cause| Error::invalid("this is not the state of a subscription").with_source(cause).logged())
    }
}
